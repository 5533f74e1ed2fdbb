"""Which rows share their rates: one model, tier and region, time interval, step of prompt length and open windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pricing.cost import RETIRES_SOON_DAYS
from pricing.errors import InvalidInput, TokenplanError
from pricing.names import Resolution
from pricing.rates import STANDARD, Window
from pricing.table.columns import CHUNK, Column, Ints, Text, bounds, micros_of
from pricing.usage import PROMPT_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pricing.catalog import Catalog
    from pricing.rates import Calendar
    from pricing.table.columns import Codes, Quantities

_DENSE: Final = 1 << 20
_FEW: Final = 24
_MINUTE: Final = 60_000_000
_DAY: Final = 24 * 60
_FIRST: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """One model, provider, tier and region as asked: what it resolved to, and where its prices may change.

    `edges` are instants in microseconds, `levels` the first prompt lengths of context tiers.
    """

    resolved: Resolution | TokenplanError
    tier: str
    region: str | None
    edges: tuple[int, ...] = ()
    levels: tuple[int, ...] = ()
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """`of` numbers each row's segment, shape (rows,); `owner` gives each segment's key."""

    of: Ints
    owner: tuple[int, ...]
    keys: tuple[Key, ...]

    def key(self, segment: int) -> Key:
        """The key of a segment."""
        return self.keys[self.owner[segment]]


def segments(catalog: Catalog, texts: Mapping[str, Text], taken: Quantities, at: Ints | int, rows: int) -> Segments:
    """Number the rows so that all of one number share their rates.

    Raises:
        InvalidInput: codes beyond their column's values.
    """
    codes, place, combinations = _present(list(texts.values()), rows)
    keys = tuple(_key(catalog, *each) for each in combinations)
    edges = _parting([key.edges for key in keys], *_span(at))
    levels = _parting([key.levels for key in keys], 0, sum(taken.most.get(name, 0) for name in PROMPT_BUCKETS))
    by_time, by_level, owner = _layout(keys, edges, levels)
    hourly = [number for number, key in enumerate(keys) if key.windows]
    prompt = [taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts]
    found = np.empty(rows, np.intp)
    for start in range(0, rows, CHUNK):
        part = slice(start, start + CHUNK)
        mine = found[part]
        key = place.take(codes[part], mode="clip") if isinstance(codes, np.ndarray) else np.zeros(len(mine), np.intp)
        np.take(by_time, _step(at[part], edges, key) if isinstance(at, np.ndarray) else key, out=mine, mode="clip")
        if levels:
            mine += by_level.take(_step(_sum(prompt, part), levels, key), mode="clip")
        for number in hourly:
            those = np.flatnonzero(key == number)
            mine[those] += _open(keys[number].windows, at[part][those] if isinstance(at, np.ndarray) else at)
    return Segments(found, tuple(owner), keys)


def _present(columns: Sequence[Text], rows: int) -> tuple[NDArray[Any] | int, Ints, list[tuple[str | None, ...]]]:
    """The combinations of texts that rows have, each row's code, and the number of the combination by code."""
    parts = [text.values if isinstance(text, Column) else (text,) for text in columns]
    coded = [(text.codes, len(text.values)) for text in columns if isinstance(text, Column)]
    none = np.zeros(1, np.intp)
    if not rows or not coded:
        return 0, none, [tuple(part[0] for part in parts)] if rows else []
    for codes, count in coded:
        lowest, highest = bounds(codes)
        if lowest < 0 or highest >= count:
            raise InvalidInput(f"codes must lie from 0 to {count - 1}; they are indices into the column's values")
    size = prod(count for _, count in coded)
    if size > np.iinfo(np.int64).max:
        raise InvalidInput("the columns of texts have too many values each: their combinations pass 64 bits")
    if size > _DENSE:
        used, number = np.unique(_joined(coded, slice(None), np.int64), return_inverse=True)
        return number, np.arange(len(used)), [_texts(each, parts) for each in used.tolist()]
    number, occurs = np.empty(rows, np.int32), np.zeros(size, np.intp)
    for start in range(0, rows, CHUNK):
        part = slice(start, start + CHUNK)
        number[part] = joined = _joined(coded, part, np.int32)
        if size <= CHUNK:
            occurs += np.bincount(joined, minlength=size)
        else:
            occurs[joined] = 1
    place = np.cumsum(occurs > 0) - 1
    return number, place, [_texts(each, parts) for each in np.flatnonzero(occurs).tolist()]


def _joined(coded: Sequence[tuple[Codes, int]], part: slice, kind: type[np.signedinteger]) -> NDArray[Any]:
    """One number for the codes of all columns, which are its digits."""
    number: NDArray[Any] = coded[0][0][part].astype(kind, copy=False)
    for codes, count in coded[1:]:
        number = number * kind(count) + codes[part]
    return number


