"""Costs of judging, worked by hand and by simulation."""

from __future__ import annotations

import random
from decimal import Decimal
from statistics import fmean, pstdev

import pytest
from catalogs import NOW
from hypothesis import example, given
from hypothesis import strategies as st

from planner import JudgeCostQuestion, MonitoringQuestion, Planner, RepeatsQuestion, Usage
from planner.calls import Call
from planner.evaluation.costs import Review, repeats
from pricing import InvalidInput


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


CENT = Call(usd=Decimal("0.01"))


def test_pairs_in_both_orders_by_hand(planner):
    """100 items x 3 pairs of 3 systems x 2 orders x 2 repeats at a cent are 1,200 judgements and 12 USD."""
    answer = planner.judge_cost(JudgeCostQuestion(items=100, judge=CENT, systems=3, pairwise=True, repeats=2))
    assert (answer.judgements, answer.judge_usd, answer.usd_per_item) == (1200, pytest.approx(12), pytest.approx(0.12))


def test_people_by_hand(planner):
    """A tenth of 500 items, three minutes, two people at 40 an hour: 5 hours, 200 USD."""
    review = Review(share=0.1, minutes=3, wage_usd_per_hour=40, reviewers=2)
    answer = planner.judge_cost(JudgeCostQuestion(items=500, review=review))
    assert (answer.judgements, answer.review_hours, answer.total_usd) == (0, pytest.approx(5), pytest.approx(200))


def test_a_batch_discount_comes_with_the_tier(planner):
    """The same judge in a batch costs half where the catalog says so."""
    usage = Usage(input_tokens=1000, output_tokens=100)
    costs = [
        planner.judge_cost(
            JudgeCostQuestion(items=10, judge=Call(model="gpt-5-mini", usage=usage, service_tier=tier))
        ).judge_usd
        for tier in ("standard", "batch")
    ]
    assert costs[1] == pytest.approx(costs[0] / 2)


def test_monitoring_sees_the_drop_as_often_as_promised(planner):
    """With the judgements needed, a one-sided test sees 0.92 fall to 0.88 in about 80 % of 2,000 simulated samples."""
    asked = MonitoringQuestion(requests_per_day=1000, sampled_share=0.1, good_rate=0.92, dropped_rate=0.88, judge=CENT)
    answer = planner.monitoring(asked)
    assert (answer.judged_per_day, answer.usd_per_day) == pytest.approx((100, 1))
    assert answer.days_to_see == pytest.approx(answer.judgements_needed / 100)
    n, draws = answer.judgements_needed, random.Random(5)
    edge = 0.92 - 1.6449 * (0.92 * 0.08 / n) ** 0.5
    seen = sum(sum(draws.random() < 0.88 for _ in range(n)) / n < edge for _ in range(2000))
    assert seen / 2000 == pytest.approx(0.8, abs=0.04)


def test_repeats_reduce_only_the_variance_within():
    """The error of a simulated evaluation's mean is the one that the formula gives."""
    answer = repeats(RepeatsQuestion(between_variance=0.09, within_variance=0.16, items=50, repeats=4))
    draws = random.Random(3)

    def mean():
        return fmean(draws.gauss(0, 0.3) + fmean(draws.gauss(0, 0.4) for _ in range(4)) for _ in range(50))

    assert pstdev(mean() for _ in range(1500)) == pytest.approx(answer.standard_error, rel=0.07)


@given(b=st.floats(0.001, 1), w=st.floats(0, 1), items=st.integers(1, 60), cost=st.floats(0, 50))
@example(b=0.5, w=1.0, items=2, cost=3.0)
def test_the_best_repeats_are_no_worse_and_no_dearer(b, w, items, cost):
    """For the same money no other whole split is less uncertain, by trying every one."""
    answer = repeats(RepeatsQuestion(between_variance=b, within_variance=w, items=items, item_usd=cost))
    total = items * (cost + 1)
    assert answer.best_items * (cost + answer.best_repeats) <= total * (1 + 1e-9)
    assert answer.best_standard_error <= answer.standard_error * (1 + 1e-9)
    options = [(r, int(total / (cost + r) + 1e-9)) for r in range(1, int(total) + 1)]
    best = min(((b + w / r) / n) ** 0.5 for r, n in options if n)
    assert answer.best_standard_error == pytest.approx(best)


def test_a_run_that_costs_next_to_nothing_is_refused():
    """No float holds how many of them the money buys."""
    with pytest.raises(InvalidInput, match="run_usd is 1e-304"):
        repeats(RepeatsQuestion(between_variance=0.0, within_variance=1.0, items=413, item_usd=413, run_usd=1e-304))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (JudgeCostQuestion(items=0, judge=CENT), "items is 0"),
        (JudgeCostQuestion(items=5), "give a judge, a review, or both"),
        (JudgeCostQuestion(items=5, judge=CENT, pairwise=True), "compares at least 2"),
        (JudgeCostQuestion(items=5, review=Review(share=2, minutes=1, wage_usd_per_hour=1)), "share is 2"),
    ],
)
def test_wrong_judge_costs_are_named(planner, question, says):
    """Nothing to judge, nobody to judge it, or a share that is none."""
    with pytest.raises(InvalidInput, match=says):
        planner.judge_cost(question)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"dropped_rate": 0.95}, "it must be below good_rate"),
        ({"sampled_share": 0.0}, "sampled_share is 0.0"),
        ({"requests_per_day": float("inf")}, "requests_per_day is inf"),
        ({"power": 1.0}, "power is 1.0"),
    ],
)
def test_wrong_monitoring_is_named(planner, wrong, says):
    """A rate that does not drop, or a sample of nothing."""
    asked = {"requests_per_day": 1000, "sampled_share": 0.1, "good_rate": 0.92, "dropped_rate": 0.88, **wrong}
    with pytest.raises(InvalidInput, match=says):
        planner.monitoring(MonitoringQuestion(judge=CENT, **asked))
