"""Cost against quality: the models, their hull, the random chord, the oracle's bound, a router and its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from planner.outcomes.answer import Bound, OutcomesAnswer, Router


def outcomes(axes: Axes, answer: OutcomesAnswer) -> None:
    """Mean cost to the right, mean score up; with a router, it and the bounds are those of the test prompts."""
    hull = [each for each in answer.frontier if each.on_hull]
    axes.plot([each.cost_usd for each in hull], [each.score for each in hull], color="0.6", label="mixtures of models")
    for each in answer.models:
        axes.plot(each.cost_usd, each.score, "o", color="0.35" if each.dominated_by is None else "0.75")
        axes.annotate(each.model, (each.cost_usd, each.score), (6, -12), textcoords="offset points", fontsize=8)
    if answer.router is not None:
        _bounds(axes, answer.router.bounds, ", test prompts")
        _router(axes, answer.router)
    elif answer.pair is not None:
        _bounds(axes, answer.pair.bounds)
    axes.margins(y=0.1)
    axes.set(title="Cost and quality", xlabel="USD a request", ylabel="mean score", xlim=(0, None))
    axes.legend(frameon=False, loc="lower right")


def _bounds(axes: Axes, bounds: Sequence[Bound], of: str = "") -> None:
    ends = bounds[0], bounds[-1]
    costs, scores = [each.random_cost_usd for each in ends], [each.random_score for each in ends]
    axes.plot(costs, scores, ":", label="drawing lots" + of)
    costs, scores = [each.oracle_cost_usd for each in bounds], [each.oracle_score for each in bounds]
    axes.plot(costs, scores, "--", label="oracle" + of)


def _router(axes: Axes, router: Router) -> None:
    test = router.choice.test
    costs, scores = [each.cost_usd for each in router.curve], [each.score for each in router.curve]
    axes.plot(costs, scores, label="router, test prompts")
    axes.plot(test.cost_usd, test.score, "D", label=f"chosen: {test.strong_share:.0%} to the strong model")
