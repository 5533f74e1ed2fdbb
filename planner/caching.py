"""Prompt caching: how often a shared prefix is found, what that saves, and which lifetime is the best."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log, sqrt
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Protocol

from planner.checks import STRICT, Checks
from planner.token_prices import ModelTerms, token_prices
from planner.when import when
from pricing.errors import InvalidInput
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from planner.token_prices import TokenPrices
    from pricing.catalog import Catalog

HOUR: Final = 3600.0
LIFETIMES: Final = {"5m": 300.0, "1h": HOUR}
"""Seconds that a written prefix lives, by the bucket that prices the write."""

_MILLION: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class CachingQuestion(ModelTerms):
    """What does caching a shared prefix save, at which hit rate does it pay, and which lifetime is the best?

    The arrivals of requests that share the prefix are a Poisson rate or a log's instants.
    """

    __pydantic_config__: ClassVar = STRICT

    prefix_tokens: int
    """Tokens at the prompt's start that requests share."""
    arrivals_per_hour: float | None = None
    """Requests an hour that share the prefix, arriving at random (Poisson)."""
    arrived_at: tuple[str, ...] = ()
    """Instants of requests from a log, ISO 8601, in any order, instead of a rate."""
    lifetime_seconds: float | None = None
    """How long a prefix lives where the provider states no lifetime to buy (automatic caching); 300 unless given."""
    refreshed_on_read: bool = True
    """Whether a hit starts the lifetime anew (sliding), or it ends where it was set (fixed)."""
    read_multiplier: float | None = None
    """Price of a cached token against a fresh one, instead of the catalog's."""
    write_multiplier: float | None = None
    """Price of a written token against a fresh one, instead of the catalog's."""
    storage_usd_per_million_token_hours: float = 0.0
    """What keeping the prefix costs, where the provider charges for it; the catalog lists no such price."""


@dataclass(frozen=True, slots=True)
class CachingOption:
    """One lifetime: its multipliers on the input price, hit rate, and what a request pays for the prefix, in USD.

    `break_even_hit_rate` and `break_even_arrivals_per_hour` are None where caching pays from the first hit or never.
    """

    lifetime: str
    lifetime_seconds: float
    read_multiplier: float
    write_multiplier: float
    hit_rate: float
    prefix_usd: float
    savings_usd: float
    savings_share: float
    break_even_hit_rate: float | None
    break_even_arrivals_per_hour: float | None


@dataclass(frozen=True, slots=True)
class CachingAnswer:
    """Each lifetime that the model offers, the cheapest, and the arrivals from which the longer one is.

    `best` is `none` where no lifetime is cheaper than sending the prefix uncached.
    """

    model: ModelRef
    prefix_tokens: int
    arrivals_per_hour: float
    uncached_prefix_usd: float
    options: tuple[CachingOption, ...]
    best: str
    crossover_arrivals_per_hour: float | None
    basis: Literal["assumed"]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


class LifetimeTerms(Protocol):
    """What a question may state about caching, instead of the catalog."""

    @property
    def read_multiplier(self) -> float | None:
        """Price of a cached token against a fresh one."""

    @property
    def write_multiplier(self) -> float | None:
        """Price of a written token against a fresh one."""

    @property
    def lifetime_seconds(self) -> float | None:
        """How long a prefix lives."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """One way to cache: what it is called, how long it lives, what reads and writes cost against input."""

    name: str
    seconds: float
    read: float
    write: float


def hit_rate(
    arrivals_per_second: float, lifetime_seconds: float, *, refreshed: bool, changes_per_second: float = 0.0
) -> float:
    """The share of Poisson arrivals that find the prefix: `1-exp(-L*T)` sliding, `L*T/(1+L*T)` fixed.

    Where the prefix itself changes at random times, at a rate u, what was written is lost: sliding
    `L/(L+u) * (1-exp(-(L+u)*T))`, fixed with the mean life `(1-exp(-u*T))/u` in place of T. Source: renewal argument
    on a cache of one item, e.g. Che, Tung and Wang (2002) for the sliding form.
    """
    if refreshed:
        both = arrivals_per_second + changes_per_second
        return arrivals_per_second / both * -expm1(-both * lifetime_seconds) if both else 0.0
    lost = changes_per_second * lifetime_seconds
    load = arrivals_per_second * lifetime_seconds * (-expm1(-lost) / lost if lost else 1.0)
    return load / (1 + load)


def logged_hit_rate(seconds: Sequence[float], lifetime_seconds: float, *, refreshed: bool) -> float:
    """The share of a log's requests that find the prefix, the first one missing; `seconds` in ascending order."""
    hits, until = 0, float("-inf")
    for at in seconds:
        hit = at < until
        hits += hit
        if refreshed or not hit:
            until = at + lifetime_seconds
    return hits / len(seconds)


