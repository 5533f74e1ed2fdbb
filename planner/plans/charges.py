"""What a plan's model calls are charged: a unit price for each bucket, with its source and date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pricing.catalog import Catalog
from pricing.cost import EXACT, rate_of, select
from pricing.rates import STANDARD
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.plans.steps import Served
    from pricing.names import Resolution


@dataclass(frozen=True, slots=True)
class Charge:
    """One bucket of one call: how much of it on average, its unit price with source and date, and what that makes."""

    bucket: str
    quantity: float
    unit: str
    usd_per_unit: Decimal
    usd: float
    conditions: tuple[str, ...]
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class _Price:
    usd_per_unit: Decimal
    each: float
    conditions: tuple[str, ...]
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class Charges:
    """Unit prices at one instant; each is looked up once."""

    catalog: Catalog
    at: datetime
    _known: dict[tuple[object, ...], _Price | None] = field(default_factory=dict)

    def resolve(self, served: Served) -> Resolution:
        """The model that is meant.

        Raises:
            UnknownModel: it is not listed.
        """
        assert served.model is not None
        return self.catalog.resolve(served.model, served.provider)

    def lines(self, served: Served, quantities: Mapping[str, float], prompt_tokens: float) -> tuple[Charge, ...]:
        """A line for each bucket that is used, at the prices of a prompt of that length.

        Raises:
            NotPriced: nothing is sold under those terms, or no price is listed for a bucket that is used.
        """
        found = []
        for bucket, quantity in quantities.items():
            price = self._price(served, bucket, round(prompt_tokens)) if quantity else None
            if price is not None:
                unit = BUCKETS[bucket].unit
                usd = quantity * price.each
                found.append(
                    Charge(
                        bucket, quantity, unit, price.usd_per_unit, usd, price.conditions, price.source, price.observed
                    )
                )
        return tuple(found)

    def unit(self, served: Served, bucket: str, prompt_tokens: float) -> float:
        """USD for one token, call or second of a bucket; 0 where no fee is charged.

        Raises:
            NotPriced: as `lines`.
        """
        price = self._price(served, bucket, round(prompt_tokens))
        return 0.0 if price is None else price.each

    def thresholds(self, served: Served) -> tuple[int, ...]:
        """The prompt lengths from which other prices hold, in ascending order, 0 first."""
        sets = self.resolve(served).model.sets
        tier = served.service_tier or STANDARD
        return tuple(sorted({0, *(each.threshold for each in sets if each.tier == tier and each.valid(self.at))}))

    def _price(self, served: Served, bucket: str, prompt_tokens: int) -> _Price | None:
        tier = max(each for each in self.thresholds(served) if each <= prompt_tokens)
        key = (served.model, served.provider, served.service_tier, served.region, bucket, tier)
        if key not in self._known:
            self._known[key] = self._look_up(served, bucket, tier)
        return self._known[key]

    def _look_up(self, served: Served, bucket: str, prompt_tokens: int) -> _Price | None:
        """As `pricing.cost` prices a bucket."""
        resolved = self.resolve(served)
        model, region = resolved.model, served.region or resolved.region
        offer = select(model, served.service_tier or STANDARD, region, at=self.at, prompt_tokens=prompt_tokens)
        priced_as, rate, origin = rate_of(model, offer, bucket, None, self.at)
        if rate is None:
            return None
        unit, each, conditions = rate.usd_per_unit, rate.each, origin.conditions
        if offer.factor is not None and BUCKETS[bucket].per > 1:
            unit, each = EXACT.multiply(unit, offer.factor), EXACT.multiply(each, offer.factor)
            conditions = (*conditions, offer.factor_note)
        if priced_as != bucket:
            conditions = (*conditions, f"priced_as={priced_as}")
        return _Price(unit, float(each), conditions, rate.source, rate.observed)
