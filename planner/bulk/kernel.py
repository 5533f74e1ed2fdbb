"""The kernel: an Arrow batch of rows in, an Arrow batch of their results out, pure and the same wherever it runs.

Results of `price_batch` and `count_batch`, a row each, in the rows' order:

| column | what |
|---|---|
| `tokens` | int64: what was used in tokens, or what the text counts |
| `tokens_low`, `tokens_high` | int64, of counts: between which the provider's own count lies |
| `cost_units` | int64, in 1e-12 USD; null where there is no price |
| `cost_low_units`, `cost_high_units` | the same for the bounds of a count |
| `cost_model`, `cost_provider` | what the row was priced as |
| `cost_at` | the UTC instant whose prices were taken |
| `cost_error_type`, `cost_error` | why a row has no result, else null |

The schema's metadata holds, under `WARNINGS`, what a reader must know of the prices used, as a JSON list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner import columns as priced_columns
from planner.bulk.arrays import np, pa, pc
from planner.tokens.count import Count
from pricing.arrow import decoded
from pricing.errors import InvalidInput, TokenplanError
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from planner.bulk.picks import Picked
    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.table import Priced

PRICED: Final = ("tokens", "cost_units")
COUNTED: Final = ("tokens", "tokens_low", "tokens_high", "cost_units", "cost_low_units", "cost_high_units")
"""The result columns that are added up."""

WARNINGS: Final = b"tokenplan.warnings"
_TOKENS: Final = tuple(name for name, bucket in BUCKETS.items() if bucket.unit == "million_tokens")
_NOTHING: Final = Count(0, 0, 0, "exact", None, ())
_STAMP: Final = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of rows that name none; null is none."""

    model: str | None = None
    provider: str | None = None
    service_tier: str | None = None
    region: str | None = None
    as_of: str | None = None


def price_batch(rows: Any, picked: Picked, common: Terms, catalog: Catalog, now: datetime) -> Any:
    """What each row of usage cost.

    `picked` names the columns of buckets and terms. The cost is that of `pricing.cost.cost`, rounded half to even to
    whole 1e-12 USD where it is finer; a warning says so.

    Raises:
        InvalidInput: a column of a wrong type; what is wrong with a row is its error.
    """
    given: dict[str, object] = {ours: rows.column(column) for ours, column in picked.ours.items()}
    _drop_unused(given)
    for name in ("model", "provider", "service_tier", "region", "as_of"):
        _fill(given, name, getattr(common, name))
    return _priced(given, catalog, now)


def count_batch(rows: Any, column: str, common: Terms, catalog: Catalog, counter: Counter, now: datetime) -> Any:
    """What each row's text counts on `common.model`, and what that costs as input.

    Raises:
        InvalidInput: a column that holds no texts; what is wrong with a row is its error.
    """
    held = rows.column(column)
    if pa.types.is_dictionary(held.type):
        held = held.dictionary_decode()
    if not (pa.types.is_string(held.type) or pa.types.is_large_string(held.type) or pa.types.is_string_view(held.type)):
        raise InvalidInput(f"column {column!r} holds {held.type}; it must hold text", loc=(column,))
    counts = _counted(held.to_pylist(), str(common.model), common.provider, counter)
    errors = {row: each for row, each in enumerate(counts) if isinstance(each, TokenplanError)}
    found = [_NOTHING if isinstance(each, TokenplanError) else each for each in counts]
    levels = [
        np.fromiter((getattr(each, level) for each in found), np.int64, len(found))
        for level in ("tokens", "low", "high")
    ]
    notes = dict.fromkeys(note for each in found for note in each.notes)
    results = _priced_counts(levels, errors, common, catalog, now)
    said = [*notes, *json.loads(results.schema.metadata[WARNINGS])]
    return results.replace_schema_metadata({WARNINGS: json.dumps(said)})


def _counted(
    texts: Sequence[Any], model: str, provider: str | None, counter: Counter
) -> Sequence[Count | TokenplanError]:
    """Every text's count, or why it has none."""
    try:
        return counter.count_many(texts, model, provider)
    except TokenplanError:
        return [_one(text, model, provider, counter) for text in texts]


def _one(text: Any, model: str, provider: str | None, counter: Counter) -> Count | TokenplanError:
    if text is None:
        return InvalidInput("the text is null")
    try:
        return counter.count(text, model, provider)
    except TokenplanError as error:
        return error.with_traceback(None)