def caching(question: CachingQuestion, catalog: Catalog, now: datetime) -> CachingAnswer:
    """Cost of the prefix `h*r + (1-h)*w` times the input price, break-even `h* = (w-1)/(w-r)`, for each lifetime.

    Raises:
        InvalidInput: a number out of range, neither or both of a rate and a log, a model that does not cache.
        TokenplanError: the model cannot be priced.
    """
    _validate(question)
    prices = token_prices(question, question.prefix_tokens, catalog, now)
    seconds = _seconds(question, now)
    rate = _rate(question, seconds)
    fresh = float(prices.input_usd) * question.prefix_tokens / _MILLION
    least = prices.cache_minimum_tokens
    cached = least is None or question.prefix_tokens >= least
    options = tuple(
        _option(question, each, rate, seconds if cached else None, fresh, cached=cached)
        for each in lifetimes(question, prices)
    )
    cheapest = min(options, key=lambda each: each.prefix_usd)
    return CachingAnswer(
        prices.model,
        question.prefix_tokens,
        rate * HOUR,
        fresh,
        options,
        cheapest.lifetime if cheapest.prefix_usd < fresh else "none",
        _crossover(question, options, fresh) if cached else None,
        "assumed",
        _assumptions(question, prices, options),
        (*prices.warnings, *([] if cached else [_too_short(question, prices)])),
    )


def _validate(question: CachingQuestion) -> None:
    checks = Checks().at_least(1, prefix_tokens=question.prefix_tokens)
    checks.positive(arrivals_per_hour=question.arrivals_per_hour, lifetime_seconds=question.lifetime_seconds)
    checks.not_negative(
        read_multiplier=question.read_multiplier,
        write_multiplier=question.write_multiplier,
        storage_usd_per_million_token_hours=question.storage_usd_per_million_token_hours,
    )
    if (question.arrivals_per_hour is None) == (not question.arrived_at):
        checks.refuse("arrivals_per_hour", question.arrivals_per_hour, "give exactly one of it and arrived_at")
    if len(question.arrived_at) == 1:
        checks.refuse("arrived_at", question.arrived_at[0], "a log needs at least two instants")
    checks.done()


def _seconds(question: CachingQuestion, now: datetime) -> list[float] | None:
    """A log's instants in seconds and in order."""
    if not question.arrived_at:
        return None
    return sorted(when(each, now, "arrived_at").at.timestamp() for each in question.arrived_at)


def _rate(question: CachingQuestion, seconds: Sequence[float] | None) -> float:
    """Arrivals a second; of a log, its gaps over its span."""
    if seconds is None:
        assert question.arrivals_per_hour is not None
        return question.arrivals_per_hour / HOUR
    span = seconds[-1] - seconds[0]
    if not span:
        raise InvalidInput("arrived_at: all instants are one; a log must span some time", loc=("arrived_at",))
    return (len(seconds) - 1) / span


def lifetimes(question: LifetimeTerms, prices: TokenPrices) -> list[Lifetime]:
    """What the model offers: each lifetime with a price for writing, else automatic caching at no premium.

    Raises:
        InvalidInput: the model lists no price for cached tokens, and no multiplier is stated.
    """
    base = float(prices.input_usd)
    listed = None if prices.cache_read_usd is None or not base else float(prices.cache_read_usd) / base
    read = question.read_multiplier if question.read_multiplier is not None else listed
    if read is None:
        raise InvalidInput(
            f"{prices.model.provider}/{prices.model.id} lists no price for cached tokens; state read_multiplier",
            loc=("read_multiplier",),
        )
    bought = {"5m": prices.cache_write_5m_usd, "1h": prices.cache_write_1h_usd}
    found = [
        Lifetime(name, LIFETIMES[name], read, _or(question.write_multiplier, float(usd) / base))
        for name, usd in bought.items()
        if usd is not None and base
    ]
    if found and question.lifetime_seconds is None:
        return found
    write = found[0].write if found else _or(question.write_multiplier, 1.0)
    return [Lifetime("stated" if found else "automatic", question.lifetime_seconds or LIFETIMES["5m"], read, write)]


