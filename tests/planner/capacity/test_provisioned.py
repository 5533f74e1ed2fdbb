"""Provisioned units and batches: the providers' worked examples, break-even where the bills meet, limits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from catalogs import NOW, SEEN, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import BatchShareQuestion, Planner, ProvisionedQuestion, Usage
from planner.calls import Call, Load
from planner.capacity.provisioned import rounded
from planner.tokens import Counter
from pricing import InvalidInput, NotPriced

BATCH = {"tier": "batch", "rates": {"input_tokens": "1", "output_tokens": "4"}, **SEEN}
MODELS = {
    "lab/both": {"prices": [priced(input_tokens="2", output_tokens="8"), BATCH]},
    "lab/once": {"prices": [priced(input_tokens="2", output_tokens="8")]},
}
CALL = Call(model="both", usage=Usage(input_tokens=1000, output_tokens=250))  # 0.004 USD, 0.002 in a batch
SIZED = ProvisionedQuestion(
    peak_requests_per_minute=1000.0, input_tokens=200.0, output_tokens=20.0, tokens_per_minute_per_unit=3400.0,
    output_weight=8.0, minimum_units=15, unit_increment=5,
)  # fmt: skip
BILLED = replace(SIZED, unit_usd_per_hour=1.0, pay_as_you_go=Call(usd=Decimal("0.01")), requests_per_month=1e7)


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), Counter, lambda: NOW)


def test_microsofts_worked_example(planner):
    """1,000 RPM x (200 + 8 x 20) = 360,000 / 3,400 = 105.88: 110 units in steps of 5, 150 in steps of 50.

    With half of the input cached 260,000 are left: 76.47, so 80. Source: "Determine PTU sizing", learn.microsoft.com.
    """
    answer = planner.provisioned(SIZED)
    assert (answer.tokens_per_minute_at_peak, answer.units) == (360_000, 110)
    assert answer.units_needed == pytest.approx(105.88, abs=0.01)
    assert planner.provisioned(replace(SIZED, minimum_units=50, unit_increment=50)).units == 150
    assert planner.provisioned(replace(SIZED, input_tokens=100.0, cache_read_tokens=100.0)).units == 80


def test_head_room_is_left_where_it_is_asked_for(planner):
    """At 80 % of the throughput 132.4 units are needed, so 135, and the peak takes 78.4 % of them."""
    answer = planner.provisioned(replace(SIZED, target_utilisation_share=0.8))
    assert (answer.units, answer.peak_utilisation_share) == (135, pytest.approx(360 / 459))


def test_bills_by_hand(planner):
    """110 units at 1 USD for 730 hours: 80,300 USD against 10 million requests at a cent, 100,000 USD."""
    answer = planner.provisioned(BILLED)
    by_token = answer.by_token
    assert (answer.cost_per_month_usd, by_token.cost_per_month_usd) == pytest.approx((80_300, 100_000))
    assert (by_token.savings_share, by_token.cheaper) == (pytest.approx(0.197), "provisioned")
    assert by_token.break_even_requests_per_month == pytest.approx(8_030_000)
    assert answer.requests_per_month_max == pytest.approx(110 * 3400 / 360 * 60 * 730)


def test_at_break_even_both_bills_are_one(planner):
    """As many requests as the break-even says cost the same either way, and are that share of the units' throughput."""
    first = planner.provisioned(BILLED).by_token
    there = planner.provisioned(replace(BILLED, requests_per_month=first.break_even_requests_per_month))
    assert there.by_token.savings_per_month_usd == pytest.approx(0, abs=1e-6)
    assert there.mean_utilisation_share == pytest.approx(first.break_even_utilisation_share)


def test_units_that_never_pay_say_so(planner):
    """Where full use costs more than paying by the token there is no break-even, nor where tokens cost nothing."""
    for usd in ("0.0001", "0"):
        answer = planner.provisioned(replace(BILLED, pay_as_you_go=Call(usd=Decimal(usd)))).by_token
        assert (answer.never_pays, answer.cheaper) == (True, "pay_as_you_go")
        assert answer.break_even_utilisation_share is answer.break_even_requests_per_month is None


def test_the_token_price_comes_from_the_catalog(planner):
    """A model and the question's load give the request's price; without a month's requests only break-even is known."""
    asked = replace(BILLED, pay_as_you_go=Call(model="both"), load=Load(usage=CALL.usage), requests_per_month=None)
    by_token = planner.provisioned(asked).by_token
    assert by_token.request.usd == Decimal("0.004")
    assert by_token.break_even_requests_per_month == pytest.approx(80_300 / 0.004)
    assert by_token.cost_per_month_usd is by_token.cheaper is None


def test_without_prices_units_are_only_sized(planner):
    """Nothing is billed or compared that has no price."""
    answer = planner.provisioned(SIZED)
    assert answer.cost_per_month_usd is answer.by_token is answer.mean_utilisation_share is None


