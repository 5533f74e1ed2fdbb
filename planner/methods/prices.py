"""What requests cost, what models are listed, and how their prices move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.batch import BatchAnswer, BatchQuestion, ColumnsAnswer, ColumnsQuestion
    from planner.changes import Changes, ChangesQuestion
    from planner.compare import CompareQuestion, Comparison
    from planner.costing import CostQuestion
    from planner.listing import CatalogAnswer, ModelDetail, Models, ModelsQuestion, PriceHistory
    from pricing.cost import Cost


class Prices(Standing):
    """What requests cost, what models are listed, and how their prices move."""

    __slots__ = ()

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

    def about(self) -> CatalogAnswer:
        """The catalog that answers."""
        from planner.listing import about

        return about(self.catalog, self.clock())
