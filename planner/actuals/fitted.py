"""Figures of a log as distributions and rates: exact percentiles, rates, arrivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.actuals.libraries import pl
from planner.actuals.measured import Measured, TrafficFit
from planner.actuals.tallies import Sums, Values, output, percentile, prompt, reads

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from planner.actuals.passing import Seen

DAYS_PER_MONTH: Final = 30.4375
"""A twelfth of a mean year."""
_HOURS_PER_MONTH: Final = 730.5
_MEASURED: Final = (
    "prompt_tokens", "output_tokens", "reasoning_tokens", "seconds", "first_token_seconds", "seconds_per_output_token",
)  # fmt: skip


@dataclass(slots=True)
class Measures:
    """Counts the values of each figure in each group, of requests that succeeded and were not answered by a gateway."""

    by: Sequence[str]
    _values: tuple[Values, ...] = ()

    def add(self, frame: pl.DataFrame) -> None:
        """Add a priced batch of rows that are one request each."""
        self._values = self._values or tuple(Values(self.by, name) for name in _MEASURED)
        whole = ~pl.col("failed") & ~pl.col("own_cache") & pl.col("error").is_null() & (pl.col("requests") == 1)
        reasoning = pl.col("reasoning_tokens") if "reasoning_tokens" in frame.columns else pl.lit(0, pl.Int64)
        first = pl.col("first_token_seconds").round(3)  # a millisecond is what is known, and bounds what is counted
        rest = (pl.col("seconds") - pl.col("first_token_seconds")) / (output(frame) - 1)
        held = frame.filter(whole).select(
            *self.by,
            prompt_tokens=prompt(frame),
            output_tokens=output(frame) - reasoning,
            reasoning_tokens=reasoning,
            seconds=pl.col("seconds").round(3),
            first_token_seconds=first,
            seconds_per_output_token=pl.when(output(frame) > 1).then(rest).round(5),
        )
        for each in self._values:
            each.add(held)

    def spreads(self) -> dict[tuple[Any, ...], dict[str, Measured]]:
        """Each group's figures by name."""
        found: dict[tuple[Any, ...], dict[str, Measured]] = {}
        for each in self._values:
            for key, values in each.groups():
                found.setdefault(key, {})[each.value] = _spread(values, each.value)
        return found


def _spread(values: pl.DataFrame, name: str) -> Measured:
    count = int(values["count"].sum())
    mean = float((values[name] * values["count"]).sum()) / count
    return Measured(mean, percentile(values, 0.5), percentile(values, 0.95), count)


@dataclass(slots=True)
class Hits:
    """How many requests of each group read anything from a cache."""

    by: Sequence[str]
    _sums: Sums | None = None

    def add(self, frame: pl.DataFrame) -> None:
        """Add a priced batch."""
        self._sums = self._sums or Sums((*self.by, "hit"))
        self._sums.add(frame.with_columns(hit=reads(frame) > 0).filter(prompt(frame) > 0))

    def rates(self) -> dict[tuple[Any, ...], float]:
        """Each group's share of requests with a prompt that read from a cache."""
        found: dict[tuple[Any, ...], list[int]] = {}
        for row in self._sums.rows() if self._sums else ():
            both = found.setdefault(tuple(row[name] for name in self.by), [0, 0])
            both[0] += row["requests"] if row["hit"] else 0
            both[1] += row["requests"]
        return {key: hit / every for key, (hit, every) in found.items() if every}


def span_days(seen: Seen, hours: Sequence[str]) -> float:
    """How long a log lasts: from its first to its last request, at least the hours (days, of sums) that it touches."""
    if seen.first is None or seen.last is None:
        return 0.0
    between = (seen.last - seen.first).total_seconds() / 86400
    least = len({each[:10] for each in hours}) if seen.summed else len(hours) / 24
    return max(between, float(least))


def arrivals(
    feature: str | None, hours: Sequence[dict[str, Any]], days: float, users: int | None, sample_share: float
) -> TrafficFit:
    """A feature's requests a month and how they lie in it, from its requests hour by hour."""
    counts = [row["requests"] for row in hours if row["requests"]]
    month = sum(counts) / sample_share / days * DAYS_PER_MONTH
    each = month / users if users else None
    if sample_share < 1 or not counts:
        return TrafficFit(feature, month, None, None, users, each)
    active = min(len(counts) / (days * 24), 1.0) * _HOURS_PER_MONTH
    return TrafficFit(feature, month, max(counts) * len(counts) / sum(counts), active, users, each)


def named_hours(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The hours in which requests came."""
    return sorted(row["hour"] for row in rows if row["hour"] is not None)


def instant(at: datetime | None) -> str:
    """A day, for sentences."""
    return "an unknown day" if at is None else f"{at:%Y-%m-%d}"