@given(needed=st.floats(0.001, 1e5), minimum=st.integers(1, 200), step=st.integers(1, 50))
def test_units_are_the_fewest_on_sale_that_carry(needed, minimum, step):
    """At least those needed, on the grid of minimum and increment, and one step fewer would not do."""
    units = rounded(needed, minimum, step)
    assert units >= minimum
    assert units >= needed - 1e-6
    assert (units - minimum) % step == 0
    assert units == minimum or units - step < needed


def test_a_float_a_hair_above_buys_no_further_unit():
    """0.1 + 0.2 tenths of ten units are three, not four."""
    assert rounded((0.1 + 0.2) * 10, 1, 1) == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"peak_requests_per_minute": 0.0}, "peak_requests_per_minute is 0.0"),
        ({"tokens_per_minute_per_unit": 0.0}, "tokens_per_minute_per_unit is 0.0"),
        ({"output_weight": -1.0}, "output_weight is -1.0"),
        ({"cache_read_weight": 1.5}, "cache_read_weight is 1.5"),
        ({"target_utilisation_share": 0.0}, "target_utilisation_share is 0.0"),
        ({"target_utilisation_share": 1.1}, "target_utilisation_share is 1.1"),
        ({"minimum_units": 0}, "minimum_units is 0"),
        ({"unit_increment": 0}, "unit_increment is 0"),
        ({"unit_usd_per_hour": None}, "needed to compare"),
        ({"requests_per_month": 0.0}, "requests_per_month is 0.0"),
        ({"tokens_per_minute_per_unit": 5e-324}, "must be above 1e-15"),
        ({"unit_usd_per_hour": float("nan")}, "unit_usd_per_hour is nan"),
        ({"requests_per_month": 1e9}, "the peak, held all month, brings at most 4.38e\\+07"),
        ({"input_tokens": 0.0, "output_tokens": 0.0}, "must take some throughput"),
        ({"pay_as_you_go": Call()}, "exactly one of usd and model"),
    ],
)
def test_wrong_questions_about_units_are_named(planner, wrong, says):
    """A field out of its range and more requests than the peak can bring are errors that name it."""
    with pytest.raises(InvalidInput, match=says):
        planner.provisioned(replace(BILLED, **wrong))


def test_a_batch_share_by_hand(planner):
    """40 % of 0.004 USD at half the price: 0.004 x (1 - 0.4 x 0.5) = 0.0032, and 800 USD of a million saved."""
    answer = planner.batch_share(BatchShareQuestion(batch_share=0.4, call=CALL, requests_per_month=1_000_000))
    assert (answer.cost_usd, answer.batch_discount_share, answer.savings_share) == pytest.approx((0.0032, 0.5, 0.2))
    assert (answer.all_batch_usd, answer.savings_per_month_usd) == pytest.approx((0.002, 800))


@given(share=st.floats(0, 1), discount=st.floats(0, 1))
def test_a_batch_share_lies_between_none_and_all(share, discount):
    """The cost goes from all at once (share 0) to all in batches (share 1), along a line."""
    asked = BatchShareQuestion(batch_share=share, call=Call(usd=Decimal("0.01")), batch_discount_share=discount)
    answer = Planner(None, Counter, lambda: NOW).batch_share(asked)
    assert answer.cost_usd == pytest.approx((1 - share) * 0.01 + share * answer.all_batch_usd)
    assert answer.savings_usd == pytest.approx(0.01 - answer.cost_usd)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"batch_share": 1.2}, "batch_share is 1.2"),
        ({"batch_share": float("nan")}, "batch_share is nan"),
        ({"batch_discount_share": -0.1}, "batch_discount_share is -0.1"),
        ({"requests_per_month": -1}, "requests_per_month is -1"),
        ({"call": Call(usd=Decimal("0.01"))}, "needs the discount"),
        ({"call": replace(CALL, service_tier="batch")}, "answered at once"),
    ],
)
def test_wrong_questions_about_batches_are_named(planner, wrong, says):
    """A share outside [0, 1], a stated cost without a discount and a batch of batches are errors."""
    with pytest.raises(InvalidInput, match=says):
        planner.batch_share(replace(BatchShareQuestion(batch_share=0.4, call=CALL), **wrong))


def test_a_model_without_a_batch_tier_is_an_error(planner):
    """No batch price is never a batch at full price; a stated discount takes its place."""
    asked = BatchShareQuestion(batch_share=0.4, call=replace(CALL, model="once"))
    with pytest.raises(NotPriced, match="batch"):
        planner.batch_share(asked)
    assert planner.batch_share(replace(asked, batch_discount_share=0.5)).cost_usd == pytest.approx(0.0032)
