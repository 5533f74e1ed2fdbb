"""Cost against quality: the models, their hull, the random chord, the oracle's bound, a router and its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.outcomes.answer import OutcomesAnswer, Pair, Router


def outcomes(axes: Axes, answer: OutcomesAnswer) -> None:
    """Mean cost to the right, mean score up; the router's part is drawn from its test prompts."""
    hull = [each for each in answer.frontier if each.on_hull]
    axes.plot([each.cost_usd for each in hull], [each.score for each in hull], color="0.6", label="mixtures of models")
    for each in answer.models:
        axes.plot(each.cost_usd, each.score, "o", color="0.35" if each.dominated_by is None else "0.75")
        axes.annotate(each.model, (each.cost_usd, each.score), (6, -12), textcoords="offset points", fontsize=8)
    if answer.pair is not None:
        _pair(axes, answer.pair)
    if answer.router is not None:
        _router(axes, answer.router)
    axes.set(title="Cost and quality", xlabel="USD a request", ylabel="mean score", xlim=(0, None))
    axes.legend(frameon=False, loc="lower right")


def _pair(axes: Axes, pair: Pair) -> None:
    chord = pair.bounds[0], pair.bounds[-1]
    axes.plot([each.random_cost_usd for each in chord], [each.random_score for each in chord], ":", label="drawing lots")
    above = pair.bounds
    axes.plot([each.oracle_cost_usd for each in above], [each.oracle_score for each in above], "--", label="oracle")


def _router(axes: Axes, router: Router) -> None:
    test = router.choice.test
    line = router.curve
    axes.plot([each.cost_usd for each in line], [each.score for each in line], label="router, test prompts")
    axes.plot(test.cost_usd, test.score, "D", label=f"chosen: {test.strong_share:.0%} to the strong model")
