"""The failure-mode matrix: what each mode loses before its mitigation and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.reliability.failures import FailuresAnswer, FailuresQuestion

MOST: Final = 25
"""Rows that a reader can still tell apart."""


def failures(axes: Axes, question: FailuresQuestion, answer: FailuresAnswer) -> None:  # noqa: ARG001 - as all drawers
    """A row a failure mode, the dearest on top: its loss before, what is left, what mitigation costs, its verdict."""
    shown = sorted(answer.rows, key=lambda row: row.loss_before_usd)[-MOST:]
    at = range(len(shown))
    axes.barh(at, [row.loss_before_usd for row in shown], height=0.8, color="0.85", label="loss before")
    left = [row.residual_loss_usd for row in shown]
    colours = ["C3" if row.verdict == "not tolerable" else "C2" for row in shown]
    axes.barh(at, left, height=0.4, color=colours)
    paid = [row.mitigation_usd for row in shown]
    axes.barh(at, paid, left=left, height=0.4, color="C0", label="mitigation")
    for row, place in zip(shown, at, strict=True):
        most = max(row.loss_before_usd, row.residual_loss_usd + row.mitigation_usd)
        axes.annotate(f" {row.loss_before_usd:.2g} → {row.residual_loss_usd:.2g}", (most, place), va="center")
    axes.margins(x=0.2)
    for label, colour in (("left, tolerable", "C2"), ("left, not tolerable", "C3")):
        axes.barh(0, 0, color=colour, label=label)
    axes.set_yticks(at, [f"{row.step}: {row.mode.replace('_', ' ')}" for row in shown])
    axes.set(title=f"Failures of the pipeline: {answer.verdict}", xlabel="USD a request")
    axes.legend(frameon=False, loc="lower right")
