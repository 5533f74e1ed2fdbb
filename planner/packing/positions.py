"""Where in a row of passages each one stands: a model reads the middle of a long prompt worse than its ends.

How much worse is the user's to say, as a table of relative positions and qualities; none is built in ("Lost in the
Middle", Liu et al., TACL 2024, measured it for models of their day).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

Table = tuple[tuple[float, float], ...]
"""(relative position from 0, the first passage, to 1, the last; quality), positions ascending."""


def checked(table: Table) -> Table:
    """The table, if positions ascend within [0, 1] and no quality is negative.

    Raises:
        InvalidInput: they do not; `loc` names the row.
    """
    for at, (position, quality) in enumerate(table):
        if not 0 <= position <= 1 or not 0 <= quality < math.inf:
            raise _refused(
                at, f"({position:g}, {quality:g}); the position is a share from 0 to 1, the quality not negative"
            )
    for at, ((before, _), (position, _)) in enumerate(pairwise(table), 1):
        if position <= before:
            raise _refused(at, f"at position {position:g}; it must lie after {before:g}")
    return table


def quality(table: Table, position: float) -> float:
    """The quality at a relative position: linear between the table's rows, flat beyond its first and last."""
    places = [place for place, _ in table]
    at = bisect_left(places, position)
    if at == 0:
        return table[0][1]
    if at == len(table):
        return table[-1][1]
    (x0, y0), (x1, y1) = table[at - 1], table[at]
    return y0 + (y1 - y0) * (position - x0) / (x1 - x0)


def slots(table: Table, count: int) -> list[float]:
    """The quality of each place in a row of `count`; a single one stands first."""
    return [quality(table, at / (count - 1) if count > 1 else 0.0) for at in range(count)]


def mean(table: Table) -> float:
    """The mean quality where what is looked for may stand anywhere: the integral over the positions from 0 to 1."""
    inner = [place for place, _ in table if 0 < place < 1]
    points = [(place, quality(table, place)) for place in (0.0, *inner, 1.0)]
    return math.fsum((y0 + y1) / 2 * (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points))


def by_quality(scores: Sequence[float], table: Table) -> list[int]:
    """The row that makes the sum of score times quality greatest: the best score in the best place, and so on down.

    That both sorted alike give the greatest sum is the rearrangement inequality (Hardy, Littlewood, Polya:
    Inequalities, 1934, theorem 368). Equals keep their order.
    """
    best = slots(table, len(scores))
    places = sorted(range(len(scores)), key=lambda at: -best[at])
    return _placed(places, _ranked(scores))


def at_edges(scores: Sequence[float]) -> list[int]:
    """The row with the best first, the second last, the third second, and so on: the worst lie in the middle."""
    count = len(scores)
    places = [at // 2 if at % 2 == 0 else count - 1 - at // 2 for at in range(count)]
    return _placed(places, _ranked(scores))


def weighted(scores: Sequence[float], row: Sequence[int], table: Table) -> float:
    """The sum of score times quality of a row of passages."""
    return math.fsum(scores[at] * each for at, each in zip(row, slots(table, len(row)), strict=True))


def _ranked(scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda at: -scores[at])


def _placed(places: Sequence[int], ranked: Sequence[int]) -> list[int]:
    row = [0] * len(places)
    for place, at in zip(places, ranked, strict=True):
        row[place] = at
    return row


def _refused(at: int, what: str) -> InvalidInput:
    return InvalidInput(f"position_quality[{at}] is {what}", loc=("position_quality", at))
