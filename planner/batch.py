"""Cost of many requests: each row priced as if it were alone, by the scalar path or by columns.

A row that cannot be read or priced carries its own error and does not sink the others. Columns need the extra `table`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from planner.costing import CostQuestion, ProviderUsage, price
from planner.when import when
from planner.wire import plain
from pricing.cost import EXACT, Cost
from pricing.errors import InvalidInput, InvalidUsage, Problem, TokenplanError, UnknownModel, one_of
from pricing.rates import CatalogRef
from pricing.usage import BUCKETS, LARGEST, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

    from numpy import bool_, datetime64, int64
    from numpy.typing import NDArray

    from pricing.catalog import Catalog
    from pricing.table import Column, Priced  # noqa: TC004 - only a checker reads it

NAMES: Final = ("model", "provider", "service_tier", "region", "as_of")
"""What a row may say in text; the same keys stand beside the rows as defaults for all of them."""

_FIELDS: Final = (*NAMES, "allow_nearest_price", "usage", "provider_usage")
_DEFAULTS: Final = (*NAMES, "allow_nearest_price")
_AMOUNTS: Final = tuple(name for name in BUCKETS if isinstance(getattr(Usage(), name), Decimal))
_COUNTS: Final = tuple(name for name in BUCKETS if name not in _AMOUNTS)
_LONGEST_ECHO: Final = 200


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row has no price: the error's stable slug, its problems, the nearest names where a name was unknown."""

    type: str
    errors: tuple[Problem, ...]
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row without a price."""

    error: RowProblem


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """What do these requests cost, each on its own? A row that could not be read stands as its refusal."""

    rows: tuple[CostQuestion | Refused, ...]


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """The rows' answers in their order, how many were priced, and the exact sum of those, in USD."""

    rows: tuple[Cost | Refused, ...]
    count: int
    priced: int
    refused: int
    total_usd: Decimal
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class ColumnsQuestion:
    """The same in columns: a list a column, all of one length, or one value for all rows.

    Names are `model`, `provider`, `service_tier`, `region`, `as_of` and the billing buckets.
    """

    columns: Mapping[str, object]


def loads(text: str | bytes) -> Any:
    """JSON whose decimals stay exact.

    Raises:
        InvalidInput: no JSON, or NaN or Infinity in it.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"no JSON: {error}", value=shown(text)) from None


def asked(row: object, defaults: Mapping[str, Any] | None = None) -> CostQuestion:
    """A row's question from plain JSON values; what it leaves out or states as null comes from `defaults`.

    Raises:
        InvalidInput: no object, an unknown field, a wrong type, no model.
        InvalidUsage: an unknown bucket or a quantity out of range.
    """
    if not isinstance(row, dict):
        raise InvalidInput(f"a row is {shown(row)!r}; it must be a JSON object", value=row)
    _known(row, _FIELDS, "field")
    merged = {**(defaults or {}), **{name: value for name, value in row.items() if value is not None}}
    for name in NAMES:
        _typed(name, merged.get(name), str, "a text")
    _typed("allow_nearest_price", merged.get("allow_nearest_price"), bool, "true or false")
    if "model" not in merged:
        raise InvalidInput("model is missing; name one in the row or for all rows", loc=("model",))
    usage, theirs = merged.pop("usage", None), merged.pop("provider_usage", None)
    return CostQuestion(usage=None if usage is None else _usage(usage), provider_usage=_theirs(theirs), **merged)


def defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values for all rows, checked.

    Raises:
        InvalidInput: an unknown key or a wrong type.
    """
    _known(given, _DEFAULTS, "field")
    for name in NAMES:
        _typed(name, given.get(name), str, "a text")
    _typed("allow_nearest_price", given.get("allow_nearest_price"), bool, "true or false")
    return {name: value for name, value in given.items() if value is not None}


