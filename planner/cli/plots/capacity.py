"""How probable a wait for a slot is, over the number of provisioned units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.capacity.waiting import QueueAnswer, QueueQuestion


def queue(axes: Axes, question: QueueQuestion, answer: QueueAnswer) -> None:
    """The probability of waiting at all and of waiting too long, the units asked for, and the target."""
    units = [each.units for each in answer.by_units]
    axes.plot(units, [each.wait_probability for each in answer.by_units], ".-", label="has to wait")
    if question.wait_seconds:
        longer = [each.exceeds_wait_probability for each in answer.by_units]
        axes.plot(units, longer, ".-", label=f"waits over {question.wait_seconds:g} s")
    axes.plot(answer.units, answer.exceeds_wait_probability, "o", markersize=9, label=f"{answer.units} units")
    if question.target_wait_probability is not None:
        axes.axhline(question.target_wait_probability, color="0.5", linestyle=":", label="target")
    axes.set(title="Waiting for a slot", xlabel="provisioned units", ylabel="probability", ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)
