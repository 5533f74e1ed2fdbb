"""Unit economics of a product: cost per request, session, user and month, margin and cap of each plan tier."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_BILLING_MONTHS: Final = 120
_CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What taking a payment costs."""

    __pydantic_config__: ClassVar = STRICT

    fixed_usd: float = 0.0
    """Fee of each payment in USD, charged once a billing period."""
    fee_share: float = 0.0
    """Fee as a share of the price, from 0 to below 1."""


NO_FEES: Final = Payment()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSegment:
    """A part of a tier's users that use the product alike."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the segment is called."""
    users_share: float
    """Share of the tier's users, from 0 to 1; the shares of a tier add up to 1."""
    requests_per_user_per_month: float
    """Requests that one of them makes in a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTier:
    """A plan that users are on: what it is sold for and how it is used."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the plan is called."""
    users: float
    """Users on it."""
    price_usd: float = 0.0
    """What a user pays for a billing period, in USD; 0 is a free plan."""
    billing_period_months: int = 1
    """Months that one payment covers: 1, 3, 12."""
    requests_per_user_per_month: float | None = None
    """Requests of a user in a month, where it is not the question's or given by segments."""
    segments: tuple[UsageSegment, ...] = ()
    """How usage is spread among its users, instead of one figure."""
    request: Call | None = None
    """What a request of this plan costs, where it is not the question's."""
    other_usd_per_user_per_month: float | None = None
    """Other cost of a user in a month (hosting, support), where it is not the question's."""

    def requests(self, usual: float) -> float:
        """Mean requests of a user in a month."""
        if self.segments:
            return fsum(each.users_share * each.requests_per_user_per_month for each in self.segments)
        return usual if self.requests_per_user_per_month is None else self.requests_per_user_per_month


@dataclass(frozen=True, slots=True, kw_only=True)
class EconomicsQuestion:
    """What does a user cost, what must it pay for a margin, and what does each plan contribute?"""

    __pydantic_config__: ClassVar = STRICT

    request: Call
    """What a request costs: USD, or a model with what is sent."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    requests_per_session: float = 1.0
    """Requests in a session."""
    sessions_per_user_per_month: float
    """Sessions of a user in a month."""
    users: float | None = None
    """Users in all, for the monthly cost where no tiers are given."""
    other_usd_per_user_per_month: float = 0.0
    """Other cost of a user in a month, in USD: hosting, support."""
    payment: Payment = NO_FEES
    """What taking a payment costs."""
    billing_period_months: int = 1
    """Months that one payment covers, for the target price: 1, 3, 12."""
    target_gross_margin_share: float | None = None
    """Gross margin to reach; with the payment's share it must stay below 1."""
    model_price_change_share: float | None = None
    """Change of model prices to look at beside today's: -0.3 is 30 % cheaper, 0.1 is 10 % dearer."""
    tiers: tuple[PlanTier, ...] = ()
    """The plans that users are on."""


@dataclass(frozen=True, slots=True)
class TierEconomics:
    """A plan's figures for one user and billing period, in USD, and for all its users a month.

    `gross_margin_share` is None for a free plan. `break_even_requests_per_month` is the cap that keeps a user from
    costing more than it pays, `target_requests_per_month` the one that keeps the target margin: None where a request
    costs nothing or no target is set, 0 where even an idle user falls short. The target price is None without a target.
    `changed_contribution_usd` is after the change of model prices that was asked for.
    """

    tier: str
    users: float
    price_usd: float
    billing_period_months: int
    model_usd: float
    other_usd: float
    payment_usd: float
    contribution_usd: float
    gross_margin_share: float | None
    target_price_usd: float | None
    break_even_requests_per_month: float | None
    target_requests_per_month: float | None
    changed_contribution_usd: float | None
    contribution_per_month_usd: float


@dataclass(frozen=True, slots=True)
class SegmentEconomics:
    """One segment of a plan: its users, and what one of them costs and contributes in a billing period, in USD."""

    tier: str
    segment: str
    users: float
    requests_per_user_per_month: float
    model_usd: float
    contribution_usd: float


