"""The table of contents: the product's verbs, one method each, over a catalog, a counter and a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from planner.batch import BatchAnswer, BatchQuestion
    from planner.chunks import ChunksAnswer, ChunksQuestion
    from planner.compare import CompareQuestion, Comparison
    from planner.context import FitAnswer, FitQuestion
    from planner.costing import CostQuestion
    from planner.estimate import Estimate, EstimateQuestion
    from planner.listing import CatalogAnswer, ModelDetail, Models, ModelsQuestion, PriceHistory
    from planner.packed import PackAnswer
    from planner.packing import PackQuestion
    from planner.prompt import TokensAnswer, TokensQuestion
    from planner.tokens import Counter
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
        """What one request costs, exactly."""
        from planner.costing import price

        return price(question, self.catalog, self.clock())

    def cost_batch(self, question: BatchQuestion) -> BatchAnswer:
        """What many requests cost, each on its own; a row that has no price says why."""
        from planner.batch import batch

        return batch(question, self.catalog, self.clock())

    def compare(self, question: CompareQuestion) -> Comparison:
        """One usage or prompt over many models, ranked."""
        from planner.compare import compare

        return compare(question, self.catalog, self.counter(), self.clock())

    def tokens(self, question: TokensQuestion) -> TokensAnswer:
        """How many tokens a prompt is on a model."""
        from planner.prompt import tokens

        return tokens(question, self.catalog, self.counter())

    def fit(self, question: FitQuestion) -> FitAnswer:
        """Whether a prompt fits a model's limits."""
        from planner.context import fit

        return fit(question, self.catalog, self.counter())

    def pack(self, question: PackQuestion) -> PackAnswer:
        """What goes into a model's window, in which order, and what it costs."""
        from planner.packing import pack

        return pack(question, self.catalog, self.counter(), self.clock())

    def chunks(self, question: ChunksQuestion) -> ChunksAnswer:
        """A document in chunks, and what embedding them costs."""
        from planner.chunks import chunks

        return chunks(question, self.catalog, self.counter(), self.clock())

    def estimate(self, question: EstimateQuestion) -> Estimate:
        """What a prompt costs and whether it fits, on each model."""
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

    def about(self) -> CatalogAnswer:
        """The catalog that answers."""
        from planner.listing import about

        return about(self.catalog, self.clock())