def _or(stated: float | None, listed: float) -> float:
    return listed if stated is None else stated


def _option(
    question: CachingQuestion,
    each: Lifetime,
    rate: float,
    seconds: Sequence[float] | None,
    fresh: float,
    *,
    cached: bool,
) -> CachingOption:
    refreshed = question.refreshed_on_read
    hit = 0.0
    if cached and seconds is None:
        hit = hit_rate(rate, each.seconds, refreshed=refreshed)
    elif seconds is not None:
        hit = logged_hit_rate(seconds, each.seconds, refreshed=refreshed)
    usd = _prefix_usd(question, each, rate, hit, fresh) if cached else fresh
    even = _break_even(each)
    return CachingOption(
        each.name,
        each.seconds,
        each.read,
        each.write,
        hit,
        usd,
        fresh - usd,
        1 - usd / fresh if fresh else 0.0,
        even,
        None if even is None else _arrivals_for(even, each.seconds, refreshed=refreshed) * HOUR,
    )


def _prefix_usd(question: CachingQuestion, each: Lifetime, rate: float, hit: float, fresh: float) -> float:
    """What a request pays for the prefix: reads, writes, and its part of the storage while the prefix lives.

    The prefix lives for the hit rate's share of the time, because random arrivals see time averages (PASTA).
    """
    stored = question.storage_usd_per_million_token_hours * question.prefix_tokens / _MILLION
    return fresh * (hit * each.read + (1 - hit) * each.write) + stored * hit / (rate * HOUR)


def _break_even(each: Lifetime) -> float | None:
    """`h* = (w-1)/(w-r)`; None where writing has no premium, or where no hit rate below 1 pays."""
    if each.write <= 1 or each.read >= 1:
        return None
    even = (each.write - 1) / (each.write - each.read)
    return even if even < 1 else None


def _arrivals_for(hit: float, seconds: float, *, refreshed: bool) -> float:
    """The Poisson rate a second that gives a hit rate: the inverse of `hit_rate`."""
    return (-log(1 - hit) if refreshed else hit / (1 - hit)) / seconds


def _crossover(question: CachingQuestion, options: Sequence[CachingOption], fresh: float) -> float | None:
    """The arrivals an hour from which the longer of two lifetimes is the cheaper; None without two, or never.

    Rarer requests find neither, so the cheaper write wins; more frequent ones miss the longer one less often.
    """
    if len(options) < 2:  # noqa: PLR2004 - two lifetimes make a choice
        return None
    short, long = (
        Lifetime(each.lifetime, each.lifetime_seconds, each.read_multiplier, each.write_multiplier) for each in options
    )

    def dearer(rate: float) -> bool:
        """Whether the longer one is."""
        costs = [
            _prefix_usd(question, each, rate, hit_rate(rate, each.seconds, refreshed=question.refreshed_on_read), fresh)
            for each in (short, long)
        ]
        return costs[1] > costs[0]

    low, high = 1e-3 / long.seconds, 5 / short.seconds
    if not dearer(low) or dearer(high):
        return None
    for _ in range(100):
        middle = sqrt(low * high)
        low, high = (middle, high) if dearer(middle) else (low, middle)
    return high * HOUR


def _too_short(question: CachingQuestion, prices: TokenPrices) -> str:
    return (
        f"{question.prefix_tokens} tokens are under the {prices.cache_minimum_tokens} that {prices.model.id} caches: "
        "never a hit, billed as input"
    )


def _assumptions(question: CachingQuestion, prices: TokenPrices, options: Sequence[CachingOption]) -> tuple[str, ...]:
    said = ["hit rates from the log's own gaps" if question.arrived_at else "Poisson arrivals"]
    said.append("a hit starts the lifetime anew" if question.refreshed_on_read else "a lifetime ends where it was set")
    if options[0].lifetime == "automatic" and question.lifetime_seconds is None:
        said.append("the provider states no lifetime; 300 seconds were taken")
    if prices.cache_minimum_tokens is None:
        said.append("the fewest tokens that are cached are not known; none were assumed")
    return tuple(said)