def _texts(number: int, parts: Sequence[Sequence[str | None]]) -> tuple[str | None, ...]:
    """The texts that a combined number stands for."""
    found: list[str | None] = []
    for values in reversed(parts):
        number, digit = divmod(number, len(values)) if len(values) else (number, 0)
        found.append(values[digit])
    return tuple(reversed(found))


def _key(catalog: Catalog, model: str | None, provider: str | None, tier: str | None, region: str | None) -> Key:
    try:
        resolved = catalog.resolve(model, provider)  # type: ignore[arg-type]  # None is refused there
    except TokenplanError as error:
        return Key(error, tier or STANDARD, region)
    sets = resolved.model.sets
    dates = {at for each in sets for at in (each.valid_from, each.valid_to) if at is not None}
    if resolved.model.retires:
        gone = datetime.combine(date.fromisoformat(resolved.model.retires), datetime.min.time(), UTC)
        dates |= {gone, gone - timedelta(days=RETIRES_SOON_DAYS)}  # its warnings change there
    dates |= {_after(each.window.holidays) for each in sets if each.window and each.window.holidays}
    return Key(
        resolved,
        tier or STANDARD,
        region or resolved.region,
        tuple(sorted(map(micros_of, dates))),
        tuple(sorted({each.threshold for each in sets if each.threshold})),
        tuple(dict.fromkeys(each.window for each in sets if each.window)),
    )


def _after(calendar: Calendar) -> datetime:
    """The first instant whose holidays a calendar does not know."""
    day = calendar.covers_through + timedelta(days=1)
    return datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=calendar.utc_offset_hours)


def _span(at: Ints | int) -> tuple[int, int]:
    return (at, at) if isinstance(at, int) else bounds(at)


def _parting(every: Sequence[Sequence[int]], low: int, high: int) -> list[int]:
    """The edges of all keys that part the rows at hand."""
    return sorted({edge for edges in every for edge in edges if low < edge <= high})


def _layout(keys: Sequence[Key], edges: Sequence[int], levels: Sequence[int]) -> tuple[Ints, Ints, list[int]]:
    """Each key's segment by time step, what a level adds to it, and the key of every segment."""
    by_time = np.zeros((len(keys), len(edges) + 1), np.intp)
    by_level = np.zeros((len(keys), len(levels) + 1), np.intp)
    owner: list[int] = []
    for number, key in enumerate(keys):
        times, heights = _own(edges, key.edges), _own(levels, key.levels)
        states = 1 << len(key.windows)  # each set of windows may be open
        many = (int(heights[-1]) + 1) * states
        by_time[number] = len(owner) + times * many
        by_level[number] = heights * states
        owner += [number] * ((int(times[-1]) + 1) * many)
    return by_time.ravel(), by_level.ravel(), owner


def _own(union: Sequence[int], own: Sequence[int]) -> Ints:
    """For each step of the union, how many of a key's own edges lie at or below it."""
    mine = set(own)
    return np.cumsum([0, *(edge in mine for edge in union)], dtype=np.intp)


def _step(values: Ints, edges: Sequence[int], row: Ints) -> Ints:
    """The place in a flat table of one row a key and one column a step: how many edges each value has reached.

    A few edges are compared one by one, which is faster than a search.
    """
    place = row * (len(edges) + 1)
    if len(edges) > _FEW:
        return place + np.searchsorted(np.array(edges, np.int64), values, side="right")
    steps = np.zeros(len(values), np.int8)
    for edge in edges:
        steps += (values >= edge).view(np.int8)
    return place + steps


def _sum(columns: Sequence[Ints], part: slice) -> Ints:
    total = columns[0][part]
    for column in columns[1:]:
        total = total + column[part]
    return total


def _open(windows: Sequence[Window], at: Ints | int) -> Ints:
    """Which windows are open at each instant, as bits; `Window.holds` for columns."""
    minutes = np.atleast_1d(np.asarray(at)) // _MINUTE
    days = minutes // _DAY
    minute = (minutes - days * _DAY).astype(np.int16)
    state = np.zeros(len(minutes), np.int64)
    for bit, window in enumerate(windows):
        held = np.full(len(minutes), not window.spans)
        for start, end in window.spans:
            both = np.logical_and if start < end else np.logical_or  # a span whose end comes first wraps midnight
            held |= both(minute >= start, minute < end)
        if window.weekdays:
            weekday = (days % 7 + 3) % 7 + 1  # 1970 began on a Thursday
            held &= np.array([day in window.weekdays for day in range(8)]).take(weekday)
        if window.holidays is not None:
            local = (minutes + 60 * window.holidays.utc_offset_hours) // _DAY
            held &= ~np.isin(local, [(day - _FIRST).days for day in window.holidays.dates], kind="table")
        state |= held.astype(np.int64) << bit
    return state
