"""Which model answers which request, and what is better than a larger one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.optimise.choosing import OptimiseAnswer, OptimiseQuestion
    from planner.optimise.mix import MixAnswer
    from planner.optimise.traffic import MixQuestion
    from planner.outcomes.answer import OutcomesAnswer
    from planner.outcomes.question import OutcomesQuestion
    from planner.retrieval.compare import RetrievalAnswer
    from planner.retrieval.question import RetrievalQuestion
    from planner.routing.cascade import CascadeAnswer, CascadeQuestion
    from planner.routing.escalate import EscalateAnswer, EscalateQuestion
    from planner.routing.fallback import FallbackAnswer, FallbackQuestion
    from planner.routing.hedge import HedgeAnswer, HedgeQuestion
    from planner.routing.misrouting import MisroutingAnswer, MisroutingQuestion
    from planner.routing.route import RouteAnswer, RouteQuestion
    from planner.routing.vote import PassAtKAnswer, PassAtKQuestion, VoteAnswer, VoteQuestion
    from planner.tuning import TuningAnswer, TuningQuestion
    from planner.tuning_advice import TuningAdviceAnswer, TuningAdviceQuestion


class Choosing(Standing):
    """Which model answers which request, and what is better than a larger one."""

    __slots__ = ()

    def route(self, question: RouteQuestion) -> RouteAnswer:
        """What a router between a weak and a strong model costs a request, saves, and where it breaks even."""
        from planner.routing.route import route

        return route(question, self.catalog, self.counter(), self.clock())

    def cascade(self, question: CascadeQuestion) -> CascadeAnswer:
        """What a cascade of models costs a request, saves, and how good its answers are."""
        from planner.routing.cascade import cascade

        return cascade(question, self.catalog, self.counter(), self.clock())

    def misrouting(self, question: MisroutingQuestion) -> MisroutingAnswer:
        """What a router's errors do to quality, and what they save."""
        from planner.routing.misrouting import misrouting

        return misrouting(question, self.catalog, self.counter(), self.clock())

    def vote(self, question: VoteQuestion) -> VoteAnswer:
        """How much better the majority of several answers is than one, and what it costs."""
        from planner.routing.vote import vote

        return vote(question, self.catalog, self.counter(), self.clock())

    def pass_at_k(self, question: PassAtKQuestion) -> PassAtKAnswer:
        """How probable it is that one of k answers passes, from samples of each problem."""
        from planner.routing.vote import pass_at_k

        return pass_at_k(question, self.catalog, self.counter(), self.clock())

    def hedge(self, question: HedgeQuestion) -> HedgeAnswer:
        """What a second call after a while costs, and how much it shortens the slow requests."""
        from planner.routing.hedge import hedge

        return hedge(question, self.catalog, self.counter(), self.clock())

    def escalate(self, question: EscalateQuestion) -> EscalateAnswer:
        """Whether the strong model is worth its price for a request."""
        from planner.routing.escalate import escalate

        return escalate(question, self.catalog, self.counter(), self.clock())

    def fallback(self, question: FallbackQuestion) -> FallbackAnswer:
        """What a chain of fallbacks costs, and how often none of it can answer."""
        from planner.routing.fallback import fallback

        return fallback(question, self.catalog, self.counter(), self.clock())

    def outcomes(self, question: OutcomesQuestion) -> OutcomesAnswer:
        """What models did on your own prompts: which to keep, what routing saves, and at which threshold."""
        from planner.outcomes.outcomes import outcomes

        return outcomes(question, self.catalog, self.counter(), self.clock())

    def retrieval(self, question: RetrievalQuestion) -> RetrievalAnswer:
        """What a query costs by retrieval, by a long prompt or by both, and where they break even."""
        from planner.retrieval.compare import retrieval

        return retrieval(question, self.catalog, self.counter(), self.clock())

    def tuning(self, question: TuningQuestion) -> TuningAnswer:
        """From how many requests on a fine-tuned model pays, or that it never does."""
        from planner.tuning import tuning

        return tuning(question, self.catalog, self.clock())

    def tuning_advice(self, question: TuningAdviceQuestion) -> TuningAdviceAnswer:
        """Whether knowledge or behaviour is wanted, and whether to retrieve, prompt or train it, with reasons."""
        from planner.tuning_advice import tuning_advice

        return tuning_advice(question, self.catalog, self.counter(), self.clock())

    def optimise(self, question: OptimiseQuestion) -> OptimiseAnswer:
        """Which configurations meet all constraints, the frontier among them, and which constraint binds."""
        from planner.optimise.choosing import optimise

        return optimise(question, self.catalog, self.counter(), self.clock())

    def mix(self, question: MixQuestion) -> MixAnswer:
        """Which share of each segment of the traffic goes to which model at the least cost."""
        from planner.optimise.mix import mix

        return mix(question, self.catalog, self.counter(), self.clock())
