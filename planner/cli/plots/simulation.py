"""What a month may cost, and which input moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.cli.plots.side import beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.simulation import SimulateAnswer, SimulateQuestion


def simulate(axes: Axes, question: SimulateQuestion, answer: SimulateAnswer) -> None:  # noqa: ARG001 - as every drawer
    """A histogram of months with the budget, and beside it the tornado, where any input is uncertain."""
    lows = [each.low_usd for each in answer.histogram]
    widths = [each.high_usd - each.low_usd for each in answer.histogram]
    axes.bar(lows, [each.month_share for each in answer.histogram], widths, align="edge", color="C0", edgecolor="white")
    axes.axvline(answer.month.p95_usd, color="0.3", linestyle="--", label=f"p95 {answer.month.p95_usd:,.4g} USD")
    if answer.budget is not None:
        said = f"budget {answer.budget.budget_usd:,.4g} USD: {answer.budget.breach_probability:.1%} over"
        axes.axvline(answer.budget.budget_usd, color="C3", linestyle=":", label=said)
    axes.set(title="The month's cost", xlabel="USD a month", ylabel="share of months")
    axes.legend()
    if answer.tornado:
        _tornado(beside(axes), answer)


def _tornado(axes: Axes, answer: SimulateAnswer) -> None:
    names = [row.input.replace("_", " ") for row in answer.tornado]
    axes.barh(
        names, [row.high_usd - row.low_usd for row in answer.tornado], left=[row.low_usd for row in answer.tornado]
    )
    for place, row in enumerate(answer.tornado):
        left, right = (row.low, row.high) if row.low_usd <= row.high_usd else (row.high, row.low)
        axes.text(min(row.low_usd, row.high_usd), place, f"{left:.4g} ", ha="right", va="center")
        axes.text(max(row.low_usd, row.high_usd), place, f" {right:.4g}", ha="left", va="center")
    axes.set(title="One input at its p10 and p90, others at their medians", xlabel="USD a month")
    ends = [usd for row in answer.tornado for usd in (row.low_usd, row.high_usd)]
    room = 0.2 * (max(ends) - min(ends)) or 1.0
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.invert_yaxis()
