"""Which questions are put to a peer: seeded, stratified, only about prices that the peer states."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pricing.sources import corrections, genai_prices, litellm, naming
from pricing.sources.records import STANDARD, Origin, RateSet, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PEERS: Final = ROOT / ".bench" / "peers"
NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
LARGEST_SHARE: Final = 450
"""Pairs of one provider with one peer, so that no catalog of hundreds of resold models drowns the rest."""
_FILES: Final = {
    "genai-prices": ("genai_prices/data.py", genai_prices.read),
    "litellm": ("litellm/model_prices_and_context_window_backup.json", litellm.read),
}
_OF_BUCKET: Final = {
    "cache_read_tokens": "cached",
    "cache_write_5m_tokens": "cache write 5m",
    "cache_write_1h_tokens": "cache write 1h",
    "reasoning_tokens": "reasoning",
    "input_audio_tokens": "audio in",
    "output_audio_tokens": "audio out",
    "input_image_tokens": "image in",
    "output_image_tokens": "image out",
    "web_search_calls": "web search",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question: the model as we name it and as the peer does, and the request in disjoint buckets."""

    peer: str
    provider: str
    model: str
    seller: str
    name: str
    dimension: str
    usage: dict[str, int]
    tier: str = STANDARD
    region: str | None = None
    residency: str | None = None
    at: datetime = NOW


def pairs(peer: str) -> list[Pair]:
    """The questions for one peer, the same on every run."""
    dealt = random.Random(20261124)
    by_provider: dict[str, dict[str, list[Pair]]] = {}
    for seller, record in _records(peer):
        for pair in _of(peer, seller, record):
            by_provider.setdefault(pair.provider, {}).setdefault(pair.dimension, []).append(pair)
    chosen = []
    for provider in sorted(by_provider):
        strata = [by_provider[provider][dimension] for dimension in sorted(by_provider[provider])]
        for stratum in strata:
            dealt.shuffle(stratum)
        turn = chain.from_iterable(zip_longest(*strata))
        chosen += [pair for pair in turn if pair is not None][:LARGEST_SHARE]
    return chosen


def _records(peer: str) -> Iterator[tuple[str, Record]]:
    """The peer's models under our provider names and ids, with the peer's own seller name beside."""
    path, read = _FILES[peer]
    text = next(PEERS.glob(f"lib/python3*/site-packages/{path}")).read_text("utf-8")
    providers, hand = naming.load(), corrections.load()
    for raw in read(text, Origin(f"{peer} oracle", f"{NOW:%Y-%m-%d}")):
        record = providers.place(raw)
        if hand.apply(record) is not None and record.sets:
            # genai-prices writes what every geography of Bedrock costs as `regional.`; it matches the real ones only.
            name = raw.listed or re.sub(r"^regional\.", "us.", raw.model)
            yield raw.provider, replace(record, listed=name)


def _of(peer: str, seller: str, record: Record) -> Iterator[Pair]:
    live = [one for one in record.sets if one.holds(f"{NOW:%Y-%m-%dT%H:%M:%SZ}") and not one.windowed]
    for one in record.sets if peer == "genai-prices" else live:
        at = NOW if one in live else _inside(one)
        if at is None or not one.rates.get("input_tokens") or one.windowed:
            continue
        for dimension, usage in _usages(one, record.sets):
            if "web_search_calls" in usage and peer == "litellm":
                continue  # its fee stands in a call of its own, by search context size
            past = "" if at == NOW else "past "
            tier = "" if one.tier == STANDARD else f"{one.tier} "
            place = "region " if one.region else ""
            yield Pair(
                peer=peer, provider=record.provider, model=record.model, seller=seller, name=record.listed,
                dimension=f"{past}{tier}{place}{dimension}", usage=usage, tier=one.tier, region=one.region, at=at,
            )  # fmt: skip
    for area, _ in record.uplifts:
        if area in {"us", "eu"} and seller == "openai":
            yield Pair(
                peer=peer, provider=record.provider, model=record.model, seller=seller, name=record.listed,
                dimension="residency", usage={"input_tokens": 1237, "output_tokens": 411}, region=area, residency=area,
            )  # fmt: skip


def _inside(one: RateSet) -> datetime | None:
    """An hour before a past set ends; None for one that is still to come."""
    if one.valid_to is None or datetime.fromisoformat(one.valid_to) > NOW:
        return None
    return datetime.fromisoformat(one.valid_to) - timedelta(hours=1)


def _usages(one: RateSet, sets: tuple[RateSet, ...]) -> Iterator[tuple[str, dict[str, int]]]:
    start, above = one.threshold
    plain = {"input_tokens": 1237} | ({"output_tokens": 411} if one.rates.get("output_tokens") else {})
    if above:
        yield "long, just above", plain | {"input_tokens": start}
        yield "long, just below", plain | {"input_tokens": start - 1}
        if "cache_read_tokens" in one.rates:
            yield "long, mostly cached", plain | {"input_tokens": 1000, "cache_read_tokens": start}
        return
    yield "plain", plain
    for bucket, dimension in _OF_BUCKET.items():
        if one.rates.get(bucket):
            yield dimension, plain | {bucket: 3 if bucket == "web_search_calls" else 2311}
    if one.rates.get("cache_read_tokens") and not any(other.threshold[1] for other in sets):
        yield "large", plain | {"input_tokens": 60_013, "cache_read_tokens": 40_009}
