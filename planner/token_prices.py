"""What a model's tokens cost under stated terms: the unit prices that planning verbs calculate with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from planner.checks import STRICT
from planner.costing import Terms
from planner.when import when
from pricing.cost import EXACT, dated_warnings, rate_of, select
from pricing.errors import NotPriced
from pricing.rates import STANDARD, ModelRef

if TYPE_CHECKING:
    from datetime import datetime

    from pricing.catalog import Catalog
    from pricing.cost import Offer
    from pricing.rates import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTerms(Terms):
    """A model of the catalog and the terms it is bought under."""

    __pydantic_config__: ClassVar = STRICT

    model: str
    """A model of the catalog."""
    provider: str | None = None
    """Who sells it, when that is not its maker."""


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """USD per million tokens of a model for prompts of one length.

    A cache price is None where the model lists none: reads are then billed as input, and nothing can be written for an
    hour. `cache_write_5m_usd` None beside a read price means that writing costs what input does.
    """

    model: ModelRef
    input_usd: Decimal
    output_usd: Decimal | None
    cache_read_usd: Decimal | None
    cache_write_5m_usd: Decimal | None
    cache_write_1h_usd: Decimal | None
    cache_minimum_tokens: int | None
    warnings: tuple[str, ...]


def token_prices(terms: ModelTerms, prompt_tokens: int, catalog: Catalog, now: datetime) -> TokenPrices:
    """The prices that hold for a whole prompt of that many tokens, cache included.

    Raises:
        UnknownModel: it is not listed.
        NotPriced: it sells nothing under those terms, or no input.
    """
    resolved, moment = catalog.resolve(terms.model, terms.provider), when(terms.as_of, now)
    model = resolved.model
    region = terms.region or resolved.region
    offer = select(model, terms.service_tier or STANDARD, region, at=moment.at, prompt_tokens=prompt_tokens)

    def usd(bucket: str) -> Decimal | None:
        return _price(model, offer, bucket, moment.at)

    given = usd("input_tokens")
    if given is None:
        raise NotPriced(f"{model.provider}/{model.id} lists no price for input_tokens", loc=("model",), value=model.id)
    return TokenPrices(
        ModelRef(model.id, model.provider, terms.model, resolved.rule),
        given,
        usd("output_tokens"),
        usd("cache_read_tokens"),
        usd("cache_write_5m_tokens"),
        usd("cache_write_1h_tokens"),
        model.cache_minimum_tokens,
        (*resolved.warnings, *dated_warnings(model, offer.rates, moment.at)),
    )


def _price(model: Model, offer: Offer, bucket: str, at: datetime) -> Decimal | None:
    """The bucket's own price with the region's factor on it; None where another bucket's price would stand in."""
    try:
        priced_as, rate, _ = rate_of(model, offer, bucket, None, at)
    except NotPriced:
        return None
    if rate is None or priced_as != bucket:
        return None
    return rate.usd_per_unit if offer.factor is None else EXACT.multiply(rate.usd_per_unit, offer.factor)