def question(body: object) -> BatchQuestion:
    """A batch from plain JSON values: `rows`, and beside it defaults for all of them.

    Raises:
        InvalidInput: no list of rows, or an unknown default; a bad row is that row's refusal.
    """
    if not isinstance(body, dict) or not isinstance(body.get("rows"), list):
        raise InvalidInput('the body must be an object with "rows", a list of cost questions', loc=("rows",))
    common = defaults({name: value for name, value in body.items() if name != "rows"})
    return BatchQuestion(tuple(_asked_or_refused(row, common) for row in body["rows"]))


def batch(given: BatchQuestion, catalog: Catalog, now: datetime) -> BatchAnswer:
    """Every row as `price` answers it; `now` is one instant for all.

    Raises:
        BadCatalog: a damaged catalog is no row's fault.
    """
    rows = tuple(answered(row, catalog, now) for row in given.rows)
    costs = [row for row in rows if isinstance(row, Cost)]
    return BatchAnswer(
        rows, len(rows), len(costs), len(rows) - len(costs), total(row.total_usd for row in costs), catalog.ref
    )


def answered(row: CostQuestion | Refused, catalog: Catalog, now: datetime) -> Cost | Refused:
    """One row's cost, or why it has none."""
    if isinstance(row, Refused):
        return row
    try:
        return price(row, catalog, now)
    except TokenplanError as error:
        return refused(error)


def refused(error: TokenplanError) -> Refused:
    """An error as a row's answer; offending values are shortened.

    Raises:
        BadCatalog: a damaged catalog is no row's fault.
    """
    if error.slug == "bad-catalog":
        raise error
    near = error.nearest if isinstance(error, UnknownModel) else ()
    problems = tuple(Problem(each.loc, each.msg[:1000], shown(each.input)) for each in error.problems)
    return Refused(RowProblem(error.slug, problems, near))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum, in USD."""
    whole = Decimal(0)
    for amount in amounts:
        whole = EXACT.add(whole, amount)
    return whole


def shown(value: object) -> str | int | bool | None:
    """A value as an error may repeat it: plain JSON, at most 200 characters."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= LARGEST):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _known(given: Mapping[str, Any], names: Sequence[str], what: str) -> None:
    unknown = [
        Problem((name,), f"{name}: unknown {what}; {one_of(name, names)}", value)
        for name, value in given.items()
        if name not in names
    ]
    if unknown:
        raise InvalidInput.of(unknown)


def _typed(name: str, value: object, kind: type, words: str) -> None:
    if value is not None and type(value) is not kind:
        raise InvalidInput(f"{name} is {shown(value)!r}; it must be {words}", loc=(name,), value=value)


def _usage(given: object) -> Usage:
    if not isinstance(given, dict):
        raise InvalidInput(f"usage is {shown(given)!r}; it must be an object of buckets", loc=("usage",), value=given)
    try:
        _known(given, tuple(BUCKETS), "bucket")
        return Usage(**given)
    except InvalidUsage as error:
        raise error if error.problems[0].loc[:1] == ("usage",) else error.under("usage") from None
    except InvalidInput as error:
        raise error.under("usage") from None


def _theirs(given: object) -> ProviderUsage | None:
    if given is None:
        return None
    if isinstance(given, dict) and set(given) == {"shape", "payload"}:
        shape, payload = given["shape"], given["payload"]
        if isinstance(shape, str) and isinstance(payload, dict):
            return ProviderUsage(shape, _floats(payload))
    raise InvalidInput(
        'provider_usage must be {"shape": a text, "payload": an object}', loc=("provider_usage",), value=given
    )


