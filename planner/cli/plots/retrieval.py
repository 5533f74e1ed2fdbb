"""What each way to bring knowledge to a model costs a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.retrieval.compare import RetrievalAnswer
    from planner.retrieval.question import RetrievalQuestion


def retrieval(axes: Axes, _: RetrievalQuestion, answer: RetrievalAnswer) -> None:
    """A mark an option, the cheapest on top, hollow where it does not fit; costs lie decades apart: a log scale."""
    for at, each in enumerate(answer.options[::-1]):
        over = each.fits is False
        axes.plot(each.cost_per_month_usd, at, "o", color="C0", fillstyle="none" if over else "full")
        said = f"{each.cost_per_month_usd:,.2f}" + (" (does not fit)" if over else "")
        axes.annotate(said, (each.cost_per_month_usd, at), (8, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(answer.options)), [each.option for each in answer.options[::-1]])
    axes.set(title=f"{answer.queries_per_month:,.6g} queries a month", xlabel="USD a month", xscale="log")
    axes.margins(x=0.25, y=0.1)
