"""What a model sells: rates, the conditions they hold under, limits. Frozen values, built by `pricing.catalog`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The model an answer stands on, and which rule made the requested name mean it."""

    id: str
    provider: str
    requested: str
    resolved_by: str


@dataclass(frozen=True, slots=True)
class CatalogRef:
    """The catalog an answer stands on."""

    version: str
    observed: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays of a country, as local dates at a fixed offset from UTC; unknown after `covers_through`."""

    name: str
    utc_offset_hours: int
    dates: frozenset[date]
    covers_through: date

    def local(self, at: datetime) -> date:
        """The local date at a UTC instant."""
        return (at + timedelta(hours=self.utc_offset_hours)).date()


@dataclass(frozen=True, slots=True)
class Window:
    """The hours, weekdays and holidays at which a rate set holds, in UTC; spans are half-open minutes of the day."""

    spans: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = frozenset()
    holidays: Calendar | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the window is open at a UTC instant; a span whose end is not after its start wraps midnight."""
        if self.weekdays and at.isoweekday() not in self.weekdays:
            return False
        if self.holidays is not None and self.holidays.local(at) in self.holidays.dates:
            return False
        minute = at.hour * 60 + at.minute
        return not self.spans or any(
            start <= minute < end if start < end else minute >= start or minute < end for start, end in self.spans
        )

    def describe(self) -> str:
        """The window in words, as a line's condition shows it."""
        clock = ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in self.spans)
        days = ",".join(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day - 1] for day in sorted(self.weekdays))
        holidays = f"not on {self.holidays.name} holidays" if self.holidays else ""
        return "utc " + " ".join(part for part in (clock, days, holidays) if part)


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure: USD for one unit of a bucket, where it was read and when it was last seen there.

    `each` is the same price for a single token, call or second; `usd_per_unit / per` exactly.
    """

    usd_per_unit: Decimal
    each: Decimal
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class RateSet:
    """The rates that hold together under one set of conditions; see docs/adr/0001 for the meaning of each."""

    rates: Mapping[str, Rate]
    tier: str = STANDARD
    region: str | None = None
    prompt_above: int | None = None
    prompt_from: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    window: Window | None = None
    basis: str | None = None
    free: bool = False
    conditions: tuple[str, ...] = ()

    @property
    def threshold(self) -> int:
        """The fewest prompt tokens for which the set holds."""
        if self.prompt_above is not None:
            return self.prompt_above + 1
        return self.prompt_from or 0

    def valid(self, at: datetime) -> bool:
        """Whether the set's dates include a UTC instant; the end is excluded."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Uplift:
    """A factor on token prices for a region or residency."""

    factor: Decimal
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Token limits of a model; None where no source states one."""

    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    source: str | None = None
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model as one provider sells it; `offers` holds its rate sets by (service tier, region)."""

    id: str
    provider: str
    name: str | None
    mode: str | None
    aliases: tuple[str, ...]
    limits: Limits
    retires: str | None
    knowledge_cutoff: str | None
    cache_minimum_tokens: int | None
    capabilities: tuple[str, ...]
    uplifts: Mapping[str, Uplift]
    notes: tuple[str, ...]
    sets: tuple[RateSet, ...]
    offers: Mapping[tuple[str, str | None], tuple[RateSet, ...]] = field(repr=False, compare=False)

    @property
    def tiers(self) -> tuple[str, ...]:
        """The service tiers it has ever sold, in the catalog's order."""
        return tuple(dict.fromkeys(tier for tier, _ in self.offers))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions it sells under a name, by own prices or by an uplift."""
        named = (region for _, region in self.offers if region is not None)
        return tuple(dict.fromkeys((*named, *self.uplifts)))
