"""What the catalog lists: models by filter, one model in full, its price history, the catalog itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from planner.when import when
from pricing.cost import select
from pricing.errors import InvalidInput, NotPriced, one_of
from pricing.rates import STANDARD, CatalogRef, Limits, ModelRef

if TYPE_CHECKING:
    from pricing.catalog import Catalog
    from pricing.rates import Model, Rate, RateSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsQuestion:
    """Which models are there? Every filter given must hold.

    `min_context` is in tokens; `max_price` is the highest standard input price, USD per million tokens;
    `active_on` leaves out models retired by that date and those without a price on it; `search` is part of an id.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    provider: str | None = None
    capability: str | None = None
    min_context: int | None = None
    max_price: Decimal | None = None
    active_on: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """One listed model: its limits and its standard prices now, USD per million tokens; None where unknown."""

    id: str
    provider: str
    name: str | None
    mode: str | None
    context_window: int | None
    max_input_tokens: int | None
    max_output_tokens: int | None
    input_usd: Decimal | None
    cache_read_usd: Decimal | None
    output_usd: Decimal | None
    priced: bool
    free: bool
    retires: str | None
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """The models that pass the filters."""

    models: tuple[ModelSummary, ...]
    count: int
    as_of: datetime
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class ListedRate:
    """One figure of a rate set."""

    bucket: str
    usd_per_unit: Decimal
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class ListedSet:
    """Rates that hold together, the conditions they hold under, and whether they are past, current or announced."""

    service_tier: str
    region: str | None
    conditions: tuple[str, ...]
    valid_from: datetime | None
    valid_to: datetime | None
    status: str
    rates: tuple[ListedRate, ...]


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """All that is known of one model except past and announced prices."""

    model: ModelRef
    name: str | None
    mode: str | None
    aliases: tuple[str, ...]
    limits: Limits
    retires: str | None
    knowledge_cutoff: str | None
    cache_minimum_tokens: int | None
    capabilities: tuple[str, ...]
    service_tiers: tuple[str, ...]
    regions: tuple[str, ...]
    prices: tuple[ListedSet, ...]
    notes: tuple[str, ...]
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Every rate set of a model, past, current and announced."""

    model: ModelRef
    prices: tuple[ListedSet, ...]
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class ProviderSummary:
    """Who sells models, and whether they are its own."""

    id: str
    name: str
    maker: bool
    models: int


@dataclass(frozen=True, slots=True)
class CatalogAnswer:
    """Which catalog answers, how old it is, what it was built from and where its sources disagreed."""

    version: str
    observed: str
    age_days: int
    price_file: str | None
    providers: tuple[ProviderSummary, ...]
    sources: tuple[Mapping[str, str], ...]
    conflicts: tuple[Mapping[str, Any], ...]


def models(question: ModelsQuestion, catalog: Catalog, now: datetime) -> Models:
    """The listed models that pass every filter, in the catalog's order.

    Raises:
        UnknownModel: no such provider.
        InvalidInput: a malformed date, a negative or endless limit, a capability that no model has.
    """
    at = when(question.active_on, now, "active_on").at
    _validate(question, catalog)
    found = tuple(
        summary
        for model in catalog.models(question.provider)
        if _listed(question, model, at) and _affordable(question, summary := _summary(model, at))
    )
    return Models(found, len(found), at, catalog.ref)


def model(name: str, provider: str | None, catalog: Catalog, now: datetime) -> ModelDetail:
    """One model in full, with the rate sets that hold now.

    Raises:
        UnknownModel: the name is not listed.
    """
    resolved = catalog.resolve(name, provider)
    found = resolved.model
    return ModelDetail(
        ModelRef(found.id, found.provider, name, resolved.rule),
        found.name,
        found.mode,
        found.aliases,
        found.limits,
        found.retires,
        found.knowledge_cutoff,
        found.cache_minimum_tokens,
        found.capabilities,
        found.tiers,
        found.regions,
        tuple(_set(each, now) for each in found.sets if each.valid(now)),
        found.notes,
        catalog.ref,
    )


def prices(name: str, provider: str | None, catalog: Catalog, now: datetime) -> PriceHistory:
    """Every dated rate set of a model, past, current and announced.

    Raises:
        UnknownModel: the name is not listed.
    """
    resolved = catalog.resolve(name, provider)
    found = resolved.model
    ref = ModelRef(found.id, found.provider, name, resolved.rule)
    return PriceHistory(ref, tuple(_set(each, now) for each in found.sets), catalog.ref)


def about(catalog: Catalog, now: datetime) -> CatalogAnswer:
    """The catalog's version, age, sources, providers and conflicts."""
    return CatalogAnswer(
        catalog.ref.version,
        catalog.ref.observed,
        (now.date() - date.fromisoformat(catalog.ref.observed)).days,
        catalog.prices.path if catalog.prices else None,
        tuple(ProviderSummary(each.id, each.name, each.maker, each.models) for each in catalog.providers.values()),
        catalog.sources,
        tuple(catalog.conflicts()),
    )


