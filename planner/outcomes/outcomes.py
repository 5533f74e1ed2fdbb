"""From the user's own outcomes: the models worth keeping, what routing is worth, and where to set the threshold."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from planner.calls import Pricer
from planner.checks import Checks
from planner.outcomes.answer import FrontierPoint, ModelOutcome, OutcomesAnswer, Point, Quality
from planner.outcomes.frontier import aiq, dominator, hull, slope
from planner.outcomes.pair import Both, mean, pair
from planner.outcomes.question import OutcomesQuestion
from planner.outcomes.reading import read
from planner.outcomes.threshold import MOST_RESAMPLES, router
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from planner.calls import CallCost
    from planner.outcomes.answer import Router
    from planner.outcomes.frontier import Spot
    from planner.outcomes.reading import Outcomes
    from planner.tokens import Counter
    from pricing.catalog import Catalog

__all__ = ["OutcomesAnswer", "OutcomesQuestion", "outcomes"]


def outcomes(question: OutcomesQuestion, catalog: Catalog, counter: Counter, now: datetime) -> OutcomesAnswer:
    """Dominance, Pareto frontier, AIQ, oracle and random bounds of models; curve, threshold and saving of a router.

    Sources: RouterBench (Hu et al., 2024), RouteLLM (Ong et al., 2024), AutoMix (Aggarwal et al., 2024).

    Raises:
        InvalidInput: figures out of range, columns that are not there, values that are no numbers, an unreachable goal.
        TokenplanError: tokens that cannot be priced.
    """
    _check(question)
    found = read(question, catalog, counter, now)
    names = list(found.scores)
    spots = [(mean(found.costs[name]), mean(found.scores[name])) for name in names]
    models = _models(found, names, spots)
    kept = sorted((each for each in models if each.dominated_by is None), key=lambda each: (each.cost_usd, each.model))
    routed = _pair(question, models, kept)
    said = list(found.warnings)
    both, measured = None, None
    if routed is None:
        said.append(f"{kept[0].model} is no dearer and no worse than every other model: there is nothing to route")
    else:
        weak, strong = routed
        both = Both(found.costs[weak], found.costs[strong], found.scores[weak], found.scores[strong])
        classifier = _classifier(question, catalog, counter, now)
        measured = None if found.router_scores is None else _router(question, both, found.router_scores, classifier)
        said += _doubts(both, found, measured, classifier)
    return OutcomesAnswer(
        len(found.scores[names[0]]),
        found.left_out,
        models,
        _frontier(kept),
        _quality(question, spots),
        _oracle(found),
        Point(mean([cost for cost, _ in spots]), mean([score for _, score in spots])),
        None if routed is None or both is None else pair(routed, both, question.correct_at),
        measured,
        "assumed",
        tuple(said),
    )


def _check(question: OutcomesQuestion) -> None:
    checks = Checks().not_negative(
        cost_low_usd=question.cost_low_usd,
        cost_high_usd=question.cost_high_usd,
        budget_usd=question.budget_usd,
    )
    checks.share(gap_recovered_share=question.gap_recovered_share).at_least(2, resamples=question.resamples)
    if question.resamples > MOST_RESAMPLES:
        checks.refuse("resamples", question.resamples, f"it must be at most {MOST_RESAMPLES:,}")
    checks.open_share(test_share=question.test_share, confidence=question.confidence)
    for name in ("correct_at", "quality_floor"):
        value = getattr(question, name)
        if value is not None and value - value != 0:  # NaN and infinities
            checks.refuse(name, value, "it must be a finite number")
    goals = [
        name for name in ("quality_floor", "budget_usd", "gap_recovered_share") if getattr(question, name) is not None
    ]
    for name in goals[1:]:
        checks.refuse(name, getattr(question, name), f"it and {goals[0]} exclude each other")
    low, high = question.cost_low_usd, question.cost_high_usd
    if low is not None and high is not None and low > high:
        checks.refuse("cost_high_usd", high, f"it must not be below cost_low_usd, {low}")
    if question.weak is not None and question.weak == question.strong:
        checks.refuse("strong", question.strong, "it must be another model than weak")
    checks.done()


def _models(found: Outcomes, names: Sequence[str], spots: Sequence[Spot]) -> tuple[ModelOutcome, ...]:
    """The models, the best first, the cheaper of equals."""
    rows = []
    for at, name in enumerate(names):
        by = dominator(at, spots)
        worse = None if by is None else names[by]
        rows.append(ModelOutcome(name, *spots[at], found.basis[name], worse, found.priced_as[name]))
    return tuple(sorted(rows, key=lambda each: (-each.score, each.cost_usd)))


def _frontier(kept: Sequence[ModelOutcome]) -> tuple[FrontierPoint, ...]:
    spots = [(each.cost_usd, each.score) for each in kept]
    chain = set(hull(spots))
    gains = [None, *(slope(one, other) for one, other in itertools.pairwise(spots))]
    return tuple(
        FrontierPoint(each.model, *spot, gain, spot in chain)
        for each, spot, gain in zip(kept, spots, gains, strict=True)
    )


def _pair(
    question: OutcomesQuestion, models: Sequence[ModelOutcome], kept: Sequence[ModelOutcome]
) -> tuple[str, str] | None:
    """The models to route between; None where one is left."""
    strong = question.strong or next(each.model for each in models if each.model != question.weak or len(models) == 1)
    rest = [each.model for each in kept if each.model != strong]
    weak = question.weak or (rest[0] if rest else None)
    return None if weak is None or weak == strong else (weak, strong)


def _quality(question: OutcomesQuestion, spots: Sequence[Spot]) -> Quality:
    costs = [cost for cost, _ in spots]
    low = min(costs) if question.cost_low_usd is None else question.cost_low_usd
    high = max(costs) if question.cost_high_usd is None else question.cost_high_usd
    if low < min(costs) or low > high:
        said = f"the cost range {low:g} to {high:g} USD must begin at the cheapest model's {min(costs):g} or above"
        raise InvalidInput(said, loc=("cost_low_usd",), value=low)
    return Quality(aiq(hull(spots), low, high), low, high)


def _oracle(found: Outcomes) -> Point:
    """For each prompt the cheapest of the best answers."""
    best = [
        min(zip(scores, costs, strict=True), key=lambda each: (-each[0], each[1]))
        for scores, costs in zip(
            zip(*found.scores.values(), strict=True), zip(*found.costs.values(), strict=True), strict=True
        )
    ]
    return Point(mean([cost for _, cost in best]), mean([score for score, _ in best]))


def _classifier(question: OutcomesQuestion, catalog: Catalog, counter: Counter, now: datetime) -> CallCost | None:
    if question.classifier is None:
        return None
    return Pricer(catalog, counter.once(), now)(question.classifier, "classifier")


def _router(
    question: OutcomesQuestion, both: Both, scores: Sequence[float], classifier: CallCost | None
) -> Router | None:
    """The router; None where the strong model is no better and no other goal than the gap was named."""
    try:
        return router(question, both, scores, float(classifier.usd) if classifier else 0.0)
    except InvalidInput as error:
        if error.problems[0].loc != ("gap_recovered_share",) or question.gap_recovered_share is not None:
            raise
        return None


def _doubts(both: Both, found: Outcomes, measured: Router | None, classifier: CallCost | None) -> Iterator[str]:
    if both.weak[0] >= both.strong[0] or both.weak[1] >= both.strong[1]:
        yield "the weak model is not cheaper and worse than the strong one: look for dominance before routing"
    if found.router_scores is not None and measured is None:
        yield "no threshold was chosen: the strong model scores no better; name a budget_usd or a quality_floor"
    if classifier is not None:
        yield from classifier.warnings
        if found.router_scores is None:
            yield "the classifier's cost counts nowhere: no column holds a router's score (map.router_score)"
