"""What a month may cost, what is left of a price, and which price leaves enough."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final

from excel.arguments import AsOf, Model, Tier
from excel.registry import formula
from planner import Distribution, EconomicsQuestion, SimulateQuestion
from planner.calls import Call
from planner.economics.margins import Payment, PlanTier
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from planner.planner import Planner

FIGURES: Final = {0.5: "p50_usd", 0.95: "p95_usd", 0.99: "p99_usd"}
DRAWS: Final = 20_000

Price = Annotated[float, {"kind": "number", "doc": "what a user pays a month, in USD"}]
RequestUsd = Annotated[float, {"kind": "number", "doc": "what one request costs, in USD"}]
UserRequests = Annotated[float, {"kind": "number", "doc": "requests of a user a month"}]
Other = Annotated[float | None, {"kind": "number", "doc": "other cost of a user a month, in USD [0]"}]
FeeShare = Annotated[float | None, {"kind": "number", "doc": "payment fee as a share of the price [0]"}]
FeeUsd = Annotated[float | None, {"kind": "number", "doc": "payment fee in USD a month [0]"}]


@formula("SIMULATE")
def simulate(
    planner: Planner,
    model: Model,
    users: Annotated[float, {"kind": "number", "doc": "users, the median"}],
    users_p95: Annotated[float, {"kind": "number", "doc": "users, the 95th percentile; the same number if known"}],
    requests_per_user: UserRequests,
    input_tokens: Annotated[float, {"kind": "number", "doc": "tokens of a prompt"}],
    output_p50: Annotated[float, {"kind": "number", "doc": "tokens of an answer, the median"}],
    output_p95: Annotated[float, {"kind": "number", "doc": "tokens of an answer, the 95th percentile"}],
    percentile: Annotated[float | None, {"kind": "number", "doc": "0.5, 0.95, 0.99, or blank for the mean"}] = None,
    tier: Tier = None,
    as_of: AsOf = None,
    seed: Annotated[int | None, {"kind": "whole", "doc": "the same seed gives the same figure [1]"}] = None,
) -> float:
    """What a month may cost when users and answers vary, in USD: its mean or a percentile, the same every time."""
    if percentile is not None and percentile not in FIGURES:
        known = ", ".join(map(str, FIGURES))
        raise InvalidInput(f"percentile is {percentile:g}; valid: {known}", loc=("percentile",), value=percentile)
    asked = SimulateQuestion(
        model=model,
        users=_varying(users, users_p95),
        requests_per_user_per_month=requests_per_user,
        input_tokens=input_tokens,
        output_tokens=_varying(output_p50, output_p95),
        service_tier=tier,
        as_of=as_of,
        draws=DRAWS,
        seed=1 if seed is None else seed,
    )
    found: float = getattr(planner.simulate(asked).month, "mean_usd" if percentile is None else FIGURES[percentile])
    return found


@formula("MARGIN")
def margin(
    planner: Planner,
    price_usd: Price,
    request_usd: RequestUsd,
    requests_per_user: UserRequests,
    other_usd: Other = None,
    fee_share: FeeShare = None,
    fee_usd: FeeUsd = None,
) -> float | None:
    """The gross margin of a user's monthly price: the share that is left after model, other cost and fees."""
    asked = EconomicsQuestion(
        request=_usd(request_usd),
        sessions_per_user_per_month=requests_per_user,
        other_usd_per_user_per_month=other_usd or 0.0,
        payment=Payment(fixed_usd=fee_usd or 0.0, fee_share=fee_share or 0.0),
        tiers=(PlanTier(name="plan", users=1.0, price_usd=price_usd),),
    )
    return planner.economics(asked).gross_margin_share


@formula("PRICEFORMARGIN")
def price_for_margin(
    planner: Planner,
    gross_margin: Annotated[float, {"kind": "number", "doc": "share of the price that is to be left, 0 to below 1"}],
    request_usd: RequestUsd,
    requests_per_user: UserRequests,
    other_usd: Other = None,
    fee_share: FeeShare = None,
    fee_usd: FeeUsd = None,
) -> float | None:
    """The monthly price of a user that leaves a gross margin, in USD."""
    asked = EconomicsQuestion(
        request=_usd(request_usd),
        sessions_per_user_per_month=requests_per_user,
        other_usd_per_user_per_month=other_usd or 0.0,
        payment=Payment(fixed_usd=fee_usd or 0.0, fee_share=fee_share or 0.0),
        target_gross_margin_share=gross_margin,
    )
    return planner.economics(asked).target_price_usd


def _usd(given: float) -> Call:
    return Call(usd=Decimal(repr(given)))


def _varying(p50: float, p95: float) -> float | Distribution:
    return p50 if p50 == p95 else Distribution(p50=p50, p95=p95)
