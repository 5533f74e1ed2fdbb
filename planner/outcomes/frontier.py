"""Points of cost and score: who dominates whom, the hull of what mixtures reach, the area below it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Spot: TypeAlias = tuple[float, float]
"""Mean cost in USD and mean score."""


def dominates(one: Spot, other: Spot) -> bool:
    """Whether one is no dearer and no worse than the other, and better in one of both."""
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def dominator(at: int, spots: Sequence[Spot]) -> int | None:
    """The best of those that dominate a spot, the cheaper of equals; None where nothing does."""
    found = [place for place, spot in enumerate(spots) if dominates(spot, spots[at])]
    return max(found, key=lambda place: (spots[place][1], -spots[place][0]), default=None)


def hull(spots: Iterable[Spot]) -> list[Spot]:
    """The non-decreasing convex hull: what probabilistic mixtures of the spots reach at best, up to the best score.

    Source: RouterBench (Hu et al., 2024), the non-decreasing convex hull; upper chain of Andrew (1979).
    """
    chain: list[Spot] = []
    for cost, score in sorted(set(spots), key=lambda spot: (spot[0], -spot[1])):
        if chain and score <= chain[-1][1]:
            continue
        while len(chain) > 1 and _below(chain[-2], chain[-1], (cost, score)):
            chain.pop()
        chain.append((cost, score))
    return chain


def height(chain: Sequence[Spot], cost: float) -> float:
    """A hull's score at a cost from its first spot on; flat beyond the last."""
    for (left, low), (right, high) in pairwise(chain):
        if left <= cost <= right:
            return low + (high - low) * (cost - left) / (right - left)
    return chain[-1][1]


def aiq(chain: Sequence[Spot], low_usd: float, high_usd: float) -> float:
    """The mean height of a hull over a cost range: its area divided by the range; the height itself where both are one.

    Source: RouterBench (Hu et al., 2024), average improvement in quality.
    """
    if high_usd == low_usd:
        return height(chain, low_usd)
    costs = [low_usd, *(cost for cost, _ in chain if low_usd < cost < high_usd), high_usd]
    heights = [height(chain, cost) for cost in costs]
    area = sum(
        (right - left) * (a + b) / 2 for (left, right), (a, b) in zip(pairwise(costs), pairwise(heights), strict=True)
    )
    return min(max(area / (high_usd - low_usd), heights[0]), heights[-1])


def slope(one: Spot, other: Spot) -> float | None:
    """Score gained per USD from one to the other; None where the cost is the same.

    Source: AutoMix (Aggarwal et al., 2024), incremental benefit per cost.
    """
    return None if one[0] == other[0] else (other[1] - one[1]) / (other[0] - one[0])


def _below(first: Spot, middle: Spot, last: Spot) -> bool:
    """Whether the middle spot lies on or below the line between the others."""
    across = (middle[0] - first[0]) * (last[1] - first[1]) - (middle[1] - first[1]) * (last[0] - first[0])
    return across >= 0
