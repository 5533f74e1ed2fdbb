"""Cost of many requests: the questions and answers of a batch, and rows priced one by one, each as if it were alone.

A row that cannot be read or priced carries its own error and does not sink the others. `planner.columns` answers
columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from planner.costing import CostQuestion, ProviderUsage, price
from pricing.cost import EXACT, Cost
from pricing.errors import InvalidInput, InvalidUsage, Problem, TokenplanError, UnknownModel, one_of
from pricing.rates import CatalogRef
from pricing.usage import BUCKETS, LARGEST, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pricing.catalog import Catalog

NAMES: Final = ("model", "provider", "service_tier", "region", "as_of")
"""What a row may say in text; the same keys stand beside the rows as defaults for all of them."""

_FIELDS: Final = (*NAMES, "allow_nearest_price", "usage", "provider_usage")
_DEFAULTS: Final = (*NAMES, "allow_nearest_price")
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


@dataclass(frozen=True, slots=True)
class CostColumns:
    """A value a row: USD as plain decimal texts, what the row was priced as, or else why it has no price."""

    total_usd: list[str | None]
    model: list[str | None]
    provider: list[str | None]
    error: list[RowProblem | None]


@dataclass(frozen=True, slots=True)
class ColumnsAnswer:
    """The columns of costs, how many rows were priced, and the exact sum of those, in USD."""

    columns: CostColumns
    count: int
    priced: int
    refused: int
    total_usd: Decimal
    warnings: tuple[str, ...]
    catalog: CatalogRef


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
    for name in row:
        if name in BUCKETS:
            raise InvalidInput(f'{name} stands in usage: {{"usage": {{"{name}": ...}}}}', loc=(name,), value=row[name])
    known(row, _FIELDS, "field")
    merged = {**(defaults or {}), **{name: value for name, value in row.items() if value is not None}}
    for name in NAMES:
        typed(name, merged.get(name), str, "a text")
    typed("allow_nearest_price", merged.get("allow_nearest_price"), bool, "true or false")
    if "model" not in merged:
        raise InvalidInput("model is missing; name one in the row or for all rows", loc=("model",))
    usage, theirs = merged.pop("usage", None), merged.pop("provider_usage", None)
    return CostQuestion(usage=None if usage is None else _usage(usage), provider_usage=_theirs(theirs), **merged)


def defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values for all rows, checked.

    Raises:
        InvalidInput: an unknown key or a wrong type.
    """
    known(given, _DEFAULTS, "field")
    for name in NAMES:
        typed(name, given.get(name), str, "a text")
    typed("allow_nearest_price", given.get("allow_nearest_price"), bool, "true or false")
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


def shown(value: object) -> str | int | float | bool | None:
    """A value as an error may repeat it: plain JSON, at most 200 characters."""
    if value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= LARGEST):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def known(given: Mapping[str, object], names: Sequence[str], what: str) -> None:
    """Refuse keys that are none of `names`.

    Raises:
        InvalidInput: names each unknown key and the nearest valid ones.
    """
    unknown = [
        Problem((name,), f"{name}: unknown {what}; {one_of(name, names)}", value)
        for name, value in given.items()
        if name not in names
    ]
    if unknown:
        raise InvalidInput.of(unknown)


def typed(name: str, value: object, kind: type, words: str) -> None:
    """Refuse a value of another type; None is left out, which is none.

    Raises:
        InvalidInput: names the key, the value and, in `words`, what would be valid.
    """
    if value is not None and type(value) is not kind:
        raise InvalidInput(f"{name} is {shown(value)!r}; it must be {words}", loc=(name,), value=value)


def no_usage() -> InvalidUsage:
    """The error of a usage that says nothing: a null means not used, and a request that used nothing is a mistake."""
    return InvalidUsage(f"no usage: no bucket has a quantity; the buckets are {', '.join(BUCKETS)}", loc=("usage",))


def _usage(given: object) -> Usage:
    """A usage from plain JSON values; a null is as if the bucket had been left out."""
    if not isinstance(given, dict):
        raise InvalidInput(f"usage is {shown(given)!r}; it must be an object of buckets", loc=("usage",), value=given)
    try:
        known(given, tuple(BUCKETS), "bucket")
        said = {name: value for name, value in given.items() if value is not None}
    except InvalidInput as error:
        raise error.under("usage") from None
    if not said:
        raise no_usage()
    try:
        return Usage(**said)
    except InvalidUsage as error:
        raise error if error.problems[0].loc[:1] == ("usage",) else error.under("usage") from None


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
