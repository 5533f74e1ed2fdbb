"""The table of contents: the product's verbs, one method each, over a catalog, a counter and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from planner import compare as comparing
from planner import context, costing, listing, prompt
from planner import estimate as estimating
from planner.tokens import Counter
from pricing.catalog import Catalog

if TYPE_CHECKING:
    from pricing.cost import Cost


@dataclass(frozen=True, slots=True)
class Planner:
    """Answers questions; holds what every answer stands on and nothing else.

    `clock` returns the present UTC instant; it is asked once a question.
    """

    catalog: Catalog
    counter: Counter
    clock: Callable[[], datetime]

    def cost(self, question: costing.CostQuestion) -> Cost:
        """What one request costs, exactly."""
        return costing.price(question, self.catalog, self.clock())

    def compare(self, question: comparing.CompareQuestion) -> comparing.Comparison:
        """One usage or prompt over many models, ranked."""
        return comparing.compare(question, self.catalog, self.counter, self.clock())

    def tokens(self, question: prompt.TokensQuestion) -> prompt.TokensAnswer:
        """How many tokens a prompt is on a model."""
        return prompt.tokens(question, self.catalog, self.counter)

    def fit(self, question: context.FitQuestion) -> context.FitAnswer:
        """Whether a prompt fits a model's limits."""
        return context.fit(question, self.catalog, self.counter)

    def estimate(self, question: estimating.EstimateQuestion) -> estimating.Estimate:
        """What a prompt costs and whether it fits, on each model."""
        return estimating.estimate(question, self.catalog, self.counter, self.clock())

    def models(self, question: listing.ModelsQuestion) -> listing.Models:
        """Which models are listed."""
        return listing.models(question, self.catalog, self.clock())

    def model(self, name: str, provider: str | None = None) -> listing.ModelDetail:
        """One model in full."""
        return listing.model(name, provider, self.catalog, self.clock())

    def prices(self, name: str, provider: str | None = None) -> listing.PriceHistory:
        """One model's prices, past, current and announced."""
        return listing.prices(name, provider, self.catalog, self.clock())

    def about(self) -> listing.CatalogAnswer:
        """The catalog that answers."""
        return listing.about(self.catalog, self.clock())
