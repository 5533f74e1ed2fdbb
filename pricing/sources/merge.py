"""Merges what the sources say, by trust: one offer is one source's prices, gaps filled only where sources agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Final

from pricing.sources import compare, timeline
from pricing.sources.gather import Group
from pricing.sources.records import STANDARD, Origin, RateSet, Record, distinct, plain
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable


TRUST: Final = ("openrouter", "genai-prices", "model-prices", "litellm")
HISTORY: Final = "model-prices"
DATED: Final = "genai-prices"
"""The source whose past prices have fees, cached tokens and modalities, which the history mostly lacks."""
SELLER: Final = "openrouter"
"""The one source that is a seller's own list, and lists nothing but what it sells: nobody knows better."""

Offers = dict[str, tuple[RateSet, ...]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that differ by more than 1 % on a current standard price, and what was done."""

    provider: str
    model: str
    bucket: str
    values: Mapping[str, Decimal]
    chosen: str
    reason: str

    def row(self) -> dict[str, object]:
        """The row of conflicts.json."""
        return {
            "provider": self.provider,
            "model": self.model,
            "bucket": self.bucket,
            "values": {source: plain(value) for source, value in self.values.items()},
            "chosen": self.chosen,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Merged:
    """A model with its merged rate sets, what is to be said about them, and where sources differed."""

    group: Group
    sets: tuple[RateSet, ...]
    notes: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def merge(group: Group, now: str) -> Merged:
    """The rate sets of a model from all its sources, sorted by tier, region, threshold and date."""
    priced = {project: group.views[project] for project in TRUST if project in group.views}
    if _is_free(group, priced):
        return Merged(group, (_free(priced),), (), ())
    cleaned = {project: _without_zeros(record) for project, record in priced.items()}
    notes = [
        f"{record.origin.source} lists it at zero, which nothing confirms"
        for project, record in priced.items()
        if record.sets and not cleaned[project].sets
    ]
    sets: list[RateSet] = []
    conflicts: list[Conflict] = []
    for tier, region in sorted({(s.tier, s.region or "") for r in cleaned.values() for s in r.sets}):
        offers = _offers(cleaned, tier, region or None)
        if tier != STANDARD:
            offers = _consistent(offers, cleaned, region or None, now)
        made, differing = _offer(group, offers, now)
        sets += _finished(made, tier)
        conflicts += differing if (tier, region) == (STANDARD, "") else []
    complete = _complete(sets)
    return Merged(group, tuple(sorted(complete, key=_order)), tuple(notes), tuple(conflicts))


def backed(group: Group, now: str) -> bool:
    """Whether two of a model's sources agree on its standard price."""
    offers = [compare.offer(group.views[each]) for each in TRUST if each in group.views and group.views[each].sets]
    return any(compare.agree(one, other, now) for one, other in combinations(offers, 2))


def _offers(records: Mapping[str, Record], tier: str, region: str | None) -> Offers:
    found = {project: compare.offer(record, tier, region) for project, record in records.items()}
    return {project: sets for project, sets in found.items() if sets}


def _offer(group: Group, offers: Offers, now: str) -> tuple[tuple[RateSet, ...], list[Conflict]]:
    """The sets of one tier and region over all time, and the conflicts on its current price."""
    chosen, reason = _choose(offers, now)
    if chosen is None:
        return next(iter(offers.values()), ()), []
    live = _live(offers, now)
    fills = [sets for project, sets in live.items() if project != chosen and compare.agree(live[chosen], sets, now)]
    filled = tuple(_filled(one, fills, now) if one.holds(now) else one for one in offers[chosen])
    overruled, conflicts = _conflicts(group, live, chosen, reason, now)
    filled = tuple(_overruled(one, overruled, now) for one in filled)
    history = offers.get(HISTORY, ()) if chosen != HISTORY else ()
    return timeline.completed(timeline.joined(filled, history, now), offers.get(DATED, ()), now), conflicts


def _live(offers: Offers, now: str) -> Offers:
    """The offers that sell now, without those last seen before another source's newer price began."""
    live = {project: sets for project, sets in offers.items() if compare.base(sets, now)}
    began = max((base.valid_from or "" for sets in live.values() if (base := compare.base(sets, now))), default="")
    fresh = {project: sets for project, sets in live.items() if sets[0].origin.observed >= began[:10]}
    return fresh or live


def _choose(offers: Offers, now: str) -> tuple[str | None, str]:
    """The source whose prices are taken, and why: a second source that agrees outweighs the order of trust."""
    live = _live(offers, now)
    if SELLER in live:
        return SELLER, "the seller's own list"
    if HISTORY in live and any(one.windowed for one in compare.current(live[HISTORY], now)):
        return HISTORY, "it alone has hours, weekdays and holidays"
    backed = {
        project: [others for other, others in live.items() if other != project and compare.agree(sets, others, now)]
        for project, sets in live.items()
    }
    tiers = {project: compare.thresholds(sets, now) for project, sets in live.items()}
    for project, backing in backed.items():
        if any(compare.thresholds(others, now) == tiers[project] for others in backing):
            return project, "another source agrees"
    for project, backing in backed.items():
        if backing:
            return project, "another source agrees on the prices, none on the context tiers"
    return next(iter(live), None), "no third source; order of trust"


def _consistent(offers: Offers, records: Mapping[str, Record], region: str | None, now: str) -> Offers:
    """The offers of a service tier from sources that agree with its region's standard price, else the default one.

    Those with the context tiers of that price come first.
    """
    usual = _offers(records, STANDARD, region) or _offers(records, STANDARD, None)
    standard, _ = _choose(usual, now)
    if standard is None:
        return offers
    kept = {
        project: sets
        for project, sets in offers.items()
        if project == standard or compare.agree(usual[standard], usual.get(project, ()), now) is not False
    }
    tiers = compare.thresholds(usual[standard], now)
    return dict(sorted(kept.items(), key=lambda item: compare.thresholds(item[1], now) != tiers))


def _filled(one: RateSet, others: Iterable[tuple[RateSet, ...]], now: str) -> RateSet:
    """The set with the buckets that it lacks from sources with the same input and output prices."""
    if one.windowed:
        return one
    rates, filled = dict(one.rates), dict(one.filled)
    for sets in others:
        for other in compare.current(sets, now):
            if other.windowed or other.threshold != one.threshold or not compare.same(one.rates, other.rates):
                continue
            for bucket, rate in distinct(other.rates).items():
                if bucket not in rates:
                    rates[bucket], filled[bucket] = rate, other.origin
    return replace(one, rates=rates, filled=filled)


def _conflicts(
    group: Group, live: Offers, chosen: str, reason: str, now: str
) -> tuple[dict[str, tuple[Decimal, Origin]], list[Conflict]]:
    """Prices of the chosen set that two other sources agree against, and every conflict on a bucket of it."""
    bases = {project: base for project, sets in live.items() if (base := compare.base(sets, now))}
    overruled: dict[str, tuple[Decimal, Origin]] = {}
    conflicts: list[Conflict] = []
    for bucket, ours in bases[chosen].rates.items():
        values = {project: base.rates[bucket] for project, base in bases.items() if bucket in base.rates}
        if all(compare.near(ours, value) for value in values.values()) or _windows(live, chosen, bucket, values, now):
            continue
        others = [project for project, value in values.items() if not compare.near(ours, value)]
        winner, why = chosen, reason
        if chosen != SELLER and len(others) > 1 and compare.near(*(values[project] for project in others)):
            winner, why = others[0], "the two other sources agree"
            overruled[bucket] = values[winner], bases[winner].origin
        elif len(values) > len(others) + 1:
            why = "another source agrees"
        sources = {bases[project].origin.source: value for project, value in values.items()}
        conflicts.append(Conflict(group.provider, group.model, bucket, sources, bases[winner].origin.source, why))
    return overruled, conflicts


def _windows(live: Offers, chosen: str, bucket: str, values: Mapping[str, Decimal], now: str) -> bool:
    """Whether every other price of a bucket is one that the chosen source gives for other hours."""
    hourly = [one.rates.get(bucket) for one in compare.current(live[chosen], now) if not one.threshold[1]]
    return all(any(rate and compare.near(rate, value) for rate in hourly) for value in values.values())


def _overruled(one: RateSet, prices: Mapping[str, tuple[Decimal, Origin]], now: str) -> RateSet:
    if not prices or one.windowed or one.threshold[1] or not one.holds(now):
        return one
    return replace(
        one,
        rates={**one.rates, **{bucket: price for bucket, (price, _) in prices.items()}},
        filled={**one.filled, **{bucket: origin for bucket, (_, origin) in prices.items()}},
    )


def _finished(sets: Iterable[RateSet], tier: str) -> list[RateSet]:
    """Sets without the fees that only repeat the standard ones, and announced ones marked."""
    done = []
    for one in sets:
        plainly = tier == STANDARD and not one.threshold[1] and not one.windowed
        keep = {b: r for b, r in one.rates.items() if plainly or b in compare.TOKEN_BUCKETS}
        ahead = (one.valid_from or "")[:10] > one.origin.observed
        basis = "announced" if ahead else one.basis
        if keep or not one.rates:
            filled = {bucket: origin for bucket, origin in one.filled.items() if bucket in keep}
            done.append(replace(one, rates=keep, filled=filled, basis=basis))
    return done


def _complete(sets: list[RateSet]) -> list[RateSet]:
    """Context tiers made whole with their base's token prices; tiers that lack input or output prices left out."""
    made = []
    whole = {b for one in sets if one.tier == STANDARD for b in ("input_tokens", "output_tokens") if b in one.rates}
    for one in sets:
        below = _below(one, sets)
        rates = dict(one.rates)
        filled = dict(one.filled)
        for bucket, rate in distinct(below.rates).items() if below else ():
            if bucket in compare.TOKEN_BUCKETS and bucket not in rates:
                rates[bucket] = rate
                filled[bucket] = below.filled.get(bucket, below.origin) if below else one.origin
        if not rates or (one.tier != STANDARD and whole - set(rates)):
            continue
        made.append(replace(one, rates=rates, filled={b: o for b, o in filled.items() if o != one.origin}))
    return [_as_standard(one, made) for one in made]


def _as_standard(one: RateSet, sets: list[RateSet]) -> RateSet:
    """An open service tier with standard prices where it names none and falling back would go wrong, and saying so.

    Sources mean the standard price by a price that a tier leaves out. Falling back inside the tier would bill a cached
    token as a new one in a cheaper tier, and an audio token as a text token in any.
    """
    usual = next((s for s in sets if s.tier == STANDARD and _like(s, one)), None)
    if one.tier == STANDARD or one.windowed or usual is None:
        return one
    cheaper = one.rates.get("input_tokens", 0) < usual.rates.get("input_tokens", 0)
    taken = {
        bucket: rate
        for bucket, rate in distinct(usual.rates).items()
        if (fallback := BUCKETS[bucket].fallback) in one.rates and bucket not in one.rates and fallback
        if cheaper or rate > one.rates[fallback]
    }
    if not taken:
        return one
    origins = {bucket: usual.filled.get(bucket, usual.origin) for bucket in taken}
    filled = {bucket: origin for bucket, origin in {**one.filled, **origins}.items() if origin != one.origin}
    basis = f"standard price, as the source names none for {one.tier}: {', '.join(taken)}"
    return replace(one, rates={**one.rates, **taken}, filled=filled, basis=one.basis or basis)


def _like(usual: RateSet, one: RateSet) -> bool:
    """Whether both hold today in the same region at the same prompt length."""
    same = (usual.region, usual.threshold, usual.valid_to) == (one.region, one.threshold, None)
    return same and one.valid_to is None and not usual.windowed


def _below(one: RateSet, sets: list[RateSet]) -> RateSet | None:
    """The base set of a context tier: same conditions, no threshold."""
    if not one.threshold[1]:
        return None
    like = (one.tier, one.region, one.valid_from, one.valid_to, one.hours)
    return next(
        (s for s in sets if not s.threshold[1] and (s.tier, s.region, s.valid_from, s.valid_to, s.hours) == like), None
    )


def _without_zeros(record: Record) -> Record:
    """The record without zero prices, which stand for what is not sold or not known."""
    sets = (replace(one, rates={b: r for b, r in one.rates.items() if r}) for one in record.sets)
    return replace(record, sets=tuple(one for one in sets if one.rates))


def _is_free(group: Group, priced: Mapping[str, Record]) -> bool:
    """Whether the id says so, or two sources list nothing but zeros."""
    if any(rate for record in priced.values() for one in record.sets for rate in one.rates.values()):
        return False
    zero = [record for record in priced.values() if record.sets]
    return (group.provider == "openrouter" and group.model.endswith(":free")) or len(zero) > 1


def _free(priced: Mapping[str, Record]) -> RateSet:
    origin = next(iter(priced.values())).origin
    zeros = {"input_tokens": Decimal(0), "output_tokens": Decimal(0)}
    return RateSet(rates=zeros, origin=origin, free=True)


def _order(one: RateSet) -> tuple[object, ...]:
    return (
        one.tier != STANDARD, one.tier, one.region or "", one.valid_from or "", one.threshold,
        one.weekdays, one.hours, one.valid_to or "~",
    )  # fmt: skip
