"""The months ahead: users grow, prices change on announced dates and as assumed, and a budget is met or passed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import fsum
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, Load, Pricer
from planner.checks import STRICT, Checks
from planner.economics.margins import MOST_BILLING_MONTHS, NO_FEES, Payment, PlanTier, refuse_payment, refuse_tier
from planner.economics.price_path import PriceChange, PricePath, PricePaths
from planner.when import when

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_MONTHS: Final = 120
_YEAR: Final = 12
_LAST_YEAR: Final = 2199
_MOST: Final = 1e12
"""Users, or requests of one, in a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingTier(PlanTier):
    """A plan and how its users and their usage grow."""

    __pydantic_config__: ClassVar = STRICT

    user_growth_rate: float | None = None
    """Change of its users from month to month, where it is not the question's: 0.05 is 5 % more, above -1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionQuestion:
    """What do the next months cost and bring, with growth, announced and assumed price changes?"""

    __pydantic_config__: ClassVar = STRICT

    request: Call
    """What a request costs: USD, or a model with what is sent. Without `as_of` its announced price changes hold."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    tiers: tuple[GrowingTier, ...]
    """The plans that users are on, with their users in the first month; at least one."""
    months: int = 24
    """Months to look ahead, 1 to 120."""
    start: str | None = None
    """A day in the first month, ISO 8601; the month after now unless given."""
    requests_per_user_per_month: float = 0.0
    """Requests of a user in the first month, for every tier that does not say it itself."""
    user_growth_rate: float = 0.0
    """Change of the users from month to month: 0.05 is 5 % more, above -1."""
    usage_growth_rate: float = 0.0
    """Change of the requests of a user from month to month, above -1."""
    price_changes: tuple[PriceChange, ...] = ()
    """Changes of model prices that you assume, over announced ones."""
    yearly_price_change_share: float = 0.0
    """A steady change of model prices over twelve months, spread evenly over them: -0.5 halves them; above -1."""
    other_usd_per_user_per_month: float = 0.0
    """Other cost of a user in a month, in USD."""
    fixed_usd_per_month: float = 0.0
    """Cost that does not depend on users, in USD a month."""
    payment: Payment = NO_FEES
    """What taking a payment costs."""
    budget_usd_per_month: float | None = None
    """Budget for all cost of a month, payment fees included, in USD."""
    report_every_months: int = 12
    """Months of a billing or reporting period, for the sums."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month, in USD; `unchanged_usd` is the model's cost if every price stayed as in the first instant."""

    month: str
    users: float
    requests: float
    usd_per_request: float | None
    model_usd: float
    unchanged_usd: float
    other_usd: float
    payment_usd: float
    cost_usd: float
    revenue_usd: float
    contribution_usd: float
    cumulative_usd: float


@dataclass(frozen=True, slots=True)
class Period:
    """The sums of one billing or reporting period, in USD; the last one may be shorter."""

    first_month: str
    months: int
    requests: float
    model_usd: float
    cost_usd: float
    revenue_usd: float
    contribution_usd: float


