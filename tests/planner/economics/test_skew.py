"""Usage skew and free tiers, against scipy's Pareto distribution, numeric quantiles and cohorts counted one by one."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import numpy as np
import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from planner import Planner
from planner.calls import Call
from planner.economics.free_tier import FreeTierQuestion, break_even_conversion
from planner.economics.margins import UsageSegment
from planner.economics.skew import Pareto, Segmented, SkewQuestion
from pricing import InvalidInput

STATED = Call(usd=Decimal("0.002"))
ALPHA, SHARE = st.floats(1.05, 8), st.floats(1e-4, 1)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def skew(planner, **more):
    pareto = {"request": STATED, "users": 1000, "requests_per_user_per_month": 60, "alpha": 1.3}
    return planner.usage_skew(SkewQuestion(**pareto | more))


@given(ALPHA, SHARE)
def test_pareto_against_scipy(alpha, share):
    """Quantile and tail are scipy's; the top share holds what the partial mean above the quantile says."""
    ours, theirs = Pareto(60, alpha), stats.pareto(alpha, scale=60 * (alpha - 1) / alpha)
    quantile = theirs.isf(share)
    assert ours.quantile(share) == pytest.approx(quantile)
    assert ours.above(quantile * 1.5) == pytest.approx(theirs.sf(quantile * 1.5))
    partial = alpha / (alpha - 1) * quantile * share  # E[X; X > q] of a Pareto
    assert ours.top_usage(share) == pytest.approx(partial / 60)


@pytest.mark.parametrize(("alpha", "cap"), [(1.2, 100.0), (1.2, 5.0), (3.0, 90.0), (2.0, 1e5)])
def test_capped_mean_against_integration(alpha, cap):
    """E[min(X, cap)] is the tail integrated from 0 to the cap."""
    tail = stats.pareto(alpha, scale=60 * (alpha - 1) / alpha).sf
    expected, _ = integrate.quad(tail, 0, cap, limit=200, points=[60 * (alpha - 1) / alpha])
    assert Pareto(60, alpha).capped(cap) == pytest.approx(expected, rel=1e-6)


def test_the_rule_of_80_to_20():
    """At alpha = log(5)/log(4) the heaviest fifth makes four fifths of the requests."""
    assert Pareto(1, np.log(5) / np.log(4)).top_usage(0.2) == pytest.approx(0.8)


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 500)), min_size=1, max_size=6), st.integers(1, 100))
def test_segments_against_users_one_by_one(groups, percent):
    """Shares, quantiles and caps of segments are those of the users counted one by one."""
    users = sorted((made for count, made in groups for _ in range(count * 100)), reverse=True)
    total = sum(count for count, _ in groups)
    spread = Segmented.of(
        [UsageSegment(name="s", users_share=count / total, requests_per_user_per_month=made) for count, made in groups]
    )
    top = users[: len(users) * percent // 100]
    assert spread.quantile(percent / 100) == top[-1]
    assert spread.capped(100) == pytest.approx(np.minimum(users, 100).mean())
    assert spread.above(100) == pytest.approx(np.mean(np.array(users) > 100))
    if sum(users):
        assert spread.top_usage(percent / 100) == pytest.approx(sum(top) / sum(users))


def test_a_cap_saves_what_lies_above_it(planner):
    """A cap beyond reach saves almost nothing, one under the least usage caps everybody, savings fall with the cap."""
    tight, usual, loose = (skew(planner, cap_requests_per_month=cap) for cap in (1.0, 200.0, 1e9))
    assert tight.capped_users_share == 1.0
    assert tight.capped_cost_per_month_usd == pytest.approx(1000 * 0.002)
    assert tight.cap_savings_usd > usual.cap_savings_usd > loose.cap_savings_usd >= 0


def test_a_loss_making_user_makes_more_requests_than_it_pays_for(planner):
    """Ten dollars pay for five thousand requests at 0.2 cents."""
    answer = skew(planner, revenue_usd_per_user_per_month=10)
    assert answer.break_even_requests_per_month == pytest.approx(5000)
    assert answer.loss_making_share == pytest.approx(Pareto(60, 1.3).above(5000))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alpha", 1.0),
        ("alpha", nan),
        ("alpha", inf),
        ("alpha", 1e300),
        ("alpha", None),
        ("users", -1.0),
        ("top_share", 0.0),
        ("top_share", 1.1),
        ("requests_per_user_per_month", None),
        ("requests_per_user_per_month", 0.0),
        ("cap_requests_per_month", -1.0),
        ("revenue_usd_per_user_per_month", nan),
    ],
)
def test_bad_skew_is_named(planner, field, value):
    """A tail without a mean, a share outside its range and negative numbers are errors that name the field."""
    with pytest.raises(InvalidInput, match=f"{field} is"):
        skew(planner, **{field: value})


def free(planner, **more):
    usual = {"request": STATED, "free_users": 1000, "requests_per_user_per_month": 50, "conversion_rate": 0.05}
    paying = {"contribution_usd_per_paying_user_per_month": 5.0, "paying_months": 10}
    return planner.free_tier(FreeTierQuestion(**usual | paying | more))


@given(st.just(0.0) | st.floats(1e-6, 1), st.integers(1, 12), st.integers(1, 24), st.floats(-5, 20))
def test_free_tier_against_a_cohort_month_by_month(planner, rate, stays, pays, margin):
    """A cohort's free months are spent and its converts' months earned, one by one."""
    answer = free(
        planner,
        conversion_rate=rate,
        free_months=stays,
        paying_months=pays,
        contribution_usd_per_paying_user_per_month=margin,
    )
    left = 0.0
    for _ in range(stays):
        left -= 1000 * 50 * 0.002
    for _ in range(pays):
        left += 1000 * rate * margin
    assert answer.net_usd == pytest.approx(left, abs=1e-6)


@given(st.floats(0.01, 100), st.floats(-10, 1000))
def test_at_the_break_even_conversion_nothing_is_left(cost, value):
    """At q* a cohort neither gains nor loses; there is none where not even all converting would pay."""
    rate = break_even_conversion(cost, value)
    if rate is None:
        assert value < cost
    else:
        assert rate * value == pytest.approx(cost)
        assert 0 <= rate <= 1


def test_a_capped_free_tier_just_pays(planner):
    """At the cap on a free user's requests the stated conversion leaves nothing."""
    cap = free(planner).break_even_requests_per_month
    assert free(planner, requests_per_user_per_month=cap).net_usd == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversion_rate", 1.1),
        ("conversion_rate", nan),
        ("free_users", -1.0),
        ("paying_months", 0.0),
        ("free_months", 0.0),
        ("contribution_usd_per_paying_user_per_month", inf),
    ],
)
def test_bad_free_tier_is_named(planner, field, value):
    """Rates outside [0, 1], no months and infinities are errors that name the field."""
    with pytest.raises(InvalidInput, match=f"{field} is"):
        free(planner, **{field: value})
