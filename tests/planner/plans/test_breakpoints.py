"""Where a plan breaks first, and what its figures are over the values of its inputs."""

from __future__ import annotations

import pytest
from catalogs import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import MODELS, evaluator, plan_of, step

from planner.plans.breakpoints import BreakpointsQuestion, breakpoints
from planner.plans.check import held
from planner.plans.inputs import inputs
from planner.plans.sweep import Axis, SweepQuestion, sweep
from planner.tokens import Counter
from pricing import InvalidInput

MONTH = {"month": {"figure": "cost_per_month_usd", "at_most": 3.0}}


@pytest.fixture
def catalog(make_catalog):
    """Round prices."""
    return make_catalog(MODELS)


def broken(catalog, plan, **asked):
    """The break-points of a plan by input and policy."""
    answer = breakpoints(BreakpointsQuestion(plan=plan, **asked), catalog, Counter(), NOW)
    return answer, {(each.path, each.policy): each for each in answer.breakpoints}


def test_the_nearest_input_comes_first(catalog):
    """$2 of $3 a month: half as many requests again, 200 for 100 tokens out (+$1), or 2,000 for 1,000 in (+$1)."""
    answer, found = broken(catalog, plan_of({"answer": step()}, policies=MONTH))
    tipped = {path: (round(each.at), round(each.change_share, 3)) for (path, _), each in found.items() if each.value}
    assert tipped["traffic.requests_per_month"] == (1500, 0.5)
    assert tipped["steps.answer.output_tokens"] == (200, 1.0)
    assert tipped["steps.answer.prompt.tokens"] == (2000, 1.0)
    assert answer.breakpoints[0].change_share == pytest.approx(0.5, abs=1e-5)
    assert all(each.tips == "fails" for each in answer.breakpoints)
    assert "traffic.peak_factor" in answer.safe


def test_of_a_policy_that_fails_the_way_back_is_told(catalog):
    """$2 a month where $1 is allowed: it holds again at half the requests."""
    policy = {"month": {"figure": "cost_per_month_usd", "at_most": 1.0}}
    answer, found = broken(catalog, plan_of({"answer": step()}, policies=policy))
    assert answer.verdicts[0].status == "failed"
    back = found["traffic.requests_per_month", "month"]
    assert (back.tips, back.at) == ("holds", pytest.approx(500))


def test_routes_make_room_for_each_other(catalog):
    """1,000 x ($0.002 + share x $0.018) is $3 where the large model takes 1/18 of the requests; the other gives way."""
    routes = {"weak": {"model": "small", "share": 0.99}, "strong": {"model": "large", "share": 0.01}}
    plan = plan_of({"answer": step(model=None, routes=routes)}, policies=MONTH)
    _, found = broken(catalog, plan)
    assert found["steps.answer.routes.strong.share", "month"].at == pytest.approx(1 / 18, rel=1e-4)


def test_a_percentile_tips_where_the_law_says(catalog):
    """A lognormal of p50 1 s and p95 4 s fails 8 s at p95 when it is twice as long as a whole."""
    timed = step(latency={"seconds": {"p50": 1.0, "p95": 4.0}})
    policy = {"wait": {"figure": "end_seconds", "statistic": "p95", "at_most": 8.0}}
    _, found = broken(catalog, plan_of({"answer": timed}, policies=policy))
    assert found["steps.answer.latency.seconds.p50", "wait"].at == pytest.approx(2.0, rel=0.05)


def test_a_plan_without_policies_has_nothing_to_break(catalog):
    """It is refused by name; so is a reach of nothing."""
    with pytest.raises(InvalidInput, match="states no policies"):
        broken(catalog, plan_of({"answer": step()}))
    with pytest.raises(InvalidInput, match="within is 0"):
        broken(catalog, plan_of({"answer": step()}, policies=MONTH), within=0)


@given(st.floats(0.001, 0.2), st.integers(1, 10**5))
@settings(max_examples=20)
def test_a_policy_holds_before_its_break_point_and_fails_from_it_on(shipped, most, requests):
    """Every break-point found, put into the plan, fails the policy; a thousandth nearer to the plan, it holds."""
    policies = {"request": {"figure": "cost_per_request_usd", "at_most": most}}
    asked = plan_of({"answer": step(model="gpt-5-mini")}, policies=policies, traffic={"requests_per_month": requests})
    answer = breakpoints(BreakpointsQuestion(plan=asked), shipped, Counter(), NOW)
    evaluate, known = evaluator(shipped), {each.path: each for each in inputs(asked)}
    for each in answer.breakpoints:
        near = each.at + (each.value - each.at) * 1e-3
        for value, status in ((each.at, "failed"), (near, "passed")):
            report = evaluate(known[each.path].moved(value), spread=False)
            assert held(report, asked.policies).verdicts[0].status == status, each


def test_two_inputs_are_swept_together(catalog):
    """Requests and model: $2 and $4 a month on the small model, ten times that on the large one."""
    axes = (
        Axis(path="steps.answer.model", values=("small", "large")),
        Axis(path="traffic.requests_per_month", values=(1000, 2000)),
    )
    answer = sweep(SweepQuestion(plan=plan_of({"answer": step()}), axes=axes), catalog, Counter(), NOW)
    assert [each.figures["cost_per_month_usd"] for each in answer.points] == pytest.approx([2, 4, 20, 40])


def test_a_value_that_makes_no_plan_is_told_in_its_row(catalog):
    """An unknown model has its error beside the figures of the others; bounds are spaced evenly."""
    question = SweepQuestion(
        plan=plan_of({"answer": step()}), axes=(Axis(path="steps.answer.model", values=("small", "nope")),)
    )
    answer = sweep(question, catalog, Counter(), NOW)
    assert [each.error is None for each in answer.points] == [True, False]
    assert "unknown model 'nope'" in answer.points[1].error
    spaced = SweepQuestion(plan=question.plan, axes=(Axis(path="steps.answer.share", low=0, high=1, points=3),))
    assert [each.values for each in sweep(spaced, catalog, Counter(), NOW).points] == [(0.0,), (0.5,), (1,)]


@pytest.mark.parametrize(
    ("axes", "says"),
    [
        ((), "there are 0 axes"),
        ((Axis(path="seed", values=(1,)),) * 2, "seed is swept twice"),
        ((Axis(path="traffic.users"),), "give values, or low below high"),
        ((Axis(path="traffic.users", low=9, high=1),), "give values, or low below high"),
        ((Axis(path="traffic.users", low=1, high=9, points=2000),), "at most 1,000"),
        ((Axis(path="traffic.usrs.x", values=(1,)),), "usrs"),
        (
            (Axis(path="traffic.growth_per_month", values=("fast",)),),
            "no value of traffic.growth_per_month",
        ),
    ],
)
def test_wrong_axes_are_named(catalog, axes, says):
    """What cannot be swept is refused with its key path."""
    with pytest.raises(InvalidInput, match=says):
        sweep(SweepQuestion(plan=plan_of({"answer": step()}), axes=axes), catalog, Counter(), NOW)
