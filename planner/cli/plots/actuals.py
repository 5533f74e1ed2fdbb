"""What a log cost, how long its answers were, and what moved a month away from its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from planner.actuals.compare import ActualsComparison
    from planner.actuals.fit import ActualsFit
    from planner.actuals.report import ActualsReport, ActualsReportQuestion, Group

_PERIODS: Final = ("hour", "day", "month")
_MOST: Final = 9


def groups(axes: Axes, question: ActualsReportQuestion, answer: ActualsReport) -> None:
    """Cost over time, stacked by the other keys; without a time, bars, the dearest first. What is small is one."""
    period = next((key for key in _PERIODS if key in question.by), None)
    others = [key for key in question.by if key != period]
    costs: dict[str, dict[str, float]] = {}
    for each in answer.groups:
        series = costs.setdefault(_named(each, others), {})
        at = getattr(each, period) or "-" if period else ""
        series[at] = series.get(at, 0.0) + float(each.cost_usd)
    names = sorted(costs, key=lambda name: -sum(costs[name].values()))
    if period is None:
        shown = names[:_MOST][::-1]
        axes.barh(shown, [sum(costs[name].values()) for name in shown])
        axes.set(title=f"Cost by {', '.join(others)}", xlabel="USD")
        return
    times = sorted({at for series in costs.values() for at in series})
    below = [0.0] * len(times)
    for name, series in _with_rest(names, costs):
        height = [series.get(at, 0.0) for at in times]
        axes.bar(range(len(times)), height, bottom=below, label=name or "all", width=0.85)
        below = [a + b for a, b in zip(below, height, strict=True)]
    step = max(1, len(times) // 12)
    axes.set_xticks(range(len(times))[::step], times[::step], rotation=45, ha="right")
    axes.set(title=f"Cost by {period}", ylabel="USD", ylim=(0, None))
    if others:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))


def _with_rest(names: list[str], costs: dict[str, dict[str, float]]) -> list[tuple[str, dict[str, float]]]:
    rest: dict[str, float] = {}
    for name in names[_MOST:]:
        for at, usd in costs[name].items():
            rest[at] = rest.get(at, 0.0) + usd
    return [(name, costs[name]) for name in names[:_MOST]] + ([("others", rest)] if rest else [])


def _named(each: Group, keys: Sequence[str]) -> str:
    return ", ".join(str(getattr(each, key) or "-") for key in keys)


def lengths(axes: Axes, answer: ActualsFit) -> None:
    """p50 to p95 of each feature's answers, as a line each."""
    calls = [each for each in answer.calls if each.output_tokens is not None][:_MOST][::-1]
    for at, each in enumerate(calls):
        assert each.output_tokens is not None
        low, high = each.output_tokens.p50, each.output_tokens.p95
        axes.plot([low, high], [at, at], "-", color="C0", linewidth=2)
        axes.plot([low], [at], "o", color="C0", label="p50" if at == 0 else None)
        axes.plot([high], [at], "|", color="C0", markersize=14, label="p95" if at == 0 else None)
    axes.set_yticks(range(len(calls)), [f"{each.feature or '-'}, {each.model}" for each in calls])
    axes.set(title="Visible tokens of an answer", xlabel="tokens", xlim=(0, None))
    axes.legend(frameon=False)


def waterfall(axes: Axes, answer: ActualsComparison) -> None:
    """From the planned month to the actual one, a bar a cause."""
    month = answer.month
    steps = [(name, float(getattr(month, f"{name}_usd"))) for name in ("volume", "mix", "tokens", "cache", "price")]
    at = top = float(month.planned_usd)
    axes.bar(0, at, color="0.6")
    axes.annotate(f"{at:,.2f}", (0, at), ha="center", va="bottom", fontsize=8)
    for place, (_, usd) in enumerate(steps, 1):
        axes.bar(place, usd, bottom=at, color="tab:red" if usd > 0 else "tab:green")
        axes.annotate(f"{usd:+,.2f}", (place, max(at, at + usd)), ha="center", va="bottom", fontsize=8)
        at += usd
        top = max(top, at)
    axes.bar(len(steps) + 1, at, color="0.3")
    axes.annotate(f"{at:,.2f}", (len(steps) + 1, at), ha="center", va="bottom", fontsize=8)
    axes.set_xticks(range(len(steps) + 2), ["planned", *(name for name, _ in steps), "actual"])
    axes.set(title=f"{answer.plan}: a month of model calls", ylabel="USD", ylim=(0, 1.1 * top or 1))
