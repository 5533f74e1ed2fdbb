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

_HOMES: Final = {
    "ActualsCompareQuestion": "planner.actuals.compare",
    "ActualsComparison": "planner.actuals.compare",
    "ActualsFit": "planner.actuals.fit",
    "ActualsFitQuestion": "planner.actuals.fit",
    "ActualsReport": "planner.actuals.report",
    "ActualsReportQuestion": "planner.actuals.report",
    "Axis": "planner.plans.sweep",
    "BatchShareAnswer": "planner.capacity.batch_share",
    "BatchShareQuestion": "planner.capacity.batch_share",
    "Breakpoint": "planner.plans.breakpoints",
    "BreakpointsAnswer": "planner.plans.breakpoints",
    "BreakpointsQuestion": "planner.plans.breakpoints",
    "BulkAnswer": "planner.bulk.questions",
    "BulkCountQuestion": "planner.bulk.questions",
    "BulkFailure": "planner.bulk.questions",
    "BulkGroup": "planner.bulk.questions",
    "BulkPriceQuestion": "planner.bulk.questions",
    "BulkRefusal": "planner.bulk.questions",
    "CachingAnswer": "planner.caching",
    "CachingQuestion": "planner.caching",
    "CapacityAnswer": "planner.capacity.limits",
    "CapacityQuestion": "planner.capacity.limits",
    "CascadeAnswer": "planner.routing.cascade",
    "CascadeQuestion": "planner.routing.cascade",
    "CascadeTier": "planner.routing.cascade",
    "Changes": "planner.changes",
    "ChangesQuestion": "planner.changes",
    "CheckAnswer": "planner.plans.check",
    "CheckQuestion": "planner.plans.asked",
    "ChunksAnswer": "planner.chunks",
    "ChunksQuestion": "planner.chunks",
    "ColumnMap": "planner.outcomes.question",
    "CompareQuestion": "planner.compare",
    "Comparison": "planner.compare",
    "Configuration": "planner.optimise.choosing",
    "ConversationAnswer": "planner.conversation",
    "ConversationQuestion": "planner.conversation",
    "CorrectedRateAnswer": "planner.evaluation.intervals",
    "CorrectedRateQuestion": "planner.evaluation.intervals",
    "Cost": "pricing.cost",
    "CostQuestion": "planner.costing",
    "DefectsAnswer": "planner.evaluation.sample_size",
    "DefectsQuestion": "planner.evaluation.sample_size",
    "DiffQuestion": "planner.plans.difference",
    "Difference": "planner.plans.difference",
    "Distribution": "planner.distributions",
    "DocumentInput": "planner.attachments",
    "EconomicsAnswer": "planner.economics.margins",
    "EconomicsQuestion": "planner.economics.margins",
    "Embedder": "planner.retrieval.index",
    "Embedding": "planner.chunks",
    "EscalateAnswer": "planner.routing.escalate",
    "EscalateQuestion": "planner.routing.escalate",
    "Estimate": "planner.estimate",
    "EstimateQuestion": "planner.estimate",
    "Evaluator": "planner.plans.evaluate",
    "FailureMode": "planner.reliability.failures",
    "FailuresAnswer": "planner.reliability.failures",
    "FailuresQuestion": "planner.reliability.failures",
    "FallbackAnswer": "planner.routing.fallback",
    "FallbackQuestion": "planner.routing.fallback",
    "Files": "planner.files",
    "FilesQuestion": "planner.files",
    "FitAnswer": "planner.context",
    "FitQuestion": "planner.context",
    "FreeTierAnswer": "planner.economics.free_tier",
    "FreeTierQuestion": "planner.economics.free_tier",
    "Generation": "planner.latency_hops",
    "GrowingTier": "planner.economics.projection",
    "GuardrailAnswer": "planner.reliability.safeguards",
    "GuardrailQuestion": "planner.reliability.safeguards",
    "HedgeAnswer": "planner.routing.hedge",
    "HedgeQuestion": "planner.routing.hedge",
    "Hop": "planner.latency_hops",
    "ImageInput": "planner.attachments",
    "IntervalAnswer": "planner.evaluation.intervals",
    "IntervalQuestion": "planner.evaluation.intervals",
    "Item": "planner.packing.items",
    "Joint": "planner.routing.cascade",
    "JudgeCostAnswer": "planner.evaluation.costs",
    "JudgeCostQuestion": "planner.evaluation.costs",
    "Latency": "planner.routing.waits",
    "LatencyAnswer": "planner.latency",
    "LatencyQuestion": "planner.latency",
    "Link": "planner.routing.fallback",
    "MisroutingAnswer": "planner.routing.misrouting",
    "MisroutingQuestion": "planner.routing.misrouting",
    "Mitigation": "planner.reliability.failures",
    "MixAnswer": "planner.optimise.mix",
    "MixModel": "planner.optimise.traffic",
    "MixQuestion": "planner.optimise.traffic",
    "MixSegment": "planner.optimise.traffic",
    "ModelsQuestion": "planner.listing",
    "Money": "planner.estimate",
    "MonitoringAnswer": "planner.evaluation.costs",
    "MonitoringQuestion": "planner.evaluation.costs",
    "OptimiseAnswer": "planner.optimise.choosing",
    "OptimiseQuestion": "planner.optimise.choosing",
    "Option": "planner.optimise.choosing",
    "OutcomesAnswer": "planner.outcomes.answer",
    "OutcomesQuestion": "planner.outcomes.question",
    "OutputSpread": "planner.estimate",
    "PackAnswer": "planner.packing.packed",
    "PackQuestion": "planner.packing.pack",
    "PassAtKAnswer": "planner.routing.vote",
    "PassAtKQuestion": "planner.routing.vote",
    "Payment": "planner.economics.margins",
    "Piece": "planner.pieces",
    "PiecesAnswer": "planner.pieces",
    "PiecesQuestion": "planner.pieces",
    "Plan": "planner.plans.plan",
    "PlanFile": "planner.plans.files",
    "PlanTier": "planner.economics.margins",
    "Planner": "planner.planner",
    "PriceChange": "planner.economics.price_path",
    "ProjectionAnswer": "planner.economics.projection",
    "ProjectionQuestion": "planner.economics.projection",
    "ProviderUsage": "planner.costing",
    "ProvisionedAnswer": "planner.capacity.provisioned",
    "ProvisionedQuestion": "planner.capacity.provisioned",
    "QueueAnswer": "planner.capacity.waiting",
    "QueueQuestion": "planner.capacity.waiting",
    "RepairAnswer": "planner.reliability.attempts",
    "RepairQuestion": "planner.reliability.attempts",
    "RepeatsAnswer": "planner.evaluation.costs",
    "RepeatsQuestion": "planner.evaluation.costs",
    "Report": "planner.plans.report",
    "ReportQuestion": "planner.plans.asked",
    "RetrievalAnswer": "planner.retrieval.compare",
    "RetrievalQuestion": "planner.retrieval.question",
    "RetryAnswer": "planner.reliability.attempts",
    "RetryQuestion": "planner.reliability.attempts",
    "ReviewAnswer": "planner.reliability.safeguards",
    "ReviewQuestion": "planner.reliability.safeguards",
    "RouteAnswer": "planner.routing.route",
    "RouteQuestion": "planner.routing.route",
    "SampleSizeAnswer": "planner.evaluation.sample_size",
    "SampleSizeQuestion": "planner.evaluation.sample_size",
    "Served": "planner.tuning",
    "Session": "planner.routing.sessions",
    "SharedPrefix": "planner.routing.sessions",
    "SimulateAnswer": "planner.simulation",
    "SimulateQuestion": "planner.simulation",
    "SkewAnswer": "planner.economics.skew",
    "SkewQuestion": "planner.economics.skew",
    "Stakes": "planner.reliability.failures",
    "Step": "planner.reliability.failures",
    "Store": "planner.retrieval.index",
    "Summarise": "planner.packing.pack",
    "SweepAnswer": "planner.plans.sweep",
    "SweepQuestion": "planner.plans.sweep",
    "SwitchAnswer": "planner.conversation",
    "SwitchQuestion": "planner.conversation",
    "SystemsAnswer": "planner.evaluation.intervals",
    "SystemsQuestion": "planner.evaluation.intervals",
    "TokensAnswer": "planner.prompt",
    "TokensQuestion": "planner.prompt",
    "TuningAdviceAnswer": "planner.tuning_advice",
    "TuningAdviceQuestion": "planner.tuning_advice",
    "TuningAnswer": "planner.tuning",
    "TuningQuestion": "planner.tuning",
    "Usage": "pricing.usage",
    "UsageSegment": "planner.economics.margins",
    "VoteAnswer": "planner.routing.vote",
    "VoteQuestion": "planner.routing.vote",
    "default_planner": "planner.assemble",
    "read_plan": "planner.plans.files",
}


def __getattr__(name: str) -> object:
    """A public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
