"""What the rows of one segment pay: chosen once by the scalar path, in whole 1e-12 USD, and remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.cost import EXACT, Offer, at_instant, dated_warnings, rate_of, select
from pricing.errors import NotPriced, TokenplanError
from pricing.names import Resolution
from pricing.rates import ModelRef
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from decimal import Decimal


DIGITS: Final = 12
MOST: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the rows of one segment were priced as, with the words that the scalar path would say of it.

    `conditions`, `sources` and `observed` are those of its rate set; the warnings leave out what counts from one row's
    date ("in 18 days").
    """

    model: ModelRef
    service_tier: str
    region: str | None
    conditions: tuple[str, ...]
    sources: tuple[str, ...]
    observed: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """A bucket's price in 1e-12 USD; 0 where it is `fine`r or larger than 64 bits hold, or `missing`.

    `fallen` says that another bucket's price stands for it.
    """

    units: int = 0
    fine: bool = False
    missing: NotPriced | None = None
    fallen: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """One segment's offer, and its price of each bucket that was asked for."""

    resolved: Resolution
    offer: Offer
    at: datetime
    chosen: Chosen
    _prices: dict[str, Price] = field(default_factory=dict)

    def price(self, bucket: str) -> Price:
        """The price of a bucket."""
        found = self._prices.get(bucket)
        if found is None:
            found = self._prices[bucket] = self._price(bucket)
        return found

    def _price(self, bucket: str) -> Price:
        model = self.resolved.model
        try:
            priced_as, rate, _ = rate_of(model, self.offer, bucket, None, self.at)
        except NotPriced as error:
            return Price(missing=error)
        if rate is None:
            return Price()
        units, fallen = _units(rate.each, self.offer, bucket), ""
        if priced_as not in (bucket, "output_tokens"):
            fallen = f"{bucket} priced as {priced_as}: {model.id} lists no price of its own for it"
        return Price(units or 0, units is None, fallen=fallen)


def terms(
    resolved: Resolution, tier: str, region: str | None, at: datetime, prompt_tokens: int
) -> Terms | TokenplanError:
    """The terms that the scalar path finds at an instant and a prompt length, or its refusal."""
    try:
        offer = select(resolved.model, tier, region, at=at, prompt_tokens=prompt_tokens)
    except NotPriced as error:
        return _for_many(error, at)
    return Terms(resolved, offer, at, _chosen(resolved, tier, offer, at))


def _units(each: Decimal, offer: Offer, bucket: str) -> int | None:
    """A price in whole 1e-12 USD; None where it is finer, or too large for 64 bits."""
    if offer.factor is not None and BUCKETS[bucket].per > 1:
        each = EXACT.multiply(each, offer.factor)
    units = each.scaleb(DIGITS, EXACT)
    return int(units) if units == int(units) and units <= MOST else None


def _chosen(resolved: Resolution, tier: str, offer: Offer, at: datetime) -> Chosen:
    model = resolved.model
    conditions = (*offer.rates.conditions, *([offer.factor_note] if offer.factor_note else []))
    warnings = (*resolved.warnings, *dated_warnings(model, offer.rates, at, days=False))
    ref = ModelRef(model.id, model.provider, resolved.requested, resolved.rule)
    figures = offer.rates.rates.values()
    sources = tuple(dict.fromkeys(each.source for each in figures))
    observed = tuple(dict.fromkeys(each.observed for each in figures))
    return Chosen(ref, tier, offer.region, conditions, sources, observed, warnings)


def _for_many(error: NotPriced, at: datetime) -> NotPriced:
    """A gap's error without the instant of the one row that found it; other errors as they are."""
    problem = error.problems[0]
    if problem.loc != ("as_of",):
        return error
    return NotPriced(problem.msg.replace(at_instant(at), " then"), loc=problem.loc)
