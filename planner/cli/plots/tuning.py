"""What a tuned model and its base have cost by each month."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.tuning import TuningAnswer, TuningQuestion


def tuning(axes: Axes, question: TuningQuestion, answer: TuningAnswer) -> None:
    """What base and tuned model have cost by each month of the horizon, with a step at each training."""
    horizon, one = question.horizon_months, answer.training_usd / answer.trainings
    slope = (answer.tuned_total_usd - answer.training_usd) / horizon
    months, paid = [0.0], [0.0]
    for training in range(answer.trainings):
        start = training * (question.retrain_every_months or horizon)
        end = min(horizon, start + (question.retrain_every_months or horizon))
        months += [start, end]
        paid += [(training + 1) * one + start * slope, (training + 1) * one + end * slope]
    axes.plot([0, horizon], [0, answer.base_total_usd], label="base")
    axes.plot(months, paid, label="tuned, with training and hosting")
    axes.set(title=answer.verdict, xlabel="months", ylabel="USD so far", ylim=(0, None))
    axes.title.set_fontsize("small")
    axes.legend(frameon=False)