def _priced_counts(
    levels: Sequence[NDArray[np.int64]],
    errors: Mapping[int, TokenplanError],
    common: Terms,
    catalog: Catalog,
    now: datetime,
) -> Any:
    """Counts and their bounds priced as one table; where the bounds are the counts, that is said once."""
    exact = all(np.array_equal(levels[0], level) for level in levels[1:])
    terms = {name: value for name in Terms.__slots__ if (value := getattr(common, name)) is not None}
    first = _priced({**terms, "input_tokens": pa.array(levels[0])}, catalog, now)
    priced = {"cost_units": first.column("cost_units")}
    for name, level in zip(("cost_low_units", "cost_high_units"), levels[1:], strict=True):
        bound = first if exact else _priced({**terms, "input_tokens": pa.array(level)}, catalog, now)
        priced[name] = bound.column("cost_units")
    columns = {name: pa.array(level) for name, level in zip(COUNTED, levels, strict=False)} | priced
    columns |= {name: first.column(name) for name in first.schema.names if name not in columns}
    if errors:
        fine = pa.array([row not in errors for row in range(len(levels[0]))])
        for name in priced:
            columns[name] = pc.if_else(fine, columns[name], pa.scalar(None, pa.int64()))
        for name, told in (("cost_error_type", lambda each: each.slug), ("cost_error", str)):
            said = columns[name].to_pylist()
            columns[name] = pa.array(
                [told(errors[row]) if row in errors else said[row] for row in range(len(said))], pa.string()
            )
    return pa.RecordBatch.from_pydict(columns, metadata=first.schema.metadata)


def _drop_unused(given: dict[str, object]) -> None:
    """Leave out buckets that no row names; the last stays, so that rows without any are told so."""
    unused = [name for name in given if name in BUCKETS and given[name].null_count == len(given[name])]  # type: ignore[attr-defined,arg-type]
    named = sum(name in BUCKETS for name in given)
    for name in unused[: named - 1 if named == len(unused) else None]:
        del given[name]


def _fill(given: dict[str, object], name: str, common: str | None) -> None:
    """The common value where rows name none; an empty text is none."""
    column: Any = given.get(name)
    if column is None:
        if common is not None:
            given[name] = common
        return
    if column.null_count == len(column):
        given[name] = common
        if common is None:
            del given[name]
        return
    coded = pa.types.is_dictionary(column.type)
    if coded and (common is not None or name == "as_of" or "" in column.dictionary.to_pylist()):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        empty = pc.equal(column, "").fill_null(True)
        column = pc.if_else(empty, pa.scalar(common, pa.string()), column)
    elif common is not None and name != "as_of":
        column = column.fill_null(common)
    given[name] = column


def _priced(given: Mapping[str, object], catalog: Catalog, now: datetime) -> Any:
    """Columns under our names, priced.

    Raises:
        InvalidInput: as `planner.columns.read`.
    """
    if "model" not in given:
        given = {**given, "model": pa.nulls(_size(given), pa.string())}
    taken = priced_columns.read(given, now)
    if not isinstance(given["model"], str) and given["model"].null_count:  # type: ignore[attr-defined]
        nameless = InvalidInput("no model", loc=("model",))
        taken.wrong.update(dict.fromkeys(np.flatnonzero(given["model"].is_null()).tolist(), nameless))  # type: ignore[attr-defined]
    table = priced_columns.priced(taken, catalog)
    good = table.errors < 0
    every = bool(good.all())
    refs = [each.model if each else None for each in table.chosen]
    offers = table.offers if every else np.where(good, table.offers, -1)
    columns = {
        "tokens": pa.array(_tokens(taken, good, every=every)),
        "cost_units": pa.array(table.amounts, mask=None if every else ~good),
        "cost_model": _coded(offers, [each.id if each else None for each in refs], every=every),
        "cost_provider": _coded(offers, [each.provider if each else None for each in refs], every=every),
        "cost_at": _instants(taken.at, len(good)),
        "cost_error_type": _told(table, [each.slug for each in table.problems]),
        "cost_error": _told(table, [str(each) for each in table.problems]),
    }
    said = json.dumps(_said(taken, table, catalog, now))
    return pa.RecordBatch.from_pydict(columns, metadata={WARNINGS: said.encode()})


def _size(given: Mapping[str, object]) -> int:
    return next(len(each) for each in given.values() if not isinstance(each, str))  # type: ignore[arg-type]


def _tokens(taken: priced_columns.Taken, good: NDArray[np.bool_], *, every: bool) -> NDArray[np.int64]:
    """What rows used in tokens, of whatever kind; 0 where there is no price."""
    tokens = np.zeros(len(good), np.int64)
    for name in _TOKENS:
        if name in taken.usage:
            tokens += taken.usage[name]
    return tokens if every else np.where(good, tokens, 0)


def _coded(codes: NDArray[Any], values: Sequence[str | None], *, every: bool) -> Any:
    """Texts by code, kept as codes; null below 0."""
    indices = pa.array(codes.astype(np.int32, copy=False), mask=None if every else codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def _told(table: Priced, words: list[str | None]) -> Any:
    """What is said of rows in error."""
    return decoded(table.errors, words) if words else pa.nulls(len(table.errors), pa.string())


def _instants(at: Any, size: int) -> Any:
    if isinstance(at, np.ndarray):
        return pa.Array.from_buffers(_STAMP, size, [None, pa.py_buffer(np.ascontiguousarray(at))])
    return pa.repeat(pa.scalar(at, _STAMP), size)


def _said(taken: priced_columns.Taken, table: Priced, catalog: Catalog, now: datetime) -> list[str]:
    """The warnings, in words that are the same for every batch."""
    ahead = "as_of lies ahead"
    said = priced_columns.warnings(taken, table, catalog, now)
    return [
        f"{ahead} in some rows: announced prices are used where there are any" if each.startswith(ahead) else each
        for each in said
    ]
