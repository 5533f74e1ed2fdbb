"""What a prompt costs whose first tokens a cache may hold: some requests read them there, the others write them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from planner.costing import priced
from pricing.cost import EXACT
from pricing.usage import BUCKETS, Usage

if TYPE_CHECKING:
    from datetime import datetime

    from planner.costing import Terms
    from pricing.names import Resolution


@dataclass(frozen=True, slots=True)
class Rates:
    """USD for one token of a prompt of a given length: fresh, read from and written to the cache, and of the answer.

    `hit` is the share of requests that read the prefix, None where no cache is used.
    """

    fresh: Decimal
    read: Decimal
    write: Decimal
    output: Decimal
    reasoning: Decimal
    fees: Decimal
    hit: Decimal | None
    warnings: tuple[str, ...]

    @property
    def cached(self) -> Decimal:
        """A token of the prefix on average: `h * r + (1 - h) * w`; as a fresh one where no cache is used."""
        if self.hit is None:
            return self.fresh
        return EXACT.add(EXACT.multiply(self.hit, self.read), EXACT.multiply(1 - self.hit, self.write))

    @property
    def break_even(self) -> float | None:
        """The hit rate from which a cached prefix is cheaper: `(w - f) / (w - r)`; None if it never is."""
        if self.read >= self.fresh:
            return None
        return max(0.0, float((self.write - self.fresh) / (self.write - self.read))) if self.write > self.read else 0.0

    def prompt(self, fresh: int, cached: int) -> Decimal:
        """USD of a prompt."""
        return EXACT.add(EXACT.multiply(self.fresh, fresh), EXACT.multiply(self.cached, cached))


def rates(
    terms: Terms,
    resolved: Resolution,
    now: datetime,
    prompt_tokens: int,
    *,
    hit_rate: float | None,
    ttl: Literal["5m", "1h"],
    answers: bool,
) -> Rates:
    """The rates that hold for a prompt of that length; `answers` asks for those of the answer too.

    Raises:
        NotPriced: the model lists no price for one of them.
    """
    write = f"cache_write_{ttl}_tokens"
    buckets = {"input_tokens": max(1, prompt_tokens)}
    if hit_rate is not None:
        buckets = {"input_tokens": max(1, prompt_tokens - 2), "cache_read_tokens": 1, write: 1}
    if answers:
        buckets |= {"output_tokens": 1, "reasoning_tokens": 1}
    cost = priced(Usage(**buckets), terms, resolved, now)  # type: ignore[arg-type]  # token buckets only
    each = {line.bucket: line.usd_per_unit.scaleb(-6) for line in cost.lines if BUCKETS[line.bucket].per > 1}
    fees = [line.amount_usd for line in cost.lines if BUCKETS[line.bucket].per == 1]
    none = Decimal(0)
    return Rates(
        each["input_tokens"],
        each.get("cache_read_tokens", each["input_tokens"]),
        each.get(write, each["input_tokens"]),
        each.get("output_tokens", none),
        each.get("reasoning_tokens", none),
        sum(fees, none),
        None if hit_rate is None else Decimal(f"{hit_rate:.12f}"),
        cost.warnings,
    )
