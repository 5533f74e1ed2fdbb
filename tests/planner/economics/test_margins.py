"""Unit economics, against figures worked by hand, a day-by-day count, and the formulas turned round."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st

from planner import Planner
from planner.calls import Call, Load
from planner.economics.margins import EconomicsQuestion, Payment, PlanTier, UsageSegment, target_price
from pricing import InvalidInput, Usage

STATED = Call(usd=Decimal("0.002"))
CARD = Payment(fixed_usd=0.3, fee_share=0.029)
COST = st.floats(0, 1000)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def ask(planner, **more):
    return planner.economics(
        EconomicsQuestion(**{"request": STATED, "sessions_per_user_per_month": 20, "requests_per_session": 3} | more)
    )


def test_by_hand(planner):
    """Sixty requests at 0.2 cents and hosting are 0.62 a user; a margin of 70 % and card fees ask for 0.92/0.271."""
    answer = ask(planner, users=1000, other_usd_per_user_per_month=0.5, payment=CARD, target_gross_margin_share=0.7)
    assert answer.cost_per_session_usd == pytest.approx(0.006)
    assert answer.cost_per_user_per_month_usd == pytest.approx(0.62)
    assert answer.cost_per_month_usd == pytest.approx(620)
    assert answer.target_price_usd == pytest.approx(0.92 / 0.271)


def test_a_model_of_the_catalog_is_priced(planner):
    """3,000 tokens at 0.25 and 400 at 2 USD a million are 0.00155 a request."""
    answer = ask(
        planner, request=Call(model="gpt-5-mini"), load=Load(usage=Usage(input_tokens=3000, output_tokens=400))
    )
    assert answer.cost_per_request_usd == pytest.approx(0.00155)
    assert answer.request.basis == "listed"


@given(COST, COST, st.floats(0, 5), st.floats(0, 0.4), st.floats(0, 0.59))
def test_the_target_price_leaves_the_target_margin(model, other, fixed, pct, margin):
    """What is left of the price after fees and costs is the margin's share of it."""
    price = target_price(model, other, Payment(fixed_usd=fixed, fee_share=pct), margin)
    assert price - model - other - fixed - pct * price == pytest.approx(margin * price, abs=1e-6)


@given(st.integers(1, 24), st.floats(0.5, 100), st.floats(0, 2))
def test_tier_against_a_count_month_by_month(planner, months, price, other):
    """A billing period pays once and costs in each of its months; a user at the cap leaves nothing."""
    tier = PlanTier(name="pro", users=10, price_usd=price, billing_period_months=months, requests_per_user_per_month=50)
    (row,) = ask(planner, tiers=(tier,), payment=CARD, other_usd_per_user_per_month=other).tiers
    left = price - 0.3 - 0.029 * price
    for _ in range(months):
        left -= 50 * 0.002 + other
    assert row.contribution_usd == pytest.approx(left, abs=1e-9)
    cap = row.break_even_requests_per_month
    if cap > 0:
        at_cap = PlanTier(
            name="cap", users=1, price_usd=price, billing_period_months=months, requests_per_user_per_month=cap
        )
        (idle,) = ask(planner, tiers=(at_cap,), payment=CARD, other_usd_per_user_per_month=other).tiers
        assert idle.contribution_usd == pytest.approx(0, abs=1e-9)


def test_totals_are_the_sum_of_the_tiers(planner):
    """A free plan costs, a paid one earns, its heavy segment loses; the month is their sum."""
    segments = (
        UsageSegment(name="usual", users_share=0.9, requests_per_user_per_month=100),
        UsageSegment(name="heavy", users_share=0.1, requests_per_user_per_month=8000),
    )
    tiers = (
        PlanTier(name="free", users=5000, requests_per_user_per_month=10),
        PlanTier(name="paid", users=400, price_usd=12, segments=segments),
    )
    answer = ask(planner, tiers=tiers, model_price_change_share=-0.5)
    free, paid = answer.tiers
    assert free.contribution_per_month_usd == pytest.approx(-5000 * 10 * 0.002)
    assert free.gross_margin_share is None
    assert paid.model_usd == pytest.approx((0.9 * 100 + 0.1 * 8000) * 0.002)
    assert paid.changed_contribution_usd == pytest.approx(12 - paid.model_usd / 2)
    assert answer.contribution_per_month_usd == pytest.approx(
        free.contribution_per_month_usd + paid.contribution_per_month_usd
    )
    assert [each.contribution_usd for each in answer.segments] == pytest.approx([12 - 0.2, 12 - 16])
    assert sum(each.users * each.contribution_usd for each in answer.segments) == pytest.approx(
        paid.contribution_per_month_usd
    )


def test_limits(planner):
    """A request that costs nothing has no cap; without a target there is no target price; idle users cost the rest."""
    answer = ask(
        planner,
        request=Call(usd=Decimal(0)),
        tiers=(PlanTier(name="a", users=1, price_usd=5),),
        other_usd_per_user_per_month=1.0,
    )
    assert answer.tiers[0].break_even_requests_per_month is None
    assert answer.target_price_usd is None
    assert answer.cost_per_user_per_month_usd == 1.0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("requests_per_session", -1.0, "requests_per_session is -1"),
        ("sessions_per_user_per_month", nan, "sessions_per_user_per_month is nan"),
        ("users", inf, "users is inf"),
        ("other_usd_per_user_per_month", -0.1, "other_usd_per_user_per_month is"),
        ("target_gross_margin_share", 1.0, "must stay below 1"),
        ("target_gross_margin_share", -0.2, "share from 0 to 1"),
        ("model_price_change_share", -1.5, "model_price_change_share is"),
        ("billing_period_months", 0, "billing_period_months is 0"),
        ("payment", Payment(fee_share=1.2), "fee_share is 1.2"),
        ("payment", Payment(fixed_usd=-1), "fixed_usd is -1"),
        ("payment", Payment(fee_share=1.0), "below 1"),
        ("tiers", (PlanTier(name="a", users=-1),), "users is -1"),
        ("tiers", (PlanTier(name="a", users=1, price_usd=nan),), "price_usd is nan"),
        (
            "tiers",
            (
                PlanTier(
                    name="a",
                    users=1,
                    segments=(UsageSegment(name="s", users_share=0.5, requests_per_user_per_month=1),),
                ),
            ),
            "add up to 1",
        ),
        ("request", Call(usd=Decimal(-1)), "usd is -1"),
    ],
)
def test_bad_input_is_named(planner, field, value, says):
    """Each number out of its range is an error that names the field and the value."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, **{field: value})


def test_margin_and_fees_of_all_the_price_are_refused(planner):
    """GM + pct must leave something of the price for the costs."""
    with pytest.raises(InvalidInput, match=r"payment's share of 0.3 it must stay below 1"):
        ask(planner, target_gross_margin_share=0.7, payment=Payment(fee_share=0.3))
