"""What a request, a month and a token cost, on which model, and what there is to buy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

from excel.arguments import (
    AsOf,
    Cached,
    Input,
    Model,
    Models,
    Output,
    Provider,
    Reasoning,
    Region,
    Requests,
    Tier,
    Written,
    usage,
)
from excel.registry import formula
from planner import CompareQuestion, CostQuestion, ModelsQuestion
from pricing.errors import InvalidInput, NotPriced, one_of
from pricing.usage import BUCKETS, Usage

if TYPE_CHECKING:
    from planner import Comparison
    from planner.planner import Planner

MILLION: Final = 1_000_000

Bucket = Annotated[str | None, {"kind": "text", "doc": "what is bought, such as output_tokens [input_tokens]"}]
Budget = Annotated[float, {"kind": "number", "doc": "USD that may be spent"}]


@formula("COST")
def cost(
    planner: Planner,
    model: Model,
    input_tokens: Input,
    output_tokens: Output = None,
    cached_tokens: Cached = None,
    written_tokens: Written = None,
    reasoning_tokens: Reasoning = None,
    tier: Tier = None,
    as_of: AsOf = None,
    provider: Provider = None,
    region: Region = None,
) -> Decimal:
    """What one request costs, in USD."""
    used = usage(input_tokens, output_tokens, cached_tokens, written_tokens, reasoning_tokens)
    return _cost(planner, model, used, service_tier=tier, as_of=as_of, provider=provider, region=region)


@formula("MONTHLYCOST")
def monthly_cost(
    planner: Planner,
    model: Model,
    requests: Requests,
    input_tokens: Input,
    output_tokens: Output = None,
    cached_tokens: Cached = None,
    written_tokens: Written = None,
    reasoning_tokens: Reasoning = None,
    tier: Tier = None,
    as_of: AsOf = None,
    provider: Provider = None,
    region: Region = None,
) -> Decimal:
    """What a month of requests costs, in USD."""
    if requests < 0:
        raise InvalidInput(
            f"requests is {requests:g}; it must be a number from 0 on", loc=("requests",), value=requests
        )
    used = usage(input_tokens, output_tokens, cached_tokens, written_tokens, reasoning_tokens)
    each = _cost(planner, model, used, service_tier=tier, as_of=as_of, provider=provider, region=region)
    return each * Decimal(repr(requests))


@formula("BUDGET")
def budget(
    planner: Planner,
    model: Model,
    budget_usd: Budget,
    input_tokens: Input,
    output_tokens: Output = None,
    cached_tokens: Cached = None,
    tier: Tier = None,
    as_of: AsOf = None,
    provider: Provider = None,
) -> int:
    """How many requests a budget in USD buys."""
    if budget_usd < 0:
        raise InvalidInput(
            f"budget_usd is {budget_usd:g}; it must not be negative", loc=("budget_usd",), value=budget_usd
        )
    used = usage(input_tokens, output_tokens, cached_tokens)
    each = _cost(planner, model, used, service_tier=tier, as_of=as_of, provider=provider)
    if not each:
        raise NotPriced(f"a request to {model} costs nothing; no budget ends", loc=("model",), value=model)
    return int(Decimal(repr(budget_usd)) // each)


@formula("PRICE")
def price(
    planner: Planner,
    model: Model,
    bucket: Bucket = None,
    tier: Tier = None,
    as_of: AsOf = None,
    provider: Provider = None,
    region: Region = None,
) -> Decimal:
    """The price of a bucket in USD: a million tokens, or one call, image or second."""
    name = bucket or "input_tokens"
    if name not in BUCKETS:
        raise InvalidInput(f"bucket is {name!r}; {one_of(name, BUCKETS)}", loc=("bucket",), value=name)
    used = replace(Usage(), **{name: 1})  # type: ignore[arg-type]  # Decimal buckets take whole numbers too
    asked = CostQuestion(model=model, usage=used, service_tier=tier, as_of=as_of, provider=provider, region=region)
    line = next((each for each in planner.cost(asked).lines if each.bucket == name), None)
    if line is None:
        raise NotPriced(f"{model} lists no price for {name}", loc=("bucket",), value=name)
    return line.usd_per_unit


@formula("PRICES", table=True)
def prices(planner: Planner, model: Model, tier: Tier = None, provider: Provider = None) -> list[list[Any]]:
    """The current prices of a model: tier, region, conditions, bucket, USD a unit, unit, source, date; it spills."""
    found = planner.model(model, provider).prices
    if tier is not None:
        known = {each.service_tier for each in found}
        if tier not in known:
            raise InvalidInput(f"tier is {tier!r}; {one_of(tier, sorted(known))}", loc=("tier",), value=tier)
        found = tuple(each for each in found if each.service_tier == tier)
    head = ["tier", "region", "conditions", "bucket", "USD a unit", "unit", "source", "observed"]
    return [
        head,
        *(
            [
                each.service_tier,
                each.region or "",
                ", ".join(each.conditions),
                rate.bucket,
                rate.usd_per_unit,
                BUCKETS[rate.bucket].unit,
                rate.source,
                rate.observed,
            ]
            for each in found
            for rate in each.rates
        ),
    ]


@formula("MODELS", table=True)
def models(
    planner: Planner,
    provider: Provider = None,
    capability: Annotated[str | None, {"kind": "text", "doc": "what they can do, such as vision [anything]"}] = None,
    min_context: Annotated[int | None, {"kind": "whole", "doc": "tokens their window holds at least [any]"}] = None,
    max_price: Annotated[float | None, {"kind": "number", "doc": "USD a million input tokens at most [any]"}] = None,
) -> list[list[Any]]:
    """The models on sale: name, provider, context window, longest answer, input and output price; it spills."""
    asked = ModelsQuestion(
        provider=provider,
        capability=capability,
        min_context=min_context,
        max_price=None if max_price is None else Decimal(repr(max_price)),
    )
    head = ["model", "provider", "context window", "max output tokens", "input USD", "output USD"]
    rows = [
        [
            each.id,
            each.provider,
            *map(_or, (each.context_window, each.max_output_tokens, each.input_usd, each.output_usd)),
        ]
        for each in planner.models(asked).models
    ]
    return [head, *rows]


@formula("COMPARE", table=True)
def compare(
    planner: Planner,
    models: Models,
    input_tokens: Input,
    output_tokens: Output = None,
    cached_tokens: Cached = None,
    tier: Tier = None,
    as_of: AsOf = None,
) -> list[list[Any]]:
    """One request on several models, cheapest first: rank, model, provider, USD, saving; it spills."""
    found = _compared(planner, models, usage(input_tokens, output_tokens, cached_tokens), tier, as_of)
    head = ["rank", "model", "provider", "USD a request", f"saving against {found.baseline.id}"]
    priced = [
        [each.rank, each.model.id, each.model.provider, each.total_usd, _or(each.saving_share)] for each in found.rows
    ]
    return [head, *priced, *(["", each.requested, "", "", each.errors[0].msg] for each in found.refused)]


@formula("CHEAPEST")
def cheapest(
    planner: Planner,
    models: Models,
    input_tokens: Input,
    output_tokens: Output = None,
    cached_tokens: Cached = None,
    tier: Tier = None,
    as_of: AsOf = None,
) -> str:
    """The cheapest of several models for one request."""
    return _compared(planner, models, usage(input_tokens, output_tokens, cached_tokens), tier, as_of).rows[0].model.id


@formula("CATALOGDATE")
def catalog_date(planner: Planner) -> str:
    """The date of the price catalog in use."""
    return str(planner.catalog.ref.observed)


def _cost(planner: Planner, model: str, used: Usage, **terms: str | None) -> Decimal:
    return planner.cost(CostQuestion(model=model, usage=used, **terms)).total_usd  # type: ignore[arg-type]  # its terms


def _compared(planner: Planner, models: list[str], used: Usage, tier: str | None, as_of: str | None) -> Comparison:
    named = tuple(dict.fromkeys(each for each in models if each is not None))
    return planner.compare(CompareQuestion(models=named, usage=used, service_tier=tier, as_of=as_of, most=len(named)))


def _or(value: Any) -> Any:
    return "" if value is None else value
