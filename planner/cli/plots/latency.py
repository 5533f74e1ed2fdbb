"""Where the time of a request goes, and how it is spread."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from planner.cli.plots.side import beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.latency import LatencyAnswer, LatencyQuestion


def latency(axes: Axes, question: LatencyQuestion, answer: LatencyAnswer) -> None:  # noqa: ARG001 - as every drawer
    """A waterfall of the mean, hop by hop, and both times' cumulative distributions with the budgets."""
    _waterfall(axes, answer)
    right = beside(axes)
    shares = [point.request_share for point in answer.curve]
    right.plot([point.first_visible_token_seconds for point in answer.curve], shares, label="first visible token")
    right.plot([point.end_seconds for point in answer.curve], shares, label="end")
    for budget, colour in ((answer.first_token_budget, "C0"), (answer.budget, "C1")):
        if budget is not None:
            said = f"budget {budget.budget_seconds:g} s: {budget.breach_probability:.1%} over"
            right.axvline(budget.budget_seconds, color=colour, linestyle=":", label=said)
    right.set(title="Requests answered within", xlabel="seconds", ylabel="share", xlim=(0, None), ylim=(0, 1.02))
    right.legend(frameon=False, loc="lower right")


def _waterfall(axes: Axes, answer: LatencyAnswer) -> None:
    whole = answer.end.mean_seconds
    takes = [hop.mean_share * whole for hop in answer.hops]
    starts = [0.0, *accumulate(takes)]
    names = [hop.name for hop in answer.hops]
    colours = ["C3" if hop.verdict == "over" else "C0" for hop in answer.hops]
    axes.barh(names, takes, left=starts[:-1], color=colours)
    for place, (start, took) in enumerate(zip(starts, takes, strict=False)):
        axes.text(start + took, place, f" {took:.3g} s", va="center")
    over = ", red: p95 over its part of the budget" if "C3" in colours else ""
    axes.set(title=f"Mean time to the end{over}", xlabel="seconds", xlim=(0, whole * 1.15 or 1))
    axes.invert_yaxis()
