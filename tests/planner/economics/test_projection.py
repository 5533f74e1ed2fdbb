"""The months ahead, against a simulation day by day that asks the catalog for each day's price."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import nan

import pytest
from catalogs import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import CostQuestion, Planner, Usage
from planner.calls import Call, Load
from planner.economics.margins import Payment
from planner.economics.projection import GrowingTier, PriceChange, ProjectionQuestion
from pricing import InvalidInput

STATED = Call(usd=Decimal("0.002"))
USAGE = Usage(input_tokens=3000, output_tokens=400)
ONE = GrowingTier(name="pro", users=100, price_usd=12, requests_per_user_per_month=50)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def ask(planner, **more):
    return planner.projection(ProjectionQuestion(**{"request": STATED, "tiers": (ONE,), "months": 12} | more))


def month_of(day):
    return f"{day:%Y-%m}"


def simulated(planner, begin, days, growth, assumed):
    """USD of the model by month: each day its part of the month's requests at the price of that day."""
    spent, first = {}, begin
    for day in (begin + timedelta(days=n) for n in range(days)):
        t = (day.year - first.year) * 12 + day.month - first.month
        length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
        question = CostQuestion(model="gemini-3.6-flash", usage=USAGE, as_of=f"{day:%Y-%m-%d}")
        usd = float(planner.cost(question).total_usd)
        for at, change in assumed:
            usd *= 1 + change if f"{day:%Y-%m-%d}" >= at else 1
        spent[month_of(day)] = spent.get(month_of(day), 0.0) + 100 * (1 + growth) ** t * 50 * usd / length
    return spent


@settings(max_examples=5, deadline=None)
@given(st.floats(-0.2, 0.2), st.integers(1, 28), st.floats(-0.9, 0.5))
def test_against_a_simulation_day_by_day(planner, growth, day, change):
    """Growth, an announced price change and an assumed one in the middle of a month, as if billed every day."""
    assumed = ((f"2027-02-{day:02}", change),)
    answer = ask(
        planner,
        request=Call(model="gemini-3.6-flash"),
        load=Load(usage=USAGE),
        months=4,
        user_growth_rate=growth,
        price_changes=tuple(PriceChange(at=at, change_share=share) for at, share in assumed),
    )
    expected = simulated(planner, datetime(2026, 12, 1, tzinfo=UTC), 31 + 31 + 28 + 31, growth, assumed)
    assert {each.month: each.model_usd for each in answer.months} == pytest.approx(expected)
    assert "2027-01-01" in answer.prices_change_at


def test_by_hand(planner):
    """A hundred users at 5 % growth, prices halving in a year, half-year sums, a budget passed in the month it is."""
    answer = ask(
        planner,
        user_growth_rate=0.05,
        yearly_price_change_share=-0.5,
        fixed_usd_per_month=90,
        payment=Payment(fixed_usd=0.3, fee_share=0.029),
        report_every_months=6,
        budget_usd_per_month=200,
    )
    third = answer.months[2]
    assert third.users == pytest.approx(100 * 1.05**2)
    assert third.model_usd == pytest.approx(100 * 1.05**2 * 50 * 0.002 * 0.5 ** (2 / 12))
    assert third.unchanged_usd == pytest.approx(100 * 1.05**2 * 50 * 0.002)
    assert third.payment_usd == pytest.approx(100 * 1.05**2 * (0.3 + 0.029 * 12))
    assert answer.first_month_over_budget == next(each.month for each in answer.months if each.cost_usd > 200)
    assert [each.months for each in answer.periods] == [6, 6]
    assert sum(each.cost_usd for each in answer.periods) == pytest.approx(answer.cost_usd)
    assert answer.months[-1].cumulative_usd == pytest.approx(answer.contribution_usd)


def test_without_growth_or_change_every_month_is_the_same(planner):
    """No growth and constant prices: twelve equal months, nothing from price changes."""
    answer = ask(planner)
    assert {each.cost_usd for each in answer.months} == {10.0}
    assert answer.price_change_usd == 0
    assert answer.first_month_over_budget is None
    assert (answer.months[0].month, answer.months[-1].month) == ("2026-12", "2027-11")


def test_a_date_pins_the_price(planner):
    """A call with `as_of` keeps that day's price; announced changes pass it by."""
    pinned = ask(planner, request=Call(model="gemini-3.6-flash", as_of="2026-12-01"), load=Load(usage=USAGE))
    assert pinned.prices_change_at == ()
    assert pinned.price_change_usd == 0


def test_what_is_spent_first_comes_back_later(planner):
    """With fixed costs and growth the first months lose, and a later one has paid them back."""
    answer = ask(planner, fixed_usd_per_month=1500, user_growth_rate=0.1)
    back = next(at for at, each in enumerate(answer.months) if each.month == answer.paid_back_month)
    assert answer.months[back - 1].cumulative_usd < 0 <= answer.months[back].cumulative_usd
    assert answer.first_profitable_month < answer.paid_back_month


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("tiers", (), "tiers is empty"),
        ("months", 0, "months is 0"),
        ("months", 121, "months is 121"),
        ("start", "soon", "start is 'soon'"),
        ("start", "2200-01-01", "before 2200"),
        ("user_growth_rate", -1.0, "user_growth_rate is -1"),
        ("usage_growth_rate", nan, "usage_growth_rate is nan"),
        ("yearly_price_change_share", -1.0, "yearly_price_change_share is"),
        ("price_changes", (PriceChange(at="2027-13-01", change_share=0.1),), "at is '2027-13-01'"),
        ("price_changes", (PriceChange(at="2027-01-01", change_share=-1.1),), "change_share is -1.1"),
        ("budget_usd_per_month", -1.0, "budget_usd_per_month is"),
        ("report_every_months", 0, "report_every_months is 0"),
        ("tiers", (GrowingTier(name="a", users=1, user_growth_rate=-2.0),), "user_growth_rate is -2"),
        ("tiers", (GrowingTier(name="a", users=1e9, user_growth_rate=5.0),), "in the last month"),
    ],
)
def test_bad_input_is_named(planner, field, value, says):
    """Each date or number out of range is an error that names the field and the value."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, **{field: value})
