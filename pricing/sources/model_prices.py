"""Reads model-prices: its `snapshot.json`, with the history, the peak hours and the holiday calendars."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import Origin, RateSet, Record, exact

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYS: Final = {
    "input": "input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_5m_tokens",
    "output": "output_tokens",
}
_TWELVE_HOURS: Final = frozenset({"openai"})
"""Providers whose longer write lives for 12 hours, for which there is no bucket."""
_LONGEST_BASIS: Final = "cache_write_1h_tokens is {} times input_tokens"


def read(text: str, origin: Origin) -> list[Record]:
    """Every model of the snapshot's JSON text, in its order, under the names that models.dev gives providers."""
    data = json.loads(text)
    return [
        _model(provider, model, tiers, data, origin)
        for provider, models in data["prices"].items()
        for model, tiers in models.items()
    ]


def calendars(text: str) -> dict[str, Any]:
    """The holiday calendars by name, as the catalog's index keeps them."""
    return dict(json.loads(text)["schedules"]["holidays"])


def _model(provider: str, model: str, tiers: dict[str, Any], data: dict[str, Any], origin: Origin) -> Record:
    status = data["status"].get(provider, {}).get(model)
    schedules = [one for one in data["schedules"]["schedule"] if one["provider"] == provider]
    sets = [
        one
        for tier, segments in tiers.items()
        for flat in _segments(provider, tier, segments, origin)
        for one in (flat, *_peaks(model, flat, schedules))
    ]
    return Record(
        provider=provider,
        model=model,
        origin=origin,
        aliases=tuple(_aliases(provider, model, data)),
        sets=tuple(sets),
        notes=(f"{origin.source}: {status}",) if status else (),
    )


def _aliases(provider: str, model: str, data: dict[str, Any]) -> Iterator[str]:
    """The lab's names for what its API serves under another id, unless the API has that name as well."""
    for name, target in data.get("bases", {}).get(provider, {}).items():
        if target == model and name not in data["prices"][provider]:
            yield name
    for name, target in data.get("aliases", {}).get("models", {}).items():
        if target == f"{provider}/{model}" and name not in data["prices"][provider]:
            yield name


def _segments(provider: str, tier: str, segments: list[Any], origin: Origin) -> Iterator[RateSet]:
    """Rate sets of consecutive segments; neighbours with equal prices are one, `None` means not sold then."""
    spans: list[tuple[str, str | None, dict[str, Any]]] = []
    for index, segment in enumerate(segments):
        rates = segment["rates"]
        until = segments[index + 1]["start"] if index + 1 < len(segments) else None
        if rates is None:
            continue
        since = max(rates["valid_from"], segment["start"] or "")
        if until is not None and since >= until:
            continue
        if spans and spans[-1][1] == since and _same(spans[-1][2], rates):
            spans[-1] = (spans[-1][0], until, spans[-1][2])
        else:
            spans.append((since, until, rates))
    for since, until, rates in spans:
        shape = RateSet(rates={}, origin=origin, tier=tier, valid_from=since, valid_to=until)
        yield from _levels(provider, rates, shape)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    priced = (*_KEYS, "tiers", "cache_write_1h_multiple")
    return all(one.get(key) == other.get(key) for key in priced)


def _levels(provider: str, rates: dict[str, Any], shape: RateSet) -> Iterator[RateSet]:
    """One complete set for the base and each context tier."""
    multiple = None if provider in _TWELVE_HOURS else rates.get("cache_write_1h_multiple")
    for level in ({}, *rates.get("tiers", ())):
        merged = {**rates, **level}
        prices = {bucket: exact(merged[key]) for key, bucket in _KEYS.items() if key in merged}
        basis = None
        if multiple is not None and prices.get("cache_write_5m_tokens"):
            prices["cache_write_1h_tokens"] = exact(prices["input_tokens"] * exact(multiple))
            basis = _LONGEST_BASIS.format(f"{exact(multiple).normalize():f}")
        yield replace(shape, rates=prices, above=level.get("above"), basis=basis)


def _peaks(model: str, flat: RateSet, schedules: list[dict[str, Any]]) -> Iterator[RateSet]:
    """The windowed sets that a provider's time-of-day rules add to a flat one while both hold."""
    for rule in schedules:
        since = max(filter(None, (flat.valid_from, rule["valid_from"])))
        until = min(filter(None, (flat.valid_to, rule.get("valid_until"))), default=None)
        factor = rule.get("peak_multiplier") or rule.get("off_peak_multiplier", {}).get(model)
        if factor is None or (until is not None and since >= until):
            continue
        windows = rule.get("peak_hours_utc") or rule["off_peak_hours_utc"]
        named = f"{exact(factor).normalize():f} times the price of the other hours"
        yield replace(
            flat,
            rates={bucket: exact(price * Decimal(str(factor))) for bucket, price in flat.rates.items()},
            valid_from=since,
            valid_to=until,
            hours=tuple("-".join(window) for window in windows),
            weekdays=(1, 2, 3, 4, 5) if rule.get("weekdays_only") else (),
            except_holidays=rule.get("holidays"),
            basis=named,
        )
