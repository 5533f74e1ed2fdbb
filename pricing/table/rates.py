"""The rates of each segment, chosen by the scalar path at one of its rows, as integers of 1e-12 USD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.cost import EXACT, at_instant, dated_warnings, rate_of, select
from pricing.errors import NotPriced, TokenplanError
from pricing.rates import ModelRef
from pricing.table.columns import CHUNK, instant
from pricing.usage import BUCKETS, PROMPT_BUCKETS

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from pricing.cost import Offer
    from pricing.names import Resolution
    from pricing.table.columns import Ints, Quantities
    from pricing.table.segments import Key, Segments

DIGITS: Final = 12
MOST: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the rows of one segment were priced as, with the words that the scalar path would say of it.

    `conditions`, `sources` and `observed` are those of its rate set; the warnings leave out what counts from one row's
    date ("in 18 days").
    """

    model: ModelRef
    service_tier: str
    region: str | None
    conditions: tuple[str, ...]
    sources: tuple[str, ...]
    observed: tuple[str, ...]
    warnings: tuple[str, ...]


class Rates:
    """Prices by bucket and segment, 0 where there is none, with what is to be known of those zeros."""

    def __init__(self, buckets: list[str], segments: int) -> None:
        self.buckets = buckets
        self.prices: dict[str, Ints] = {name: np.zeros(segments, np.int64) for name in buckets}
        self.missing: dict[str, dict[int, TokenplanError]] = {name: {} for name in buckets}
        self.fallen: dict[str, dict[int, str]] = {name: {} for name in buckets}
        self.fine: dict[str, list[int]] = {name: [] for name in buckets}
        self.refused: dict[int, TokenplanError] = {}
        self.chosen: dict[int, Chosen] = {}

    def _put(self, segment: int, bucket: str, offer: Offer, model: Resolution, at: datetime) -> None:
        try:
            priced_as, rate, _ = rate_of(model.model, offer, bucket, None, at)
        except NotPriced as error:
            self.missing[bucket][segment] = error
            return
        if rate is None:
            return
        if priced_as not in (bucket, "output_tokens"):
            words = f"{bucket} priced as {priced_as}: {model.model.id} lists no price of its own for it"
            self.fallen[bucket][segment] = words
        units = _units(rate.each, offer, bucket)
        if units is None:
            self.fine[bucket].append(segment)
        else:
            self.prices[bucket][segment] = units

    def choose(self, segment: int, key: Key, at: datetime, prompt_tokens: int) -> None:
        """Choose a segment's rates by the scalar path, at an instant and a prompt length of one of its rows."""
        if isinstance(key.resolved, TokenplanError):
            self.refused[segment] = key.resolved
            return
        model = key.resolved.model
        try:
            offer = select(model, key.tier, key.region, at=at, prompt_tokens=prompt_tokens)
        except NotPriced as error:
            self.refused[segment] = _for_many(error, at)
            return
        self.chosen[segment] = _chosen(key.resolved, key.tier, offer, at)
        for bucket in self.buckets:
            self._put(segment, bucket, offer, key.resolved, at)


def rates(segments: Segments, taken: Quantities, at: Ints | int) -> Rates:
    """The rates of every segment that has rows."""
    count, rows = len(segments.owner), len(segments.of)
    made = Rates([name for name in BUCKETS if name in taken.counts or name == "requests"], count)
    first = np.full(count, -1, np.int64)
    for start in range(0, rows, CHUNK):
        part = segments.of[start : start + CHUNK]
        first[part] = np.arange(start, start + len(part))
    prompt = [taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts]
    for segment, row in enumerate(first.tolist()):
        if row >= 0:
            tokens = sum(int(column[row]) for column in prompt)
            made.choose(segment, segments.key(segment), instant(at, row), tokens)
    return made


def _units(each: Decimal, offer: Offer, bucket: str) -> int | None:
    """A price in whole 1e-12 USD; None where it is finer, or too large for 64 bits."""
    if offer.factor is not None and BUCKETS[bucket].per > 1:
        each = EXACT.multiply(each, offer.factor)
    units = each.scaleb(DIGITS, EXACT)
    return int(units) if units == int(units) and units <= MOST else None


def _chosen(resolved: Resolution, tier: str, offer: Offer, at: datetime) -> Chosen:
    model = resolved.model
    conditions = (*offer.rates.conditions, *([offer.factor_note] if offer.factor_note else []))
    warnings = (*resolved.warnings, *dated_warnings(model, offer.rates, at, days=False))
    ref = ModelRef(model.id, model.provider, resolved.requested, resolved.rule)
    figures = offer.rates.rates.values()
    sources = tuple(dict.fromkeys(each.source for each in figures))
    observed = tuple(dict.fromkeys(each.observed for each in figures))
    return Chosen(ref, tier, offer.region, conditions, sources, observed, warnings)


def _for_many(error: NotPriced, at: datetime) -> NotPriced:
    """A gap's error without the instant of the one row that found it; other errors as they are."""
    problem = error.problems[0]
    if problem.loc != ("as_of",):
        return error
    return NotPriced(problem.msg.replace(at_instant(at), " then"), loc=problem.loc)
