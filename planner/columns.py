"""Cost of many requests in columns: lists or Arrow arrays, priced by `pricing.table`. Needs the extra `table`.

What is wrong with one row is that row's error; what is wrong with a column is refused whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from planner.batch import NAMES, ColumnsAnswer, CostColumns, known, no_usage, refused, shown, typed
from planner.when import When, when
from planner.wire import plain
from pricing.cost import EXACT
from pricing.errors import BadCatalog, InvalidInput, InvalidUsage, Problem, TokenplanError
from pricing.usage import BUCKETS, LARGEST, Usage

try:
    import numpy as np
except ImportError:
    raise InvalidInput("columns need NumPy: pip install 'tokenplan[table]'") from None

from pricing.table import UNPRICED, Column, usd
from pricing.table import plain as plain_texts
from pricing.table import price as price_table
from pricing.table.columns import AMOUNTS, Errors, Table, decimal, micros_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from planner.batch import ColumnsQuestion
    from pricing.catalog import Catalog
    from pricing.table import Priced
    from pricing.table.codes import Codes

Wrong: TypeAlias = "dict[int, TokenplanError]"
"""Row -> the first that is wrong with its values."""

_TERMS: Final = NAMES[:4]
_UNUSED: Final = Usage()


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Columns as `pricing.table` takes them, the rows whose values could not be read, and where a bare date stands."""

    usage: Mapping[str, Table]
    terms: Mapping[str, Column | str | None]
    at: Table | datetime
    bare: Table | bool
    wrong: Wrong


def columns(question: ColumnsQuestion, catalog: Catalog, now: datetime) -> ColumnsAnswer:
    """Every row as `price` answers it; `now` is one instant for all.

    Raises:
        InvalidInput: an unknown or ragged column, no model, a value for all rows that is none.
        BadCatalog: a damaged catalog is no row's fault.
    """
    taken = read(question.columns, now)
    table = priced(taken, catalog)
    good = table.errors < 0
    count, done = len(good), int(good.sum())
    refs = [None if each is None else each.model for each in table.chosen]
    offers = np.where(good, table.offers, len(refs))
    costs = CostColumns(
        total_usd=usd_texts(table),
        model=_taken([each and each.id for each in refs], offers),
        provider=_taken([each and each.provider for each in refs], offers),
        error=_taken([refused(each).error for each in table.problems], table.errors),
    )
    said = warnings(taken, table, catalog, now)
    return ColumnsAnswer(costs, count, done, count - done, exact_total(table), said, catalog.ref)


def read(given: Mapping[str, object], now: datetime) -> Taken:
    """Columns named like buckets and terms: each a list, an Arrow array, or one value for all rows.

    Raises:
        InvalidInput: an unknown or ragged column, no model, no bucket, a value for all rows that is none.
    """
    size = _size(given)
    wrong: Wrong = {}
    given = {name: values for name, values in given.items() if values is not None}
    usage = {name: _quantities(name, given[name], size, wrong) for name in BUCKETS if name in given}
    terms = {name: _texts(name, given.get(name), wrong) for name in _TERMS}
    if given.get("model") is None:
        raise InvalidInput("columns name no model; give model, a list or one value", loc=("columns", "model"))
    at, bare = _instants(given.get("as_of"), now, wrong)
    _refuse_unused({name: given[name] for name in usage}, size, wrong)
    return Taken(usage, terms, at, bare, wrong)


def _refuse_unused(given: Mapping[str, Any], size: int, wrong: Wrong) -> None:
    """A row that says null in every bucket used nothing: its error. No bucket at all is every row's."""
    if not given:
        raise no_usage().under("columns")
    unused = np.ones(size, bool)
    for values in given.values():
        if _is_arrow(values):
            if not values.null_count:
                return
            unused &= values.is_null().to_numpy(zero_copy_only=False)
        elif isinstance(values, list) and None in values:
            unused &= np.fromiter((value is None for value in values), bool, size)
        else:
            return
    for row in np.flatnonzero(unused).tolist():
        wrong.setdefault(row, no_usage())


def priced(taken: Taken, catalog: Catalog) -> Priced:
    """The table of columns; a row whose values could not be read has that error.

    Raises:
        BadCatalog: a damaged catalog is no row's fault.
    """
    terms = taken.terms
    table = price_table(
        catalog,
        taken.usage,
        model=terms["model"],
        provider=terms["provider"],
        service_tier=terms["service_tier"],
        region=terms["region"],
        as_of=taken.at,
    )
    for error in table.problems:
        if error.slug == BadCatalog.slug:
            raise error
    return _without(table, taken.wrong) if taken.wrong else table


