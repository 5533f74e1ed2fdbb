"""Fees of a plan's revenue are held to what economics takes."""

from __future__ import annotations

import pytest
from plans import plan_of, step

from planner.plans.validity import validate
from pricing import InvalidInput


@pytest.mark.parametrize(
    ("payment", "margin", "says"),
    [
        ({"fee_share": 1.7e308}, 0.8, "fee_share is 1.7e"),
        ({"fee_share": -0.1}, 0.8, "fee_share is -0.1"),
        ({"fixed_usd": -1.0}, 0.8, "fixed_usd is -1.0"),
        ({"fee_share": 0.2}, 0.8, "with the payment's share of 0.2 it must stay below 1"),
    ],
)
def test_a_payment_that_leaves_nothing_is_refused(payment, margin, says):
    """A fee out of range, or one that leaves no room for the margin, is an error that names it: no figure is made."""
    revenue = {"price_usd_per_user_per_month": 5.0, "target_gross_margin_share": margin, "payment": payment}
    plan = plan_of(
        {"answer": step()},
        traffic={"users": 10, "sessions_per_user_per_month": 5, "requests_per_session": 1},
        revenue=revenue,
    )
    with pytest.raises(InvalidInput, match=says) as caught:
        validate(plan)
    assert caught.value.problems[0].loc[0] == "revenue"