@dataclass(frozen=True, slots=True)
class EconomicsAnswer:
    """Costs and margins in USD; figures a month are None without users.

    `cost_per_user_per_month_usd` and the target price hold for the question's own usage, the monthly figures for the
    tiers where there are any. `revenue`, `payment` and `contribution` a month spread a billing period over its months.
    """

    cost_per_request_usd: float
    cost_per_session_usd: float
    model_usd_per_user_per_month: float
    cost_per_user_per_month_usd: float
    target_price_usd: float | None
    changed_cost_per_user_per_month_usd: float | None
    cost_per_month_usd: float | None
    revenue_per_month_usd: float | None
    payment_per_month_usd: float | None
    contribution_per_month_usd: float | None
    gross_margin_share: float | None
    request: CallCost
    tiers: tuple[TierEconomics, ...]
    segments: tuple[SegmentEconomics, ...]
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One user's figures over a billing period: USD a request, requests and other USD a month, months, terms."""

    request: float
    requests: float
    other: float
    months: int
    payment: Payment

    def contribution(self, price: float, requests: float | None = None, change: float = 0.0) -> float:
        """`price - fees - model - other`; `requests` a month instead of its own, `change` on the model's prices."""
        used = self.requests if requests is None else requests
        return price - self.fees(price) - self.months * (self.request * (1 + change) * used + self.other)

    def fees(self, price: float) -> float:
        """What taking the price costs; nothing is taken for a free plan."""
        return self.payment.fixed_usd + self.payment.fee_share * price if price else 0.0

    def cap(self, price: float, margin: float) -> float | None:
        """Requests a month at which the margin is left; None where a request costs nothing."""
        if not self.request:
            return None
        room = price * (1 - margin) - self.fees(price) - self.months * self.other
        return max(0.0, room / (self.months * self.request))

    def price(self, margin: float) -> float:
        """The price that leaves the margin."""
        return target_price(self.months * self.request * self.requests, self.months * self.other, self.payment, margin)


def target_price(model_usd: float, other_usd: float, payment: Payment, gross_margin: float) -> float:
    """The price for a gross margin, fees taken off: `(c + other + fixed) / (1 - GM - pct)`; needs GM + pct < 1."""
    return (model_usd + other_usd + payment.fixed_usd) / (1 - (gross_margin + payment.fee_share))


def economics(question: EconomicsQuestion, catalog: Catalog, counter: Counter, now: datetime) -> EconomicsAnswer:
    """Costs are requests times the cost of one; contribution `price - fees - model - other`, over the price the margin.

    Formula of the target price: `target_price`; costs are those of a billing period.

    Raises:
        InvalidInput: a number out of range, GM + pct of 1 or more, segments that do not add up to 1.
        TokenplanError: a model that cannot be priced.
    """
    _validate(question)
    price = Pricer(catalog, counter.once(), now, question.load)
    usual = question.requests_per_session * question.sessions_per_user_per_month
    request = price(question.request, "request")
    unit = Unit(
        float(request.usd),
        usual,
        question.other_usd_per_user_per_month,
        question.billing_period_months,
        question.payment,
    )
    own = [
        price(each.request, "tiers", at, "request") if each.request else None for at, each in enumerate(question.tiers)
    ]
    units = [_unit(question, each, unit, cost) for each, cost in zip(question.tiers, own, strict=True)]
    pairs = tuple(zip(question.tiers, units, strict=True))
    margin, change = question.target_gross_margin_share, question.model_price_change_share
    model = unit.request * usual
    totals = _totals(question, pairs, model + unit.other)
    return EconomicsAnswer(
        unit.request,
        unit.request * question.requests_per_session,
        model,
        model + unit.other,
        None if margin is None else unit.price(margin),
        None if change is None else model * (1 + change) + unit.other,
        *totals,
        request,
        tuple(_tier(question, each, its) for each, its in pairs),
        tuple(row for each, its in pairs for row in _segments(each, its)),
        "assumed",
        tuple(dict.fromkeys(said for cost in (request, *own) if cost for said in cost.warnings)),
    )


def _unit(question: EconomicsQuestion, tier: PlanTier, usual: Unit, own: CallCost | None) -> Unit:
    other = tier.other_usd_per_user_per_month
    return Unit(
        float(own.usd) if own else usual.request,
        tier.requests(usual.requests),
        usual.other if other is None else other,
        tier.billing_period_months,
        question.payment,
    )


def _tier(question: EconomicsQuestion, tier: PlanTier, unit: Unit) -> TierEconomics:
    price, months = tier.price_usd, unit.months
    margin, change = question.target_gross_margin_share, question.model_price_change_share
    left = unit.contribution(price)
    return TierEconomics(
        tier.name,
        tier.users,
        price,
        months,
        months * unit.request * unit.requests,
        months * unit.other,
        unit.fees(price),
        left,
        left / price if price else None,
        None if margin is None else unit.price(margin),
        unit.cap(price, 0.0),
        None if margin is None else unit.cap(price, margin),
        None if change is None else unit.contribution(price, change=change),
        tier.users * left / months,
    )


