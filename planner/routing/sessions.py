"""What routing does to caches: each model sees a part of the arrivals, and a change of model re-writes a history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple, TypeVar

from planner.caching import HOUR, LIFETIMES, hit_rate
from planner.checks import STRICT, Checks
from planner.conversation import unit_prices
from planner.token_prices import ModelTerms, token_prices
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from planner.calls import Call, CallCost, Load, Pricer
    from pricing.usage import Usage

_MILLION: Final = 1e6

_Sent = TypeVar("_Sent", bound="Load")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPrefix:
    """A prefix that all requests share and each model caches for itself."""

    __pydantic_config__: ClassVar = STRICT

    prefix_tokens: int
    """Tokens at the prompt's start that requests share; the load holds them as ordinary input."""
    arrivals_per_hour: float
    """Requests an hour over both models, arriving at random (Poisson)."""
    lifetime: Literal["5m", "1h"] = "5m"
    """Which cache write is bought, where a model sells several."""
    lifetime_seconds: float | None = None
    """How long a prefix lives, where that is not what `lifetime` says."""
    refreshed_on_read: bool = True
    """Whether a hit starts the lifetime anew (sliding), or it ends where it was set (fixed)."""

    def checked(self) -> None:
        """Refuse figures out of range.

        Raises:
            InvalidInput: no tokens, no arrivals, no lifetime.
        """
        checks = Checks("shared_prefix").at_least(1, prefix_tokens=self.prefix_tokens)
        checks.positive(arrivals_per_hour=self.arrivals_per_hour, lifetime_seconds=self.lifetime_seconds).done()

    def hit_rate(self, share: float) -> float:
        """How often a model finds it that sees that share of the arrivals."""
        seconds = self.lifetime_seconds or LIFETIMES[self.lifetime]
        return hit_rate(share * self.arrivals_per_hour / HOUR, seconds, refreshed=self.refreshed_on_read)


class Cached(NamedTuple):
    """A call at a hit rate; the rate is 0 for a prefix too short to cache, None where the cost is stated."""

    cost: CallCost
    hit_rate: float | None


def cached(price: Pricer, call: Call, key: str, prefix: SharedPrefix | None, share: float) -> Cached:
    """The cost of a call whose model sees that share of the arrivals.

    A usage is priced once read from the cache and once written to it, and the two are weighed; a prompt is counted.

    Raises:
        InvalidInput: a prefix longer than the prompt, tokens that are stated as cached already.
        TokenplanError: a model that cannot be priced.
    """
    if prefix is None or call.model is None:
        return Cached(price(call, key), None)
    least = price.catalog.resolve(call.model, call.provider).model.cache_minimum_tokens
    if least is not None and prefix.prefix_tokens < least:
        return Cached(price(call, key), 0.0)
    load, rate = call if call.told else price.load, prefix.hit_rate(share)
    if load is None or not load.told or (load.usage and load.given):  # an error that the price names
        return Cached(price(call, key), None)
    if load.usage is None:
        return Cached(_counted(price, call, load, key, prefix, rate), rate)
    hit, miss = _split(load.usage, prefix)
    found, missed = (price(replace(call, usage=usage), key) for usage in (hit, miss))
    often = round(Decimal(rate), 12)  # as an estimate takes it
    return Cached(replace(found, usd=often * found.usd + (1 - often) * missed.usd, basis="assumed"), rate)


def _split(usage: Usage, prefix: SharedPrefix) -> tuple[Usage, Usage]:
    """The usage with its prefix read from the cache, and written to it."""
    if usage.cache_read_tokens or usage.cache_write_5m_tokens or usage.cache_write_1h_tokens:
        raise InvalidInput("the usage states cached tokens already; leave them out", loc=("shared_prefix",))
    left = usage.input_tokens - prefix.prefix_tokens
    if left < 0:
        said = f"prefix_tokens is {prefix.prefix_tokens}; the usage has {usage.input_tokens} input_tokens"
        raise InvalidInput(said, loc=("shared_prefix", "prefix_tokens"), value=prefix.prefix_tokens)
    read = replace(usage, input_tokens=left, cache_read_tokens=prefix.prefix_tokens)
    if prefix.lifetime == "1h":
        return read, replace(usage, input_tokens=left, cache_write_1h_tokens=prefix.prefix_tokens)
    return read, replace(usage, input_tokens=left, cache_write_5m_tokens=prefix.prefix_tokens)


def _counted(price: Pricer, call: Call, load: Load, key: str, prefix: SharedPrefix, rate: float) -> CallCost:
    if load.cached_prefix_tokens is not None:
        raise InvalidInput("the load states cached_prefix_tokens already; leave them out", loc=("shared_prefix",))

    def shared(sent: _Sent) -> _Sent:
        return replace(sent, cached_prefix_tokens=prefix.prefix_tokens, cache_hit_rate=rate, cache_ttl=prefix.lifetime)

    return price(shared(call), key) if call.told else replace(price, load=shared(load))(call, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Requests that belong to a conversation, whose history the model before has cached and the next has not."""

    __pydantic_config__: ClassVar = STRICT

    history_tokens: int
    """Tokens of the history at a change of model."""
    switch_probability: float | None = None
    """Share of requests that change the model; `2p(1-p)`, each routed by itself, where none is given."""
    lifetime: Literal["5m", "1h"] = "5m"
    """Which cache write is bought, where a model sells several."""

    def checked(self) -> None:
        """Refuse figures out of range.

        Raises:
            InvalidInput: no tokens, a share outside [0, 1].
        """
        checks = Checks("session").at_least(1, history_tokens=self.history_tokens)
        checks.share(switch_probability=self.switch_probability).done()


@dataclass(frozen=True, slots=True)
class Switching:
    """What changes of model cost, in USD: one change to either model, and all of them a request."""

    switch_probability: float
    to_weak_usd: float
    to_strong_usd: float
    cost_per_request_usd: float


def switching(session: Session, strong_share: float, weak: Call, strong: Call, price: Pricer) -> Switching:
    """`(w - r)*p_in*history` a change; as many changes lead to the one model as to the other.

    Raises:
        InvalidInput: a call whose model is not named.
        TokenplanError: a model that cannot be priced.
    """
    told = session.switch_probability
    often = 2 * strong_share * (1 - strong_share) if told is None else told
    to_weak, to_strong = (_rewritten(session, call, key, price) for call, key in ((weak, "weak"), (strong, "strong")))
    return Switching(often, to_weak, to_strong, often * (to_weak + to_strong) / 2)


def _rewritten(session: Session, call: Call, key: str, price: Pricer) -> float:
    """A history written instead of read."""
    if call.model is None:
        raise InvalidInput("a session needs a model, whose cache prices it takes", loc=(key, "model"))
    terms = ModelTerms(
        model=call.model,
        provider=call.provider,
        service_tier=call.service_tier,
        region=call.region,
        as_of=call.as_of,
        allow_nearest_price=call.allow_nearest_price,
    )
    try:
        prices = token_prices(terms, session.history_tokens, price.catalog, price.now)
    except TokenplanError as error:
        raise error.under(key) from None
    _, read, write = unit_prices(prices, session.lifetime)
    return max(0.0, write - read) * session.history_tokens / _MILLION
