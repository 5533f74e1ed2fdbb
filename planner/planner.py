"""The table of contents: the product's verbs, one method each, over a catalog, a counter and a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from planner.batch import BatchAnswer, BatchQuestion, ColumnsAnswer, ColumnsQuestion
    from planner.bulk.questions import BulkAnswer, BulkCountQuestion, BulkPriceQuestion
    from planner.caching import CachingAnswer, CachingQuestion
    from planner.capacity.batch_share import BatchShareAnswer, BatchShareQuestion
    from planner.capacity.limits import CapacityAnswer, CapacityQuestion
    from planner.capacity.provisioned import ProvisionedAnswer, ProvisionedQuestion
    from planner.capacity.waiting import QueueAnswer, QueueQuestion
    from planner.changes import Changes, ChangesQuestion
    from planner.chunks import ChunksAnswer, ChunksQuestion
    from planner.compare import CompareQuestion, Comparison
    from planner.context import FitAnswer, FitQuestion
    from planner.conversation import ConversationAnswer, ConversationQuestion, SwitchAnswer, SwitchQuestion
    from planner.costing import CostQuestion
    from planner.economics.free_tier import FreeTierAnswer, FreeTierQuestion
    from planner.economics.margins import EconomicsAnswer, EconomicsQuestion
    from planner.economics.projection import ProjectionAnswer, ProjectionQuestion
    from planner.economics.skew import SkewAnswer, SkewQuestion
    from planner.estimate import Estimate, EstimateQuestion
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
    from planner.files import Files, FilesQuestion
    from planner.latency import LatencyAnswer, LatencyQuestion
    from planner.listing import CatalogAnswer, ModelDetail, Models, ModelsQuestion, PriceHistory
    from planner.optimise.choosing import OptimiseAnswer, OptimiseQuestion
    from planner.optimise.mix import MixAnswer
    from planner.optimise.traffic import MixQuestion
    from planner.outcomes.answer import OutcomesAnswer
    from planner.outcomes.question import OutcomesQuestion
    from planner.packing.pack import PackQuestion
    from planner.packing.packed import PackAnswer
    from planner.prompt import TokensAnswer, TokensQuestion
    from planner.reliability.attempts import RepairAnswer, RepairQuestion, RetryAnswer, RetryQuestion
    from planner.reliability.failures import FailuresAnswer, FailuresQuestion
    from planner.reliability.safeguards import GuardrailAnswer, GuardrailQuestion, ReviewAnswer, ReviewQuestion
    from planner.retrieval.compare import RetrievalAnswer
    from planner.retrieval.question import RetrievalQuestion
    from planner.routing.cascade import CascadeAnswer, CascadeQuestion
    from planner.routing.escalate import EscalateAnswer, EscalateQuestion
    from planner.routing.fallback import FallbackAnswer, FallbackQuestion
    from planner.routing.hedge import HedgeAnswer, HedgeQuestion
    from planner.routing.misrouting import MisroutingAnswer, MisroutingQuestion
    from planner.routing.route import RouteAnswer, RouteQuestion
    from planner.routing.vote import PassAtKAnswer, PassAtKQuestion, VoteAnswer, VoteQuestion
    from planner.simulation import SimulateAnswer, SimulateQuestion
    from planner.tokens import Counter
    from planner.tuning import TuningAnswer, TuningQuestion
    from planner.tuning_advice import TuningAdviceAnswer, TuningAdviceQuestion
    from pricing.catalog import Catalog
    from pricing.cost import Cost


@dataclass(frozen=True, slots=True)
class Planner:
    """Answers questions; holds what every answer stands on and nothing else.

    `counter` returns the token counter and is called by the verbs that count; `clock` returns the present UTC instant
    and is asked once a question. A verb's module is imported with its first use: a price in a script pays for no other.
    """

    catalog: Catalog
    counter: Callable[[], Counter]
    clock: Callable[[], datetime]

    def cost(self, question: CostQuestion) -> Cost:
        """What one request costs, exactly, with a line for each bucket."""
        from planner.costing import price

        return price(question, self.catalog, self.clock())

    def cost_batch(self, question: BatchQuestion) -> BatchAnswer:
        """What many requests cost, each on its own; a row that has no price says why."""
        from planner.batch import batch

        return batch(question, self.catalog, self.clock())

    def cost_columns(self, question: ColumnsQuestion) -> ColumnsAnswer:
        """The same for columns; needs the extra `table`."""
        from planner.columns import columns

        return columns(question, self.catalog, self.clock())

    def compare(self, question: CompareQuestion) -> Comparison:
        """One usage or prompt over many models, ranked, with what each saves."""
        from planner.compare import compare

        return compare(question, self.catalog, self.counter(), self.clock())

    def tokens(self, question: TokensQuestion) -> TokensAnswer:
        """How many tokens a prompt is on a model, with bounds and method."""
        from planner.prompt import tokens

        return tokens(question, self.catalog, self.counter())

    def count_files(self, question: FilesQuestion, progress: Callable[[int, int], None] | None = None) -> Files:
        """How many tokens each of many files and folders is on a model; `progress` is told files done and all."""
        from planner.files import count_files

        return count_files(question, self.catalog, self.counter(), self.clock(), progress)

    def bulk_price(
        self, question: BulkPriceQuestion, progress: Callable[[int, float, float], object] | None = None
    ) -> BulkAnswer:
        """What usage logs of any size cost; `progress` is told rows done, bytes done and all bytes. Extra `bulk`."""
        from planner.bulk.job import bulk_price

        return bulk_price(question, self.catalog, self.clock(), progress)

    def bulk_count(
        self, question: BulkCountQuestion, progress: Callable[[int, float, float], object] | None = None
    ) -> BulkAnswer:
        """How many tokens a corpus of any size has on a model, and what it costs as input. Extra `bulk`."""
        from planner.bulk.job import bulk_count

        return bulk_count(question, self.catalog, self.counter(), self.clock(), progress)

    def fit(self, question: FitQuestion) -> FitAnswer:
        """Whether a prompt fits a model's total, input and output limits."""
        from planner.context import fit

        return fit(question, self.catalog, self.counter())

    def pack(self, question: PackQuestion) -> PackAnswer:
        """What goes into a model's window, in which order, what stays out and why, and what each part costs."""
        from planner.packing.pack import pack

        return pack(question, self.catalog, self.counter(), self.clock())

    def chunks(self, question: ChunksQuestion) -> ChunksAnswer:
        """A document in chunks that never pass a limit, and what overlap, embedding and storage cost."""
        from planner.chunks import chunks

        return chunks(question, self.catalog, self.counter(), self.clock())

    def estimate(self, question: EstimateQuestion) -> Estimate:
        """What a real prompt costs on each model, a request and a month, and whether it fits."""
        from planner.estimate import estimate

        return estimate(question, self.catalog, self.counter(), self.clock())

    def models(self, question: ModelsQuestion) -> Models:
        """Which models are listed."""
        from planner.listing import models

        return models(question, self.catalog, self.clock())

    def model(self, name: str, provider: str | None = None) -> ModelDetail:
        """One model in full."""
        from planner.listing import model

        return model(name, provider, self.catalog, self.clock())

    def prices(self, name: str, provider: str | None = None) -> PriceHistory:
        """One model's prices, past, current and announced."""
        from planner.listing import prices

        return prices(name, provider, self.catalog, self.clock())

    def changes(self, question: ChangesQuestion) -> Changes:
        """What moved, appeared and retires since a date, and which models became cheaper than the one in use."""
        from planner.changes import changes

        return changes(question, self.catalog, self.clock())

    def caching(self, question: CachingQuestion) -> CachingAnswer:
        """What caching a shared prefix saves, at which hit rate it pays, and which lifetime is the best."""
        from planner.caching import caching

        return caching(question, self.catalog, self.clock())

    def conversation(self, question: ConversationQuestion) -> ConversationAnswer:
        """What a growing chat or an agent loop costs, with prompt caching and without."""
        from planner.conversation import conversation

        return conversation(question, self.catalog, self.clock())

    def switch(self, question: SwitchQuestion) -> SwitchAnswer:
        """What changing the model in the middle of a session costs, and after how many turns it has paid."""
        from planner.conversation import switch

        return switch(question, self.catalog, self.clock())

    def latency(self, question: LatencyQuestion) -> LatencyAnswer:
        """How long a pipeline of hops takes, to the first visible token and to the end, against a budget."""
        from planner.latency import latency

        return latency(question)

    def simulate(self, question: SimulateQuestion) -> SimulateAnswer:
        """What a request, a user's month and a month may cost when the plan's inputs are uncertain."""
        from planner.simulation import simulate

        return simulate(question, self.catalog, self.clock())

    def capacity(self, question: CapacityQuestion) -> CapacityAnswer:
        """How many requests a second an account's rate limits carry, which one binds, and the head-room at a peak."""
        from planner.capacity.limits import capacity

        return capacity(question, self.catalog)

    def queue(self, question: QueueQuestion) -> QueueAnswer:
        """How long requests wait for a slot of provisioned units, and how many units keep the wait short."""
        from planner.capacity.waiting import queue

        return queue(question)

    def provisioned(self, question: ProvisionedQuestion) -> ProvisionedAnswer:
        """How many provisioned units a peak needs, and from which use they beat paying as you go."""
        from planner.capacity.provisioned import provisioned

        return provisioned(question, self.catalog, self.counter(), self.clock())

    def batch_share(self, question: BatchShareQuestion) -> BatchShareAnswer:
        """What a request costs on average when a share of the requests goes to the batch tier."""
        from planner.capacity.batch_share import batch_share

        return batch_share(question, self.catalog, self.counter(), self.clock())

    def route(self, question: RouteQuestion) -> RouteAnswer:
        """What a router between a weak and a strong model costs a request, saves, and where it breaks even."""
        from planner.routing.route import route

        return route(question, self.catalog, self.counter(), self.clock())

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

    def outcomes(self, question: OutcomesQuestion) -> OutcomesAnswer:
        """What models did on your own prompts: which to keep, what routing saves, and at which threshold."""
        from planner.outcomes.outcomes import outcomes

        return outcomes(question, self.catalog, self.counter(), self.clock())

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

    def economics(self, question: EconomicsQuestion) -> EconomicsAnswer:
        """What a request, session, user and month cost, the price for a margin, and what each plan contributes."""
        from planner.economics.margins import economics

        return economics(question, self.catalog, self.counter(), self.clock())

    def usage_skew(self, question: SkewQuestion) -> SkewAnswer:
        """How much of the cost the heaviest users make, and what a cap on a user saves."""
        from planner.economics.skew import usage_skew

        return usage_skew(question, self.catalog, self.counter(), self.clock())

    def free_tier(self, question: FreeTierQuestion) -> FreeTierAnswer:
        """What a free tier burns, and the conversion at which it pays for itself."""
        from planner.economics.free_tier import free_tier

        return free_tier(question, self.catalog, self.counter(), self.clock())

    def projection(self, question: ProjectionQuestion) -> ProjectionAnswer:
        """What the next months cost and bring, with growth, announced and assumed price changes."""
        from planner.economics.projection import projection

        return projection(question, self.catalog, self.counter(), self.clock())

    def optimise(self, question: OptimiseQuestion) -> OptimiseAnswer:
        """Which configurations meet all constraints, the frontier among them, and which constraint binds."""
        from planner.optimise.choosing import optimise

        return optimise(question, self.catalog, self.counter(), self.clock())

    def mix(self, question: MixQuestion) -> MixAnswer:
        """Which share of each segment of the traffic goes to which model at the least cost."""
        from planner.optimise.mix import mix

        return mix(question, self.catalog, self.counter(), self.clock())

    def about(self) -> CatalogAnswer:
        """The catalog that answers."""
        from planner.listing import about

        return about(self.catalog, self.clock())