def _validate(question: ModelsQuestion, catalog: Catalog) -> None:
    """Refuse limits that are no amounts, and a capability that no model has."""
    price, window = question.max_price, question.min_context
    if price is not None and not (price.is_finite() and price >= 0):
        raise InvalidInput(f"max_price is {price}; it must be USD per million tokens, not negative", loc=("max_price",))
    if window is not None and window < 0:
        raise InvalidInput(f"min_context is {window}; it must not be negative", loc=("min_context",), value=window)
    if question.capability is not None:
        known = {name for model in catalog.models() for name in (*model.capabilities, model.mode) if name}
        if question.capability not in known:
            wrong = question.capability
            raise InvalidInput(
                f"capability is {wrong!r}; {one_of(wrong, sorted(known))}", loc=("capability",), value=wrong
            )


def _listed(question: ModelsQuestion, model: Model, at: datetime) -> bool:
    limits = model.limits
    window = limits.context_window or limits.max_input_tokens or 0
    return (
        (question.capability is None or question.capability in (*model.capabilities, model.mode))
        and (question.min_context is None or window >= question.min_context)
        and (question.search is None or question.search.lower() in model.id.lower())
        and (question.active_on is None or model.retires is None or model.retires > f"{at:%Y-%m-%d}")
    )


def _affordable(question: ModelsQuestion, summary: ModelSummary) -> bool:
    if question.max_price is not None:
        return summary.input_usd is not None and summary.input_usd <= question.max_price
    return summary.priced or question.active_on is None


def _summary(model: Model, at: datetime) -> ModelSummary:
    rates, free = _standard(model, at)
    limits = model.limits

    def usd(bucket: str) -> Decimal | None:
        return rates[bucket].usd_per_unit if bucket in rates else None

    return ModelSummary(
        model.id,
        model.provider,
        model.name,
        model.mode,
        limits.context_window,
        limits.max_input_tokens,
        limits.max_output_tokens,
        usd("input_tokens"),
        usd("cache_read_tokens"),
        usd("output_tokens"),
        bool(rates),
        free,
        model.retires,
        model.capabilities,
    )


def _standard(model: Model, at: datetime) -> tuple[Mapping[str, Rate], bool]:
    """The standard rates for a short prompt, in the default offer or else the first region that sells it."""
    for region in (None, *model.regions):
        try:
            offer = select(model, STANDARD, region, at=at, prompt_tokens=1)
        except NotPriced:
            continue
        return offer.rates.rates, offer.rates.free
    return {}, False


def _set(each: RateSet, now: datetime) -> ListedSet:
    later = each.valid_from is not None and each.valid_from > now
    status = "current" if each.valid(now) else "announced" if later else "past"
    rates = tuple(ListedRate(name, rate.usd_per_unit, rate.source, rate.observed) for name, rate in each.rates.items())
    return ListedSet(each.tier, each.region, each.conditions, each.valid_from, each.valid_to, status, rates)
