"""The prices of all segments side by side, to be gathered by rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pricing.errors import TokenplanError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pricing.table.codes import Ints
    from pricing.table.terms import Terms


class Rates:
    """Prices by bucket and segment in 1e-12 USD, 0 where there is none, with what is to be known of those zeros."""

    def __init__(self, buckets: Collection[str], segments: int) -> None:
        self.prices: dict[str, Ints] = {name: np.zeros(segments, np.int64) for name in buckets}
        self.refused: dict[int, TokenplanError] = {}
        self.missing: dict[str, dict[int, TokenplanError]] = {name: {} for name in buckets}
        self.fallen: dict[str, dict[int, str]] = {name: {} for name in buckets}
        self.fine: dict[str, list[int]] = {name: [] for name in buckets}

    def put(self, found: Mapping[int, Terms | TokenplanError]) -> None:
        """Note the prices of some segments."""
        self.refused |= {at: each for at, each in found.items() if isinstance(each, TokenplanError)}
        terms = {at: each for at, each in found.items() if not isinstance(each, TokenplanError)}
        for bucket, prices in self.prices.items():
            own = {segment: each.price(bucket) for segment, each in terms.items()}
            prices[list(own)] = [each.units for each in own.values()]
            self.missing[bucket] |= {at: each.missing for at, each in own.items() if each.missing}
            self.fallen[bucket] |= {at: each.fallen for at, each in own.items() if each.fallen}
            self.fine[bucket] += [at for at, each in own.items() if each.fine]
