"""The prices of all segments side by side, to be gathered by rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pricing.errors import TokenplanError

if TYPE_CHECKING:
    from pricing.table.codes import Ints
    from pricing.table.segments import Segments


class Rates:
    """Prices by bucket and segment in 1e-12 USD, 0 where there is none, with what is to be known of those zeros."""

    def __init__(self, buckets: list[str], segments: Segments) -> None:
        self.buckets = buckets
        self.prices: dict[str, Ints] = {}
        self.missing: dict[str, dict[int, TokenplanError]] = {name: {} for name in buckets}
        self.fallen: dict[str, dict[int, str]] = {name: {} for name in buckets}
        self.fine: dict[str, list[int]] = {name: [] for name in buckets}
        found = {at: each for at, each in segments.terms.items() if not isinstance(each, TokenplanError)}
        for bucket in buckets:
            units = self.prices[bucket] = np.zeros(segments.count, np.int64)
            for segment, terms in found.items():
                price = terms.price(bucket)
                units[segment] = price.units
                if price.missing:
                    self.missing[bucket][segment] = price.missing
                if price.fallen:
                    self.fallen[bucket][segment] = price.fallen
                if price.fine:
                    self.fine[bucket].append(segment)
