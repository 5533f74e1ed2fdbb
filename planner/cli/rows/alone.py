"""Rows of a file priced one by one: what a row says, its question, its cost."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from planner.batch import asked, loads
from planner.cli.rows.chunks import ADDED
from planner.costing import price, priced
from planner.wire import plain
from pricing.errors import BadCatalog, InvalidInput, TokenplanError, UnknownModel, one_of
from pricing.headers import TERMS, meant, respelt
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planner.cli.rows.chunks import Added, Chunk, Row
    from planner.cli.rows.totals import Totals
    from planner.planner import Planner
    from pricing.cost import Cost
    from pricing.names import Resolution

SHORT: Final = {"input": "input_tokens", "output": "output_tokens"}
WHOLE: Final = ("usage", "provider_usage")
_NAMES_KEPT: Final = 10_000


class Reading(NamedTuple):
    """How rows are read: values for all of them, a provider's usage shape, our names for their columns."""

    common: Mapping[str, Any]
    shape: str | None = None
    names: Mapping[str, str] = {}

    def ours(self, column: str) -> str:
        """The bucket or term that a column is, or its own name."""
        return self.names.get(column) or SHORT.get(column, column)

    def counts(self, column: str) -> bool:
        """Whether a price depends on a column."""
        ours = self.ours(column)
        return ours in BUCKETS or ours in TERMS or ours in WHOLE

    def respelt(self, column: str) -> str | None:
        """The name of ours that a column is in another spelling, unless it was mapped."""
        return None if column in self.names else respelt(column)


class Alone:
    """Prices rows one by one; a name is resolved once, because files hold few models and many rows."""

    def __init__(self, planner: Planner, how: Reading) -> None:
        self.catalog = planner.catalog
        self.now = planner.clock()
        self.how = how
        self._known: dict[tuple[str, str | None], Resolution | TokenplanError] = {}
        self._unpriced: set[str] = set()

    def reads(self, column: str) -> bool:
        """Whether a row says something to its price there; a column that was perhaps meant to is named on stderr."""
        if self.how.counts(column) or self.how.respelt(column):
            return True
        if column not in self._unpriced and len(self._unpriced) < _NAMES_KEPT:
            self._unpriced.add(column)
            ours = meant(column) if column not in ADDED else None
            if ours:
                said = f"column {column!r} is not priced; if it is meant as {ours}: --map {ours}={column}"
                print(f"note: {said}", file=sys.stderr)
        return False

    def chunk(self, chunk: Chunk, totals: Totals) -> Sequence[Added]:
        """What each row of a chunk gets."""
        return [self.added(chunk.row(place), totals) for place in range(len(chunk.lines))]

    def added(self, row: Row, totals: Totals) -> Added:
        """What a row gets: its cost, or why it has none."""
        try:
            cost = self.cost(row)
        except BadCatalog:
            raise
        except TokenplanError as error:
            totals.failed(error, row.line)
            return unpriced(error, row.line)
        totals.priced(cost)
        return (plain(cost.total_usd), cost.model.id, cost.model.provider, None)

    def cost(self, row: Row) -> Cost:
        """A row's cost.

        Raises:
            TokenplanError: it cannot be read or priced.
        """
        if row.error:
            raise row.error
        for column in row.values:
            self.reads(column)
        question = asked(_question(row.values, self.how), self.how.common)
        if question.usage is None or question.provider_usage is not None:
            return price(question, self.catalog, self.now)
        return priced(question.usage, question, self._resolved(question.model, question.provider), self.now)

    def _resolved(self, model: str, provider: str | None) -> Resolution:
        name = (model, provider)
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _NAMES_KEPT:
                self._known.clear()
            try:
                found = self.catalog.resolve(model, provider)
            except UnknownModel as error:  # its nearest names take longer to find than a thousand prices
                found = error
            self._known[name] = found
        if isinstance(found, TokenplanError):
            raise found.with_traceback(None)
        return found


def unpriced(error: TokenplanError, line: int) -> Added:
    """What a row without a price gets."""
    return (None, None, None, f"line {line}: {error}")


def _question(row: Mapping[str, Any], how: Reading) -> dict[str, Any]:
    """A row's cost question; columns that mean nothing to a price are left alone, as are empty cells and nulls."""
    found: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    whole: dict[str, Any] = {}
    for column, value in row.items():
        name = how.ours(column)
        if value is None or value == "":
            continue
        into = usage if name in BUCKETS else found if name in TERMS else whole if name in WHOLE else None
        if into is None:
            refuse_respelt(column, how.respelt(column))
            continue
        if name in into:
            raise InvalidInput(f"{name} is given twice, once as {column}", loc=(name,), value=value)
        into[name] = number(value) if into is usage and isinstance(value, str) else value
    if "model" not in found and "model" not in how.common:
        raise InvalidInput(f"no model; the columns are {', '.join(row)}; name MODEL or --map model=COLUMN")
    theirs = whole.get("provider_usage") or (whole.get("usage") if how.shape else None)
    if theirs is not None:
        payload = loads(theirs) if isinstance(theirs, str) else theirs
        return {**found, "provider_usage": {"shape": how.shape, "payload": payload} if how.shape else payload}
    nested = whole.get("usage")
    if nested is not None:
        nested = loads(nested) if isinstance(nested, str) else nested
        if usage or not isinstance(nested, dict):
            raise InvalidInput("usage must be an object of buckets, and stand alone; or give --shape", loc=("usage",))
        _of_buckets(nested)
        usage = nested
    if not usage:
        raise no_bucket(row)
    return {**found, "usage": usage}


def _of_buckets(usage: Mapping[str, Any]) -> None:
    """Refuse a usage object with keys that are no buckets: perhaps it is a provider's own."""
    unknown = next((name for name in usage if name not in BUCKETS), None)
    if unknown is not None:
        from pricing.payloads import SHAPES

        said = f"usage: unknown bucket {unknown!r}; {one_of(unknown, BUCKETS)}"
        theirs = f"a provider's own usage needs --shape, one of {', '.join(SHAPES)}"
        raise InvalidInput(f"{said}; {theirs}", loc=("usage", unknown), value=usage[unknown])


def refuse_respelt(column: str, ours: str | None) -> None:
    """Refuse a column that is one of ours but for its spelling; None is none.

    Raises:
        InvalidInput: says how to spell or map it.
    """
    if ours:
        said = f"column {column!r} must be spelt {ours}; rename it or --map {ours}={column}"
        raise InvalidInput(said, loc=("rows",), value=column)


def number(text: str) -> object:
    """A cell's number in plain digits, 1000.0 being 1000; anything else stays text, which a usage refuses."""
    digits = text.strip()
    whole, dot, rest = digits.partition(".")
    if not digits.isascii() or len(digits) > 40 or not whole.isdigit():  # noqa: PLR2004 - beyond any quantity
        return text
    if not dot or (rest and not rest.strip("0")):
        return int(whole)
    return Decimal(digits) if rest.isdigit() else text


def no_bucket(columns: Iterable[str]) -> InvalidInput:
    """The error of columns of which none is a billing bucket."""
    return InvalidInput(
        f"no usage: none of the columns {', '.join(columns) or '(none)'} holds a bucket; "
        f"the buckets are {', '.join(BUCKETS)}; --map BUCKET=COLUMN takes another name"
    )
