"""How unevenly users use a product: what the heaviest cost, and what a cap on requests saves."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from math import pow as power
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import LARGEST, STRICT, Checks
from planner.economics.margins import UsageSegment, refuse_segments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

_LEAST_SHARE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class SkewQuestion:
    """Which share of the cost do the heaviest users make, and what does a cap on a user save?

    Usage is a Pareto distribution (`requests_per_user_per_month` and `alpha`) or segments.
    """

    __pydantic_config__: ClassVar = STRICT

    request: Call
    """What a request costs: USD, or a model with what is sent."""
    load: Load | None = None
    """What a request sends, where the model does not say it itself."""
    users: float
    """Users in all."""
    requests_per_user_per_month: float | None = None
    """Mean requests of a user in a month, with `alpha`."""
    alpha: float | None = None
    """Tail index of the Pareto distribution, above 1; 1.16 is the rule of 80 to 20, a larger one is more even."""
    segments: tuple[UsageSegment, ...] = ()
    """How usage is spread, instead of `alpha` and a mean."""
    top_share: float = 0.01
    """The heaviest share of users to look at, above 0 and up to 1."""
    cap_requests_per_month: float | None = None
    """Most requests that a user may make in a month."""
    revenue_usd_per_user_per_month: float | None = None
    """What a user pays in a month after fees, in USD: from it follows the cap at which no user costs more."""


@dataclass(frozen=True, slots=True)
class SkewAnswer:
    """Cost in USD a month; shares are of all users and of all requests.

    `top_usage_share` is the part of all requests made by the heaviest `top_share` of users, who each make at least
    `top_requests_per_month` and cost `top_user_usd` on average. With a cap: the share of users that reach it, the cost
    that is left and what it saves. `break_even_requests_per_month` is the cap at which a user costs what it pays, None
    without a revenue or where a request costs nothing, `loss_making_share` the users above it.
    """

    mean_requests_per_month: float
    cost_per_user_per_month_usd: float
    cost_per_month_usd: float
    top_usage_share: float
    top_requests_per_month: float
    top_user_usd: float
    capped_users_share: float | None
    capped_cost_per_month_usd: float | None
    cap_savings_usd: float | None
    break_even_requests_per_month: float | None
    loss_making_share: float | None
    request: CallCost
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pareto:
    """Requests a month of a user, with a mean and a tail index above 1."""

    mean: float
    alpha: float

    @property
    def least(self) -> float:
        """What every user makes at least: `mean*(alpha-1)/alpha`."""
        return self.mean * (self.alpha - 1) / self.alpha

    def top_usage(self, share: float) -> float:
        """The part of all requests made by the heaviest share p of users: `p^(1-1/alpha)` (its Lorenz curve)."""
        return power(share, 1 - 1 / self.alpha)

    def quantile(self, share: float) -> float:
        """Requests of the lightest user among the heaviest share."""
        return self.least * power(share, -1 / self.alpha)

    def above(self, requests: float) -> float:
        """The share of users who make more."""
        return 1.0 if requests <= self.least else power(self.least / requests, self.alpha)

    def capped(self, most: float) -> float:
        """The mean when nobody makes more: the limited expected value of the distribution."""
        if most <= self.least:
            return most
        return self.least * (self.alpha - power(self.least / most, self.alpha - 1)) / (self.alpha - 1)


@dataclass(frozen=True, slots=True)
class Segmented:
    """Requests a month of users in segments, each given by its share and its requests, heaviest first."""

    parts: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, segments: Sequence[UsageSegment]) -> Segmented:
        """The segments in order."""
        pairs = ((each.users_share, each.requests_per_user_per_month) for each in segments)
        return cls(tuple(sorted(pairs, key=lambda each: -each[1])))

    @property
    def mean(self) -> float:
        """Mean requests of a user."""
        return fsum(share * requests for share, requests in self.parts)

    def top_usage(self, share: float) -> float:
        """The part of all requests made by the heaviest share of users; the share itself where there are none."""
        left, made = share, 0.0
        for part, requests in self.parts:
            taken = min(left, part)
            made += taken * requests
            left -= taken
        return made / self.mean if self.mean else share

    def quantile(self, share: float) -> float:
        """Requests of the lightest user among the heaviest share."""
        reached = 0.0
        for part, requests in self.parts:
            reached += part
            if reached >= share - 1e-12:
                return requests
        return self.parts[-1][1]

    def above(self, requests: float) -> float:
        """The share of users who make more."""
        return fsum(share for share, made in self.parts if made > requests)

    def capped(self, most: float) -> float:
        """The mean when nobody makes more."""
        return fsum(share * min(made, most) for share, made in self.parts)


def usage_skew(question: SkewQuestion, catalog: Catalog, counter: Counter, now: datetime) -> SkewAnswer:
    """The heaviest share p of users makes `p^(1-1/alpha)` of the requests; with a cap the mean is `E[min(X, cap)]`.

    Source: the Lorenz curve and the limited expected value of a Pareto distribution (Arnold, Pareto Distributions).

    Raises:
        InvalidInput: a number out of range, alpha of 1 or less, neither or both of alpha and segments.
        TokenplanError: a model that cannot be priced.
    """
    spread = _spread(question)
    request = Pricer(catalog, counter.once(), now, question.load)(question.request, "request")
    usd, users, cap = float(request.usd), question.users, question.cap_requests_per_month
    total = spread.mean * usd * users
    capped = None if cap is None else spread.capped(cap) * usd * users
    top = spread.top_usage(question.top_share)
    paid = question.revenue_usd_per_user_per_month
    even = paid / usd if paid is not None and usd else None
    return SkewAnswer(
        spread.mean,
        spread.mean * usd,
        total,
        top,
        spread.quantile(question.top_share),
        spread.mean * usd * top / question.top_share,
        None if cap is None else spread.above(cap),
        capped,
        None if capped is None else total - capped,
        even,
        None if even is None else spread.above(even),
        request,
        "assumed",
        request.warnings,
    )


def _spread(question: SkewQuestion) -> Pareto | Segmented:
    checks = Checks().not_negative(
        users=question.users,
        cap_requests_per_month=question.cap_requests_per_month,
        revenue_usd_per_user_per_month=question.revenue_usd_per_user_per_month,
    )
    checks.positive(requests_per_user_per_month=question.requests_per_user_per_month)
    if not _LEAST_SHARE <= question.top_share <= 1:
        checks.refuse("top_share", question.top_share, f"it must be a share from {_LEAST_SHARE:g} to 1")
    alpha, mean = question.alpha, question.requests_per_user_per_month
    if alpha is not None and not 1 < alpha <= LARGEST:
        checks.refuse("alpha", alpha, f"it must be above 1, or the mean is not finite, and at most {LARGEST:g}")
    if (alpha is None) == (not question.segments):
        checks.refuse("alpha", alpha, "give exactly one of it and segments")
    if (alpha is None) != (mean is None):
        checks.refuse("requests_per_user_per_month", mean, "it goes with alpha")
    checks.done()
    refuse_segments(question.segments)
    if alpha is None or mean is None:
        return Segmented.of(question.segments)
    return Pareto(mean, alpha)
