"""What a plan costs: a planner over the pricing catalog, a token counter and a clock.

    >>> from planner import CostQuestion, Usage, default_planner
    >>> planner = default_planner()
    >>> planner.cost(CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000, output_tokens=200))).total_usd
    Decimal('0.00065000')

Each name is imported with its first use, so that a script pays for what it asks.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from planner.actuals.compare import ActualsCompareQuestion, ActualsComparison
    from planner.actuals.fit import ActualsFit, ActualsFitQuestion
    from planner.actuals.report import ActualsReport, ActualsReportQuestion
    from planner.assemble import default_planner
    from planner.attachments import DocumentInput, ImageInput
    from planner.bulk.questions import (
        BulkAnswer,
        BulkCountQuestion,
        BulkFailure,
        BulkGroup,
        BulkPriceQuestion,
        BulkRefusal,
    )
    from planner.caching import CachingAnswer, CachingQuestion
    from planner.capacity.batch_share import BatchShareAnswer, BatchShareQuestion
    from planner.capacity.limits import CapacityAnswer, CapacityQuestion
    from planner.capacity.provisioned import ProvisionedAnswer, ProvisionedQuestion
    from planner.capacity.waiting import QueueAnswer, QueueQuestion
    from planner.changes import Changes, ChangesQuestion
    from planner.chunks import ChunksAnswer, ChunksQuestion, Embedding
    from planner.compare import CompareQuestion, Comparison
    from planner.context import FitAnswer, FitQuestion
    from planner.conversation import ConversationAnswer, ConversationQuestion, SwitchAnswer, SwitchQuestion
    from planner.costing import CostQuestion, ProviderUsage
    from planner.distributions import Distribution
    from planner.economics.free_tier import FreeTierAnswer, FreeTierQuestion
    from planner.economics.margins import EconomicsAnswer, EconomicsQuestion, Payment, PlanTier, UsageSegment
    from planner.economics.price_path import PriceChange
    from planner.economics.projection import GrowingTier, ProjectionAnswer, ProjectionQuestion
    from planner.economics.skew import SkewAnswer, SkewQuestion
    from planner.estimate import Estimate, EstimateQuestion, Money, OutputSpread
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
    from planner.latency_hops import Generation, Hop
    from planner.listing import ModelsQuestion
    from planner.optimise.choosing import Configuration, OptimiseAnswer, OptimiseQuestion, Option
    from planner.optimise.mix import MixAnswer
    from planner.optimise.traffic import MixModel, MixQuestion, MixSegment
    from planner.outcomes.answer import OutcomesAnswer
    from planner.outcomes.question import ColumnMap, OutcomesQuestion
    from planner.packing.items import Item
    from planner.packing.pack import PackQuestion, Summarise
    from planner.packing.packed import PackAnswer
    from planner.pieces import Piece, PiecesAnswer, PiecesQuestion
    from planner.planner import Planner
    from planner.plans.asked import CheckQuestion, ReportQuestion
    from planner.plans.breakpoints import Breakpoint, BreakpointsAnswer, BreakpointsQuestion
    from planner.plans.check import CheckAnswer
    from planner.plans.difference import Difference, DiffQuestion
    from planner.plans.evaluate import Evaluator
    from planner.plans.files import PlanFile, read_plan
    from planner.plans.plan import Plan
    from planner.plans.report import Report
    from planner.plans.sweep import Axis, SweepAnswer, SweepQuestion
    from planner.prompt import TokensAnswer, TokensQuestion
    from planner.reliability.attempts import RepairAnswer, RepairQuestion, RetryAnswer, RetryQuestion
    from planner.reliability.failures import FailureMode, FailuresAnswer, FailuresQuestion, Mitigation, Stakes, Step
    from planner.reliability.safeguards import GuardrailAnswer, GuardrailQuestion, ReviewAnswer, ReviewQuestion
    from planner.retrieval.compare import RetrievalAnswer
    from planner.retrieval.index import Embedder, Store
    from planner.retrieval.question import RetrievalQuestion
    from planner.routing.cascade import CascadeAnswer, CascadeQuestion, CascadeTier, Joint
    from planner.routing.escalate import EscalateAnswer, EscalateQuestion
    from planner.routing.fallback import FallbackAnswer, FallbackQuestion, Link
    from planner.routing.hedge import HedgeAnswer, HedgeQuestion
    from planner.routing.misrouting import MisroutingAnswer, MisroutingQuestion
    from planner.routing.route import RouteAnswer, RouteQuestion
    from planner.routing.sessions import Session, SharedPrefix
    from planner.routing.vote import PassAtKAnswer, PassAtKQuestion, VoteAnswer, VoteQuestion
    from planner.routing.waits import Latency
    from planner.simulation import SimulateAnswer, SimulateQuestion
    from planner.tuning import Served, TuningAnswer, TuningQuestion
    from planner.tuning_advice import TuningAdviceAnswer, TuningAdviceQuestion
    from pricing.cost import Cost
    from pricing.usage import Usage

__all__ = [
    "ActualsCompareQuestion",
    "ActualsComparison",
    "ActualsFit",
    "ActualsFitQuestion",
    "ActualsReport",
    "ActualsReportQuestion",
    "Axis",
    "BatchShareAnswer",
    "BatchShareQuestion",
    "Breakpoint",
    "BreakpointsAnswer",
    "BreakpointsQuestion",
    "BulkAnswer",
    "BulkCountQuestion",
    "BulkFailure",
    "BulkGroup",
    "BulkPriceQuestion",
    "BulkRefusal",
    "CachingAnswer",
    "CachingQuestion",
    "CapacityAnswer",
    "CapacityQuestion",
    "CascadeAnswer",
    "CascadeQuestion",
    "CascadeTier",
    "Changes",
    "ChangesQuestion",
    "CheckAnswer",
    "CheckQuestion",
    "ChunksAnswer",
    "ChunksQuestion",
    "ColumnMap",
    "CompareQuestion",
    "Comparison",
    "Configuration",
    "ConversationAnswer",
    "ConversationQuestion",
    "CorrectedRateAnswer",
    "CorrectedRateQuestion",
    "Cost",
    "CostQuestion",
    "DefectsAnswer",
    "DefectsQuestion",
    "DiffQuestion",
    "Difference",
    "Distribution",
    "DocumentInput",
    "EconomicsAnswer",
    "EconomicsQuestion",
    "Embedder",
    "Embedding",
    "EscalateAnswer",
    "EscalateQuestion",
    "Estimate",
    "EstimateQuestion",
    "Evaluator",
    "FailureMode",
    "FailuresAnswer",
    "FailuresQuestion",
    "FallbackAnswer",
    "FallbackQuestion",
    "Files",
    "FilesQuestion",
    "FitAnswer",
    "FitQuestion",
    "FreeTierAnswer",
    "FreeTierQuestion",
    "Generation",
    "GrowingTier",
    "GuardrailAnswer",
    "GuardrailQuestion",
    "HedgeAnswer",
    "HedgeQuestion",
    "Hop",
    "ImageInput",
    "IntervalAnswer",
    "IntervalQuestion",
    "Item",
    "Joint",
    "JudgeCostAnswer",
    "JudgeCostQuestion",
    "Latency",
    "LatencyAnswer",
    "LatencyQuestion",
    "Link",
    "MisroutingAnswer",
    "MisroutingQuestion",
    "Mitigation",
    "MixAnswer",
    "MixModel",
    "MixQuestion",
    "MixSegment",
    "ModelsQuestion",
    "Money",
    "MonitoringAnswer",
    "MonitoringQuestion",
    "OptimiseAnswer",
    "OptimiseQuestion",
    "Option",
    "OutcomesAnswer",
    "OutcomesQuestion",
    "OutputSpread",
    "PackAnswer",
    "PackQuestion",
    "PassAtKAnswer",
    "PassAtKQuestion",
    "Payment",
    "Piece",
    "PiecesAnswer",
    "PiecesQuestion",
    "Plan",
    "PlanFile",
    "PlanTier",
    "Planner",
    "PriceChange",
    "ProjectionAnswer",
    "ProjectionQuestion",
    "ProviderUsage",
    "ProvisionedAnswer",
    "ProvisionedQuestion",
    "QueueAnswer",
    "QueueQuestion",
    "RepairAnswer",
    "RepairQuestion",
    "RepeatsAnswer",
    "RepeatsQuestion",
    "Report",
    "ReportQuestion",
    "RetrievalAnswer",
    "RetrievalQuestion",
    "RetryAnswer",
    "RetryQuestion",
    "ReviewAnswer",
    "ReviewQuestion",
    "RouteAnswer",
    "RouteQuestion",
    "SampleSizeAnswer",
    "SampleSizeQuestion",
    "Served",
    "Session",
    "SharedPrefix",
    "SimulateAnswer",
    "SimulateQuestion",
    "SkewAnswer",
    "SkewQuestion",
    "Stakes",
    "Step",
    "Store",
    "Summarise",
    "SweepAnswer",
    "SweepQuestion",
    "SwitchAnswer",
    "SwitchQuestion",
    "SystemsAnswer",
    "SystemsQuestion",
    "TokensAnswer",
    "TokensQuestion",
    "TuningAdviceAnswer",
    "TuningAdviceQuestion",
    "TuningAnswer",
    "TuningQuestion",
    "Usage",
    "UsageSegment",
    "VoteAnswer",
    "VoteQuestion",
    "default_planner",
    "read_plan",
]

_NAMES: Final = {
    "planner.actuals.compare": "ActualsCompareQuestion ActualsComparison",
    "planner.actuals.fit": "ActualsFit ActualsFitQuestion",
    "planner.actuals.report": "ActualsReport ActualsReportQuestion",
    "planner.assemble": "default_planner",
    "planner.attachments": "DocumentInput ImageInput",
    "planner.bulk.questions": "BulkAnswer BulkCountQuestion BulkFailure BulkGroup BulkPriceQuestion BulkRefusal",
    "planner.caching": "CachingAnswer CachingQuestion",
    "planner.capacity.batch_share": "BatchShareAnswer BatchShareQuestion",
    "planner.capacity.limits": "CapacityAnswer CapacityQuestion",
    "planner.capacity.provisioned": "ProvisionedAnswer ProvisionedQuestion",
    "planner.capacity.waiting": "QueueAnswer QueueQuestion",
    "planner.changes": "Changes ChangesQuestion",
    "planner.chunks": "ChunksAnswer ChunksQuestion Embedding",
    "planner.compare": "CompareQuestion Comparison",
    "planner.context": "FitAnswer FitQuestion",
    "planner.conversation": "ConversationAnswer ConversationQuestion SwitchAnswer SwitchQuestion",
    "planner.costing": "CostQuestion ProviderUsage",
    "planner.distributions": "Distribution",
    "planner.economics.free_tier": "FreeTierAnswer FreeTierQuestion",
    "planner.economics.margins": "EconomicsAnswer EconomicsQuestion Payment PlanTier UsageSegment",
    "planner.economics.price_path": "PriceChange",
    "planner.economics.projection": "GrowingTier ProjectionAnswer ProjectionQuestion",
    "planner.economics.skew": "SkewAnswer SkewQuestion",
    "planner.estimate": "Estimate EstimateQuestion Money OutputSpread",
    "planner.evaluation.costs": (
        "JudgeCostAnswer JudgeCostQuestion MonitoringAnswer MonitoringQuestion RepeatsAnswer RepeatsQuestion"
    ),
    "planner.evaluation.intervals": (
        "CorrectedRateAnswer CorrectedRateQuestion IntervalAnswer IntervalQuestion SystemsAnswer SystemsQuestion"
    ),
    "planner.evaluation.sample_size": "DefectsAnswer DefectsQuestion SampleSizeAnswer SampleSizeQuestion",
    "planner.files": "Files FilesQuestion",
    "planner.latency": "LatencyAnswer LatencyQuestion",
    "planner.latency_hops": "Generation Hop",
    "planner.listing": "ModelsQuestion",
    "planner.optimise.choosing": "Configuration OptimiseAnswer OptimiseQuestion Option",
    "planner.optimise.mix": "MixAnswer",
    "planner.optimise.traffic": "MixModel MixQuestion MixSegment",
    "planner.outcomes.answer": "OutcomesAnswer",
    "planner.outcomes.question": "ColumnMap OutcomesQuestion",
    "planner.packing.items": "Item",
    "planner.packing.pack": "PackQuestion Summarise",
    "planner.packing.packed": "PackAnswer",
    "planner.pieces": "Piece PiecesAnswer PiecesQuestion",
    "planner.planner": "Planner",
    "planner.plans.asked": "CheckQuestion ReportQuestion",
    "planner.plans.breakpoints": "Breakpoint BreakpointsAnswer BreakpointsQuestion",
    "planner.plans.check": "CheckAnswer",
    "planner.plans.difference": "DiffQuestion Difference",
    "planner.plans.evaluate": "Evaluator",
    "planner.plans.files": "PlanFile read_plan",
    "planner.plans.plan": "Plan",
    "planner.plans.report": "Report",
    "planner.plans.sweep": "Axis SweepAnswer SweepQuestion",
    "planner.prompt": "TokensAnswer TokensQuestion",
    "planner.reliability.attempts": "RepairAnswer RepairQuestion RetryAnswer RetryQuestion",
    "planner.reliability.failures": "FailureMode FailuresAnswer FailuresQuestion Mitigation Stakes Step",
    "planner.reliability.safeguards": "GuardrailAnswer GuardrailQuestion ReviewAnswer ReviewQuestion",
    "planner.retrieval.compare": "RetrievalAnswer",
    "planner.retrieval.index": "Embedder Store",
    "planner.retrieval.question": "RetrievalQuestion",
    "planner.routing.cascade": "CascadeAnswer CascadeQuestion CascadeTier Joint",
    "planner.routing.escalate": "EscalateAnswer EscalateQuestion",
    "planner.routing.fallback": "FallbackAnswer FallbackQuestion Link",
    "planner.routing.hedge": "HedgeAnswer HedgeQuestion",
    "planner.routing.misrouting": "MisroutingAnswer MisroutingQuestion",
    "planner.routing.route": "RouteAnswer RouteQuestion",
    "planner.routing.sessions": "Session SharedPrefix",
    "planner.routing.vote": "PassAtKAnswer PassAtKQuestion VoteAnswer VoteQuestion",
    "planner.routing.waits": "Latency",
    "planner.simulation": "SimulateAnswer SimulateQuestion",
    "planner.tuning": "Served TuningAnswer TuningQuestion",
    "planner.tuning_advice": "TuningAdviceAnswer TuningAdviceQuestion",
    "pricing.cost": "Cost",
    "pricing.usage": "Usage",
}
_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """A public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
