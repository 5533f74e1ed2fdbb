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
    from planner.chunks import ChunksAnswer, ChunksQuestion, Embedding
    from planner.compare import CompareQuestion, Comparison
    from planner.context import FitAnswer, FitQuestion
    from planner.costing import CostQuestion, ProviderUsage
    from planner.estimate import Estimate, EstimateQuestion, Money, OutputSpread
    from planner.listing import ModelsQuestion
    from planner.packed import PackAnswer
    from planner.packing import PackQuestion, Summarise
    from planner.planner import Planner
    from planner.prompt import TokensAnswer, TokensQuestion
    from planner.window import Item
    from pricing.cost import Cost
    from pricing.usage import Usage

__all__ = [
    "ChunksAnswer",
    "ChunksQuestion",
    "CompareQuestion",
    "Comparison",
    "Cost",
    "CostQuestion",
    "Embedding",
    "Estimate",
    "EstimateQuestion",
    "FitAnswer",
    "FitQuestion",
    "Item",
    "ModelsQuestion",
    "Money",
    "OutputSpread",
    "PackAnswer",
    "PackQuestion",
    "Planner",
    "ProviderUsage",
    "Summarise",
    "TokensAnswer",
    "TokensQuestion",
    "Usage",
    "default_planner",
]

_HOMES: Final = {
    "ChunksAnswer": "planner.chunks",
    "ChunksQuestion": "planner.chunks",
    "CompareQuestion": "planner.compare",
    "Comparison": "planner.compare",
    "Cost": "pricing.cost",
    "CostQuestion": "planner.costing",
    "Embedding": "planner.chunks",
    "Estimate": "planner.estimate",
    "EstimateQuestion": "planner.estimate",
    "FitAnswer": "planner.context",
    "FitQuestion": "planner.context",
    "Item": "planner.window",
    "ModelsQuestion": "planner.listing",
    "Money": "planner.estimate",
    "OutputSpread": "planner.estimate",
    "PackAnswer": "planner.packed",
    "PackQuestion": "planner.packing",
    "Planner": "planner.planner",
    "ProviderUsage": "planner.costing",
    "Summarise": "planner.packing",
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
