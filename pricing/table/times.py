"""Stretches of time in which no price changes: which one each row's instant lies in."""

from __future__ import annotations

from datetime import date
from math import gcd
from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.table.codes import close

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pricing.rates import Window
    from pricing.table.codes import Ints, Lazy
    from pricing.table.columns import Instants

_MINUTE: Final = 60_000_000
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_FIRST: Final = date(1970, 1, 1)
_TICKS: Final = 1 << 17
_CODES: Final = 1 << 20


def stretches(at: Instants, edges: Sequence[Ints], windows: Collection[Window]) -> tuple[Lazy, Ints]:
    """Each row's stretch, and one instant of every stretch.

    Stretches are parted by instants, `edges`, and by the opening and closing of windows. Where rows outnumber the
    ticks of the clock, a row is looked up by its tick.
    """
    parting = np.unique(np.concatenate(edges))
    parting = parting[(at.low < parting) & (parting <= at.high)]
    if not len(parting) and not windows:
        return lambda _: np.zeros(1, np.int64), np.array([at.low])
    tick = _tick(windows)
    first, last = at.low // tick, at.high // tick
    if last - first >= min(len(at.of), _TICKS):
        numbers, some = close(*_codes(at.of, parting, windows))
        return numbers, at.of[some]
    begins, between = np.maximum(np.arange(first, last + 1) * tick, at.low), parting[parting % tick > 0]
    moments = np.sort(np.concatenate([begins, between]))
    numbers, some = close(*_codes(moments, parting, windows))
    by_moment = numbers(slice(len(moments)))
    by_tick = by_moment[moments.searchsorted(begins)]
    by_tick[between // tick - first] = -1

    def number(part: slice) -> Ints:
        mine = at.of[part]
        ticks = (mine - first * tick).view(np.uint64)
        ticks //= np.uint64(tick)  # twice as fast as with signs
        found = by_tick.take(ticks.view(np.int64), mode="clip")
        if len(between):
            rows = np.flatnonzero(found < 0)
            found[rows] = by_moment[moments.searchsorted(mine[rows], side="right") - 1]
        return found

    return number, moments[some]


def is_open(window: Window, at: Ints) -> Ints:
    """1 where a window is open, else 0; `Window.holds` for instants in microseconds since 1970."""
    minutes = at // _MINUTE
    days = minutes // _DAY
    minute = minutes - days * _DAY
    held = np.full(len(at), not window.spans)
    for start, end in window.spans:
        both = np.logical_and if start < end else np.logical_or  # a span whose end comes first wraps midnight
        held |= both(minute >= start, minute < end)
    if window.weekdays:
        weekday = (days % 7 + 3) % 7 + 1  # 1970 began on a Thursday
        held &= np.array([day in window.weekdays for day in range(8)]).take(weekday)
    if window.holidays is not None:
        local = (minutes + 60 * window.holidays.utc_offset_hours) // _DAY
        closed = np.array(sorted((day - _FIRST).days for day in window.holidays.dates), np.int64)
        held &= closed.searchsorted(local, side="left") == closed.searchsorted(local, side="right")
    return held.astype(np.intp)


def _tick(windows: Collection[Window]) -> int:
    """The longest part of an hour, in microseconds, at whose ends alone windows open and close."""
    return gcd(_HOUR, *(minute for window in windows for span in window.spans for minute in span)) * _MINUTE


def _codes(at: Ints, edges: Ints, windows: Collection[Window]) -> tuple[Lazy, int, int]:
    """Codes that tell apart instants between other edges or with other windows open; the rows, and how many codes."""
    codes, size = edges.searchsorted(at, side="right"), len(edges) + 1
    for window in windows:
        codes, size = 2 * codes + is_open(window, at), 2 * size
        if size > _CODES:
            closed, rows = close(codes.__getitem__, len(at), size)
            codes, size = closed(slice(len(at))), len(rows)
    return codes.__getitem__, len(at), size
