"""The verbs about usage logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.actuals.compare import ActualsCompareQuestion, ActualsComparison
    from planner.actuals.fit import ActualsFit, ActualsFitQuestion
    from planner.actuals.reading import Log
    from planner.actuals.report import ActualsReport, ActualsReportQuestion


class Actuals(Standing):
    """What requests really cost; `log` stands for files, without it the question's rows are the log."""

    __slots__ = ()

    def actuals_report(self, question: ActualsReportQuestion, log: Log | None = None) -> ActualsReport:
        """What a usage log cost by model, day, feature or user, and which of its rows cannot be priced."""
        from planner.actuals.report import actuals_report

        return actuals_report(question, self.catalog, self.clock(), log)

    def actuals_fit(self, question: ActualsFitQuestion, log: Log | None = None) -> ActualsFit:
        """Which plan inputs a usage log gives: lengths, cache hits, failures, latencies and arrivals."""
        from planner.actuals.fit import actuals_fit

        return actuals_fit(question, self.catalog, self.clock(), log)

    def actuals_compare(self, question: ActualsCompareQuestion, log: Log | None = None) -> ActualsComparison:
        """Why a usage log differs from its plan: volume, mix, tokens, cache, price; whether it drifted too far."""
        from planner.actuals.compare import actuals_compare

        return actuals_compare(question, self.catalog, self.counter(), self.clock(), log)
