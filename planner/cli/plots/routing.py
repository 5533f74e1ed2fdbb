"""What routing costs over the share of requests that goes to the strong model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.routing.route import RouteAnswer, RouteQuestion


def route(axes: Axes, question: RouteQuestion, answer: RouteAnswer) -> None:
    """The cost line from all-weak to all-strong, the chosen share, and all-strong without a router."""
    decided = float(answer.classifier.usd) if answer.classifier else 0.0
    axes.plot([0, 1], [answer.all_weak_usd + decided, answer.all_strong_usd + decided], label="routed")
    axes.axhline(answer.all_strong_usd, color="0.5", linestyle=":", label="all to the strong model")
    axes.plot(question.strong_share, answer.cost_usd, "o", label=f"share {question.strong_share:g}")
    axes.set(title="Cost of a routed request", xlabel="strong share", ylabel="USD a request", ylim=(0, None))
    axes.legend(frameon=False)
