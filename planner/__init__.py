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
    from planner.caching import CachingAnswer, CachingQuestion
    from planner.changes import Changes, ChangesQuestion
    from planner.compare import CompareQuestion, Comparison
    from planner.context import FitAnswer, FitQuestion
    from planner.conversation import ConversationAnswer, ConversationQuestion, SwitchAnswer, SwitchQuestion
    from planner.costing import CostQuestion, ProviderUsage
    from planner.estimate import Estimate, EstimateQuestion, Money, OutputSpread
    from planner.listing import ModelsQuestion
    from planner.planner import Planner
    from planner.prompt import TokensAnswer, TokensQuestion
    from planner.routing.route import RouteAnswer, RouteQuestion
    from pricing.cost import Cost
    from pricing.usage import Usage

__all__ = [
    "CachingAnswer",
    "CachingQuestion",
    "Changes",
    "ChangesQuestion",
    "CompareQuestion",
    "Comparison",
    "ConversationAnswer",
    "ConversationQuestion",
    "Cost",
    "CostQuestion",
    "Estimate",
    "EstimateQuestion",
    "FitAnswer",
    "FitQuestion",
    "ModelsQuestion",
    "Money",
    "OutputSpread",
    "Planner",
    "ProviderUsage",
    "RouteAnswer",
    "RouteQuestion",
    "SwitchAnswer",
    "SwitchQuestion",
    "TokensAnswer",
    "TokensQuestion",
    "Usage",
    "default_planner",
]

_HOMES: Final = {
    "CachingAnswer": "planner.caching",
    "CachingQuestion": "planner.caching",
    "Changes": "planner.changes",
    "ChangesQuestion": "planner.changes",
    "CompareQuestion": "planner.compare",
    "Comparison": "planner.compare",
    "ConversationAnswer": "planner.conversation",
    "ConversationQuestion": "planner.conversation",
    "Cost": "pricing.cost",
    "CostQuestion": "planner.costing",
    "Estimate": "planner.estimate",
    "EstimateQuestion": "planner.estimate",
    "FitAnswer": "planner.context",
    "FitQuestion": "planner.context",
    "ModelsQuestion": "planner.listing",
    "Money": "planner.estimate",
    "OutputSpread": "planner.estimate",
    "Planner": "planner.planner",
    "ProviderUsage": "planner.costing",
    "RouteAnswer": "planner.routing.route",
    "RouteQuestion": "planner.routing.route",
    "SwitchAnswer": "planner.conversation",
    "SwitchQuestion": "planner.conversation",
    "TokensAnswer": "planner.prompt",
    "TokensQuestion": "planner.prompt",
    "Usage": "pricing.usage",
    "default_planner": "planner.assemble",
}


def __getattr__(name: str) -> object:
    """A public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
