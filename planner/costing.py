"""Cost and comparison: one usage, one model or many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from planner.when import when
from pricing.cost import EXACT, Cost, cost
from pricing.errors import InvalidInput, Problem, TokenplanError
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    """What a price depends on besides model and usage; None means what was served, else standard; default; now."""

    service_tier: str | None = None
    region: str | None = None
    as_of: str | None = None


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


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One model's cost for the usage, its rank (1 is cheapest) and what it saves against the baseline.

    `saving_usd` is negative where the model is dearer; `saving_share` is None where the baseline costs nothing.
    """

    rank: int
    model: ModelRef
    total_usd: Decimal
    saving_usd: Decimal
    saving_share: float | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One usage over several models, cheapest first; models that cannot be priced are in `refused`."""

    usage: Usage
    baseline: ModelRef
    rows: tuple[ComparisonRow, ...]
    refused: tuple[Refusal, ...]
    as_of: datetime
    catalog: CatalogRef


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareQuestion(Terms):
    """What would this usage cost on each of these models? The first is the baseline unless `baseline` names one.

    Without `models`, every priced chat model sold by its maker is taken, and the `most` cheapest are shown.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    usage: Usage
    models: tuple[str, ...] = ()
    baseline: str | None = None
    most: int = 20


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
        return _priced(question.usage, question, catalog.resolve(question.model, question.provider), now)
    reading = _reading(question.provider_usage)
    served = replace(
        question,
        service_tier=question.service_tier or reading.service_tier,
        region=question.region or reading.region,
    )
    answer = _priced(reading.usage, served, catalog.resolve(question.model, question.provider), now)
    return replace(answer, warnings=(*reading.warnings, *_served(question, reading), *answer.warnings))


def compare(question: CompareQuestion, catalog: Catalog, now: datetime) -> Comparison:
    """The same usage over many models, ranked by cost, with what each saves against the baseline.

    Raises:
        TokenplanError: the baseline cannot be priced; other models' errors are kept in `refused`.
    """
    if question.most < 1:
        raise InvalidInput(f"most is {question.most}; it must be at least 1", loc=("most",), value=question.most)
    names = question.models or tuple(_sold_by_makers(catalog))
    first = question.baseline or (question.models[0] if question.models else "")
    priced, refused = [], []
    for name in dict.fromkeys((first, *names) if first else names):
        try:
            priced.append((name, _priced(question.usage, question, catalog.resolve(name), now)))
        except TokenplanError as error:
            if name == first:
                raise
            refused.append(Refusal(name, error.slug, error.problems))
    priced.sort(key=lambda pair: pair[1].total_usd)
    if not priced:
        raise InvalidInput("no model can price this usage", loc=("models",), value=list(names)[:5])
    base = next((answer for name, answer in priced if name == first), priced[0][1])
    shown = priced if question.models else priced[: question.most]
    rows = tuple(_row(rank, answer, base) for rank, (_, answer) in enumerate(shown, 1))
    kept = tuple(refused) if question.models else ()
    return Comparison(question.usage, base.model, rows, kept, base.as_of, base.catalog)


def _row(rank: int, answer: Cost, base: Cost) -> ComparisonRow:
    saving = EXACT.subtract(base.total_usd, answer.total_usd)
    share = float(saving / base.total_usd) if base.total_usd else None
    return ComparisonRow(rank, answer.model, answer.total_usd, saving, share, answer.warnings)


def _priced(usage: Usage, terms: Terms, resolved: Resolution, now: datetime) -> Cost:
    moment = when(terms.as_of, now)
    answer = cost(usage, resolved, at=moment.at, service_tier=terms.service_tier, region=terms.region)
    hourly = any(each.window for each in resolved.model.sets)
    said = moment.warnings(hourly=hourly)
    return replace(answer, warnings=(*answer.warnings, *said)) if said else answer


def _reading(given: ProviderUsage | None) -> Reading:
    from pricing.payloads import read_usage  # noqa: PLC0415 - a fifth of a cold start that plain buckets do not need

    assert given is not None
    try:
        return read_usage(given.shape, given.payload)
    except TokenplanError as error:
        raise error.under("provider_usage", "payload") from None


def _served(question: CostQuestion, reading: Reading) -> tuple[str, ...]:
    """A tier asked for that differs from the one the payload says was served: the asked one was priced, so say it."""
    if question.service_tier and reading.service_tier and question.service_tier != reading.service_tier:
        return (f"priced as {question.service_tier} as asked; the payload says {reading.service_tier} was served",)
    return ()


def _sold_by_makers(catalog: Catalog) -> Iterable[str]:
    """Every priced chat model at its own maker, by a name that resolves to it."""
    for provider in catalog.providers.values():
        if provider.maker:
            for model in catalog.models(provider.id):
                if model.sets and model.mode == "chat" and model.retires is None:
                    yield f"{provider.id}/{model.id}"
