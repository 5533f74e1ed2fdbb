"""Stretches of time in which no price changes: which one each row's instant lies in."""

from __future__ import annotations

from datetime import date
from math import gcd
from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.table.codes import bounds, close, same, slices

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pricing.rates import Window
    from pricing.table.codes import Ints, Numbers

_MINUTE: Final = 60_000_000
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_FIRST: Final = date(1970, 1, 1)
_TICKS: Final = 1 << 17
_CODES: Final = 1 << 20


def stretches(at: Ints, edges: Sequence[Ints], windows: Collection[Window]) -> tuple[Numbers, Ints]:
    """Each row's stretch, and one instant of every stretch.

    Stretches are parted by instants and by the opening and closing of windows. The instants, in microseconds since
    1970, are looked up by the tick of the clock where rows outnumber ticks.
    """
    low, high = bounds(at)
    parting = np.unique(np.concatenate(edges))
    parting = parting[(low < parting) & (parting <= high)]
    if not len(parting) and not windows:
        return same(0, len(at)), np.array([low])
    tick = _tick(windows)
    first, count = low // tick, high // tick - low // tick + 1
    if count > min(len(at), _TICKS):
        numbers, rows = close(*_codes(at, parting, windows))
        return numbers, at[rows]
    begins = np.maximum((first + np.arange(count)) * tick, low)
    moments = np.union1d(begins, parting)  # what holds at a moment holds until the next
    numbers, some = close(*_codes(moments, parting, windows))
    by_tick = numbers[moments.searchsorted(begins)].astype(np.int32)
    broken = parting[parting % tick > 0]
    by_tick[broken // tick - first] = -1
    found = np.empty(len(at), np.int32)
    for part in slices(len(at)):
        ticks = (at[part] - first * tick).view(np.uint64) // np.uint64(tick)  # twice as fast as with signs
        by_tick.take(ticks.view(np.int64), out=found[part], mode="clip")
        if len(broken):
            rows = np.flatnonzero(found[part] < 0)
            found[part][rows] = numbers[moments.searchsorted(at[part][rows], side="right") - 1]
    return found, moments[some]


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
        held &= ~np.isin(local, [(day - _FIRST).days for day in window.holidays.dates], kind="table")
    return held.astype(np.intp)


def _tick(windows: Collection[Window]) -> int:
    """The longest part of an hour, in microseconds, at whose ends alone windows open and close."""
    return gcd(_HOUR, *(minute for window in windows for span in window.spans for minute in span)) * _MINUTE


def _codes(at: Ints, edges: Ints, windows: Collection[Window]) -> tuple[Ints, int]:
    """Codes that tell apart instants between other edges or with other windows open, and how many there may be."""
    codes, size = edges.searchsorted(at, side="right"), len(edges) + 1
    for window in windows:
        codes, size = 2 * codes + is_open(window, at), 2 * size
        if size > _CODES:
            codes, rows = close(codes, size)
            size = len(rows)
    return codes, size
