"""Policies held against a report: every figure, what is unknown fails, what is close says so."""

from __future__ import annotations

import pytest
from catalogs import NOW, priced
from plans import LIMITS, MODELS, evaluator, plan_of, step

from planner.plans.asked import CheckQuestion, ReportQuestion, check, report
from planner.plans.check import held
from planner.tokens import Counter
from pricing.errors import InvalidInput

RETIRING = {
    "openai/small": {
        "prices": [
            {**priced(input_tokens="1", output_tokens="10"), "valid_to": "2027-01-01T00:00:00Z"},
            {**priced(input_tokens="2", output_tokens="10"), "valid_from": "2027-01-01T00:00:00Z"},
        ],
        "limits": LIMITS,
        "retires": "2026-12-23",
    },
    "openai/open": {"prices": [priced(input_tokens="1", output_tokens="10")]},
}


def verdict(catalog, policy, steps=None, **fields):
    """One policy's verdict on a plan of one step, $0.002 a request."""
    plan = plan_of(steps or {"answer": step(latency={"seconds": 2})}, policies={"it": policy}, **fields)
    return held(evaluator(catalog)(plan), plan.policies).verdicts[0]


USERS = {"traffic": {"users": 10, "sessions_per_user_per_month": 100}}
FIGURES = {
    "cost_per_request_usd": (0.002, {}),
    "cost_per_month_usd": (2.0, {}),
    "cost_per_user_usd": (0.2, USERS),
    "first_token_seconds": (2.0, {}),
    "end_seconds": (2.0, {}),
    "prompt_tokens": (1000.0, {}),
    "context_head_room_share": (0.989, {}),
    # 1,000 requests in 100 hours, at the peak 36 times that: 0.1 a second of the 12 a minute that are allowed
    "rate_limit_head_room_share": (
        0.5,
        {
            "traffic": {"requests_per_month": 1000, "active_hours_per_month": 100, "peak_factor": 36},
            "limits": {"small": {"requests_per_minute": 12}},
        },
    ),
    "gross_margin_share": (0.8, {**USERS, "revenue": {"price_usd_per_user_per_month": 1}}),
    "price_age_days": (22.0, {}),  # seen on 2026-11-01
    "days_to_retirement": (30.0, {}),
    "announced_price_rise_share": (0.5, {}),
    "estimated_inputs": (0.0, {}),
    "unknown_inputs": (2.0, {}),  # the model's maximal input and output
}


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_held_against_its_bound(make_catalog, figure):
    """Just above it a bound passes, just below it fails, by figures worked out by hand."""
    value, fields = FIGURES[figure]
    catalog = make_catalog(RETIRING)
    found = verdict(catalog, {"figure": figure, "at_most": value * 1.001 + 0.001}, **fields)
    assert (found.status, found.value) == ("passed", pytest.approx(value))
    if value:
        assert verdict(catalog, {"figure": figure, "at_most": value * 0.99}, **fields).status == "failed"
    assert verdict(catalog, {"figure": figure, "at_least": value * 1.01 + 0.001}, **fields).status == "failed"


@pytest.mark.parametrize(
    ("policy", "steps", "said"),
    [
        ({"figure": "cost_per_user_usd"}, None, "no users"),
        ({"figure": "end_seconds"}, {"a": step()}, "no latency is stated for a"),
        ({"figure": "gross_margin_share"}, None, "no price a user pays"),
        ({"figure": "rate_limit_head_room_share"}, None, "the plan states no limits"),
        ({"figure": "rate_limit_head_room_share", "step": "answer"}, None, "shared by all steps"),
        ({"figure": "context_head_room_share"}, {"a": step(model="open")}, "no limit of open is known"),
        ({"figure": "context_head_room_share"}, {"a": {"kind": "tool", "usd": 1}}, "no model is called"),
        ({"figure": "prompt_tokens"}, {"a": {"kind": "tool", "usd": 1}}, "no prompt is sent"),
        ({"figure": "price_age_days"}, {"a": {"kind": "tool", "usd": 1}}, "no price of the catalog"),
        ({"figure": "prompt_tokens", "statistic": "p99"}, None, "mean and p95 are"),
        ({"figure": "cost_per_request_usd", "statistic": "p95", "step": "answer"}, None, "the mean is known"),
        ({"figure": "first_token_seconds", "step": "answer"}, None, "of the whole request"),
        ({"figure": "gross_margin_share", "breach_probability_at_most": 0.1}, None, "not simulated as a whole"),
        ({"figure": "end_seconds", "breach_probability_at_most": 0.1}, {"a": step()}, "no latency is stated"),
    ],
)
def test_what_cannot_be_evaluated_fails(make_catalog, policy, steps, said):
    """It is unknown, the reason says why, and the check does not pass."""
    catalog = make_catalog(RETIRING)
    plan = plan_of(steps or {"answer": step()}, policies={"it": {"at_most": 1e9, **policy}})
    answer = held(evaluator(catalog)(plan), plan.policies)
    assert (answer.passed, answer.verdicts[0].status) == (False, "unknown")
    assert said in answer.verdicts[0].reason


