"""The plan: a feature as a pipeline of steps, its traffic, its economics, and the policies it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from planner.checks import STRICT
from planner.distributions import Varying
from planner.economics.margins import NO_FEES, Payment, UsageSegment
from planner.plans.steps import Step

if TYPE_CHECKING:
    from typing import Self

HOURS_PER_MONTH: Final = 730.5
"""A twelfth of a mean year."""

Figure = Literal[
    "cost_per_request_usd",
    "cost_per_user_usd",
    "cost_per_month_usd",
    "first_token_seconds",
    "end_seconds",
    "prompt_tokens",
    "context_head_room_share",
    "rate_limit_head_room_share",
    "gross_margin_share",
    "price_age_days",
    "days_to_retirement",
    "announced_price_rise_share",
    "estimated_inputs",
    "unknown_inputs",
]
"""What a policy bounds."""

Statistic = Literal["mean", "p50", "p95", "p99"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """How many requests come: a month's, or users with their sessions; how they grow and arrive."""

    __pydantic_config__: ClassVar = STRICT

    requests_per_month: Varying | None = None
    """Requests a month; or give users and what each of them does."""
    users: Varying | None = None
    """Users in a month; a distribution where nobody knows yet."""
    sessions_per_user_per_month: float | None = None
    """Sessions of a user."""
    requests_per_session: float = 1.0
    """Requests of a session."""
    segments: tuple[UsageSegment, ...] = ()
    """Parts of the users that use the feature alike, instead of sessions."""
    growth_per_month: float = 0.0
    """Growth of the requests a month: 0.05 is 5 %."""
    months: int = 1
    """Months to look ahead, from 1 to 60."""
    active_hours_per_month: float = HOURS_PER_MONTH
    """Hours of a month in which requests arrive, at random and evenly; all of them unless given."""
    peak_factor: float = 1.0
    """Arrivals at the peak against the mean of the active hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """What a user pays, and what is to be left of it."""

    __pydantic_config__: ClassVar = STRICT

    price_usd_per_user_per_month: float
    """What a user pays a month, in USD."""
    other_usd_per_user_per_month: float = 0.0
    """Other cost of a user in a month: hosting, support."""
    payment: Payment = NO_FEES
    """What taking a payment costs."""
    target_gross_margin_share: float | None = None
    """Gross margin to reach, for the target price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """What your account may send to a model in a minute; what counts is the provider's rule."""

    __pydantic_config__: ClassVar = STRICT

    requests_per_minute: float | None = None
    """Requests a minute (RPM)."""
    tokens_per_minute: float | None = None
    """Tokens a minute (TPM), where input and output share one limit."""
    input_tokens_per_minute: float | None = None
    """Input tokens a minute (ITPM), where it stands apart."""
    output_tokens_per_minute: float | None = None
    """Output tokens a minute (OTPM), where it stands apart."""
    counting: str | None = None
    """The rule that says what counts, instead of the provider's own: openai, anthropic, google, azure, aws, used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """What a month may turn out to be against the plan: factors, 1 as planned, each a number or a distribution."""

    __pydantic_config__: ClassVar = STRICT

    requests_factor: Varying = 1.0
    """Requests against the plan."""
    input_factor: Varying = 1.0
    """Prompts against their planned length."""
    output_factor: Varying = 1.0
    """Answers and reasoning against their planned length."""
    price_factor: Varying = 1.0
    """Token prices against today's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A bound on one figure of the report; what cannot be evaluated fails."""

    __pydantic_config__: ClassVar = STRICT

    figure: Figure
    """What is bounded."""
    statistic: Statistic = "mean"
    """Which figure of a spread: mean, p50, p95 or p99."""
    at_most: float | None = None
    """The largest value that passes."""
    at_least: float | None = None
    """The smallest value that passes."""
    breach_probability_at_most: float | None = None
    """How often `at_most` may be exceeded, instead of a statistic: 0.05 is one in twenty."""
    step: str | None = None
    """The step that is bounded, instead of the whole."""
    about: str = ""
    """A sentence for readers: why the bound is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Values that replace the plan's, by key path."""

    __pydantic_config__: ClassVar = STRICT

    about: str = ""
    """A sentence for readers."""
    extends: str | None = None
    """Another scenario whose values hold first."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Key path -> value: `"traffic.users" = 9000`, `"steps.answer.model" = "gpt-5"`."""


AS_PLANNED: Final = Uncertainty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A feature as a pipeline of steps, with its traffic, its price and the policies that it is held against."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What reports call it."""
    about: str = ""
    """A sentence for readers."""
    as_of: str | None = None
    """The date whose prices hold; now unless given."""
    prices: str | None = None
    """Your own price file in the plan's folder; it wins over the catalog. Not over HTTP."""
    traffic: Traffic
    """How many requests come."""
    steps: Mapping[str, Step]
    """The steps of a request by name, in their order."""
    revenue: Revenue | None = None
    """What a user pays."""
    limits: Mapping[str, RateLimits] = field(default_factory=dict)
    """Rate limits of your account, by the model's name as the steps have it."""
    uncertainty: Uncertainty = AS_PLANNED
    """What a month may turn out to be against the plan."""
    policies: Mapping[str, Policy] = field(default_factory=dict)
    """Bounds by name."""
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    """Other values by name of the scenario."""
    draws: int = 20_000
    """Requests to simulate for percentiles, 1,000 to 1,000,000."""
    seed: int = 1
    """The same seed gives the same figures."""

    def with_value(self, path: str, value: object) -> Self:
        """This plan with one value replaced: `plan.with_value("steps.answer.output_tokens.p50", 300)`.

        The value is taken as it is, which is quick; `scenario` checks what people write.

        Raises:
            InvalidInput: no such path.
        """
        from planner.plans.paths import replaced  # noqa: PLC0415 - paths know nothing of plans

        return replaced(self, path, value)
