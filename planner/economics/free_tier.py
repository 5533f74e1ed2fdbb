"""A free tier: what it burns, and the conversion at which it pays for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTierQuestion:
    """What does a free tier burn, and how many of its users must convert before it pays?"""

    __pydantic_config__: ClassVar = STRICT

    request: Call
    """What a request costs: USD, or a model with what is sent."""
    load: Load | None = None
    """What a request sends, where the model does not say it itself."""
    free_users: float
    """Users on the free tier."""
    requests_per_user_per_month: float
    """Requests of a free user in a month."""
    other_usd_per_user_per_month: float = 0.0
    """Other cost of a free user in a month, in USD."""
    free_months: float = 1.0
    """Months that a user stays on the free tier before it converts or leaves."""
    conversion_rate: float
    """Share of free users that become paying ones in the end, from 0 to 1."""
    contribution_usd_per_paying_user_per_month: float
    """What a paying user leaves in a month after its own costs, in USD: a tier's contribution of `economics`."""
    paying_months: float
    """Months that a paying user stays: 1 over the monthly churn."""


@dataclass(frozen=True, slots=True)
class FreeTierAnswer:
    """Burn and break-even, in USD.

    `acquisition_usd` is what the free users behind one paying user have cost, None where nobody converts.
    `break_even_conversion_rate` is None where no conversion pays: a paying user leaves less than a free one costs.
    `break_even_requests_per_month` is the cap of a free user at which the stated conversion just pays, None where a
    request costs nothing, 0 where even idle users are too dear. Net figures are over the users' whole stay.
    """

    cost_per_free_user_per_month_usd: float
    burn_per_month_usd: float
    cost_per_free_user_usd: float
    acquisition_usd: float | None
    value_per_paying_user_usd: float
    break_even_conversion_rate: float | None
    break_even_requests_per_month: float | None
    net_per_free_user_usd: float
    net_usd: float
    pays: bool
    request: CallCost
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def free_tier(question: FreeTierQuestion, catalog: Catalog, counter: Counter, now: datetime) -> FreeTierAnswer:
    """Burn `n*c`; a free user costs `c*free_months` and brings `q*m*paying_months`: break-even `q*` where both meet.

    Raises:
        InvalidInput: a number out of range.
        TokenplanError: a model that cannot be priced.
    """
    _validate(question)
    request = Pricer(catalog, counter.once(), now, question.load)(question.request, "request")
    per_request, other = float(request.usd), question.other_usd_per_user_per_month
    monthly = per_request * question.requests_per_user_per_month + other
    cost = monthly * question.free_months
    value = question.contribution_usd_per_paying_user_per_month * question.paying_months
    rate = question.conversion_rate
    net = rate * value - cost
    room = rate * value / question.free_months - other
    return FreeTierAnswer(
        monthly,
        monthly * question.free_users,
        cost,
        cost / rate if rate else None,
        value,
        break_even_conversion(cost, value),
        max(0.0, room / per_request) if per_request else None,
        net,
        net * question.free_users,
        net >= 0,
        request,
        "assumed",
        request.warnings,
    )


def break_even_conversion(cost_usd: float, value_usd: float) -> float | None:
    """The share of free users that must convert: cost over value; None where it would pass 1."""
    if not cost_usd:
        return 0.0 if value_usd >= 0 else None
    return cost_usd / value_usd if value_usd >= cost_usd else None


def _validate(question: FreeTierQuestion) -> None:
    checks = Checks().not_negative(
        free_users=question.free_users,
        requests_per_user_per_month=question.requests_per_user_per_month,
        other_usd_per_user_per_month=question.other_usd_per_user_per_month,
    )
    checks.positive(free_months=question.free_months, paying_months=question.paying_months)
    checks.share(conversion_rate=question.conversion_rate).not_tiny(conversion_rate=question.conversion_rate)
    checks.finite(contribution_usd_per_paying_user_per_month=question.contribution_usd_per_paying_user_per_month)
    checks.done()