def test_a_model_that_nobody_retires_passes(make_catalog):
    """Nothing announced is an answer, not a gap."""
    found = verdict(make_catalog(MODELS), {"figure": "days_to_retirement", "at_least": 100})
    assert (found.status, found.value, found.reason) == ("passed", None, "no retirement is announced")


def test_a_breach_probability_is_the_share_of_draws_over_the_budget(make_catalog):
    """Half the requests go to a model of $0.02: a budget of $0.01 a request is broken by half of them."""
    steps = {"answer": step(routes={"a": {"share": 0.5}, "b": {"share": 0.5, "model": "large"}})}
    policy = {"figure": "cost_per_request_usd", "at_most": 0.01, "breach_probability_at_most": 0.45}
    found = verdict(make_catalog(MODELS), policy, steps)
    assert (found.status, found.value) == ("failed", pytest.approx(0.5, abs=0.02))
    assert found.standard_error == pytest.approx((0.25 / 20_000) ** 0.5, rel=0.01)


def test_a_verdict_close_to_its_bound_says_that_draws_decided_it(make_catalog):
    """Within two standard errors of the simulation more draws may tell otherwise."""
    policy = {"figure": "cost_per_request_usd", "statistic": "p95", "at_most": 1}
    steps = {"answer": step(output_tokens={"p50": 100, "p95": 400})}
    catalog = make_catalog(MODELS)
    at = verdict(catalog, policy, steps).value
    assert "two standard errors" in verdict(catalog, {**policy, "at_most": at * 1.0001}, steps).reason


def test_a_policy_on_a_step_is_about_that_step_alone(make_catalog):
    """The judge costs $0.002 of $0.004."""
    steps = {"answer": step(), "judge": step(kind="judge")}
    policy = {"figure": "cost_per_request_usd", "step": "judge", "at_most": 0.003}
    found = verdict(make_catalog(MODELS), policy, steps)
    assert (found.status, found.value) == ("passed", pytest.approx(0.002))


def test_questions_take_scenarios_and_values(make_catalog):
    """A scenario's values hold first, then those of the question; a report knows its scenario."""
    catalog = make_catalog(MODELS)
    plan = plan_of(
        {"answer": step()},
        scenarios={"long": {"values": {"steps.answer.output_tokens": 200}}},
        policies={"request": {"figure": "cost_per_request_usd", "at_most": 0.0045}},
    )
    told = report(ReportQuestion(plan=plan, scenario="long"), catalog, Counter(), NOW)
    assert (told.scenario, told.cost_per_request_usd.mean) == ("long", pytest.approx(0.003))
    asked = CheckQuestion(plan=plan, scenario="long", values={"steps.answer.calls": 2})
    assert not check(asked, catalog, Counter(), NOW).passed
    with pytest.raises(InvalidInput) as caught:
        check(CheckQuestion(plan=plan, values={"steps.answer.shre": 1}), catalog, Counter(), NOW)
    assert "shre" in str(caught.value)


def test_a_fault_of_the_evaluation_lies_in_the_question_under_plan(make_catalog):
    """So that a face can point to it."""
    with pytest.raises(InvalidInput) as caught:
        report(ReportQuestion(plan=plan_of({"answer": step(share=2)})), make_catalog(MODELS), Counter(), NOW)
    assert caught.value.problems[0].loc == ("plan", "steps", "answer", "share")
