"""A plan against a log: the difference taken apart by hand and by properties, and the check that fails closed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import ActualsCompareQuestion, default_planner, questions
from planner.actuals.difference import Effects, Side, effects
from planner.examples import examples
from planner.wire import to_json
from pricing.errors import InvalidInput

NOW = datetime(2026, 11, 25, tzinfo=UTC)
BODY = examples("/v1/actuals/compare").asked["plan"]["value"]
EFFECTS = ("volume_usd", "mix_usd", "tokens_usd", "cache_usd", "price_usd")


@pytest.fixture
def compare(monkeypatch):
    """A function that compares the example's plan with rows."""
    monkeypatch.setenv("TOKENPLAN_NOW", NOW.isoformat())
    planner = default_planner()

    def ask(rows=None, plan=None, **asked):
        body = {**BODY, **asked, "plan": {**BODY["plan"], **(plan or {})}}
        if rows is not None:
            body["rows"] = rows
        return planner.actuals_compare(questions.of_values(ActualsCompareQuestion, body))

    return ask


def side(calls, **buckets):
    """Calls with (tokens a call, price of one) for each bucket."""
    used = {f"{name}_tokens": Fraction(calls) * size for name, (size, _) in buckets.items()}
    usd = {f"{name}_tokens": Fraction(calls) * size * Fraction(price) for name, (size, price) in buckets.items()}
    return Side(Fraction(calls), used, usd)


def test_each_cause_by_hand():
    """100 calls of 10 tokens at 1: 100 more calls, 5 tokens more each, a price of 2: 1000, 1000 and 3000 of 5000."""
    found = effects({"m": side(100, input=(10, 1))}, {"m": side(200, input=(15, 2))})
    assert found["m"] == Effects(volume=1000, mix=0, tokens=1000, cache=0, price=3000)


def test_the_mix_of_models_by_hand():
    """Half the calls go from the model at 10 to the one at 30: 50 calls at 20 more each."""
    found = effects(
        {"a": side(100, input=(10, 1)), "b": side(0)}, {"a": side(50, input=(10, 1)), "b": side(50, input=(10, 3))}
    )
    assert sum(each.mix for each in found.values()) == -50 * 10 + 50 * 30
    assert {each._replace(mix=0) for each in found.values()} == {Effects(0, 0, 0, 0, 0)}


def test_what_a_cache_does_by_hand():
    """Of 100 tokens half were read from a cache at a tenth: 45 of 100 saved a call, and nothing is tokens."""
    found = effects({"m": side(1, input=(100, 1))}, {"m": side(1, input=(50, 1), cache_read=(50, Fraction(1, 10)))})
    assert found["m"] == Effects(0, 0, 0, -45, 0)


def test_what_was_not_planned_is_mix_and_what_did_not_come_is_mix_and_volume():
    """A model on one side alone has no other's tokens to differ from."""
    found = effects({"old": side(10, input=(5, 1))}, {"new": side(20, input=(7, 2), output=(1, 9))})
    assert found["new"] == Effects(0, 20 * (14 + 9), 0, 0, 0)
    assert found["old"] == Effects(50, -100, 0, 0, 0)


sizes = st.fractions(0, 1000, max_denominator=7)
prices = st.fractions(0, 50, max_denominator=9)
buckets = st.dictionaries(
    st.sampled_from(["input", "cache_read", "cache_write_5m", "output", "reasoning", "input_image"]),
    st.tuples(sizes, prices),
)
sides = st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(0, 50), buckets))


@settings(max_examples=30)
@given(sides, sides)
def test_the_parts_are_the_whole(planned, actual):
    """Whatever was planned and whatever happened: the five add up to the difference, exactly, model by model."""
    old, new = ({key: side(calls, **each) for key, (calls, each) in one.items()} for one in (planned, actual))
    found = effects(old, new)
    for key, each in found.items():
        assert sum(each) == new.get(key, Side()).total - old.get(key, Side()).total
    nothing = effects(old, old)
    assert all(each == Effects(0, 0, 0, 0, 0) for each in nothing.values())


def test_the_answer_adds_up_to_the_last_digit(compare):
    """Rows, columns and totals of the table, rounded to nine places and still exact."""
    found = compare()
    for parts in (found.month, *(each.parts for each in found.models)):
        assert sum(getattr(parts, name) for name in EFFECTS) == parts.difference_usd
        assert parts.difference_usd == parts.actual_usd - parts.planned_usd
    for name in (*EFFECTS, "planned_usd", "actual_usd"):
        assert getattr(found.month, name) == sum(getattr(each.parts, name) for each in found.models)


