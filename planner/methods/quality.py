"""What fails, what keeps it from users, and how an evaluation sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.evaluation.costs import (
        JudgeCostAnswer,
        JudgeCostQuestion,
        MonitoringAnswer,
        MonitoringQuestion,
        RepeatsAnswer,
        RepeatsQuestion,
    )
    from planner.evaluation.intervals import (
        CorrectedRateAnswer,
        CorrectedRateQuestion,
        IntervalAnswer,
        IntervalQuestion,
        SystemsAnswer,
        SystemsQuestion,
    )
    from planner.evaluation.sample_size import DefectsAnswer, DefectsQuestion, SampleSizeAnswer, SampleSizeQuestion
    from planner.reliability.attempts import RepairAnswer, RepairQuestion, RetryAnswer, RetryQuestion
    from planner.reliability.failures import FailuresAnswer, FailuresQuestion
    from planner.reliability.safeguards import GuardrailAnswer, GuardrailQuestion, ReviewAnswer, ReviewQuestion


class Quality(Standing):
    """What fails, what keeps it from users, and how an evaluation sees it."""

    __slots__ = ()

    def failures(self, question: FailuresQuestion) -> FailuresAnswer:
        """Which failures of a pipeline can be tolerated, what mitigation costs, and what is left."""
        from planner.reliability.failures import failures

        return failures(question, self.catalog, self.counter(), self.clock())

    def retry(self, question: RetryQuestion) -> RetryAnswer:
        """What trying a call again costs, and how often it then succeeds."""
        from planner.reliability.attempts import retry

        return retry(question, self.catalog, self.counter(), self.clock())

    def repair(self, question: RepairQuestion) -> RepairAnswer:
        """What a schema-repair loop costs, and how many answers it makes valid."""
        from planner.reliability.attempts import repair

        return repair(question, self.catalog, self.counter(), self.clock())

    def guardrail(self, question: GuardrailQuestion) -> GuardrailAnswer:
        """Whether a guardrail is worth its cost and the good requests that it blocks."""
        from planner.reliability.safeguards import guardrail

        return guardrail(question, self.catalog, self.counter(), self.clock())

    def review(self, question: ReviewQuestion) -> ReviewAnswer:
        """What a human in the loop costs, and what review prevents."""
        from planner.reliability.safeguards import review

        return review(question, self.catalog, self.counter(), self.clock())

    def sample_size(self, question: SampleSizeQuestion) -> SampleSizeAnswer:
        """How many items an evaluation needs, for an interval or to tell two systems apart."""
        from planner.evaluation.sample_size import sample_size

        return sample_size(question)

    def interval(self, question: IntervalQuestion) -> IntervalAnswer:
        """Between which rates the truth lies, given the items judged."""
        from planner.evaluation.intervals import interval

        return interval(question)

    def systems(self, question: SystemsQuestion) -> SystemsAnswer:
        """Whether one of two systems is better, on the same items or on different ones."""
        from planner.evaluation.intervals import systems

        return systems(question)

    def corrected_rate(self, question: CorrectedRateQuestion) -> CorrectedRateAnswer:
        """The true rate behind a judge that errs, from items on which people decided too."""
        from planner.evaluation.intervals import corrected_rate

        return corrected_rate(question)

    def judge_cost(self, question: JudgeCostQuestion) -> JudgeCostAnswer:
        """What judging an evaluation costs, by a model and by people."""
        from planner.evaluation.costs import judge_cost

        return judge_cost(question, self.catalog, self.counter(), self.clock())

    def monitoring(self, question: MonitoringQuestion) -> MonitoringAnswer:
        """What judging a sample of live traffic costs, and how soon it sees a drop."""
        from planner.evaluation.costs import monitoring

        return monitoring(question, self.catalog, self.counter(), self.clock())

    def repeats(self, question: RepeatsQuestion) -> RepeatsAnswer:
        """Whether runs are better spent on more items or on repeating each."""
        from planner.evaluation.costs import repeats

        return repeats(question)

    def defects(self, question: DefectsQuestion) -> DefectsAnswer:
        """How probable it is to see a rare defect in so many items, and how many show it."""
        from planner.evaluation.sample_size import defects

        return defects(question)
