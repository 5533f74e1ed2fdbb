"""What one request with a shared prefix costs, by how often that prefix is found in the provider's cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from planner.caching import HOUR, Lifetime, hit_rate, lifetimes
from planner.checks import STRICT, Checks
from planner.token_prices import ModelTerms, token_prices
from pricing.errors import NotPriced
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from planner.token_prices import TokenPrices
    from pricing.catalog import Catalog

HOURS_PER_MONTH: Final = 730.5
"""A twelfth of a mean year."""

_MILLION: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedTerms(ModelTerms):
    """A model, the terms it is bought under, how it caches, and any price that is to stand instead of the catalog's."""

    __pydantic_config__: ClassVar = STRICT

    input_usd_per_million_tokens: float | None = None
    """Input price, instead of the catalog's; cached tokens keep their multiplier of it, context tiers are lost."""
    output_usd_per_million_tokens: float | None = None
    """Output price, instead of the catalog's."""
    read_multiplier: float | None = None
    """Price of a cached token against a fresh one, instead of the catalog's."""
    write_multiplier: float | None = None
    """Price of a written token against a fresh one, instead of the catalog's."""
    lifetime_seconds: float | None = None
    """How long a cached prefix lives where the provider states no lifetime to buy; 300 unless given."""
    refreshed_on_read: bool = True
    """Whether a hit starts the lifetime anew (sliding), or it ends where it was set (fixed)."""
    storage_usd_per_million_token_hours: float = 0.0
    """What keeping the prefix cached costs, where the provider charges for it."""


def check_terms(checks: Checks, terms: CachedTerms) -> None:
    """Note every price or lifetime that is out of range."""
    checks.positive(lifetime_seconds=terms.lifetime_seconds).not_negative(
        input_usd_per_million_tokens=terms.input_usd_per_million_tokens,
        output_usd_per_million_tokens=terms.output_usd_per_million_tokens,
        read_multiplier=terms.read_multiplier,
        write_multiplier=terms.write_multiplier,
        storage_usd_per_million_token_hours=terms.storage_usd_per_million_token_hours,
    )


@dataclass(frozen=True, slots=True)
class CachedRequest:
    """One request in USD: its prefix sent fresh, what storing it costs an hour, all the rest, and the ways to cache it.

    `lifetimes` is empty where the prefix cannot be cached; `why_uncached` then says why.
    """

    model: ModelRef
    prefix_usd: float
    rest_usd: float
    stored_usd_per_hour: float
    refreshed: bool
    lifetimes: tuple[Lifetime, ...]
    why_uncached: str | None
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    def hit_rate(self, way: Lifetime, arrivals_per_hour: float, changes_per_hour: float = 0.0) -> float:
        """The share of random arrivals that find the prefix, which changes at random times."""
        return hit_rate(
            arrivals_per_hour / HOUR,
            way.seconds,
            refreshed=self.refreshed,
            changes_per_second=changes_per_hour / HOUR,
        )

    def usd(self, way: Lifetime | None, hit: float, arrivals_per_hour: float) -> float:
        """A request's cost: prefix times `h*r + (1-h)*w`, storage while it lives, and the rest; no way is uncached."""
        if way is None:
            return self.prefix_usd + self.rest_usd
        stored = self.stored_usd_per_hour * hit / arrivals_per_hour if arrivals_per_hour else 0.0
        return self.prefix_usd * (hit * way.read + (1 - hit) * way.write) + stored + self.rest_usd

    def cheapest(self, arrivals_per_hour: float, hit: float | None = None) -> tuple[float, Lifetime | None, float]:
        """The cheapest way at that many arrivals (or at a stated hit rate): USD, the way, its hit rate."""
        ways: list[tuple[float, Lifetime | None, float]] = [(self.usd(None, 0.0, arrivals_per_hour), None, 0.0)]
        for way in self.lifetimes:
            found = self.hit_rate(way, arrivals_per_hour) if hit is None else hit
            ways.append((self.usd(way, found, arrivals_per_hour), way, found))
        return min(ways, key=lambda each: each[0])


def cached_request(
    terms: CachedTerms, prefix_tokens: int, input_tokens: int, output_tokens: int, catalog: Catalog, now: datetime
) -> CachedRequest:
    """A request of `prefix_tokens` that requests share, `input_tokens` that differ, and an answer.

    Prices are those of the whole prompt's length, so a context tier counts from its first token.

    Raises:
        TokenplanError: the model cannot be priced, or lists no price for output that is generated.
    """
    prices = token_prices(terms, prefix_tokens + input_tokens, catalog, now)
    fresh = (
        float(prices.input_usd) if terms.input_usd_per_million_tokens is None else terms.input_usd_per_million_tokens
    )
    listed = None if prices.output_usd is None else float(prices.output_usd)
    answer = listed if terms.output_usd_per_million_tokens is None else terms.output_usd_per_million_tokens
    if answer is None and output_tokens:
        raise NotPriced(f"{prices.model.id} lists no price for output_tokens", loc=("model",), value=terms.model)
    why, least = None, prices.cache_minimum_tokens
    if terms.read_multiplier is None and not (prices.cache_read_usd is not None and prices.input_usd):
        why = f"{prices.model.id} lists no price for cached tokens; state read_multiplier to see caching"
    elif least is not None and prefix_tokens < least:
        why = f"{prefix_tokens} tokens are under the {least} that {prices.model.id} caches: never a hit"
    ways = () if why or not prefix_tokens else tuple(lifetimes(terms, prices))
    return CachedRequest(
        prices.model,
        prefix_tokens * fresh / _MILLION,
        (input_tokens * fresh + output_tokens * (answer or 0.0)) / _MILLION,
        terms.storage_usd_per_million_token_hours * prefix_tokens / _MILLION,
        terms.refreshed_on_read,
        ways,
        why if prefix_tokens else None,
        tuple(_assumed(terms, prices, ways)),
        prices.warnings,
    )


def _assumed(terms: CachedTerms, prices: TokenPrices, ways: tuple[Lifetime, ...]) -> Iterator[str]:
    name = prices.model.id
    if not ways:
        return
    anew = terms.refreshed_on_read
    yield "a hit starts the cache's lifetime anew" if anew else "a cache's lifetime ends where it was set"
    if ways[0].name == "automatic" and terms.lifetime_seconds is None:
        yield f"{name}: the provider states no lifetime of the cache; 300 seconds were taken"
    if prices.cache_minimum_tokens is None:
        yield f"{name}: the fewest tokens that are cached are not known; none were assumed"
