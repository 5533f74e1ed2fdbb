"""The Pareto frontier of points with three figures, each the better the lower; arrays in, indices out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float, float]

_BINS: Final = 256
"""Bins of each of two figures, before the exact sweep."""


def sweep(points: Sequence[Point]) -> list[int]:
    """The indices of points that no other one beats, ascending; equal points stay together.

    One point beats another where it is as good in every figure and better in one. O(n log n) comparisons.
    """
    order = sorted(range(len(points)), key=points.__getitem__)
    return sorted(order[place] for place in _unbeaten(points[at] for at in order))


def frontier(first: NDArray[np.float64], second: NDArray[np.float64], third: NDArray[np.float64]) -> NDArray[np.intp]:
    """The same for columns without NaN: a coarse grid strikes out most points, the sweep does the rest."""
    import numpy as np  # noqa: PLC0415 - who has few points needs no NumPy

    left = np.flatnonzero(~_beaten(first, second, third)) if len(first) else np.arange(0)
    columns = [each[left] for each in (first, second, third)]
    order = np.lexsort(columns[::-1])
    ordered = zip(*(column[order].tolist() for column in columns), strict=True)
    return np.sort(left[order[list(_unbeaten(ordered))]])


def _unbeaten(points: Iterable[Point]) -> Iterator[int]:
    """The places of unbeaten points among points in lexicographic order.

    What beats a point stands before it, so that only the last two figures matter: of those met, the best are a
    staircase. Source: Kung, Luccio and Preparata (1975), On finding the maxima of a set of vectors.
    """
    seconds: list[float] = []  # ascending
    thirds: list[float] = []  # beside them, strictly descending
    last: Point | None = None
    for at, point in enumerate(points):
        _, second, third = point
        place = bisect_right(seconds, second)
        if place and thirds[place - 1] <= third:
            if point == last:
                yield at
            continue
        start = end = bisect_left(seconds, second, 0, place)
        while end < len(seconds) and thirds[end] >= third:
            end += 1
        seconds[start:end], thirds[start:end] = [second], [third]
        last = point
        yield at


def _beaten(first: NDArray[np.float64], second: NDArray[np.float64], third: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Points beaten by one in a lower bin of the first two figures that is as good in the third."""
    import numpy as np  # noqa: PLC0415 - as above

    def bins(column: NDArray[np.float64]) -> NDArray[np.intp]:
        edges = np.sort(column)[:: max(1, len(column) // _BINS)]
        return np.searchsorted(edges, column, side="right")

    rows, columns = bins(first), bins(second)
    best = np.full((rows.max() + 1, columns.max() + 1), np.inf)
    np.minimum.at(best, (rows, columns), third)
    best = np.minimum.accumulate(np.minimum.accumulate(best, axis=0), axis=1)
    beaten: NDArray[np.bool_] = best[rows - 1, columns - 1] <= third  # bins count from 1, and 0 holds nothing
    return beaten
