"""Cost: one usage on one model, at stated terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from planner.when import when
from pricing.cost import Cost, cost, nearest_instant
from pricing.errors import InvalidInput, NotPriced, Problem, TokenplanError
from pricing.usage import Usage

if TYPE_CHECKING:
    from datetime import datetime

    from pricing.catalog import Catalog
    from pricing.names import Resolution
    from pricing.payloads import Reading


@dataclass(frozen=True, slots=True)
class ProviderUsage:
    """A provider's own usage object and the shape it has (`pricing.SHAPES`)."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    shape: str
    payload: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a price depends on besides model and usage.

    None means: the tier that was served, else standard; the default region; now. A date without a known price is an
    error unless `allow_nearest_price` takes the nearest known one, with a warning.
    """

    service_tier: str | None = None
    region: str | None = None
    as_of: str | None = None
    allow_nearest_price: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CostQuestion(Terms):
    """What does this usage cost on this model? Exactly one of `usage` and `provider_usage`."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    provider: str | None = None
    usage: Usage | None = None
    provider_usage: ProviderUsage | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that could not be answered for: the error's stable slug and its problems; the other models stand."""

    requested: str
    type: str
    errors: tuple[Problem, ...]


def price(question: CostQuestion, catalog: Catalog, now: datetime) -> Cost:
    """The exact cost of one request, in USD.

    Raises:
        InvalidInput: both or neither of usage and provider_usage, a malformed payload or as_of.
        UnknownModel: the name is not listed.
        NotPriced: no such tier, region, date or bucket is sold.
    """
    if (question.usage is None) == (question.provider_usage is None):
        raise InvalidInput("give exactly one of usage and provider_usage", loc=("usage",))
    if question.usage is not None:
        return priced(question.usage, question, catalog.resolve(question.model, question.provider), now)
    reading = _reading(question.provider_usage)
    served = replace(
        question,
        service_tier=question.service_tier or reading.service_tier,
        region=question.region or reading.region,
    )
    answer = priced(reading.usage, served, catalog.resolve(question.model, question.provider), now)
    return replace(answer, warnings=(*reading.warnings, *_served(question, reading), *answer.warnings))


def priced(usage: Usage, terms: Terms, resolved: Resolution, now: datetime) -> Cost:
    """The cost of buckets at stated terms; with `allow_nearest_price` a gap in the history takes the nearest price.

    Raises:
        NotPriced: no such tier, region, bucket, or (unless allowed) date is priced.
    """
    moment = when(terms.as_of, now)
    try:
        answer = _at(moment.at, usage, terms, resolved)
    except NotPriced as error:
        near = nearest_instant(resolved.model, terms.service_tier, terms.region or resolved.region, moment.at)
        if not terms.allow_nearest_price or error.problems[0].loc != ("as_of",) or near is None:
            raise
        answer = _at(near, usage, terms, resolved)
        gap = f"no price is known at {moment.at:%Y-%m-%d}; the nearest known one, of {near:%Y-%m-%d}, was taken"
        answer = replace(answer, as_of=moment.at, warnings=(*answer.warnings, gap))
    hourly = any(each.window for each in resolved.model.sets)
    said = moment.warnings(hourly=hourly)
    return replace(answer, warnings=(*answer.warnings, *said)) if said else answer


def _at(at: datetime, usage: Usage, terms: Terms, resolved: Resolution) -> Cost:
    return cost(usage, resolved, at=at, service_tier=terms.service_tier, region=terms.region)


def _reading(given: ProviderUsage | None) -> Reading:
    from pricing.payloads import SHAPES, read_usage  # noqa: PLC0415 - a fifth of a cold start that plain buckets do not need

    assert given is not None
    try:
        return read_usage(given.shape, given.payload)
    except TokenplanError as error:
        raise error.under("provider_usage", *(("payload",) if given.shape in SHAPES else ())) from None


def _served(question: CostQuestion, reading: Reading) -> tuple[str, ...]:
    """A tier asked for that differs from the one the payload says was served: the asked one was priced, so say it."""
    if question.service_tier and reading.service_tier and question.service_tier != reading.service_tier:
        return (f"priced as {question.service_tier} as asked; the payload says {reading.service_tier} was served",)
    return ()
