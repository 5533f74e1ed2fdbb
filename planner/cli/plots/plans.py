"""Pictures of plans: a report's steps, waits and months, the nearest break-points, a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.plans.breakpoints import BreakpointsAnswer
    from planner.plans.report import Report
    from planner.plans.sweep import SweepAnswer

MOST: Final = 12
"""Bars that a reader can still tell apart."""
FIGURE: Final = "cost_per_month_usd"


def breakpoints(axes: Axes, answer: BreakpointsAnswer) -> None:
    """A bar an input and policy, as long as the way to where it tips, the nearest on top."""
    shown = [each for each in answer.breakpoints if each.change_share is not None][:MOST][::-1]
    colours = ["C3" if each.tips == "fails" else "C2" for each in shown]
    axes.barh(range(len(shown)), [each.change_share or 0.0 for each in shown], color=colours)
    axes.set_yticks(range(len(shown)), [each.path for each in shown], fontsize="small")
    for at, each in enumerate(shown):
        axes.annotate(
            f" {each.policy} at {each.at:.4g} ", (max(each.change_share or 0.0, 0.0), at), va="center", fontsize="small"
        )
    axes.margins(x=0.35)
    axes.axvline(0, color="0.3", linewidth=1)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+.0%}")
    axes.set(title=f"Where {answer.name} breaks first", xlabel="way from the planned value")


def sweep(axes: Axes, answer: SweepAnswer) -> None:
    """The month's cost over the first input, a line for each value of the second."""
    lines: dict[str, list[tuple[float | str, float]]] = {}
    for each in answer.points:
        if FIGURE in each.figures:
            name = f"{answer.paths[1]} = {each.values[1]}" if len(each.values) > 1 else ""
            lines.setdefault(name, []).append((each.values[0], each.figures[FIGURE]))
    for name, points in lines.items():
        words = any(isinstance(value, str) for value, _ in points)
        axes.plot(*zip(*points, strict=True), "o" if words else "o-", label=name or None)
    axes.set(title="Cost of a month", xlabel=answer.paths[0], ylabel="USD a month", ylim=(0, None))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    if len(answer.paths) > 1:
        axes.legend(frameon=False)


def steps(axes: Axes, report: Report) -> None:
    """A bar a step, as long as its month in USD, the first step on top."""
    shown = report.steps[::-1]
    bars = axes.barh([step.name for step in shown], [step.usd_per_month for step in shown])
    axes.bar_label(bars, [f" {step.usd_per_month:,.2f}" for step in shown])
    axes.set(title="Cost of a month by step", xlabel="USD a month")
    axes.xaxis.set_major_formatter("{x:,.0f}" if report.cost_per_month_usd.mean >= MOST else "{x:g}")
    axes.margins(x=0.15)


def waits(axes: Axes, report: Report) -> None:
    """How long each step takes, p50 and p95, and the whole request."""
    spreads = [(step.name, step.seconds) for step in report.steps if not step.background]
    spreads += [("first token", report.first_token_seconds), ("to the end", report.end_seconds)]
    shown = [(name, each) for name, each in spreads if each is not None and each.p95 is not None][::-1]
    names = [name for name, _ in shown]
    axes.barh(names, [each.p95 or 0.0 for _, each in shown], height=0.8, color="0.85", label="p95")
    axes.barh(names, [each.p50 or 0.0 for _, each in shown], height=0.4, label="p50")
    axes.set(title="How long users wait", xlabel="seconds")
    axes.legend(frameon=False, loc="lower right")


def months(axes: Axes, report: Report) -> None:
    """The cost of each month ahead."""
    axes.bar([each.month for each in report.months], [each.usd for each in report.months])
    axes.set(title="Cost of the months ahead", xlabel="month", ylabel="USD")
    axes.yaxis.set_major_formatter("{x:,.0f}")