def _floats(value: Any) -> Any:
    """A payload as `json.loads` reads it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _floats(each) for key, each in value.items()}
    return [_floats(each) for each in value] if isinstance(value, list) else value


def _asked_or_refused(row: object, common: Mapping[str, Any]) -> CostQuestion | Refused:
    try:
        return asked(row, common)
    except TokenplanError as error:
        return refused(error)


@dataclass(frozen=True, slots=True)
class ColumnsAnswer:
    """Priced columns: what the table says, and for single rows what it could not take (`apart`)."""

    table: Priced
    apart: Mapping[int, Cost | TokenplanError]
    catalog: CatalogRef
    now: datetime = field(repr=False)

    def __len__(self) -> int:
        return len(self.table.amounts)

    def problems(self) -> dict[int, TokenplanError]:
        """Row -> why it has no price."""
        rows = (self.table.errors >= 0).nonzero()[0]
        found = {int(row): self.table.problems[self.table.errors[row]] for row in rows}
        for row, said in self.apart.items():
            found.pop(row, None)
            if isinstance(said, TokenplanError):
                found[row] = said
        return dict(sorted(found.items()))

    def costs(self) -> dict[int, Cost]:
        """The rows that the scalar path priced."""
        return {row: said for row, said in self.apart.items() if isinstance(said, Cost)}

    def total_usd(self) -> Decimal:
        """The exact sum of the priced rows."""
        import numpy as np  # noqa: PLC0415 - only who prices columns pays for it

        amounts = self.table.amounts
        held = amounts[(self.table.errors < 0) & _others(np, len(self), self.apart)]
        high, low = divmod(held, 10**9)  # sums of either part stay in 64 bits for any length that fits memory
        units = int(high.sum()) * 10**9 + int(low.sum())
        return total([Decimal(units).scaleb(-12, EXACT), *(each.total_usd for each in self.costs().values())])

    def warnings(self) -> list[str]:
        """What a reader must know, each said once."""
        import numpy as np  # noqa: PLC0415

        used = np.unique(self.table.offers[self.table.errors < 0])
        chosen = (self.table.chosen[at] for at in used.tolist())
        said = [line for each in chosen if each is not None for line in each.warnings]
        return list(dict.fromkeys([*said, *(line for each in self.costs().values() for line in each.warnings)]))


def columns(given: ColumnsQuestion, catalog: Catalog, now: datetime) -> ColumnsAnswer:
    """Price columns; rows with seconds or hours, or with values that are no counts, are looked at one by one.

    Raises:
        InvalidInput: an unknown or ragged column, no model, or the extra `table` is not installed.
    """
    np = numpy()
    from pricing.table import price as price_table  # noqa: PLC0415 - needs NumPy

    size = _size(given.columns)
    apart: dict[int, Cost | TokenplanError] = {}
    usage = {name: _counts(np, name, given.columns[name], size, apart) for name in _COUNTS if name in given.columns}
    terms = {name: _column(name, given.columns.get(name), apart) for name in NAMES[:4]}
    if given.columns.get("model") is None:
        raise InvalidInput("columns name no model; give model, a list or one value", loc=("columns", "model"))
    instants = _instants(np, given.columns.get("as_of"), now, apart)
    if not usage:
        usage = {"input_tokens": np.zeros(size, np.int64)}
    table = price_table(
        catalog,
        usage,
        model=terms["model"] or "",
        provider=terms["provider"],
        service_tier=terms["service_tier"],
        region=terms["region"],
        as_of=instants,
    )
    for row in _by_hand(given.columns, size):
        if row not in apart:
            apart[row] = _alone(given.columns, row, catalog, now)
    return ColumnsAnswer(table, apart, catalog.ref, now)


def numpy() -> ModuleType:
    """NumPy, where the extra is installed.

    Raises:
        InvalidInput: it is not.
    """
    try:
        import numpy as np  # noqa: PLC0415 - only who prices columns pays for it
        import orjson  # noqa: F401, PLC0415
    except ImportError:
        raise InvalidInput("columns need NumPy and orjson: pip install 'tokenplan[table]'") from None
    return np


def _size(given: Mapping[str, object]) -> int:
    """The one length of all lists."""
    _known(given, (*NAMES, *BUCKETS), "column")
    lengths = {name: len(values) for name, values in given.items() if isinstance(values, list)}
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


def _counts(
    np: ModuleType, name: str, values: object, size: int, apart: dict[int, Cost | TokenplanError]
) -> NDArray[int64]:
    """Counts as integers; what is none becomes that row's error."""
    if not isinstance(values, list):
        if type(values) is not int or not 0 <= values <= LARGEST:
            raise _no_count(name, values).under("columns")
        return np.full(size, values, np.int64)  # type: ignore[no-any-return]  # NumPy by name
    if set(map(type, values)) <= {int}:
        try:
            found = np.array(values, np.int64)
        except OverflowError:
            found = None
        if found is not None and (not size or (found.min() >= 0 and found.max() <= LARGEST)):
            return found  # type: ignore[no-any-return]
    kept = list(values)
    for row, value in enumerate(values):
        if type(value) is not int or not 0 <= value <= LARGEST:
            kept[row] = 0
            apart.setdefault(row, _no_count(name, value))
    return np.array(kept, np.int64)  # type: ignore[no-any-return]


