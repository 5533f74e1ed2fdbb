"""What a plan costs: a planner over the pricing catalog, a token counter and a clock.

    >>> from planner import CostQuestion, Usage, default_planner
    >>> planner = default_planner()
    >>> planner.cost(CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000, output_tokens=200))).total_usd
    Decimal('0.00065000')

Each name is imported with its first use, so that a script pays for what it asks.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from planner.assemble import default_planner
    from planner.attachments import DocumentInput, ImageInput
    from planner.caching import CachingAnswer, CachingQuestion
    from planner.changes import Changes, ChangesQuestion
    from planner.chunks import ChunksAnswer, ChunksQuestion, Embedding
    from planner.compare import CompareQuestion, Comparison
    from planner.context import FitAnswer, FitQuestion
    from planner.conversation import ConversationAnswer, ConversationQuestion, SwitchAnswer, SwitchQuestion
    from planner.costing import CostQuestion, ProviderUsage
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
    from planner.listing import ModelsQuestion
    from planner.packed import PackAnswer
    from planner.packing import PackQuestion, Summarise
    from planner.planner import Planner
    from planner.prompt import TokensAnswer, TokensQuestion
    from planner.reliability.attempts import RepairAnswer, RepairQuestion, RetryAnswer, RetryQuestion
    from planner.reliability.failures import FailureMode, FailuresAnswer, FailuresQuestion, Mitigation, Stakes, Step
    from planner.reliability.safeguards import GuardrailAnswer, GuardrailQuestion, ReviewAnswer, ReviewQuestion
    from planner.routing.cascade import CascadeAnswer, CascadeQuestion, Joint, Tier
    from planner.routing.escalate import EscalateAnswer, EscalateQuestion
    from planner.routing.fallback import FallbackAnswer, FallbackQuestion, Link
    from planner.routing.hedge import HedgeAnswer, HedgeQuestion
    from planner.routing.misrouting import MisroutingAnswer, MisroutingQuestion
    from planner.routing.route import RouteAnswer, RouteQuestion
    from planner.routing.sessions import Session, SharedPrefix
    from planner.routing.vote import PassAtKAnswer, PassAtKQuestion, VoteAnswer, VoteQuestion
    from planner.routing.waits import Latency
    from planner.window import Item
    from pricing.cost import Cost
    from pricing.usage import Usage

__all__ = [
    "CachingAnswer",
    "CachingQuestion",
    "CascadeAnswer",
    "CascadeQuestion",
    "Changes",
    "ChangesQuestion",
    "ChunksAnswer",
    "ChunksQuestion",
    "CompareQuestion",
    "Comparison",
    "ConversationAnswer",
    "ConversationQuestion",
    "CorrectedRateAnswer",
    "CorrectedRateQuestion",
    "Cost",
    "CostQuestion",
    "DefectsAnswer",
    "DefectsQuestion",
    "DocumentInput",
    "Embedding",
    "EscalateAnswer",
    "EscalateQuestion",
    "Estimate",
    "EstimateQuestion",
    "FailureMode",
    "FailuresAnswer",
    "FailuresQuestion",
    "FallbackAnswer",
    "FallbackQuestion",
    "Files",
    "FilesQuestion",
    "FitAnswer",
    "FitQuestion",
    "GuardrailAnswer",
    "GuardrailQuestion",
    "HedgeAnswer",
    "HedgeQuestion",
    "ImageInput",
    "IntervalAnswer",
    "IntervalQuestion",
    "Item",
    "Joint",
    "JudgeCostAnswer",
    "JudgeCostQuestion",
    "Latency",
    "Link",
    "MisroutingAnswer",
    "MisroutingQuestion",
    "Mitigation",
    "ModelsQuestion",
    "Money",
    "MonitoringAnswer",
    "MonitoringQuestion",
    "OutputSpread",
    "PackAnswer",
    "PackQuestion",
    "PassAtKAnswer",
    "PassAtKQuestion",
    "Planner",
    "ProviderUsage",
    "RepairAnswer",
    "RepairQuestion",
    "RepeatsAnswer",
    "RepeatsQuestion",
    "RetryAnswer",
    "RetryQuestion",
    "ReviewAnswer",
    "ReviewQuestion",
    "RouteAnswer",
    "RouteQuestion",
    "SampleSizeAnswer",
    "SampleSizeQuestion",
    "Session",
    "SharedPrefix",
    "Stakes",
    "Step",
    "Summarise",
    "SwitchAnswer",
    "SwitchQuestion",
    "SystemsAnswer",
    "SystemsQuestion",
    "Tier",
    "TokensAnswer",
    "TokensQuestion",
    "Usage",
    "VoteAnswer",
    "VoteQuestion",
    "default_planner",
]

_HOMES: Final = {
    "CachingAnswer": "planner.caching",
    "CachingQuestion": "planner.caching",
    "CascadeAnswer": "planner.routing.cascade",
    "CascadeQuestion": "planner.routing.cascade",
    "Changes": "planner.changes",
    "ChangesQuestion": "planner.changes",
    "ChunksAnswer": "planner.chunks",
    "ChunksQuestion": "planner.chunks",
    "CompareQuestion": "planner.compare",
    "Comparison": "planner.compare",
    "ConversationAnswer": "planner.conversation",
    "ConversationQuestion": "planner.conversation",
    "CorrectedRateAnswer": "planner.evaluation.intervals",
    "CorrectedRateQuestion": "planner.evaluation.intervals",
    "Cost": "pricing.cost",
    "CostQuestion": "planner.costing",
    "DefectsAnswer": "planner.evaluation.sample_size",
    "DefectsQuestion": "planner.evaluation.sample_size",
    "DocumentInput": "planner.attachments",
    "Embedding": "planner.chunks",
    "EscalateAnswer": "planner.routing.escalate",
    "EscalateQuestion": "planner.routing.escalate",
    "Estimate": "planner.estimate",
    "EstimateQuestion": "planner.estimate",
    "FailureMode": "planner.reliability.failures",
    "FailuresAnswer": "planner.reliability.failures",
    "FailuresQuestion": "planner.reliability.failures",
    "FallbackAnswer": "planner.routing.fallback",
    "FallbackQuestion": "planner.routing.fallback",
    "Files": "planner.files",
    "FilesQuestion": "planner.files",
    "FitAnswer": "planner.context",
    "FitQuestion": "planner.context",
    "GuardrailAnswer": "planner.reliability.safeguards",
    "GuardrailQuestion": "planner.reliability.safeguards",
    "HedgeAnswer": "planner.routing.hedge",
    "HedgeQuestion": "planner.routing.hedge",
    "ImageInput": "planner.attachments",
    "IntervalAnswer": "planner.evaluation.intervals",
    "IntervalQuestion": "planner.evaluation.intervals",
    "Item": "planner.window",
    "Joint": "planner.routing.cascade",
    "JudgeCostAnswer": "planner.evaluation.costs",
    "JudgeCostQuestion": "planner.evaluation.costs",
    "Latency": "planner.routing.waits",
    "Link": "planner.routing.fallback",
    "MisroutingAnswer": "planner.routing.misrouting",
    "MisroutingQuestion": "planner.routing.misrouting",
    "Mitigation": "planner.reliability.failures",
    "ModelsQuestion": "planner.listing",
    "Money": "planner.estimate",
    "MonitoringAnswer": "planner.evaluation.costs",
    "MonitoringQuestion": "planner.evaluation.costs",
    "OutputSpread": "planner.estimate",
    "PackAnswer": "planner.packed",
    "PackQuestion": "planner.packing",
    "PassAtKAnswer": "planner.routing.vote",
    "PassAtKQuestion": "planner.routing.vote",
    "Planner": "planner.planner",
    "ProviderUsage": "planner.costing",
    "RepairAnswer": "planner.reliability.attempts",
    "RepairQuestion": "planner.reliability.attempts",
    "RepeatsAnswer": "planner.evaluation.costs",
    "RepeatsQuestion": "planner.evaluation.costs",
    "RetryAnswer": "planner.reliability.attempts",
    "RetryQuestion": "planner.reliability.attempts",
    "ReviewAnswer": "planner.reliability.safeguards",
    "ReviewQuestion": "planner.reliability.safeguards",
    "RouteAnswer": "planner.routing.route",
    "RouteQuestion": "planner.routing.route",
    "SampleSizeAnswer": "planner.evaluation.sample_size",
    "SampleSizeQuestion": "planner.evaluation.sample_size",
    "Session": "planner.routing.sessions",
    "SharedPrefix": "planner.routing.sessions",
    "Stakes": "planner.reliability.failures",
    "Step": "planner.reliability.failures",
    "Summarise": "planner.packing",
    "SwitchAnswer": "planner.conversation",
    "SwitchQuestion": "planner.conversation",
    "SystemsAnswer": "planner.evaluation.intervals",
    "SystemsQuestion": "planner.evaluation.intervals",
    "Tier": "planner.routing.cascade",
    "TokensAnswer": "planner.prompt",
    "TokensQuestion": "planner.prompt",
    "Usage": "pricing.usage",
    "VoteAnswer": "planner.routing.vote",
    "VoteQuestion": "planner.routing.vote",
    "default_planner": "planner.assemble",
}


def __getattr__(name: str) -> object:
    """A public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
