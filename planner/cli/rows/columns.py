"""Rows of a file by the table: what it can price like the scalar path goes there, every other row is priced alone.

Both ways give the same text, row by row, and the same totals. Alone go rows with seconds or token-hours, with values
that are no counts or instants, in gaps of a history, with a provider's usage payload, or of a cost that a table would
round. Needs the extra `table`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from planner.cli.rows.alone import number, unpriced
from planner.when import When, when
from pricing.errors import BadCatalog, InvalidInput, NotPriced, TokenplanError, UnknownModel
from pricing.table import Column, plain, usd
from pricing.table import price as price_table
from pricing.table.columns import AMOUNTS, micros_of
from pricing.usage import BUCKETS, LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from planner.cli.rows.alone import Alone
    from planner.cli.rows.chunks import Added, Chunk, Columns
    from planner.cli.rows.totals import Totals
    from pricing.table import Chosen, Priced

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_TERMS: Final = ("model", "provider", "service_tier", "region")
_DAY: Final = 86_400_000_000
_TOKENS: Final = tuple(name for name, bucket in BUCKETS.items() if bucket.unit == "million_tokens")
_WIDEST: Final = 1 << 62
_NONE: Final[Added] = (None, None, None, None)


class Event(NamedTuple):
    """What is to be done for a row: count its error, say the warnings of `rows` like it, or price it alone."""

    place: int
    error: TokenplanError | None = None
    rows: int = 0


@dataclass(slots=True)
class _Taken:
    """Rows of the same columns as the table takes them; `alone` marks those that it cannot."""

    alone: Bools
    given: Bools
    usage: dict[str, Ints] = field(default_factory=dict)
    terms: dict[str, Column | str | None] = field(default_factory=dict)
    at: Ints | None = None
    bare: Bools | None = None


class ByTable:
    """Prices chunks."""

    def __init__(self, alone: Alone) -> None:
        self._alone = alone
        self._ours = alone.how.ours
        self._common = alone.how.common
        self._now = alone.now

    def __call__(self, chunk: Chunk, totals: Totals) -> Sequence[Added]:
        """What each row of a chunk gets."""
        added: list[Added] = [_NONE] * len(chunk.lines)
        left = np.ones(len(chunk.lines), bool)
        events: list[Event] = []
        for columns in chunk.columns(self._alone.reads, self._nested()):
            taken = self._taken(columns)
            if taken is not None:
                events += self._priced(taken, np.asarray(columns.places, np.intp), added, left, totals)
        events += [Event(place) for place in np.flatnonzero(left).tolist()]
        for place, error, rows in sorted(events, key=lambda event: event.place):
            if rows:
                totals.warned(self._alone.cost(chunk.row(place)).warnings, rows)
            elif error is not None:
                totals.failed(error, chunk.lines[place])
                added[place] = unpriced(error, chunk.lines[place])
            else:
                added[place] = self._alone.added(chunk.row(place), totals)
        return added

    def _nested(self) -> str | None:
        """The column that holds usage objects of buckets, where none of a provider are meant."""
        if self._alone.how.shape is not None:
            return None
        renamed = (column for column, ours in self._alone.how.names.items() if ours == "usage")
        return next(renamed, "usage")

    def _taken(self, columns: Columns) -> _Taken | None:
        """The columns read; None where each row must be looked at."""
        if any(map(self._alone.how.respelt, columns.named)):
            return None
        ours = Counter(map(self._ours, columns.named))
        buckets = {self._ours(name): values for name, values in columns.named.items() if self._ours(name) in BUCKETS}
        wrong = any(count > 1 for count in ours.values()) or any(name in ours for name in ("usage", "provider_usage"))
        if wrong or (columns.nested and (buckets or not BUCKETS.keys() >= columns.nested.keys())):
            return None
        buckets = buckets or columns.nested
        terms = {self._ours(name): values for name, values in columns.named.items() if self._ours(name) not in BUCKETS}
        if not buckets or ("model" not in terms and "model" not in self._common):
            return None
        size = len(columns.places)
        taken = _Taken(np.zeros(size, bool), np.zeros(size, bool))
        for name, values in buckets.items():
            _take_quantities(taken, name, values, nested=bool(columns.nested))
        taken.alone |= ~taken.given
        for name in _TERMS:
            taken.terms[name] = self._texts(taken, name, terms.get(name))
        self._take_instants(taken, terms.get("as_of"))
        return taken

    def _texts(self, taken: _Taken, name: str, values: Any) -> Column | str | None:
        """A column of texts, empty ones being the value for all rows."""
        common: str | None = self._common.get(name)
        if values is None:
            return common
        if not isinstance(values, list):
            from pricing import arrow

            try:
                column = arrow.texts(name, values)
            except InvalidInput:
                values = values.to_pylist()
            else:
                return Column(tuple(value or common for value in column.values), column.codes)
        taken.alone |= np.fromiter((type(value) not in _TEXT for value in values), bool, len(values))
        texts = [value if type(value) is str and value else common for value in values]
        codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
        return Column(tuple(codes), np.fromiter(map(codes.__getitem__, texts), np.int32, len(texts)))

    def _take_instants(self, taken: _Taken, values: Any) -> None:
        common = when(self._common.get("as_of"), self._now)
        size = len(taken.alone)
        if values is not None and not isinstance(values, list):
            from pricing import arrow

            if arrow.is_time(values.type):
                stamps = arrow.instants("as_of", values)
                gaps = np.isnat(stamps)
                taken.at = np.where(gaps, micros_of(common.at), stamps.view(np.int64))
                taken.bare = np.where(gaps, common.bare, arrow.is_date(values.type))
                return
            values = values.to_pylist()
        if values is None:
            taken.at, taken.bare = np.full(size, micros_of(common.at)), np.full(size, common.bare)
            return
        known: dict[Any, When | None] = {"": common, None: common}
        read = [known[value] if value in known else known.setdefault(value, self._when(value)) for value in values]
        taken.alone |= np.fromiter((each is None for each in read), bool, size)
        taken.at = np.fromiter((micros_of((each or common).at) for each in read), np.int64, size)
        taken.bare = np.fromiter(((each or common).bare for each in read), bool, size)

    def _when(self, value: object) -> When | None:
        try:
            return when(value, self._now) if isinstance(value, str) else None
        except InvalidInput:
            return None

    def _priced(self, taken: _Taken, places: Ints, added: list[Added], left: Bools, totals: Totals) -> Iterator[Event]:
        """Fill in the rows that the table priced; what is to be said of those, and of the refused ones, is left."""
        assert taken.at is not None
        table = price_table(
            self._alone.catalog,
            taken.usage or {"input_tokens": np.zeros(len(places), np.int64)},
            model=taken.terms["model"],
            provider=taken.terms["provider"],
            service_tier=taken.terms["service_tier"],
            region=taken.terms["region"],
            as_of=taken.at.view("datetime64[us]"),
        )
        good = (table.errors < 0) & ~taken.alone
        good[list(table.finer)] = False
        said = np.array([_same_alone(error) for error in table.problems] + [False], bool)[table.errors] & ~taken.alone
        rows = np.flatnonzero(good)
        for place, cost in zip(places[rows].tolist(), _costs(table, rows), strict=True):
            added[place] = cost
        left[places[good | said]] = False
        _add(totals, table, taken, rows)
        for row in np.flatnonzero(said).tolist():
            yield Event(int(places[row]), table.problems[table.errors[row]])
        for row, count in self._warned(taken, table, good):
            yield Event(int(places[row]), rows=count)

    def _warned(self, taken: _Taken, table: Priced, good: Bools) -> Iterator[tuple[int, int]]:
        """Rows whose cost carries warnings, one for all of which the same is said, and how many those are.

        What is said depends on the rates, the day, whether it lies ahead or was bare, and which buckets are used.
        """
        assert taken.at is not None
        at = taken.at
        assert taken.bare is not None
        ahead = at > micros_of(self._now)
        warn = np.array([each is not None and bool(each.warnings) for each in table.chosen], bool)
        hourly = np.array([each is not None and self._hourly(each) for each in table.chosen], bool)
        rows = np.flatnonzero(good & (warn[table.offers] | ahead | (taken.bare & hourly[table.offers])))
        if not len(rows):
            return
        days = at[rows] // _DAY
        days -= days.min()
        span = int(days.max()) + 1
        names = [name for name, column in taken.usage.items() if column.any()]
        if len(table.chosen) * span * 4 << len(names) > _WIDEST:
            yield from ((row, 1) for row in rows.tolist())
            return
        key = ((table.offers[rows].astype(np.int64) * span + days) * 2 + ahead[rows]) * 2 + taken.bare[rows]
        for name in names:
            key = key * 2 + (taken.usage[name][rows] > 0)
        _, first, counts = np.unique(key, return_index=True, return_counts=True)
        yield from zip(rows[first].tolist(), counts.tolist(), strict=True)

    def _hourly(self, chosen: Chosen) -> bool:
        model = self._alone.catalog.model(chosen.model.provider, chosen.model.id)
        return any(each.window for each in model.sets)


_TEXT: Final = frozenset((str, type(None)))


def _same_alone(error: TokenplanError) -> bool:
    """Whether the scalar path says of each row what the table says once for many."""
    if isinstance(error, BadCatalog):
        raise error
    return isinstance(error, UnknownModel) or (isinstance(error, NotPriced) and error.problems[0].loc != ("as_of",))


def _costs(table: Priced, rows: Ints) -> Iterator[Added]:
    """What priced rows get."""
    refs = [each and each.model for each in table.chosen]
    models = [(each.id, each.provider, None) if each else _NONE[1:] for each in refs]
    for text, offer in zip(plain(table.amounts[rows]), table.offers[rows].tolist(), strict=True):
        yield (text, *models[offer])


def _add(totals: Totals, table: Priced, taken: _Taken, rows: Ints) -> None:
    """Add priced rows to the totals, model by model; sums of either half stay in 64 bits."""
    if not len(rows):
        return
    offers = table.offers[rows]
    order = np.argsort(offers, kind="stable")
    starts = np.flatnonzero(np.diff(offers[order], prepend=-1))
    amounts = table.amounts[rows][order]
    tokens = np.zeros(len(rows), np.int64)
    for name in _TOKENS:
        if name in taken.usage:
            tokens += taken.usage[name][rows]
    parts = (amounts >> 32, amounts & 0xFFFFFFFF, tokens[order])
    sums = [np.add.reduceat(part, starts).tolist() for part in parts]
    counts = np.diff([*starts.tolist(), len(rows)]).tolist()
    for offer, count, high, low, used in zip(offers[order][starts].tolist(), counts, *sums, strict=True):
        chosen = table.chosen[offer]
        assert chosen is not None
        totals.add(chosen.model, count, used, usd((high << 32) + low))


def _take_quantities(taken: _Taken, name: str, values: Any, *, nested: bool) -> None:
    """A bucket; rows with an amount that has decimals, or with no count, go alone."""
    size = len(values)
    default = int(name == "requests")
    if not isinstance(values, list):
        found = _of_arrow(name, values)
        if found is None:
            values = [value if type(value) is not float else None for value in values.to_pylist()]
    else:
        found = _plain_counts(values)
    if found is None:
        read = [_count(value, nested=nested) for value in values]
        wrong = np.fromiter((each is False for each in read), bool, size)
        given = np.fromiter((each is not None for each in read), bool, size)
        counts = np.fromiter((default if each is None else int(each) for each in read), np.int64, size)
    else:
        counts, wrong, given = found
    if name in AMOUNTS:
        wrong |= counts != 0
    elif counts.any() or name == "requests":
        taken.usage[name] = counts
    taken.alone |= wrong
    taken.given |= given


def _count(value: object, *, nested: bool) -> int | None:
    """A count; None where none is given, False where it is no count that the table takes."""
    if (value is None or value == "") and not nested:
        return None
    found = number(value) if isinstance(value, str) and not nested else value
    return found if type(found) is int and 0 <= found <= LARGEST else False


def _plain_counts(values: list[Any]) -> tuple[Ints, Bools, Bools] | None:
    """Integers, or texts of nothing but digits: what most columns hold."""
    kinds = set(map(type, values))
    if kinds == {str}:
        joined = "".join(values)
        if not (joined.isascii() and joined.isdecimal() and all(values)):
            return None
    elif kinds != {int}:
        return None
    try:
        counts = np.fromiter(map(int, values), np.int64, len(values))
    except (OverflowError, ValueError):
        return None
    return counts, (counts < 0) | (counts > LARGEST), np.ones(len(values), bool)


def _of_arrow(name: str, values: Any) -> tuple[Ints, Bools, Bools] | None:
    """An Arrow array of integers, or of floats that are whole."""
    from pricing import arrow

    try:
        counts, fractions = arrow.quantities(name, "input_tokens" if name != "requests" else name, values)
    except InvalidInput:
        return None
    wrong = (counts < 0) | (counts > LARGEST)
    wrong[fractions] = True
    return np.where(wrong, 0, counts).astype(np.int64), wrong, values.is_valid().to_numpy(zero_copy_only=False)
