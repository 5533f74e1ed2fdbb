"""Retries, repairs, guardrails, review and the failure matrix, against simulation and figures worked by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st

from planner import (
    FailureMode,
    FailuresQuestion,
    GuardrailQuestion,
    Mitigation,
    Planner,
    RepairQuestion,
    RetryQuestion,
    ReviewQuestion,
    Stakes,
    Step,
)
from planner.calls import Call
from planner.reliability.attempts import attempts_needed
from pricing import InvalidInput

SHARE = st.floats(0, 1)
CENT, DIME = Call(usd=Decimal("0.01")), Call(usd=Decimal("0.1"))


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def retry(planner, f, m, b=1.0, **more):
    question = RetryQuestion(call=CENT, failure_probability=f, attempts=m, failed_billed_share=b, **more)
    return planner.retry(question)


@given(f=SHARE, m=st.integers(1, 20), b=SHARE)
def test_retries_are_the_sum_over_attempts(planner, f, m, b):
    """Attempt i is made when all before it failed, `f^(i-1)`, and pays `(1-f) + f*b`: the closed form is this sum."""
    answer = retry(planner, f, m, b)
    made = sum(f**i for i in range(m))
    assert answer.expected_attempts == pytest.approx(made)
    assert answer.cost_usd == pytest.approx(0.01 * made * (1 - f + f * b))
    assert answer.success_probability == pytest.approx(1 - f**m)


def test_the_limits_of_retries(planner):
    """Nothing fails: one attempt; everything fails: all of them, and no success has a price."""
    never, always = retry(planner, 0.0, 5), retry(planner, 1.0, 5, 0.5)
    assert (never.expected_attempts, never.cost_usd) == (1.0, 0.01)
    assert (always.expected_attempts, always.cost_usd, always.cost_per_success_usd) == (5.0, pytest.approx(0.025), None)
    assert retry(planner, 0.5, 3, backoff_seconds=1.0).expected_backoff_seconds == pytest.approx(0.5 + 0.25 * 2)


@given(f=st.floats(0.01, 0.99), target=st.floats(0.01, 0.999))
def test_the_attempts_needed_are_the_fewest(f, target):
    """One attempt fewer misses the target."""
    needed = attempts_needed(f, target)
    assert 1 - f**needed >= target - 1e-12
    assert needed == 1 or 1 - f ** (needed - 1) < target


def test_a_repair_loop_by_hand(planner):
    """0.2 malformed, each repair fails by half, two at most: 0.2 x 1.5 repairs, 0.05 left to the strong model."""
    asked = {"malformed_probability": 0.2, "repair_failure_probability": 0.5, "repairs": 2}
    answer = planner.repair(RepairQuestion(call=CENT, repair=CENT, **asked))
    assert (answer.expected_repairs, answer.valid_probability) == pytest.approx((0.3, 0.95))
    assert answer.cost_usd == pytest.approx(0.013)
    assert (answer.start_over_valid_probability, answer.start_over_usd) == pytest.approx((0.992, 0.0124))
    saved = planner.repair(RepairQuestion(call=CENT, repair=CENT, fallback=DIME, **asked))
    assert (saved.valid_probability, saved.cost_usd) == pytest.approx((1.0, 0.018))


GUARDED = {"guardrail": CENT, "bad_rate": 0.02, "recall": 0.9, "false_positive_rate": 0.05, "loss_usd": 5.0}


def test_a_guardrail_by_hand(planner):
    """0.02 x 0.9 x 5 - 0.01 - 0.98 x 0.05 x 0.2 = 0.0702 USD a request."""
    answer = planner.guardrail(GuardrailQuestion(**GUARDED, block_usd=0.2))
    assert (answer.net_value_usd, answer.residual_loss_usd) == pytest.approx((0.0702, 0.01))
    assert answer.block_precision == pytest.approx(0.018 / 0.067)


@given(recall=st.floats(0.1, 1), false=SHARE, block=st.floats(0, 1))
def test_a_guardrail_breaks_even_where_it_says(planner, recall, false, block):
    """At the break-even rate, and at the break-even loss, the net is nothing."""
    asked = {**GUARDED, "recall": recall, "false_positive_rate": false, "block_usd": block}
    answer = planner.guardrail(GuardrailQuestion(**asked))
    for more in ({"bad_rate": answer.break_even_bad_rate}, {"loss_usd": answer.break_even_loss_usd}):
        assert planner.guardrail(GuardrailQuestion(**asked | more)).net_value_usd == pytest.approx(0, abs=1e-9)


REVIEWED = {"llm": CENT, "reviewed_share": 0.1, "minutes": 3.0, "wage_usd_per_hour": 40.0}


def test_a_human_in_the_loop_by_hand(planner):
    """0.01 + 0.1 x 3 x 40/60 = 0.21; a tenth with 0.3 wrong of which 0.9 are seen leaves 0.06 - 0.027 wrong."""
    more = {
        "error_rate": 0.06,
        "reviewed_error_rate": 0.3,
        "caught_share": 0.9,
        "error_usd": 10.0,
        "manual_minutes": 6.0,
    }
    answer = planner.review(ReviewQuestion(**REVIEWED, **more, requests_per_month=2400))
    assert (answer.cost_usd, answer.manual_usd) == pytest.approx((0.21, 4.0))
    assert (answer.residual_error_rate, answer.net_value_usd) == pytest.approx((0.033, 0.07))
    assert (answer.review_hours_per_month, answer.reviewers) == pytest.approx((12.0, 0.1))
    assert answer.break_even_reviewed_share == 1.0


WRONG_ANSWER = FailureMode(mode="wrong_answer", rate=0.05, detection_share=0.2, undetected_usd=2.0, detected_usd=0.5)
JUDGE = Mitigation(name="judge", effectiveness_share=0.5, detection_share=0.8, cost=CENT)


def matrix(planner, *modes, reach=1.0, **stakes):
    step = Step(name="answer", modes=modes, reach_probability=reach)
    return planner.failures(FailuresQuestion(steps=(step,), stakes=Stakes(**stakes or {"mode_loss_usd": 0.05})))


def test_a_mode_by_hand(planner):
    """0.05 x (0.8 x 2 + 0.2 x 0.5) = 0.085; halved and seen: 0.025 x (0.2 x 2 + 0.8 x 0.5) = 0.02 for a cent."""
    answer = matrix(planner, replace(WRONG_ANSWER, mitigation=JUDGE))
    (row,) = answer.rows
    assert (row.loss_before_usd, row.residual_loss_usd, row.net_value_usd) == pytest.approx((0.085, 0.02, 0.055))
    assert (row.tolerable_before, row.verdict, row.pays) == (False, "tolerable", True)
    assert (answer.verdict, answer.reasons) == ("tolerable", ())


def test_what_cannot_be_tolerated_is_named(planner):
    """A mode over its limit, undetected failures over theirs, and the sum over its own: a reason each."""
    refused = matrix(planner, WRONG_ANSWER, mode_loss_usd=0.08, undetected_rate=0.01, total_loss_usd=0.08)
    assert refused.verdict == "not tolerable"
    assert [reason.split(";")[0] for reason in refused.reasons] == [
        "answer: wrong_answer loses 0.085 USD a request",
        "answer: wrong_answer goes undetected in 4.0000% of the requests",
        "all modes together lose 0.085 USD a request",
    ]


def test_a_mitigation_that_does_not_pay_says_whether_it_is_needed(planner):
    """It costs more than it prevents, but without it the failure is over the limit."""
    dear = replace(WRONG_ANSWER, mitigation=replace(JUDGE, cost=DIME))
    assert matrix(planner, dear).reasons == (
        (
            "answer: wrong_answer: judge costs 0.035 USD a request more than it prevents, "
            "but without it the failure is not tolerable"
        ),
    )


@given(rate=SHARE, detection=SHARE, effect=SHARE, reach=SHARE)
def test_a_mitigation_never_loses_more(planner, rate, detection, effect, reach):
    """Fewer failures lose no more; none are left where all are prevented; undetected failures are a share."""
    mode = replace(WRONG_ANSWER, rate=rate, detection_share=detection)
    mode = replace(mode, mitigation=Mitigation(name="m", effectiveness_share=effect))
    answer = matrix(planner, mode, reach=reach)
    assert answer.residual_loss_usd <= answer.loss_before_usd + 1e-12
    assert answer.residual_loss_usd == pytest.approx(answer.loss_before_usd * (1 - effect))
    assert answer.undetected_probability == pytest.approx(reach * rate * (1 - effect) * (1 - detection), abs=1e-12)


WRONG = [
    ("retry", RetryQuestion(call=CENT, failure_probability=1.1, attempts=2), "failure_probability is 1.1"),
    (
        "retry",
        RetryQuestion(call=CENT, failure_probability=0.1, attempts=21),
        "attempts is 21; it must be from 1 to 20",
    ),
    (
        "retry",
        RetryQuestion(call=CENT, failure_probability=0.1, attempts=2, backoff_factor=0.5),
        "backoff_factor is 0.5",
    ),
    ("guardrail", GuardrailQuestion(**GUARDED | {"loss_usd": -1.0}), "loss_usd is -1.0"),
    ("guardrail", GuardrailQuestion(**GUARDED | {"recall": float("nan")}), "recall is nan"),
    ("review", ReviewQuestion(**REVIEWED | {"minutes": float("inf")}), "minutes is inf"),
    ("review", ReviewQuestion(**REVIEWED, error_usd=1.0), "error_usd needs it"),
    ("review", ReviewQuestion(**REVIEWED, error_rate=0.01, reviewed_error_rate=0.5), "more errors than error_rate"),
    ("failures", FailuresQuestion(steps=(), stakes=Stakes(mode_loss_usd=1)), "steps is a list of 0"),
    (
        "failures",
        FailuresQuestion(steps=(Step(name="a", modes=(WRONG_ANSWER,)),), stakes=Stakes()),
        "state at least one limit",
    ),
    ("failures", FailuresQuestion(steps=(Step(name="a", modes=()),), stakes=Stakes(mode_loss_usd=1)), "modes is empty"),
    (
        "failures",
        FailuresQuestion(steps=(Step(name="a", modes=(WRONG_ANSWER, WRONG_ANSWER)),), stakes=Stakes(mode_loss_usd=1)),
        "at most once",
    ),
    (
        "failures",
        FailuresQuestion(
            steps=(
                Step(
                    name="a", modes=(replace(WRONG_ANSWER, rate=0.7), replace(WRONG_ANSWER, mode="refusal", rate=0.4))
                ),
            ),
            stakes=Stakes(mode_loss_usd=1),
        ),
        "1.1 in all",
    ),
]


@pytest.mark.parametrize(("verb", "question", "says"), WRONG)
def test_wrong_questions_are_named(planner, verb, question, says):
    """A figure out of its range, or a matrix that contradicts itself, is an error that names it."""
    with pytest.raises(InvalidInput, match=says):
        getattr(planner, verb)(question)
