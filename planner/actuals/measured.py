"""What a fit measures: a figure over many requests, and the arrivals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure over the requests that say it; `p50` and `p95` are values that were seen."""

    mean: float
    p50: float
    p95: float
    count: int


@dataclass(frozen=True, slots=True)
class TrafficFit:
    """Arrivals of the busiest feature, whose requests are taken for the plan's, and the hours in which they came.

    What hours say is None of a sample, in which most of them are empty.
    """

    feature: str | None
    requests_per_month: float
    peak_factor: float | None
    active_hours_per_month: float | None
    users: int | None
    requests_per_user_per_month: float | None
