"""Two plans held against each other: what changed, and what each cause does to the figures."""

from __future__ import annotations

import pytest
from catalogs import priced, write_catalog
from hypothesis import given
from hypothesis import strategies as st
from plans import MODELS, evaluator, plan_of, step

from planner.plans.difference import CAUSES, compared, difference
from pricing import Catalog


@pytest.fixture(scope="module")
def evaluate(tmp_path_factory):
    """An evaluator over round prices."""
    return evaluator(Catalog(str(write_catalog(tmp_path_factory.mktemp("catalog"), MODELS))))


def figures(changes):
    """Changes by the name of the figure."""
    return {each.name: each for each in changes}


def test_a_dearer_model_and_more_requests_are_told_apart(evaluate):
    """1,000 requests at $0.002 become 3,000 at $0.02: +$18 a month by the model, then +$40 by the traffic."""
    before = plan_of({"answer": step()})
    after = plan_of({"answer": step(model="large")}, traffic={"requests_per_month": 3000})
    found = difference(before, after, evaluate, evaluate)
    assert [(each.sign, each.path, each.before, each.after) for each in found.inputs] == [
        ("~", "traffic.requests_per_month", "1000", "3000"),
        ("~", "steps.answer.model", "small", "large"),
    ]
    month = {each.cause: figures(each.changes)["cost_per_month_usd"].change for each in found.effects}
    assert month == {"models": pytest.approx(18), "traffic": pytest.approx(40)}
    whole = figures(found.figures)["cost_per_month_usd"]
    assert (whole.before, whole.after, whole.change_share) == pytest.approx((2, 60, 29))


def test_steps_that_come_and_go_carry_their_sign(evaluate):
    """A judge that is added costs what it costs; the step it replaces is gone with its own."""
    before = plan_of({"answer": step(), "old": step()})
    after = plan_of({"answer": step(), "judge": step(output_tokens=0)})
    found = difference(before, after, evaluate, evaluate)
    assert [(each.sign, each.name) for each in found.steps] == [("=", "answer"), ("-", "old"), ("+", "judge")]
    assert [(each.sign, each.path) for each in found.inputs] == [("-", "steps.old"), ("+", "steps.judge")]
    (effect,) = found.effects
    assert (effect.cause, figures(effect.changes)["cost_per_request_usd"].change) == ("steps", pytest.approx(-0.001))


def test_a_longer_prompt_is_told_by_its_tokens(evaluate):
    """The words of a prompt are its cause; the step tells its tokens before and after."""
    texts = ("Be brief.", "Be brief, and cite the page of every claim.")
    plans = [plan_of({"answer": step(prompt={"system": {"text": text}})}) for text in texts]
    found = difference(*plans, evaluate, evaluate)
    assert [each.cause for each in found.effects] == ["prompts"]
    assert found.steps[0].prompt_tokens.change > 0
    assert found.inputs[0].path == "steps.answer.prompt.system.text"


def test_a_new_price_is_told_as_such(tmp_path, evaluate):
    """Input at twice the price: 1,000 tokens add $0.001 a request, no other cause, and the call that pays is named."""
    dearer = {**MODELS["openai/small"], "prices": [priced(input_tokens="2", output_tokens="10")]}
    plan = plan_of({"answer": step()})
    later = evaluator(Catalog(str(write_catalog(tmp_path / "later", {**MODELS, "openai/small": dearer}))))
    found = difference(plan, plan, evaluate, later)
    assert found.inputs == ()
    assert [each.cause for each in found.effects] == ["prices"]
    assert figures(found.figures)["cost_per_request_usd"].change == pytest.approx(0.001)
    assert [(each.bucket, each.before_usd, each.after_usd) for each in found.prices] == [("input_tokens", 1, 2)]
    same = compared(evaluate(plan), evaluate(plan))
    assert (same.prices, {each.change for each in same.figures}) == ((), {0.0})


STEPS = st.dictionaries(
    st.sampled_from("abc"),
    st.builds(
        step,
        model=st.sampled_from(["small", "large"]),
        output_tokens=st.integers(0, 500),
        share=st.just(0) | st.floats(1e-6, 1),
        prompt=st.builds(lambda tokens: {"tokens": tokens}, st.integers(1, 5000)),
    ),
    min_size=1,
)


@given(st.tuples(STEPS, STEPS), st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)))
def test_the_effects_add_up_to_the_whole(evaluate, steps, requests):
    """Whatever differs between two plans, the causes' effects sum to the difference of each figure, in their order."""
    before, after = (
        plan_of(each, traffic={"requests_per_month": count}, draws=1000)
        for each, count in zip(steps, requests, strict=True)
    )
    found = difference(before, after, evaluate, evaluate)
    for whole in found.figures:
        parts = [figures(each.changes)[whole.name].change or 0 for each in found.effects]
        assert sum(parts) == pytest.approx(whole.change or 0, abs=1e-6 * max(abs(whole.before or 0), 1))
    causes = [CAUSES.index(each.cause) for each in found.effects]
    assert causes == sorted(causes)