def _segments(tier: PlanTier, unit: Unit) -> list[SegmentEconomics]:
    return [
        SegmentEconomics(
            tier.name,
            each.name,
            tier.users * each.users_share,
            each.requests_per_user_per_month,
            unit.months * unit.request * each.requests_per_user_per_month,
            unit.contribution(tier.price_usd, each.requests_per_user_per_month),
        )
        for each in tier.segments
    ]


def _totals(
    question: EconomicsQuestion, pairs: Sequence[tuple[PlanTier, Unit]], per_user: float
) -> tuple[float | None, float | None, float | None, float | None, float | None]:
    """Cost, revenue, payment fees, contribution a month and the margin of all tiers; without tiers the cost alone."""
    if not pairs:
        cost = None if question.users is None else question.users * per_user
        return cost, None, None, None, None
    cost = fsum(tier.users * (unit.request * unit.requests + unit.other) for tier, unit in pairs)
    revenue = fsum(tier.users * tier.price_usd / unit.months for tier, unit in pairs)
    fees = fsum(tier.users * unit.fees(tier.price_usd) / unit.months for tier, unit in pairs)
    left = revenue - fees - cost
    return cost, revenue, fees, left, left / revenue if revenue else None


def _validate(question: EconomicsQuestion) -> None:
    checks = Checks().not_negative(
        requests_per_session=question.requests_per_session,
        sessions_per_user_per_month=question.sessions_per_user_per_month,
        users=question.users,
        other_usd_per_user_per_month=question.other_usd_per_user_per_month,
    )
    checks.at_least(-1, model_price_change_share=question.model_price_change_share)
    refuse_billing(checks, question.billing_period_months)
    if question.tiers and question.users is not None:
        checks.refuse("users", question.users, "with tiers their own users count; leave it out")
    margin, pct = question.target_gross_margin_share, question.payment.fee_share
    if margin is not None and not margin + pct < 1:
        checks.refuse("target_gross_margin_share", margin, f"with the payment's share of {pct} it must stay below 1")
    checks.share(target_gross_margin_share=margin).done()
    refuse_payment(question.payment)
    for at, tier in enumerate(question.tiers):
        refuse_tier(tier, "tiers", at)


def refuse_billing(checks: Checks, months: int) -> None:
    """Note a billing period that is no number of months."""
    if not 1 <= months <= MOST_BILLING_MONTHS:
        checks.refuse("billing_period_months", months, f"it must be 1 to {MOST_BILLING_MONTHS} months")


def refuse_payment(payment: Payment, *under: str) -> None:
    """Raise InvalidInput for fees that are none."""
    checks = Checks(*under, "payment").not_negative(fixed_usd=payment.fixed_usd).share(fee_share=payment.fee_share)
    if payment.fee_share == 1:
        checks.refuse("fee_share", payment.fee_share, "it must be below 1, or nothing is left of a payment")
    checks.done()


def refuse_tier(tier: PlanTier, *under: str | int) -> None:
    """Raise InvalidInput for a plan whose numbers are out of range or contradict each other."""
    checks = Checks(*under).not_negative(
        users=tier.users,
        price_usd=tier.price_usd,
        requests_per_user_per_month=tier.requests_per_user_per_month,
        other_usd_per_user_per_month=tier.other_usd_per_user_per_month,
    )
    refuse_billing(checks, tier.billing_period_months)
    if tier.segments and tier.requests_per_user_per_month is not None:
        checks.refuse("requests_per_user_per_month", tier.requests_per_user_per_month, "segments give it; leave it out")
    checks.done()
    refuse_segments(tier.segments, *under)


def refuse_segments(segments: Sequence[UsageSegment], *under: str | int) -> None:
    """Raise InvalidInput for segments out of range, or that are not all of the users."""
    for at, each in enumerate(segments):
        checks = Checks(*under, "segments", at).share(users_share=each.users_share)
        checks.not_negative(requests_per_user_per_month=each.requests_per_user_per_month).done()
    total = fsum(each.users_share for each in segments)
    if segments and abs(total - 1) > _CLOSE:
        Checks(*under).refuse("segments", f"{total:g} of the users", "users_share must add up to 1").done()
