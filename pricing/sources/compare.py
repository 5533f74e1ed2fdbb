"""Whether two sources say the same: prices within 1 %, and an offer's prices at one instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pricing.sources.records import STANDARD, RateSet, Record
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    Rates = Mapping[str, Decimal]

TOKEN_BUCKETS: Final = frozenset(name for name, bucket in BUCKETS.items() if bucket.unit == "million_tokens")
HEADLINE: Final = ("input_tokens", "output_tokens")


def near(one: Decimal, other: Decimal) -> bool:
    """Within 1 % of the larger."""
    return abs(one - other) * 100 <= max(one, other)


def same(one: Rates, other: Rates) -> bool | None:
    """Whether the input and output prices, else all shared prices, are near; None when nothing is shared."""
    shared = [bucket for bucket in HEADLINE if bucket in one and bucket in other]
    shared = shared or [bucket for bucket in one if bucket in other]
    return all(near(one[bucket], other[bucket]) for bucket in shared) if shared else None


def offer(record: Record, tier: str = STANDARD, region: str | None = None) -> tuple[RateSet, ...]:
    """A record's sets of one service tier and region, of all dates and thresholds."""
    return tuple(one for one in record.sets if one.tier == tier and one.region == region)


def current(sets: Iterable[RateSet], now: str) -> tuple[RateSet, ...]:
    """The sets that hold at an instant, windowed ones and context tiers too."""
    return tuple(one for one in sets if one.holds(now))


def base(sets: Iterable[RateSet], now: str) -> RateSet | None:
    """The set that holds at an instant for a short prompt outside all windows."""
    return next((one for one in sets if one.holds(now) and not one.threshold[1] and not one.windowed), None)


def thresholds(sets: Iterable[RateSet], now: str) -> list[tuple[int, int]]:
    """Where the context tiers that hold at an instant begin."""
    return sorted({one.threshold for one in sets if one.holds(now) and one.threshold[1]})


def alike(one: Record, other: Record, now: str) -> bool:
    """Whether two records sell the same standard context tiers and the same service tiers, all at near prices."""
    ours, theirs = (
        {(s.tier, s.region, s.threshold, s.hours): s.rates for s in current(record.sets, now)}
        for record in (one, other)
    )
    return ours.keys() == theirs.keys() and all(_equal(rates, theirs[key]) for key, rates in ours.items())


def _equal(one: Rates, other: Rates) -> bool:
    """Whether every bucket of which both state a price has a near one, and reasoning costs the same."""
    shared = [bucket for bucket in one if bucket in other]
    apart = (
        one.get("reasoning_tokens", one.get("output_tokens")),
        other.get("reasoning_tokens", other.get("output_tokens")),
    )
    return bool(shared) and all(near(one[bucket], other[bucket]) for bucket in shared) and apart[0] == apart[1]


def agree(one: Iterable[RateSet], other: Iterable[RateSet], now: str) -> bool | None:
    """Whether two offers sell at the same current prices; with time windows, whether any of their prices match.

    None when they share no priced bucket.
    """
    ours, theirs = ([s for s in current(sets, now) if not s.threshold[1]] for sets in (one, other))
    if not any(s.windowed for s in (*ours, *theirs)):
        ours, theirs = ours[:1], theirs[:1]
    verdicts = [same(a.rates, b.rates) for a in ours for b in theirs]
    known = [verdict for verdict in verdicts if verdict is not None]
    return any(known) if known else None
