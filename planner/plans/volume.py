"""A plan's traffic as the rates that its figures need."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from planner.distributions import law
from planner.plans.report import MonthReport, TrafficReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plans.plan import Traffic

_SECONDS_PER_HOUR = 3600


def volume(traffic: Traffic) -> TrafficReport:
    """Requests a month on average, users, arrivals an hour, and requests a second at the peak."""
    users = None if traffic.users is None else law(traffic.users).mean
    each = _per_user(traffic)
    if traffic.requests_per_month is not None:
        requests = law(traffic.requests_per_month).mean
        each = requests / users if users else None
    else:
        assert users is not None
        assert each is not None
        requests = users * each
    hourly = requests / traffic.active_hours_per_month
    return TrafficReport(requests, users, each, hourly, hourly * traffic.peak_factor / _SECONDS_PER_HOUR)


def _per_user(traffic: Traffic) -> float | None:
    if traffic.segments:
        return fsum(each.users_share * each.requests_per_user_per_month for each in traffic.segments)
    if traffic.sessions_per_user_per_month is None:
        return None
    return traffic.sessions_per_user_per_month * traffic.requests_per_session


def months(traffic: Traffic, requests: float, request_usd: float, fixed_usd: float) -> Iterator[MonthReport]:
    """The months ahead: requests grow, the fixed costs stay, prices are those of the plan's date."""
    for month in range(traffic.months):
        coming = requests * (1 + traffic.growth_per_month) ** month
        yield MonthReport(month + 1, coming, coming * request_usd + fixed_usd)
