"""The report of a plan: what each step costs and takes, what that makes a request, a user and a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from planner.capacity.limits import LimitUse
from planner.context import Fit
from pricing.rates import CatalogRef, ModelRef


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure's mean and percentiles; a percentile is None where nothing was simulated, `why` then says so.

    The mean is worked out; a `_standard_error` is that of the simulation, not of the plan's figures.
    """

    mean: float
    p50: float | None
    p95: float | None
    p99: float | None
    p50_standard_error: float | None = None
    p95_standard_error: float | None = None
    p99_standard_error: float | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One bucket of a call: how much of it a call takes on average, its unit price with source and date, its money.

    `usd_per_call` is one attempt; what is per request, user and month has the shares, calls and retries in it.
    """

    bucket: str
    quantity: float
    unit: str
    usd_per_unit: Decimal
    usd_per_call: float
    usd_per_request: float
    usd_per_user_per_month: float | None
    usd_per_month: float
    conditions: tuple[str, ...]
    source: str
    observed: str


@dataclass(frozen=True, slots=True)
class PromptReport:
    """A prompt's tokens: on average, at the bounds of its count, at the 95th percentile of what varies in it.

    `method` is how it was counted, `stated` where the plan gives the tokens; a cache may hold `shared_tokens`.
    """

    tokens: float
    low: float
    high: float
    p95: float
    method: str
    shared_tokens: float
    files: tuple[str, ...]
    digest: str | None


@dataclass(frozen=True, slots=True)
class CallReport:
    """One way through a step: a model with its share, what a call sends and gets, its lines and its money.

    `usd_per_call` is one attempt; `usd_per_request` is over all requests of the plan: shares, calls and retries in it.
    """

    name: str
    model: ModelRef | None
    share: float
    prompt: PromptReport | None
    cache_hit_rate: float | None
    output_tokens: float
    reasoning_tokens: float
    turns: float
    billed_attempts: float
    lines: tuple[Line, ...]
    usd_per_call: float
    usd_per_request: float
    usd_per_user_per_month: float | None
    usd_per_month: float
    fit: Fit | None
    head_room_share: float | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step: how often it is taken, what it costs, how long it takes."""

    name: str
    kind: str
    about: str
    share: float
    calls_per_request: float
    background: bool
    after: tuple[str, ...]
    calls: tuple[CallReport, ...]
    other_usd_per_request: float
    other_usd_per_month: float
    usd_per_request: float
    fixed_usd_per_month: float
    usd_per_user_per_month: float | None
    usd_per_month: float
    cost_share: float
    success_probability: float
    seconds: Spread | None


@dataclass(frozen=True, slots=True)
class TrafficReport:
    """The month's traffic, and the rates that follow from it."""

    requests_per_month: float
    users: float | None
    requests_per_user_per_month: float | None
    arrivals_per_hour: float
    peak_requests_per_second: float


@dataclass(frozen=True, slots=True)
class RevenueReport:
    """What is left of what a user pays, in USD a month."""

    price_usd_per_user_per_month: float
    cost_usd_per_user_per_month: float
    contribution_usd_per_user_per_month: float
    gross_margin_share: float | None
    target_price_usd_per_user_per_month: float | None
    break_even_requests_per_user_per_month: float | None


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """A part of the users: what one of them costs and leaves a month."""

    name: str
    users_share: float
    requests_per_user_per_month: float
    cost_usd_per_user_per_month: float
    contribution_usd_per_user_per_month: float | None


@dataclass(frozen=True, slots=True)
class RateReport:
    """A model's calls a second at the peak against the account's limits, and the limit that binds."""

    model: str
    counting: str
    binds: str
    peak_calls_per_second: float
    calls_per_second_max: float
    head_room_share: float
    limits: tuple[LimitUse, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month ahead; the first is the plan's own."""

    month: int
    requests: float
    usd: float


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a figure stands on that is not known: by key path, what was taken, and how sure it is.

    `stated` figures are the plan's own, `estimated` counts come from another tokenizer or a sample, `unknown` ones are
    in no source.
    """

    path: str
    basis: Literal["stated", "estimated", "unknown"]
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """A dated fact that moves the plan: an announced price, a retirement."""

    date: str
    kind: Literal["price", "retirement"]
    model: ModelRef
    steps: tuple[str, ...]
    text: str
    cost_change_share: float | None


@dataclass(frozen=True, slots=True)
class Breach:
    """How often a policy's budget is exceeded; None where nothing was simulated, `why` then says so."""

    policy: str
    probability: float | None
    standard_error: float | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A plan evaluated: figures for a request, a user and a month, the tree of its steps, and what that stands on.

    `planned_` figures are those of the steps' sum; the spreads of a month and a user hold the plan's uncertainty.
    """

    name: str
    about: str
    scenario: str | None
    as_of: datetime
    catalog: CatalogRef
    traffic: TrafficReport
    cost_per_request_usd: Spread
    planned_usd_per_user_per_month: float | None
    planned_usd_per_month: float
    cost_per_user_usd: Spread | None
    cost_per_month_usd: Spread
    first_token_seconds: Spread | None
    end_seconds: Spread | None
    why_no_latency: str | None
    steps: tuple[StepReport, ...]
    revenue: RevenueReport | None
    segments: tuple[SegmentReport, ...]
    rates: tuple[RateReport, ...]
    months: tuple[MonthReport, ...]
    events: tuple[Event, ...]
    breaches: tuple[Breach, ...]
    assumptions: tuple[Assumption, ...]
    basis: Literal["assumed"]
    warnings: tuple[str, ...]
