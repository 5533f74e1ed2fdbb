"""What routing costs over the share that goes to the strong model; what a cascade costs tier by tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.routing.cascade import CascadeAnswer, CascadeQuestion
    from planner.routing.route import RouteAnswer, RouteQuestion


def route(axes: Axes, question: RouteQuestion, answer: RouteAnswer) -> None:
    """The cost line from all-weak to all-strong, the chosen share, and all-strong without a router."""
    decided = float(answer.classifier.usd) if answer.classifier else 0.0
    axes.plot([0, 1], [answer.all_weak_usd + decided, answer.all_strong_usd + decided], label="routed")
    axes.axhline(answer.all_strong_usd, color="0.5", linestyle=":", label="all to the strong model")
    axes.plot(question.strong_share, answer.cost_usd, "o", label=f"share {question.strong_share:g}")
    axes.set(title="Cost of a routed request", xlabel="strong share", ylabel="USD a request", ylim=(0, None))
    axes.legend(frameon=False)


def cascade(axes: Axes, question: CascadeQuestion, answer: CascadeAnswer) -> None:  # noqa: ARG001 - as all drawers
    """What each tier adds to a request, stacked to its cost, beside sending everything to the last tier."""
    below = 0.0
    for tier in answer.tiers:
        name = f"tier {tier.tier}: {tier.call.model.id if tier.call.model else 'stated'}"
        axes.bar(
            "cascade",
            tier.expected_usd,
            bottom=below,
            width=0.6,
            label=f"{name}, reached by {tier.reach_probability:.1%}",
        )
        below += tier.expected_usd
    axes.bar("all to the last tier", answer.all_strong_usd, width=0.6, color="0.75")
    for at, usd in enumerate((answer.cost_usd, answer.all_strong_usd)):
        axes.annotate(f"{usd:.4g}", (at, usd), ha="center", va="bottom")
    axes.set(title="Cost of a cascaded request", ylabel="USD a request")
    axes.margins(y=0.15)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
