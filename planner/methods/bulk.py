"""The verbs about data of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.methods.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.bulk.questions import BulkAnswer, BulkCountQuestion, BulkPriceQuestion


class Bulk(Standing):
    """Logs and corpora of any size, part by part; `progress` is told rows done, bytes done and all bytes."""

    __slots__ = ()

    def bulk_price(
        self, question: BulkPriceQuestion, progress: Callable[[int, float, float], object] | None = None
    ) -> BulkAnswer:
        """What usage logs of any size cost. Extra `bulk`."""
        from planner.bulk.job import bulk_price

        return bulk_price(question, self.catalog, self.clock(), progress)

    def bulk_count(
        self, question: BulkCountQuestion, progress: Callable[[int, float, float], object] | None = None
    ) -> BulkAnswer:
        """How many tokens a corpus of any size has on a model, and what it costs as input. Extra `bulk`."""
        from planner.bulk.job import bulk_count

        return bulk_count(question, self.catalog, self.counter(), self.clock(), progress)