def usd_texts(table: Priced) -> list[str | None]:
    """Each row's exact USD as a plain decimal text, None where it has no price."""
    unpriced = np.flatnonzero(table.errors >= 0).tolist()
    texts: list[str | None] = [
        *plain_texts(np.where(table.errors < 0, table.amounts, 0) if unpriced else table.amounts)
    ]
    for row in unpriced:
        texts[row] = None
    for row, exact in table.finer.items():
        texts[row] = plain(exact)
    return texts


def exact_total(table: Priced) -> Decimal:
    """The exact sum of the priced rows in USD, those included whose amount was rounded to the table's unit."""
    total = table.total()
    for row, exact in table.finer.items():
        total = EXACT.add(total, EXACT.subtract(exact, usd(int(table.amounts[row]))))
    return total


def warnings(taken: Taken, table: Priced, catalog: Catalog, now: datetime) -> tuple[str, ...]:
    """What a reader must know of the rates that were used and of the instants, each said once."""
    chosen = (table.chosen[at] for at in _used(table))
    said = chain.from_iterable(each.warnings for each in chosen if each is not None)
    return tuple(dict.fromkeys((*said, *_dated(taken, table, catalog, now))))


def _used(table: Priced) -> Sequence[int]:
    """What rows with a price were priced as; without errors that is everything, each having a row."""
    if not table.problems:
        return range(len(table.chosen))
    offers = table.offers[table.errors < 0]
    return np.flatnonzero(np.bincount(offers, minlength=len(table.chosen))).tolist()


def _taken(values: Sequence[Any], codes: NDArray[np.integer]) -> list[Any]:
    """A value a row by its code; None for -1 and for the code after the last."""
    held = np.empty(len(values) + 1, object)
    held[: len(values)] = values
    return held.take(codes, mode="wrap").tolist()  # type: ignore[no-any-return]  # -1 is the last, which is None


def _size(given: Mapping[str, object]) -> int:
    """The one length of all columns."""
    known(given, (*NAMES, *BUCKETS), "column")
    lengths = {name: len(values) for name, values in given.items() if _is_column(values)}  # type: ignore[arg-type]
    if not lengths:
        raise InvalidInput("no column is a list; give at least one, such as input_tokens", loc=("columns",))
    sizes = Counter(lengths.values())
    if len(sizes) > 1:
        usual = sizes.most_common(1)[0][0]
        raise InvalidInput.of(
            Problem(("columns", name), f"{name} has {length} rows where others have {usual}", length)
            for name, length in lengths.items()
            if length != usual
        )
    return next(iter(sizes))


def _is_column(values: object) -> bool:
    return isinstance(values, list) or _is_arrow(values)


def _is_arrow(values: object) -> bool:
    return hasattr(values, "null_count")


def _quantities(name: str, values: Any, size: int, wrong: Wrong) -> NDArray[Any]:
    """A bucket's quantities; a null is as if the row had left it out."""
    if isinstance(values, list):
        if None in values:
            default = getattr(_UNUSED, name)
            values = [default if value is None else value for value in values]
        return _amounts(values) if name in AMOUNTS else _counts(name, values, wrong)
    if _is_arrow(values):
        from pricing import arrow  # noqa: PLC0415 - only who sends Arrow needs it

        found, fractions = arrow.quantities(name, name, values)
        for row in fractions.tolist():
            wrong.setdefault(row, _no_count(name, values[row].as_py()))
        return found
    if name in AMOUNTS:
        amount = decimal(values)
        if not amount.is_finite() or not 0 <= amount <= LARGEST:
            raise _no_count(name, values).under("columns")
        return _amounts([amount]).repeat(size)
    if not _counts_all(values):
        raise _no_count(name, values).under("columns")
    return np.full(size, values, np.int64)


def _amounts(values: list[Any]) -> NDArray[Any]:
    """Quantities that may have decimals, which the table checks; a boolean is none."""
    return np.fromiter((value if type(value) is not bool else None for value in values), object, len(values))


def _counts(name: str, values: list[Any], wrong: Wrong) -> NDArray[np.int64]:
    """Counts as integers; what is none becomes that row's error."""
    if set(map(type, values)) <= {int}:
        try:
            return np.fromiter(values, np.int64, len(values))  # the table refuses what is out of range
        except OverflowError:
            pass
    for row, value in enumerate(values):
        if not _counts_all(value):
            wrong.setdefault(row, _no_count(name, value))
    return np.fromiter((value if _counts_all(value) else 0 for value in values), np.int64, len(values))