@dataclass(frozen=True, slots=True)
class ProjectionAnswer:
    """The months, their sums, and when the budget or profit is passed, in USD.

    `price_change_usd` is what announced and assumed price changes add to the model's cost over all months (negative:
    they save). A month is None where it does not happen within the horizon.
    """

    cost_usd: float
    model_usd: float
    price_change_usd: float
    revenue_usd: float
    contribution_usd: float
    first_month_over_budget: str | None
    first_profitable_month: str | None
    paid_back_month: str | None
    prices_change_at: tuple[str, ...]
    periods: tuple[Period, ...]
    months: tuple[Month, ...]
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One tier over the months: its users and requests in the first, growth of users, cost of a request over time."""

    tier: GrowingTier
    requests: float
    growth: float
    other: float
    path: PricePath


@dataclass(frozen=True, slots=True)
class _Part:
    """What one tier does in one month."""

    users: float
    requests: float
    model: float
    unchanged: float
    other: float
    fees: float
    revenue: float


def projection(question: ProjectionQuestion, catalog: Catalog, counter: Counter, now: datetime) -> ProjectionAnswer:
    """Each month: users `n*(1+g)^t` times requests times the cost of one, averaged over the month's days.

    Growth and the steady price change step from month to month; dated price changes hold from their day on, announced
    ones as the catalog prices them. Revenue and fees of a billing period are spread evenly over its months.

    Raises:
        InvalidInput: a number or date out of range, no tiers.
        TokenplanError: a model that cannot be priced at some time within the months.
    """
    _validate(question)
    bounds = _bounds(question, now)
    paths = PricePaths(
        Pricer(catalog, counter.once(), now, question.load), bounds[0], bounds[-1], question.price_changes
    )
    lines = [_line(question, paths, at) for at in range(len(question.tiers))]
    months = _months(question, lines, bounds)
    model, revenue = fsum(each.model_usd for each in months), fsum(each.revenue_usd for each in months)
    budget = question.budget_usd_per_month
    return ProjectionAnswer(
        fsum(each.cost_usd for each in months),
        model,
        model - fsum(each.unchanged_usd for each in months),
        revenue,
        fsum(each.contribution_usd for each in months),
        next((each.month for each in months if budget is not None and each.cost_usd > budget), None),
        next((each.month for each in months if each.contribution_usd > 0), None),
        _paid_back(months),
        paths.changes(),
        tuple(_periods(months, question.report_every_months)),
        months,
        "assumed",
        tuple(dict.fromkeys(paths.said)),
    )


def _line(question: ProjectionQuestion, paths: PricePaths, at: int) -> _Line:
    """A tier with its own figures or the question's."""
    tier = question.tiers[at]
    key = ("tiers", at, "request") if tier.request else ("request",)
    growth, other = tier.user_growth_rate, tier.other_usd_per_user_per_month
    return _Line(
        tier,
        tier.requests(question.requests_per_user_per_month),
        question.user_growth_rate if growth is None else growth,
        question.other_usd_per_user_per_month if other is None else other,
        paths.of(tier.request or question.request, *key),
    )


def _months(question: ProjectionQuestion, lines: Sequence[_Line], bounds: Sequence[datetime]) -> tuple[Month, ...]:
    made = []
    left = 0.0
    for t, span in enumerate(pairwise(bounds)):
        made.append(_month(question, [_part(question, line, t, *span) for line in lines], span[0], left))
        left = made[-1].cumulative_usd
    return tuple(made)


def _part(question: ProjectionQuestion, line: _Line, t: int, begin: datetime, end: datetime) -> _Part:
    tier, payment = line.tier, question.payment
    users = tier.users * (1 + line.growth) ** t
    requests = users * line.requests * (1 + question.usage_growth_rate) ** t
    steady = (1 + question.yearly_price_change_share) ** (t / _YEAR)
    fees = payment.fixed_usd + payment.fee_share * tier.price_usd if tier.price_usd else 0.0
    return _Part(
        users,
        requests,
        requests * line.path.mean(begin, end) * steady,
        requests * line.path.steps[0][1],
        users * line.other,
        users * fees / tier.billing_period_months,
        users * tier.price_usd / tier.billing_period_months,
    )


def _month(question: ProjectionQuestion, parts: Sequence[_Part], begin: datetime, before: float) -> Month:
    requests, model = fsum(each.requests for each in parts), fsum(each.model for each in parts)
    other = fsum(each.other for each in parts) + question.fixed_usd_per_month
    fees, revenue = fsum(each.fees for each in parts), fsum(each.revenue for each in parts)
    left = revenue - model - other - fees
    return Month(
        f"{begin:%Y-%m}",
        fsum(each.users for each in parts),
        requests,
        model / requests if requests else None,
        model,
        fsum(each.unchanged for each in parts),
        other,
        fees,
        model + other + fees,
        revenue,
        left,
        before + left,
    )


