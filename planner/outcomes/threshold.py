"""A router's score column: what each threshold gives, which one to take, and how sure the saving is."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from statistics import stdev
from typing import TYPE_CHECKING, Final, NamedTuple

from planner.outcomes.answer import Choice, Quality, Routed, Router, Saved
from planner.outcomes.frontier import aiq, hull, slope
from planner.outcomes.pair import SHARES, Both, bounds, mean
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.outcomes.question import OutcomesQuestion

GAP: Final = 0.9
"""The share of the gap that a threshold recovers when nothing else is asked."""

_POINTS: Final = 21
_MOST_DRAWS: Final = 50_000_000
MOST_RESAMPLES: Final = 100_000


class Part(NamedTuple):
    """Prompts of the training or the test part."""

    both: Both
    scores: Sequence[float]

    def at(self, places: Sequence[int]) -> Part:
        """Some of the prompts."""
        return Part(self.both.at(places), [self.scores[place] for place in places])


def router(question: OutcomesQuestion, both: Both, scores: Sequence[float], classifier_usd: float = 0.0) -> Router:
    """Choose a threshold on one part of the prompts and measure on the other.

    Source: RouteLLM (Ong et al., 2024) for PGR, APGR and CPT; APGR here is the exact area, not one of ten thresholds.

    Raises:
        InvalidInput: too few prompts, or a goal that no threshold reaches.
    """
    train, test = split(Part(both, scores), question.test_share, question.seed)
    rule, threshold = choose(question, curve(train, classifier_usd))
    line = curve(test, classifier_usd)
    return Router(
        average_recovered(line),
        strong_share_for(line, 0.5),
        strong_share_for(line, 0.8),
        _quality(question, test.both, line),
        _choice(question, (rule, threshold), train, test, classifier_usd),
        tuple(thinned(line)),
        tuple(bounds(test.both, SHARES)),
    )


def split(part: Part, test_share: float, seed: int) -> tuple[Part, Part]:
    """A seeded random split into a training and a test part.

    Raises:
        InvalidInput: one of them would be empty.
    """
    order = list(range(len(part.scores)))
    Random(seed).shuffle(order)  # noqa: S311 - a reproducible split, no secret
    tests = round(len(order) * test_share)
    if not 0 < tests < len(order):
        said = f"test_share {test_share} of {len(order)} prompts leaves one part empty"
        raise InvalidInput(said, loc=("test_share",), value=test_share)
    return part.at(sorted(order[tests:])), part.at(sorted(order[:tests]))


def curve(part: Part, classifier_usd: float) -> list[Routed]:
    """Every threshold from none to all strong calls; prompts of one score go together."""
    order = sorted(range(len(part.scores)), key=lambda place: -part.scores[place])
    (weak_usd, weak), (_, strong) = part.both.weak, part.both.strong
    count, cost, score = len(order), weak_usd + classifier_usd, weak
    found = [Routed(None, 0.0, cost, score, 0.0 if strong > weak else None)]
    usd = gain = 0.0
    for done, place in enumerate(order, 1):
        usd += part.both.strong_costs[place] - part.both.weak_costs[place]
        gain += part.both.strong_scores[place] - part.both.weak_scores[place]
        if done == count or part.scores[order[done]] != part.scores[place]:
            recovered = gain / count / (strong - weak) if strong > weak else None
            found.append(Routed(part.scores[place], done / count, cost + usd / count, score + gain / count, recovered))
    return found


def choose(question: OutcomesQuestion, line: Sequence[Routed]) -> tuple[str, Routed]:
    """The point of a curve that fits the goal, and the goal in words.

    Raises:
        InvalidInput: no point reaches it; says the best that is reached.
    """
    if question.budget_usd is not None:
        fits = [each for each in line if each.cost_usd <= question.budget_usd]
        if not fits:
            least = min(each.cost_usd for each in line)
            raise _unreached(
                "budget_usd", question.budget_usd, f"the cheapest threshold costs {least:.6g} USD a request"
            )
        best = max(fits, key=lambda each: (each.score, -each.cost_usd))
        return f"the best score for at most {question.budget_usd:g} USD a request", best
    if question.quality_floor is not None:
        fits = [each for each in line if each.score >= question.quality_floor]
        if not fits:
            most = max(each.score for each in line)
            raise _unreached("quality_floor", question.quality_floor, f"the best threshold scores {most:.6g}")
        return f"the cheapest with a score of at least {question.quality_floor:g}", _cheapest(fits)
    goal = GAP if question.gap_recovered_share is None else question.gap_recovered_share
    fits = [each for each in line if (each.gap_recovered_share or 0.0) >= goal - 1e-12]
    if line[-1].gap_recovered_share is None or not fits:
        raise _unreached("gap_recovered_share", goal, "on the training part the strong model scores no better")
    return f"the cheapest that recovers {goal:.4g} of the gap", _cheapest(fits)


def average_recovered(line: Sequence[Routed]) -> float | None:
    """APGR: the area below the recovered gap over the strong share, 0 for all-weak, 0.5 for drawing lots."""
    if line[-1].gap_recovered_share is None:
        return None
    return sum(
        (right.strong_share - left.strong_share)
        * ((left.gap_recovered_share or 0) + (right.gap_recovered_share or 0))
        / 2
        for left, right in pairwise(line)
    )


def strong_share_for(line: Sequence[Routed], gap: float) -> float | None:
    """CPT: the least strong share that recovers a share of the gap, between thresholds by drawing lots."""
    for left, right in pairwise(line):
        low, high = left.gap_recovered_share, right.gap_recovered_share
        if low is not None and high is not None and low <= gap <= high:
            part = (gap - low) / (high - low) if high > low else 0.0
            return left.strong_share + part * (right.strong_share - left.strong_share)
    return None


def thinned(line: Sequence[Routed], most: int = _POINTS) -> list[Routed]:
    """At most so many points of a curve, the first and the last among them, about evenly apart in strong share."""
    if len(line) <= most:
        return list(line)
    wanted = [place / (most - 1) for place in range(most)]
    return list(dict.fromkeys(min(line, key=lambda each: abs(each.strong_share - share)) for share in wanted))


def savings(routed: Sequence[float], strong: Sequence[float], question: OutcomesQuestion) -> Saved | None:
    """`1 - sum(routed)/sum(strong)` with its percentile interval over resampled prompts; None where strong is free.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), percentile interval.

    Raises:
        InvalidInput: more draws than a question may ask for.
    """
    count, times = len(routed), question.resamples
    if count * times > _MOST_DRAWS:
        said = f"{times} resamples of {count} prompts are more than {_MOST_DRAWS:,} draws"
        raise InvalidInput(said, loc=("resamples",), value=times)
    if sum(strong) <= 0:
        return None
    pairs = list(map(complex, routed, strong))  # one draw and one sum for both
    draw = Random(question.seed)  # noqa: S311 - reproducible resamples, no secret
    found: list[float] = []
    for _ in range(times):
        drawn = sum(draw.choices(pairs, k=count))
        if drawn.imag > 0:
            found.append(1 - drawn.real / drawn.imag)
    found.sort()
    tail = (1 - question.confidence) / 2
    return Saved(
        1 - sum(routed) / sum(strong),
        quantile(found, tail),
        quantile(found, 1 - tail),
        stdev(found) if len(found) > 1 else 0.0,
        question.confidence,
        times,
    )


def quantile(values: Sequence[float], share: float) -> float:
    """A quantile of sorted values, linear between them (Hyndman and Fan's type 7)."""
    place = share * (len(values) - 1)
    low = int(place)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)