def _counts_all(value: object) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _no_count(name: str, value: object) -> InvalidUsage:
    kind = "a decimal number" if name in AMOUNTS else "a whole number"
    said = f"{name} is {shown(value)!r}; it must be {kind} from 0 to {LARGEST}"
    return InvalidUsage(said, loc=("usage", name), value=value)


def _texts(name: str, values: Any, wrong: Wrong) -> Column | str | None:
    if _is_arrow(values):
        from pricing import arrow  # noqa: PLC0415

        return arrow.texts(name, values)
    if not isinstance(values, list):
        typed(name, values, str, "a text, null or a list of those")
        return values  # type: ignore[no-any-return]  # checked above
    return _coded(_only_texts(name, values, wrong))


def _only_texts(name: str, values: list[Any], wrong: Wrong) -> list[str | None]:
    """Texts and nulls; anything else is its row's error and null."""
    if set(map(type, values)) <= {str, type(None)}:
        return values
    for row, value in enumerate(values):
        if value is not None and type(value) is not str:
            said = f"{name} is {shown(value)!r}; it must be a text"
            wrong.setdefault(row, InvalidInput(said, loc=(name,), value=value))
    return [value if type(value) is str else None for value in values]


def _coded(values: list[str | None]) -> Column:
    number = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return Column(tuple(number), np.fromiter(map(number.__getitem__, values), np.int32, len(values)))


def _instants(
    values: Any, now: datetime, wrong: Wrong
) -> tuple[NDArray[np.datetime64] | datetime, NDArray[np.bool_] | bool]:
    """UTC instants, and where they are bare dates; what is no time is its row's error."""
    if _is_arrow(values):
        from pricing import arrow  # noqa: PLC0415

        if not arrow.is_text(values.type):
            found = arrow.instants("as_of", values)
            gaps = np.isnat(found)
            return np.where(gaps, _naive(now), found) if gaps.any() else found, arrow.is_date(values.type)
        values = values.to_pylist()
    if not isinstance(values, list):
        typed("as_of", values, str, "a text, null or a list of those")
        one = when(values, now)
        return one.at, one.bare
    values = _only_texts("as_of", values, wrong)
    known = {text: _when(text, now) for text in dict.fromkeys(values)}
    bad = {text: said for text, said in known.items() if isinstance(said, InvalidInput)}
    for row in (row for row, text in enumerate(values) if text in bad) if bad else ():
        wrong.setdefault(row, bad[values[row]])
    good = {text: When(now) if isinstance(said, InvalidInput) else said for text, said in known.items()}
    micros = {text: micros_of(said.at) for text, said in good.items()}
    bare = np.fromiter((good[text].bare for text in values), bool, len(values)) if _any_bare(good) else False
    return np.fromiter(map(micros.__getitem__, values), np.int64, len(values)).view("datetime64[us]"), bare


def _any_bare(said: Mapping[str | None, When]) -> bool:
    return any(each.bare for each in said.values())


def _when(text: str | None, now: datetime) -> When | InvalidInput:
    try:
        return when(text, now)
    except InvalidInput as error:
        return error


def _naive(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def _without(table: Priced, wrong: Wrong) -> Priced:
    """The table without the prices of rows whose values could not be read."""
    errors = Errors(len(table.errors))
    for row, error in wrong.items():
        errors.put([row], errors.add(error))
    codes: Codes = np.where(table.errors < 0, -1, table.errors + len(errors.problems)).astype(np.int32)
    return replace(
        table,
        amounts=np.where(errors.codes < 0, table.amounts, UNPRICED),
        errors=np.where(errors.codes < 0, codes, errors.codes),
        problems=(*errors.problems, *table.problems),
        finer={row: exact for row, exact in table.finer.items() if row not in wrong},
    )


def _dated(taken: Taken, table: Priced, catalog: Catalog, now: datetime) -> list[str]:
    """What `When.warnings` says of single rows, said once for all."""
    good, at = table.errors < 0, taken.at
    ahead = good & (at > _naive(now) if isinstance(at, np.ndarray) else at > now)
    found = []
    if ahead.any():
        found.append(f"as_of lies ahead in {int(ahead.sum())} rows: announced prices are used where there are any")
    bare = good & taken.bare
    if bare.any():
        models = {each.model for at in np.unique(table.offers[bare]).tolist() if (each := table.chosen[at])}
        hourly = sorted(each.id for each in models if any(s.window for s in catalog.model(each.provider, each.id).sets))
        found += [f"prices of {', '.join(hourly)} go by the hour; bare dates were taken as 00:00 UTC"] if hourly else []
    return found
