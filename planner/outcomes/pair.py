"""Two models on the same prompts: who gets what right, and what a share of strong calls gives at best and at worst."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from planner.outcomes.answer import Bound, JointShares, Pair, Point
from planner.outcomes.frontier import slope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHARES: Final = tuple(each / 10 for each in range(11))
"""The strong shares that the bounds are told for."""


class Both(NamedTuple):
    """Costs and scores of two models on the same prompts."""

    weak_costs: Sequence[float]
    strong_costs: Sequence[float]
    weak_scores: Sequence[float]
    strong_scores: Sequence[float]

    @property
    def weak(self) -> tuple[float, float]:
        """Mean cost and score of the weak model."""
        return mean(self.weak_costs), mean(self.weak_scores)

    @property
    def strong(self) -> tuple[float, float]:
        """Mean cost and score of the strong model."""
        return mean(self.strong_costs), mean(self.strong_scores)

    def at(self, places: Iterable[int]) -> Both:
        """The same of some of the prompts."""
        picked = list(places)
        return Both(*([column[place] for place in picked] for column in self))


def mean(values: Sequence[float]) -> float:
    """The mean of at least one value."""
    return sum(values) / len(values)


def pair(names: tuple[str, str], both: Both, correct_at: float) -> Pair:
    """Joint shares, bounds at each share, and the oracle that takes the strong model only where it is better."""
    gains = [strong - weak for weak, strong in zip(both.weak_scores, both.strong_scores, strict=True)]
    needed = [at for at, gain in enumerate(gains) if gain > 0]
    enough = [at for at, gain in enumerate(gains) if gain <= 0]
    (weak_usd, weak_score), (strong_usd, strong_score) = both.weak, both.strong
    chosen = both.at(needed), both.at(enough)
    count = len(gains)
    oracle = Point(
        (sum(chosen[0].strong_costs) + sum(chosen[1].weak_costs)) / count,
        (sum(chosen[0].strong_scores) + sum(chosen[1].weak_scores)) / count,
    )
    return Pair(
        *names,
        joint_shares(both, correct_at),
        len(needed) / count,
        mean(chosen[1].weak_costs) if enough else None,
        mean(chosen[0].strong_costs) if needed else None,
        slope((weak_usd, weak_score), (strong_usd, strong_score)),
        oracle,
        1 - oracle.cost_usd / strong_usd if strong_usd else None,
        tuple(bounds(both, SHARES)),
    )


def joint_shares(both: Both, correct_at: float) -> JointShares:
    """The shares of prompts that both, one or none of the models got right, with a score of at least `correct_at`."""
    right = [
        (weak >= correct_at, strong >= correct_at)
        for weak, strong in zip(both.weak_scores, both.strong_scores, strict=True)
    ]
    count = len(right)
    return JointShares(
        *(right.count(each) / count for each in ((True, True), (True, False), (False, True), (False, False)))
    )


def bounds(both: Both, shares: Iterable[float]) -> list[Bound]:
    """The best, a random and the worst router that send exactly a share of the prompts to the strong model.

    An oracle sends those first that gain most, the cheaper of equals. For scores of 0 and 1 it reaches
    `Q_w + min(p, strong_only) - max(0, p - (1 - weak_only))`, and its opposite
    `Q_w - min(p, weak_only) + max(0, p - (1 - strong_only))`. A share between two counts mixes both.
    """
    (weak_usd, weak_score), (strong_usd, strong_score) = both.weak, both.strong
    moves = [(strong - weak, dear - cheap) for cheap, dear, weak, strong in zip(*both, strict=True)]
    count = len(moves)
    best = sorted(moves, key=lambda move: (-move[0], move[1]))
    gained = [0.0, *accumulate(gain for gain, _ in best)]
    spent = [0.0, *accumulate(usd for _, usd in best)]
    lost = [0.0, *accumulate(sorted(gain for gain, _ in moves))]
    return [
        Bound(
            share,
            weak_score + _between(gained, share * count) / count,
            weak_usd + _between(spent, share * count) / count,
            weak_score + share * (strong_score - weak_score),
            weak_usd + share * (strong_usd - weak_usd),
            weak_score + _between(lost, share * count) / count,
        )
        for share in shares
    ]


def _between(sums: Sequence[float], place: float) -> float:
    """A running sum at a place between two whole ones."""
    low = min(int(place), len(sums) - 1)
    high = min(low + 1, len(sums) - 1)
    return sums[low] + (sums[high] - sums[low]) * (place - low)
