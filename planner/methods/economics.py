"""What a product's users cost and bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from planner.economics.free_tier import FreeTierAnswer, FreeTierQuestion
    from planner.economics.margins import EconomicsAnswer, EconomicsQuestion
    from planner.economics.projection import ProjectionAnswer, ProjectionQuestion
    from planner.economics.skew import SkewAnswer, SkewQuestion


class Economics(Standing):
    """What a product's users cost and bring."""

    __slots__ = ()

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
