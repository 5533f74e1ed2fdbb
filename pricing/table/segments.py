"""Which rows share their rates: one model, tier and region, time interval, step of prompt length and open windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.cost import RETIRES_SOON_DAYS
from pricing.errors import InvalidInput, TokenplanError
from pricing.names import Resolution
from pricing.rates import STANDARD, Window
from pricing.table.columns import CHUNK, Column, Ints, Text, bounds, instant, micros_of
from pricing.usage import PROMPT_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pricing.catalog import Catalog
    from pricing.table.columns import Quantities

_DENSE: Final = 1 << 20
_FEW: Final = 24
_MINUTE: Final = 60_000_000
_DAY: Final = 24 * 60


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
    codes, combinations = _present(list(texts.values()), rows)
    keys = tuple(_key(catalog, *each) for each in combinations)
    edges = _parting([key.edges for key in keys], *_span(at))
    levels = _parting([key.levels for key in keys], 0, sum(taken.most.get(name, 0) for name in PROMPT_BUCKETS))
    by_time, by_level, owner = _layout(keys, edges, levels)
    prompt = [taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts]
    found = np.empty(rows, np.intp)
    for start in range(0, rows, CHUNK):
        part = slice(start, start + CHUNK)
        key = codes[part] if isinstance(codes, np.ndarray) else np.zeros(len(found[part]), np.intp)
        np.take(
            by_time, _step(at[part], edges, key) if isinstance(at, np.ndarray) else key, out=found[part], mode="clip"
        )
        if levels:
            found[part] += by_level.take(_step(_sum(prompt, part), levels, key), mode="clip")
    _split_by_window(found, owner, keys, codes, at)
    return Segments(found, tuple(owner), keys)


def _present(columns: Sequence[Text], rows: int) -> tuple[Ints | int, list[tuple[str | None, ...]]]:
    """The combinations of texts that rows have, and each row's number among them."""
    parts = [text.values if isinstance(text, Column) else (text,) for text in columns]
    coded = [(text.codes, len(text.values)) for text in columns if isinstance(text, Column)]
    if not rows:
        return 0, []
    if not coded:
        return 0, [tuple(part[0] for part in parts)]
    for codes, count in coded:
        lowest, highest = bounds(codes)
        if lowest < 0 or highest >= count:
            raise InvalidInput(f"codes must lie from 0 to {count - 1}; they are indices into the column's values")
    number: NDArray[np.signedinteger] = coded[0][0]
    for codes, count in coded[1:]:
        number = number.astype(np.int64, copy=False) * count + codes
    used, place = _numbered(number, prod(count for _, count in coded))
    return place, [_texts(each, parts) for each in used]


def _numbered(number: NDArray[np.signedinteger], size: int) -> tuple[list[int], Ints]:
    """The numbers that occur, and each row's place among them; without sorting the rows where the range is small."""
    if size > _DENSE:
        used, inverse = np.unique(number, return_inverse=True)
        return used.tolist(), inverse
    occurs = np.zeros(size, bool)
    occurs[number] = True
    used = np.flatnonzero(occurs)
    if len(used) == size:
        return used.tolist(), number.astype(np.intp, copy=False)
    place = np.zeros(size, np.intp)
    place[used] = np.arange(len(used))
    return used.tolist(), place[number]


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
    return Key(
        resolved,
        tier or STANDARD,
        region or resolved.region,
        tuple(sorted(map(micros_of, dates))),
        tuple(sorted({each.threshold for each in sets if each.threshold})),
        tuple(dict.fromkeys(each.window for each in sets if each.window)),
    )


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
        many = int(heights[-1]) + 1
        by_time[number] = len(owner) + times * many
        by_level[number] = heights
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


def _split_by_window(found: Ints, owner: list[int], keys: Sequence[Key], codes: Ints | int, at: Ints | int) -> None:
    """Give the rows of models that price by the hour a segment of their own for each set of windows open then."""
    for number, key in enumerate(keys):
        if not key.windows:
            continue
        rows = np.flatnonzero(codes == number) if isinstance(codes, np.ndarray) else np.arange(len(found))
        if not len(rows):
            continue
        state, states = _open(key.windows, at[rows] if isinstance(at, np.ndarray) else np.full(len(rows), at))
        lowest = int(found[rows].min())
        pairs = (found[rows] - lowest).astype(np.int64) * states + state
        used, place = _numbered(pairs, int(pairs.max()) + 1)
        found[rows] = len(owner) + place
        owner += [number] * len(used)


def _open(windows: Sequence[Window], at: Ints) -> tuple[Ints, int]:
    """Which windows are open at each instant, as a number, and how many such numbers there are.

    Asked once for each stretch of a day in which none opens or closes.
    """
    turns = sorted({turn for each in windows for turn in _turns(each)})
    minutes = at // _MINUTE
    days = minutes // _DAY
    stretch = _step(minutes - days * _DAY, turns, days)
    stretch -= stretch.min()
    used, place = _numbered(stretch, int(stretch.max()) + 1)
    some = np.zeros(len(used), np.int64)
    some[place] = np.arange(len(at))
    moments = [instant(at, row) for row in some.tolist()]
    bits = [sum(each.holds(moment) << bit for bit, each in enumerate(windows)) for moment in moments]
    known = {state: number for number, state in enumerate(sorted(set(bits)))}
    return np.array([known[each] for each in bits], np.int64)[place], len(known)


def _turns(window: Window) -> Iterator[int]:
    """The minutes of a UTC day at which a window may open or close."""
    for span in window.spans:
        yield from span
    if window.holidays is not None:
        yield -window.holidays.utc_offset_hours * 60 % _DAY