def _periods(months: Sequence[Month], size: int) -> Iterator[Period]:
    for at in range(0, len(months), size):
        part = months[at : at + size]
        yield Period(
            part[0].month,
            len(part),
            fsum(each.requests for each in part),
            fsum(each.model_usd for each in part),
            fsum(each.cost_usd for each in part),
            fsum(each.revenue_usd for each in part),
            fsum(each.contribution_usd for each in part),
        )


def _paid_back(months: Sequence[Month]) -> str | None:
    """The month from which everything spent so far has come back for good, after some that had not."""
    short = [at for at, each in enumerate(months) if each.cumulative_usd < 0]
    return months[short[-1] + 1].month if short and short[-1] + 1 < len(months) else None


def _bounds(question: ProjectionQuestion, now: datetime) -> list[datetime]:
    """The first instants of the months, and the end of the last."""
    first = (when(question.start, now, "start").at if question.start else now).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    begin = first if question.start else _next(first)
    if begin.year > _LAST_YEAR:
        Checks().refuse("start", question.start, f"it must lie before {_LAST_YEAR + 1}").done()
    return list(accumulate(range(question.months), lambda at, _: _next(at), initial=begin))


def _next(first: datetime) -> datetime:
    """The first instant of the following month."""
    return first.replace(year=first.year + first.month // _YEAR, month=first.month % _YEAR + 1)


def _validate(question: ProjectionQuestion) -> None:
    checks = Checks().not_negative(
        requests_per_user_per_month=question.requests_per_user_per_month,
        other_usd_per_user_per_month=question.other_usd_per_user_per_month,
        fixed_usd_per_month=question.fixed_usd_per_month,
        budget_usd_per_month=question.budget_usd_per_month,
    )
    if not 1 <= question.months <= MOST_MONTHS:
        checks.refuse("months", question.months, f"it must be 1 to {MOST_MONTHS}")
    if not 1 <= question.report_every_months <= MOST_BILLING_MONTHS:
        checks.refuse("report_every_months", question.report_every_months, f"it must be 1 to {MOST_BILLING_MONTHS}")
    if not question.tiers:
        checks.refuse("tiers", "empty", "name at least one plan with its users")
    _refuse_rates(
        checks,
        user_growth_rate=question.user_growth_rate,
        usage_growth_rate=question.usage_growth_rate,
        yearly_price_change_share=question.yearly_price_change_share,
    )
    checks.done()
    refuse_payment(question.payment)
    for at, tier in enumerate(question.tiers):
        refuse_tier(tier, "tiers", at)
        _refuse_growth(question, tier, at)
    for at, change in enumerate(question.price_changes):
        Checks("price_changes", at).at_least(-1, change_share=change.change_share).done()


def _refuse_growth(question: ProjectionQuestion, tier: GrowingTier, at: int) -> None:
    """Growth out of range, or to figures that no product has."""
    checks, last = Checks("tiers", at), question.months - 1
    _refuse_rates(checks, user_growth_rate=tier.user_growth_rate)
    checks.done()
    growth = question.user_growth_rate if tier.user_growth_rate is None else tier.user_growth_rate
    users = tier.users * (1 + growth) ** last
    requests = tier.requests(question.requests_per_user_per_month) * (1 + question.usage_growth_rate) ** last
    for name, value in (("users", users), ("requests_per_user_per_month", requests)):
        if not value <= _MOST:
            checks.refuse(name, f"{value:g} in the last month", f"growth must keep it to {_MOST:g}")
    checks.done()


def _refuse_rates(checks: Checks, **rates: float | None) -> None:
    """A change from month to month: above -1, and no more than tenfold, so that no power overflows."""
    for name, rate in rates.items():
        if rate is not None and not -1 < rate <= 9:  # noqa: PLR2004 - tenfold
            checks.refuse(name, rate, "it must be a change above -1 and at most 9 (tenfold)")
