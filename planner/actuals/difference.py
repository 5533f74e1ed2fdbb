"""Where a difference of cost comes from: volume, mix, tokens, cache and price, in that order, adding up exactly.

A cost is `N * share * sum over groups of T * sum over buckets of part * price`: N calls, the share of them that a model
(of a step) has, T tokens of a group (the prompt, the output, each other bucket), the part of them in each bucket, its
price. One factor after the other goes from planned to actual, the later ones still as planned: the sums telescope,
so what the five say is all of the difference. The order is that of variance analysis: quantity before price.

What one side does not have is taken from the other: the tokens of a model that was not planned count as planned, and
its whole cost is mix; a bucket that was not used before has today's price, and its cost is of tokens or cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Hashable

Key = TypeVar("Key", bound="Hashable")
ZERO: Final = Fraction(0)
_OUTPUT: Final = ("output_tokens", "reasoning_tokens")
GROUPS: Final = {
    name: "prompt" if bucket.prompt else "output" if name in _OUTPUT else name for name, bucket in BUCKETS.items()
}
"""Which buckets are one length; how the prompt is split over its buckets is what caches do."""


@dataclass(frozen=True, slots=True)
class Side:
    """Calls, and how much of each bucket they used at which cost, in USD."""

    calls: Fraction = ZERO
    used: Mapping[str, Fraction] = field(default_factory=dict)
    usd: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def total(self) -> Fraction:
        """What they cost."""
        return sum(self.usd.values(), ZERO)


class Effects(NamedTuple):
    """Parts of a difference, in USD."""

    volume: Fraction
    mix: Fraction
    tokens: Fraction
    cache: Fraction
    price: Fraction


@dataclass(frozen=True, slots=True)
class _Factors:
    """A side as factors; None where it has nothing to say."""

    share: Fraction
    tokens: dict[str, Fraction] | None
    parts: dict[str, dict[str, Fraction]]
    prices: dict[str, Fraction]

    def each(self) -> Fraction:
        """The cost of one call."""
        sizes = (self.tokens or {}).items()
        priced = (
            size * self.parts[group][each] * self.prices[each] for group, size in sizes for each in self.parts[group]
        )
        return sum(priced, ZERO)


def effects(planned: Mapping[Key, Side], actual: Mapping[Key, Side]) -> dict[Key, Effects]:
    """What each model's difference comes from; all of them add up to all that was spent less all that was planned."""
    before = sum((side.calls for side in planned.values()), ZERO)
    after = sum((side.calls for side in actual.values()), ZERO)
    found = {}
    for key in dict.fromkeys((*planned, *actual)):
        old, new = _factors(planned.get(key, Side()), before), _factors(actual.get(key, Side()), after)
        found[key] = _effects(before, after, _filled(old, new), _filled(new, old))
    return found


def _effects(before: Fraction, after: Fraction, old: _Factors, new: _Factors) -> Effects:
    was = old.each()
    longer = _Factors(old.share, new.tokens, old.parts, old.prices).each()
    cached = _Factors(old.share, new.tokens, new.parts, old.prices).each()
    calls = after * new.share
    return Effects(
        (after - before) * old.share * was,
        after * (new.share - old.share) * was,
        calls * (longer - was),
        calls * (cached - longer),
        calls * (new.each() - cached),
    )


def _factors(side: Side, calls: Fraction) -> _Factors:
    """What a side says; of nothing used, nothing is said."""
    if not side.calls:
        return _Factors(ZERO, None, {}, {})
    sums: dict[str, Fraction] = {}
    for bucket, quantity in side.used.items():
        sums[GROUPS[bucket]] = sums.get(GROUPS[bucket], ZERO) + quantity
    parts: dict[str, dict[str, Fraction]] = {}
    for bucket, quantity in side.used.items():
        if quantity:
            parts.setdefault(GROUPS[bucket], {})[bucket] = quantity / sums[GROUPS[bucket]]
    prices = {bucket: side.usd.get(bucket, ZERO) / quantity for bucket, quantity in side.used.items() if quantity}
    return _Factors(side.calls / calls, {name: each / side.calls for name, each in sums.items()}, parts, prices)


def _filled(side: _Factors, other: _Factors) -> _Factors:
    """A side with what it does not say taken from the other; a length that it does not have is none."""
    groups = dict.fromkeys((*(side.tokens or {}), *(other.tokens or {})))
    tokens = other.tokens if side.tokens is None else {name: side.tokens.get(name, ZERO) for name in groups}
    parts = {name: side.parts.get(name) or other.parts.get(name, {}) for name in groups}
    return _Factors(side.share, dict(tokens or {}), parts, {**other.prices, **side.prices})
