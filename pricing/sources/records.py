"""The neutral shape that every source is read into, and the exact numbers in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from pricing.usage import BUCKETS

_MILLION: Final = Decimal(10**6)
_LONG: Final = 12
STANDARD: Final = "standard"


@dataclass(frozen=True, slots=True)
class Origin:
    """A source at a version, such as `genai-prices 0.2.3`, and the day its figures were last seen there."""

    source: str
    observed: str

    @property
    def project(self) -> str:
        """The source without its version: what trust goes by."""
        return self.source.split(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSet:
    """Prices in USD per bucket unit that hold together under one set of conditions; see docs/adr/0001."""

    rates: Mapping[str, Decimal]
    origin: Origin
    tier: str = STANDARD
    region: str | None = None
    above: int | None = None
    at_least: int | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    hours: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    except_holidays: str | None = None
    basis: str | None = None
    filled: Mapping[str, Origin] = field(default_factory=dict)
    free: bool = False

    @property
    def threshold(self) -> tuple[int, int]:
        """Sorts context tiers: the first prompt length that pays these prices, then whether it is a tier at all."""
        if self.at_least is not None:
            return self.at_least, 1
        return (0, 0) if self.above is None else (self.above + 1, 1)

    @property
    def windowed(self) -> bool:
        """Whether the prices hold only at some hours or weekdays."""
        return bool(self.hours or self.weekdays or self.except_holidays)

    def holds(self, instant: str) -> bool:
        """Whether the validity dates cover an instant, compared as ISO 8601 UTC text."""
        return (self.valid_from or "") <= instant and (self.valid_to is None or instant < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says about one model of one provider; absent means that the source does not say.

    `listed` is the source's own key where one model has several.
    """

    provider: str
    model: str
    origin: Origin
    listed: str = ""
    sets: tuple[RateSet, ...] = ()
    name: str | None = None
    mode: str | None = None
    aliases: tuple[str, ...] = ()
    context_window: int | None = None
    max_input: int | None = None
    max_output: int | None = None
    retires: str | None = None
    knowledge_cutoff: str | None = None
    cache_minimum: int | None = None
    capabilities: tuple[str, ...] = ()
    uplifts: tuple[tuple[str, Decimal], ...] = ()
    notes: tuple[str, ...] = ()


def distinct(rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The rates without those that only repeat what their bucket falls back on, and so follow it anywhere."""
    falls = {bucket: BUCKETS[bucket].fallback or "" for bucket in rates}
    return {bucket: rate for bucket, rate in rates.items() if rates.get(falls[bucket]) != rate}


def exact(number: float | str | Decimal) -> Decimal:
    """The decimal that was meant by a JSON number: its shortest form, without the last digits of float arithmetic."""
    value = Decimal(str(number))
    if len(value.as_tuple().digits) > _LONG:
        value = Decimal(f"{value:.{_LONG}g}")
    return value


def per_million(per_token: float) -> Decimal:
    """USD per million tokens from USD per token."""
    return exact(per_token) * _MILLION


def plain(value: Decimal) -> str:
    """A decimal in plain notation without trailing zeros: `0.25`, `2`, `10`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant(date: str) -> str:
    """The UTC instant at which an ISO date begins, or the instant itself."""
    return date if "T" in date else f"{date}T00:00:00Z"