def one_model(**step):
    """A plan of one call."""
    steps = {"answer": {"kind": "generate", "model": "gpt-6-luna", "prompt": {"tokens": 1000}, "output_tokens": 100,
                        **step}}  # fmt: skip
    return {"steps": steps, "traffic": {"requests_per_month": 3043.75}}


def rows(count=100, **changed):
    """Requests of one day."""
    each = {"at": "2026-11-02T08:00:00Z", "feature": "answer", "model": "gpt-6-luna", "input_tokens": 1000,
            "output_tokens": 100, **changed}  # fmt: skip
    return [each] * count


def test_a_plan_that_came_true_has_no_difference(compare):
    """100 requests a day of 1000/100 tokens are 3043.75 a month: nothing drifts."""
    found = compare(rows(), one_model(), days=1, max_drift=0.0001)
    # 3043.75 x (1000 x 0.1 + 100 x 0.5) millionths
    assert found.month.planned_usd == found.month.actual_usd == Decimal("0.4565625")
    assert found.passed
    assert found.why_not == ()


def test_longer_answers_are_tokens_and_fail_the_check(compare):
    """Twice the output: 100 x 0.5 millionths more a call, a third of the cost, and over a bound of 0.3."""
    found = compare(rows(output_tokens=200), one_model(), days=1, max_drift=0.3)
    assert found.month.tokens_usd == found.month.difference_usd == Decimal("0.1521875")
    assert not found.passed
    assert [each.within for each in found.drifts] == [False, None, False, None, None, None]
    assert "cost_per_month_usd is 0.60875, +33.3% from the plan" in found.why_not[0]
    assert compare(rows(output_tokens=200), one_model(), days=1, max_drift=0.34).passed
    assert compare(rows(output_tokens=200), one_model(), days=1).passed


def test_less_than_planned_is_drift_too(compare):
    """A plan that is twice too high is as wrong."""
    assert not compare(rows(50), one_model(), days=1, max_drift=0.2).passed
    assert compare(rows(50), one_model(), days=1, max_drift=0.2, drift_of=["cost_per_call_usd"]).passed


def test_a_batch_tier_is_price(compare):
    """The same tokens at half the price."""
    found = compare(rows(service_tier="batch"), one_model(), days=1)
    assert found.month.price_usd == found.month.difference_usd == Decimal("-0.22828125")


def test_rows_without_a_price_fail_the_check(compare):
    """What they cost is not known, so nobody can say that it is within bounds."""
    found = compare([*rows(), *rows(1, model="nobody")], one_model(), days=1, max_drift=0.5)
    assert not found.passed
    assert found.why_not == ("1 rows have no price: what they cost is not known",)
    assert found.unpriced[0].model == "nobody"


def test_failed_and_free_rows_are_no_billed_calls(compare):
    """A timeout without tokens neither costs nor counts."""
    failed = rows(10, status="failed", input_tokens=None, output_tokens=None)
    assert compare([*rows(), *failed], one_model(), days=1).month.difference_usd == 0


def test_a_log_without_features_is_compared_by_model(compare):
    """Steps are told apart where the log tells them."""
    found = compare(rows(feature=None), one_model(), days=1)
    assert [(each.step, each.model) for each in found.models] == [(None, "gpt-6-luna")]
    assert found.month.difference_usd == 0


def test_what_stands_on_one_side_alone_is_said(compare):
    """A step of the plan that never came, a model that nobody planned."""
    found = compare(rows(model="gpt-6.1-terra"), one_model(), days=1)
    assert "not planned, so all of it is mix: answer on gpt-6.1-terra" in found.warnings
    assert "planned, but not in the log: answer on gpt-6-luna" in found.warnings


def test_a_report_by_day_without_requests_cannot_be_compared(compare):
    """Anthropic's usage report does not say how many requests it sums."""
    row = {"starting_at": "2026-11-02T00:00:00Z", "uncached_input_tokens": 9, "output_tokens": 9,
           "model": "claude-haiku-4-5"}  # fmt: skip
    with pytest.raises(InvalidInput, match="do not say how many requests they sum"):
        compare([row], one_model(), days=1)


def test_the_same_answer_over_the_wire(compare):
    """Money is written as decimals; what rests on a plan says so."""
    body = to_json(compare())
    assert body["basis"] == "assumed"
    assert isinstance(body["month"]["planned_usd"], str)