def _no_count(name: str, value: object) -> InvalidUsage:
    return InvalidUsage(
        f"{name} is {shown(value)!r}; it must be a whole number from 0 to {LARGEST}", loc=("usage", name), value=value
    )


def _column(name: str, values: object, apart: dict[int, Cost | TokenplanError]) -> Column | str | None:
    from pricing.table import Column  # noqa: PLC0415

    if not isinstance(values, list):
        _typed(name, values, str, "a text, null or a list of those")
        return values  # type: ignore[return-value]  # checked above
    if set(map(type, values)) <= {str, type(None)}:
        return Column.of(values)
    for row, value in enumerate(values):
        if value is not None and type(value) is not str:
            apart.setdefault(
                row, InvalidInput(f"{name} is {shown(value)!r}; it must be a text", loc=(name,), value=value)
            )
    return Column.of([each if type(each) is str else None for each in values])


def _instants(
    np: ModuleType, values: object, now: datetime, apart: dict[int, Cost | TokenplanError]
) -> NDArray[datetime64] | datetime:
    if not isinstance(values, list):
        _typed("as_of", values, str, "a text, null or a list of those")
        return when(values, now).at  # type: ignore[arg-type]  # checked above
    known: dict[object, datetime] = {}
    for row, value in enumerate(values):
        try:
            _typed("as_of", value, str, "a text")
            if value not in known:
                known[value] = when(value, now).at
        except InvalidInput as error:
            apart.setdefault(row, error)
    naive = {value: np.datetime64(at.replace(tzinfo=None), "us") for value, at in known.items()}
    here = np.datetime64(now.replace(tzinfo=None), "us")
    stamps = [here if row in apart else naive[value] for row, value in enumerate(values)]
    return np.array(stamps, "datetime64[us]")  # type: ignore[no-any-return]


def _by_hand(given: Mapping[str, object], size: int) -> Iterator[int]:
    """Rows with an amount that has decimals: the table counts whole things only."""
    listed = [values for name in _AMOUNTS if (values := given.get(name)) is not None]
    for row in range(size) if listed else ():
        if any(values[row] if isinstance(values, list) else values for values in listed):
            yield row


def _alone(given: Mapping[str, object], row: int, catalog: Catalog, now: datetime) -> Cost | TokenplanError:
    cells = {name: values[row] if isinstance(values, list) else values for name, values in given.items()}
    usage = {name: _exact(cells.pop(name)) for name in BUCKETS if name in cells}
    try:
        return price(asked({**cells, "usage": usage}), catalog, now)
    except TokenplanError as error:
        return error


def _exact(value: object) -> object:
    """A float as the decimal that its shortest text says."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _others(np: ModuleType, size: int, apart: Mapping[int, object]) -> NDArray[bool_]:
    mask: NDArray[bool_] = np.ones(size, bool)
    if apart:
        mask[list(apart)] = False
    return mask


def amount_texts(answer: ColumnsAnswer) -> list[str | None]:
    """Each row's USD as a plain decimal text, None where it has none."""
    unpriced = answer.problems()
    texts: list[str | None] = [
        None if row in unpriced else plain(Decimal(units).scaleb(-12))
        for row, units in enumerate(answer.table.amounts.tolist())
    ]
    for row, cost in answer.costs().items():
        texts[row] = plain(cost.total_usd)
    return texts
