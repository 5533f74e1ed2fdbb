"""Routing between two models, against a plain simulation and figures worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st

from planner import Planner
from planner.calls import Call
from planner.routing.route import RouteQuestion, break_even
from pricing import InvalidInput

USD = st.decimals(Decimal(0), Decimal(10), places=6)
SHARE = st.floats(0, 1)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def ask(planner, share, weak, strong, classifier=None, **more):
    calls = {"weak": Call(usd=weak), "strong": Call(usd=strong)}
    if classifier is not None:
        calls["classifier"] = Call(usd=classifier)
    return planner.route(RouteQuestion(strong_share=share, **calls, **more))


def test_by_hand(planner):
    """K 0.0001 + 0.7 x 0.001 + 0.3 x 0.01 = 0.0038: 62 % saved, break-even at 1 - 0.0001/0.009."""
    answer = ask(planner, 0.3, Decimal("0.001"), Decimal("0.01"), Decimal("0.0001"), requests_per_month=1000)
    assert answer.cost_usd == pytest.approx(0.0038)
    assert answer.savings_share == pytest.approx(0.62)
    assert answer.break_even_strong_share == pytest.approx(1 - 0.0001 / 0.009)
    assert (answer.cost_per_month_usd, answer.savings_per_month_usd) == pytest.approx((3.8, 6.2))


@given(SHARE, USD, USD, USD)
def test_bounds(planner, share, weak, strong, classifier):
    """A routed request costs the classifier more than something between the two models."""
    answer = ask(planner, share, weak, strong, classifier)
    low, high = sorted((float(weak), float(strong)))
    assert low - 1e-9 <= answer.cost_usd - float(classifier) <= high + 1e-9


@given(USD, USD)
def test_limits(planner, weak, strong):
    """Nothing sent to the strong model costs the weak one, everything the strong one, without a classifier."""
    assert ask(planner, 0.0, weak, strong).cost_usd == float(weak)
    assert ask(planner, 1.0, weak, strong).cost_usd == float(strong)


@given(USD, USD, USD)
def test_at_the_break_even_share_both_cost_the_same(planner, weak, strong, classifier):
    """At p* a routed request costs what the strong model does; where there is none, no share saves."""
    share = break_even(float(weak), float(strong), float(classifier))
    if share is None:
        assert ask(planner, 0.0, weak, strong, classifier).savings_usd <= 1e-12
    else:
        assert ask(planner, share, weak, strong, classifier).savings_usd == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_is_a_share(planner, share):
    """Outside [0, 1] is an error that names the field."""
    with pytest.raises(InvalidInput, match="strong_share is"):
        ask(planner, share, Decimal(1), Decimal(2))