def _choice(
    question: OutcomesQuestion, goal: tuple[str, Routed], train: Part, test: Part, classifier_usd: float
) -> Choice:
    rule, chosen = goal
    strong = [chosen.threshold is not None and score >= chosen.threshold for score in test.scores]
    routed, kept = (
        test.both.at([at for at, up in enumerate(strong) if up]),
        test.both.at([at for at, up in enumerate(strong) if not up]),
    )
    costs = [
        classifier_usd + (dear if up else cheap)
        for up, cheap, dear in zip(strong, test.both.weak_costs, test.both.strong_costs, strict=True)
    ]
    (weak_usd, weak), (strong_usd, best) = test.both.weak, test.both.strong
    cost, score = mean(costs), (sum(routed.strong_scores) + sum(kept.weak_scores)) / len(costs)
    share = sum(strong) / len(strong)
    gap = (score - weak) / (best - weak) if best > weak else None
    lots = gap if gap is not None and 0 <= gap <= 1 else None
    gained, base = slope((weak_usd, weak), (cost, score)), slope((weak_usd, weak), (strong_usd, best))
    return Choice(
        rule,
        len(train.scores),
        len(test.scores),
        chosen,
        Routed(chosen.threshold, share, cost, score, gap),
        mean(kept.weak_costs) if kept.weak_costs else None,
        mean(routed.strong_costs) if routed.strong_costs else None,
        savings(costs, test.both.strong_costs, question),
        lots / share if lots is not None and share else None,
        (weak_usd + lots * (strong_usd - weak_usd)) / cost if lots is not None and cost else None,
        gained,
        gained / base - 1 if gained is not None and base else None,
    )


def _quality(question: OutcomesQuestion, both: Both, line: Sequence[Routed]) -> Quality:
    """AIQ of the router's curve and the two models alone, on the test part's own hull."""
    chain = hull([both.weak, both.strong, *((each.cost_usd, each.score) for each in line)])
    ends = both.weak[0], both.strong[0]
    low = max(chain[0][0], min(ends) if question.cost_low_usd is None else question.cost_low_usd)
    high = max(low, max(ends) if question.cost_high_usd is None else question.cost_high_usd)
    return Quality(aiq(chain, low, high), low, high)


def _cheapest(points: Sequence[Routed]) -> Routed:
    return min(points, key=lambda each: (each.cost_usd, -each.score))


def _unreached(name: str, value: float, said: str) -> InvalidInput:
    return InvalidInput(f"{name} is {value:g}, which no threshold reaches: {said}", loc=(name,), value=value)
