"""Where two plans cost the same."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS_PER_DECADE: Final = 20
_SAME: Final = 1e-12
"""Costs that differ by less than this share are equal: rounding, not a plan, tells them apart."""


def crossings(gap: Callable[[float], tuple[float, float]], decades: int) -> tuple[list[float], bool | None]:
    """The volumes from 1 to `10**decades` at which two costs cross, and whether the first is dearer beyond the last.

    `gap` gives both costs at a volume. The second answer is None where the costs are equal throughout. Volumes are
    tried on a grid of twenty a decade, then halved: two crossings closer than a step are not seen.
    """
    points = [10 ** (at / _STEPS_PER_DECADE) for at in range(decades * _STEPS_PER_DECADE + 1)]
    found, before, last = [], None, points[0]
    for point in points:
        dearer = _dearer(*gap(point))
        if dearer is None:
            continue
        if before is not None and dearer != before:
            found.append(_halved(gap, last, point, upper=dearer))
        before, last = dearer, point
    return found, before


def _dearer(first: float, second: float) -> bool | None:
    """Whether the first costs more; None where both cost the same."""
    return None if abs(first - second) <= _SAME * max(abs(first), abs(second)) else first > second


def _halved(gap: Callable[[float], tuple[float, float]], low: float, high: float, *, upper: bool) -> float:
    for _ in range(60):
        middle = sqrt(low * high)
        first, second = gap(middle)
        low, high = (low, middle) if (first > second) == upper else (middle, high)
    return sqrt(low * high)
