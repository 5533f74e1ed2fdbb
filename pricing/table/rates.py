"""The prices of all segments side by side, to be gathered by rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pricing.errors import TokenplanError

if TYPE_CHECKING:
    from pricing.table.codes import Ints
    from pricing.table.terms import Terms


class Rates:
    """Prices by bucket and segment in 1e-12 USD, 0 where there is none, with what is to be known of those zeros."""

    def __init__(self, buckets: list[str], segments: int) -> None:
        self.buckets = buckets
        self.prices: dict[str, Ints] = {name: np.zeros(segments, np.int64) for name in buckets}
        self.refused: dict[int, TokenplanError] = {}
        self.missing: dict[str, dict[int, TokenplanError]] = {name: {} for name in buckets}
        self.fallen: dict[str, dict[int, str]] = {name: {} for name in buckets}
        self.fine: dict[str, list[int]] = {name: [] for name in buckets}

    def put(self, segment: int, terms: Terms | TokenplanError) -> None:
        """Note a segment's price of every bucket, if it has terms."""
        if isinstance(terms, TokenplanError):
            self.refused[segment] = terms
            return
        for bucket in self.buckets:
            price = terms.price(bucket)
            self.prices[bucket][segment] = price.units
            if price.missing:
                self.missing[bucket][segment] = price.missing
            if price.fallen:
                self.fallen[bucket][segment] = price.fallen
            if price.fine:
                self.fine[bucket].append(segment)
