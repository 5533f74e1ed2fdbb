"""Cost and revenue over the months ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.economics.projection import ProjectionAnswer, ProjectionQuestion


def projection(axes: Axes, question: ProjectionQuestion, answer: ProjectionAnswer) -> None:
    """Each month's cost stacked by what it is for, revenue as a line, the budget, and the days prices change."""
    months = [each.month for each in answer.months]
    places, below = range(len(months)), [0.0] * len(months)
    for name, label in (("model_usd", "models"), ("other_usd", "other"), ("payment_usd", "payment fees")):
        height = [getattr(each, name) for each in answer.months]
        if any(height):
            axes.bar(places, height, bottom=below, label=label)
        below = [a + b for a, b in zip(below, height, strict=True)]
    if answer.revenue_usd:
        axes.plot(places, [each.revenue_usd for each in answer.months], "k.-", label="revenue")
    if question.budget_usd_per_month is not None:
        axes.axhline(question.budget_usd_per_month, color="tab:red", linestyle="--", label="budget for cost")
    for at, day in enumerate(answer.prices_change_at):
        place = months.index(day[:7]) + (int(day[8:]) - 1) / 31 - 0.5
        axes.axvline(place, color="0.5", linestyle=":", label=None if at else "prices change")
    step = max(1, len(months) // 12)
    axes.set_xticks(list(places)[::step], months[::step], rotation=45, ha="right")
    axes.set(title="The months ahead", ylabel="USD a month", ylim=(0, None))
    axes.legend(frameon=False)
