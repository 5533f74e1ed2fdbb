"""What a plan costs: a planner over the pricing catalog, a token counter and a clock.

>>> from planner import CostQuestion, Usage, default_planner
>>> planner = default_planner()
>>> planner.cost(CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000, output_tokens=200))).total_usd
Decimal('0.00065000')
"""

from planner.assemble import default_planner
from planner.compare import CompareQuestion, Comparison
from planner.context import FitAnswer, FitQuestion
from planner.costing import CostQuestion, ProviderUsage
from planner.estimate import Estimate, EstimateQuestion, Money, OutputSpread
from planner.listing import ModelsQuestion
from planner.planner import Planner
from planner.prompt import TokensAnswer, TokensQuestion
from pricing.cost import Cost
from pricing.usage import Usage

__all__ = [
    "CompareQuestion",
    "Comparison",
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
    "TokensAnswer",
    "TokensQuestion",
    "Usage",
    "default_planner",
]
