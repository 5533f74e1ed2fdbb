"""What caching brings, and how long users wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from excel.arguments import AsOf, Model, Provider, Tier
from excel.registry import formula
from planner import CachingQuestion, Distribution, Hop, LatencyQuestion
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from planner.caching import CachingOption
    from planner.planner import Planner

PERCENTILES: Final = {0.5: "p50_seconds", 0.95: "p95_seconds", 0.99: "p99_seconds"}

LONG: Final = 100_000
"""Tokens of a prefix that every model caches: how often it is found does not depend on its length."""

Prefix = Annotated[int, {"kind": "whole", "doc": "tokens at the prompt's start that requests share"}]
Arrivals = Annotated[float, {"kind": "number", "doc": "requests an hour, at random"}]
Lifetime = Annotated[str | None, {"kind": "text", "doc": "lifetime by name, such as 5m or 1h [the cheapest]"}]
P50s = Annotated[list[float | None], {"kind": "number", "doc": "range of medians in seconds, a hop each", "ndim": 2}]
P95s = Annotated[list[float | None], {"kind": "number", "doc": "range of 95th percentiles in seconds", "ndim": 2}]


@formula("CACHEHIT")
def cache_hit(
    planner: Planner,
    model: Model,
    requests_per_hour: Arrivals,
    lifetime: Lifetime = None,
    provider: Provider = None,
) -> float:
    """The share of requests that find a shared prefix cached, when they arrive at random."""
    return _option(planner, model, LONG, requests_per_hour, lifetime, provider).hit_rate


@formula("CACHECOST")
def cache_cost(
    planner: Planner,
    model: Model,
    prefix_tokens: Prefix,
    requests_per_hour: Arrivals,
    lifetime: Lifetime = None,
    tier: Tier = None,
    as_of: AsOf = None,
    provider: Provider = None,
) -> float:
    """What the shared prefix costs a request when it is cached, in USD."""
    found = _option(planner, model, prefix_tokens, requests_per_hour, lifetime, provider, tier, as_of)
    return found.prefix_usd


@formula("LATENCY")
def latency(
    planner: Planner,
    p50s: P50s,
    p95s: P95s,
    percentile: Annotated[float | None, {"kind": "number", "doc": "0.5, 0.95 or 0.99 [0.95]"}] = None,
) -> float:
    """The percentile of a request's whole time when hops follow each other, in seconds."""
    wanted = 0.95 if percentile is None else percentile
    if wanted not in PERCENTILES:
        known = ", ".join(map(str, PERCENTILES))
        raise InvalidInput(f"percentile is {wanted:g}; valid: {known}", loc=("percentile",), value=wanted)
    found: float = getattr(planner.latency(LatencyQuestion(hops=_hops(p50s, p95s))).end, PERCENTILES[wanted])
    return found


@formula("LATENCYBREACH")
def latency_breach(
    planner: Planner,
    p50s: P50s,
    p95s: P95s,
    budget_seconds: Annotated[float, {"kind": "number", "doc": "seconds that a request may take"}],
) -> float:
    """The probability that hops one after another take longer than a budget."""
    found = planner.latency(LatencyQuestion(hops=_hops(p50s, p95s), budget_seconds=budget_seconds)).budget
    assert found is not None
    return found.breach_probability


def _hops(p50s: list[float | None], p95s: list[float | None]) -> tuple[Hop, ...]:
    """A hop for each pair; a row that is blank in both is none."""
    if len(p50s) != len(p95s):
        said = f"p50s holds {len(p50s)} cells and p95s {len(p95s)}; give a 95th percentile for each median"
        raise InvalidInput(said, loc=("p95s",))
    pairs = [(low, high) for low, high in zip(p50s, p95s, strict=True) if low is not None or high is not None]
    if any(None in pair for pair in pairs):
        raise InvalidInput("a hop has a median without a 95th percentile, or the other way round", loc=("p95s",))
    return tuple(
        Hop(name=f"hop {at}", seconds=low if low == high else Distribution(p50=low, p95=high))
        for at, (low, high) in enumerate(pairs, 1)
    )


def _option(
    planner: Planner,
    model: str,
    prefix_tokens: int,
    requests_per_hour: float,
    lifetime: str | None,
    provider: str | None,
    tier: str | None = None,
    as_of: str | None = None,
) -> CachingOption:
    """The lifetime that is named, else the cheapest."""
    asked = CachingQuestion(
        model=model,
        provider=provider,
        prefix_tokens=prefix_tokens,
        arrivals_per_hour=requests_per_hour,
        service_tier=tier,
        as_of=as_of,
    )
    found = planner.caching(asked)
    named = {each.lifetime: each for each in found.options}
    if lifetime is not None and lifetime not in named:
        raise InvalidInput(f"lifetime is {lifetime!r}; {one_of(lifetime, named)}", loc=("lifetime",), value=lifetime)
    return named[lifetime] if lifetime is not None else min(found.options, key=lambda each: each.prefix_usd)
