"""Configurations by cost and quality, and the frontier among them; the mix of models that serves each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.optimise.choosing import OptimiseAnswer, OptimiseQuestion
    from planner.optimise.mix import MixAnswer
    from planner.optimise.traffic import MixQuestion


def optimise(axes: Axes, question: OptimiseQuestion, answer: OptimiseAnswer) -> None:
    """The frontier's choices over cost, by quality or else by latency; the cheapest is marked, limits are dotted."""
    by_quality = any(each.quality is not None for each in answer.frontier)
    name = "quality" if by_quality else "latency_p95_seconds"
    shown = [each for each in answer.frontier if getattr(each, name) is not None]
    axes.plot([each.cost_usd for each in shown], [getattr(each, name) for each in shown], "o", label="frontier")
    for each in shown[:30]:
        late = f" ({each.latency_p95_seconds:g} s)" if by_quality and each.latency_p95_seconds is not None else ""
        axes.annotate(f" {each.name}{late}", (each.cost_usd, getattr(each, name)), fontsize="small", va="bottom")
    if answer.cheapest in shown:
        assert answer.cheapest is not None
        axes.plot(answer.cheapest.cost_usd, getattr(answer.cheapest, name), "o", label="cheapest")
    limit = question.min_quality if by_quality else question.max_latency_p95_seconds
    if limit is not None:
        axes.axhline(limit, color="0.5", linestyle=":", label="limit")
    if question.max_cost_usd is not None:
        axes.axvline(question.max_cost_usd, color="0.5", linestyle="--", label="highest cost")
    axes.set(title="Choices that meet all constraints", xlabel="USD a request", ylabel=name.replace("_", " "))
    axes.set_xlim(0, 1.35 * max((each.cost_usd for each in shown), default=1.0) or 1.0)
    axes.margins(y=0.15)
    axes.legend(frameon=False, loc="lower right")


def mix(axes: Axes, question: MixQuestion, answer: MixAnswer) -> None:
    """A bar a segment, as long as its requests a month, in the colours of the models that serve it; or why none can."""
    segments = dict.fromkeys(each.name for each in question.segments)
    models = dict.fromkeys(each.model for each in answer.shares)
    start = dict.fromkeys(segments, 0.0)
    for model in models:
        served = [each for each in answer.shares if each.model == model and each.share]
        sent = [each.requests_per_month for each in served]
        axes.barh([each.segment for each in served], sent, left=[start[each.segment] for each in served], label=model)
        start |= {each.segment: start[each.segment] + each.requests_per_month for each in served}
    if answer.feasible:
        title = f"The cheapest mix: {answer.cost_per_month_usd:,.2f} USD a month"
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        axes.invert_yaxis()  # the first segment on top
    else:
        title = "No mix meets all constraints"
        axes.set_axis_off()
        axes.text(0.5, 0.5, "\n".join(answer.reasons), ha="center", va="center", wrap=True, transform=axes.transAxes)
    axes.set(title=title, xlabel="requests a month")
    axes.xaxis.set_major_formatter("{x:,.0f}")
