"""The verbs about plan files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.plans.asked import CheckQuestion, ReportQuestion
    from planner.plans.breakpoints import BreakpointsAnswer, BreakpointsQuestion
    from planner.plans.check import CheckAnswer
    from planner.plans.difference import Difference, DiffQuestion
    from planner.plans.report import Report
    from planner.plans.sweep import SweepAnswer, SweepQuestion


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

    def diff(self, question: DiffQuestion) -> Difference:
        """What changed from one plan to another, and what each cause does to cost, wait, window and margin."""
        from planner.plans.difference import diff

        return diff(question, self.catalog, self.counter(), self.clock())

    def breakpoints(self, question: BreakpointsQuestion) -> BreakpointsAnswer:
        """For every input of a plan, the value at which each policy first fails, nearest first, and what is dated."""
        from planner.plans.breakpoints import breakpoints

        return breakpoints(question, self.catalog, self.counter(), self.clock())

    def sweep(self, question: SweepQuestion) -> SweepAnswer:
        """A plan's figures over the values of one or two of its inputs."""
        from planner.plans.sweep import sweep

        return sweep(question, self.catalog, self.counter(), self.clock())
