"""The verbs about plan files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.plans.asked import CheckQuestion, ReportQuestion
    from planner.plans.check import CheckAnswer
    from planner.plans.report import Report


class Plans(Standing):
    """What a plan costs, whether it holds, what changed in it and where it breaks."""

    __slots__ = ()

    def report(self, question: ReportQuestion) -> Report:
        """What a plan costs and takes, step by step: a request, a user, a month; head-room, margin, assumptions."""
        from planner.plans.asked import report

        return report(question, self.catalog, self.counter(), self.clock())

    def check(self, question: CheckQuestion) -> CheckAnswer:
        """Whether a plan's policies hold; one that cannot be evaluated fails."""
        from planner.plans.asked import check

        return check(question, self.catalog, self.counter(), self.clock())
