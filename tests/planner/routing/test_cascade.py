"""Cascades and latencies, against simulation, SciPy and figures worked by hand."""

from __future__ import annotations

import random
from decimal import Decimal
from math import log

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from planner import CascadeQuestion, CascadeTier, Joint, Latency, Planner, RouteQuestion
from planner.calls import Call
from planner.routing.waits import Way, mixture
from pricing import InvalidInput

SHARE = st.floats(0, 1)
USD = st.decimals(Decimal(0), Decimal(1), places=4)
JOINT = {"both": 0.66, "weak_only": 0.04, "strong_only": 0.2, "neither": 0.1}
ERRORS = {"sensitivity": 0.8, "false_escalation_rate": 0.1}
QUICK, SLOW = Latency(p50_seconds=1.0, p95_seconds=3.0), Latency(p50_seconds=4.0, p95_seconds=9.0)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def tier(usd, accept=None, quality=None, verifier=None, **more):
    seen = None if verifier is None else Call(usd=Decimal(verifier))
    call = Call(usd=Decimal(usd))
    return CascadeTier(call=call, verifier=seen, accept_probability=accept, accepted_quality=quality, **more)


def ask(planner, *tiers, **more):
    return planner.cascade(CascadeQuestion(tiers=tiers, **more))


def test_joint_shares_by_hand(planner):
    """0.3 wrong x 0.8 + 0.7 right x 0.1 = 0.31 escalate; 0.001 + 0.0002 + 0.31 x 0.01; quality 0.66 + 0.036 + 0.16."""
    answer = ask(planner, tier("0.001", verifier="0.0002"), tier("0.01"), joint=Joint(**JOINT, **ERRORS))
    assert answer.escalation_probability == pytest.approx(0.31)
    assert (answer.cost_usd, answer.quality) == pytest.approx((0.0043, 0.856))
    assert (answer.all_weak_quality, answer.all_strong_quality) == pytest.approx((0.7, 0.86))
    assert answer.break_even_escalation_probability == pytest.approx(1 - 0.0012 / 0.01)


def test_bounds_at_the_same_escalation_by_hand(planner):
    """At 31 %: all 20 % that gain, 0.7 + 0.2; a coin 0.7 + 0.31 x 0.16; all 4 % that lose, 0.7 - 0.04."""
    answer = ask(planner, tier("0.001"), tier("0.01"), joint=Joint(**JOINT, **ERRORS))
    found = (answer.oracle_quality, answer.random_quality, answer.worst_quality)
    assert found == pytest.approx((0.9, 0.7496, 0.66))


@given(shares=st.lists(st.floats(0.001, 1), min_size=4, max_size=4), sens=SHARE, fe=SHARE)
def test_no_verifier_leaves_the_bounds(planner, shares, sens, fe):
    """Whatever a verifier's errors, its quality lies between the worst and the oracle's that escalate as much."""
    joint = {name: share / sum(shares) for name, share in zip(JOINT, shares, strict=True)}
    errors = {"sensitivity": sens, "false_escalation_rate": fe}
    answer = ask(planner, tier("0.001"), tier("0.01"), joint=Joint(**joint, **errors))
    assert answer.worst_quality - 1e-9 <= answer.quality <= answer.oracle_quality + 1e-9
    assert answer.worst_quality - 1e-9 <= answer.random_quality <= answer.oracle_quality + 1e-9


def test_almost_no_quality_has_no_price(planner):
    """A correct answer in ever so many has no finite price, so none is told."""
    answer = ask(planner, tier("1", 1.0, 1e-320), tier("2", quality=0.0))
    assert answer.cost_per_correct_answer_usd is None


def test_three_tiers_are_those_of_a_simulation(planner):
    """60,000 requests passed on by dice cost, and are right, as often as the closed form says."""
    rows = ((0.1, 0.5, 0.9), (0.3, 0.6, 0.8), (1.0, 1.0, 0.7))
    dice, spent, right, runs = random.Random(3), 0.0, 0, 60_000
    for _ in range(runs):
        for usd, accept, quality in rows:
            spent += usd
            if dice.random() < accept:
                right += dice.random() < quality
                break
    answer = ask(planner, *(tier(str(usd), None if accept == 1 else accept, quality) for usd, accept, quality in rows))
    assert answer.cost_usd == pytest.approx(spent / runs, abs=0.008)
    assert answer.quality == pytest.approx(right / runs, abs=0.008)


@given(weak=USD, strong=USD, accept=SHARE)
def test_two_tiers_are_a_weak_call_always_and_a_strong_one_at_times(planner, weak, strong, accept):
    """Two tiers cost `c_w + p_esc*c_s`: what a route costs that decides by the weak call."""
    answer = ask(planner, tier(weak, accept), tier(strong))
    free, decides = Call(usd=Decimal(0)), Call(usd=weak)
    routed = RouteQuestion(strong_share=1 - accept, weak=free, strong=Call(usd=strong), classifier=decides)
    assert answer.cost_usd == pytest.approx(planner.route(routed).cost_usd)
    assert answer.tiers[1].reach_probability == pytest.approx(1 - accept)


@given(costs=st.lists(USD, min_size=3, max_size=3), accept=st.lists(SHARE, min_size=2, max_size=2))
def test_at_the_break_even_a_cascade_costs_the_last_tier(planner, costs, accept):
    """With that share passed on, nothing is saved; where there is none the first tier is as dear as the last."""
    first, second, last = costs
    even = ask(planner, tier(first, 0.5), tier(second, accept[1]), tier(last)).break_even_escalation_probability
    if even is None:
        assert first >= last
        return
    there = ask(planner, tier(first, 1 - even), tier(second, accept[1]), tier(last))
    assert there.savings_usd == pytest.approx(0, abs=1e-9) if even < 1 else there.savings_usd >= -1e-9


@given(shares=st.lists(st.floats(0.01, 1), min_size=4, max_size=4), sens=SHARE, false=SHARE)
def test_a_perfect_verifier_is_best(planner, shares, sens, false):
    """Quality lies in [0, 1], never above that of a verifier without errors; it grows with sensitivity."""
    whole = sum(shares)
    joint = {name: share / whole for name, share in zip(JOINT, shares, strict=True)}
    tiers = (tier("0.1"), tier("1"))

    def quality(sensitivity, false_escalation_rate):
        errors = {"sensitivity": sensitivity, "false_escalation_rate": false_escalation_rate}
        return ask(planner, *tiers, joint=Joint(**joint, **errors)).quality

    assert 0 <= quality(sens, false) <= quality(1.0, 0.0) + 1e-12 <= 1 + 1e-9
    assert quality(sens / 2, false) <= quality(sens, false) + 1e-12


def test_a_mixture_s_percentiles_are_scipy_s():
    """A mixture of two lognormals, its distribution function inverted; within four standard errors."""
    laws = [
        stats.lognorm(log(each.p95_seconds / each.p50_seconds) / 1.6448536, scale=each.p50_seconds)
        for each in (QUICK, SLOW)
    ]

    def below(at):
        return 0.7 * laws[0].cdf(at) + 0.3 * laws[1].cdf(at)

    found = mixture([Way(0.7, (QUICK,)), Way(0.3, (SLOW,))], 1)
    exact = optimize.brentq(lambda at: below(at) - 0.95, 0.01, 100)
    assert found.p95_seconds == pytest.approx(exact, abs=4 * found.p95_error_seconds)
    assert found.mean_seconds == pytest.approx(0.7 * laws[0].mean() + 0.3 * laws[1].mean())


def test_escalated_requests_wait_for_both(planner):
    """Nothing accepted: the sum of both; the same seed gives the same figures."""
    tiers = (tier("1", 0.0, latency=QUICK), tier("2", latency=SLOW))
    first, again, other = (ask(planner, *tiers, seed=seed).latency for seed in (1, 1, 2))
    assert first == again != other
    assert first.mean_seconds == pytest.approx(QUICK.times.mean + SLOW.times.mean)
    assert first.p50_seconds > 5.0


@pytest.mark.parametrize(
    ("tiers", "more", "says"),
    [
        ((), {}, "tiers is a list of 0"),
        ((tier("1"),), {}, "a cascade has 2 to 20 tiers"),
        ((tier("1"), tier("2")), {}, "every tier but the last needs it"),
        ((tier("1", 1.5), tier("2")), {}, "accept_probability is 1.5"),
        ((tier("1", float("nan")), tier("2")), {}, "accept_probability is nan"),
        ((tier("1", 0.5), tier("2", 0.5)), {}, "the last tier's answer is taken"),
        ((tier("1", 0.5), tier("2", verifier="1")), {}, "the last tier's answer is taken"),
        ((tier("1", 0.5), tier("2")), {"joint": Joint(**JOINT, **ERRORS)}, "joint says it"),
        ((tier("1"), tier("2")), {"joint": Joint(**{**JOINT, "both": 0.7}, **ERRORS)}, "they must sum to 1"),
        ((tier("1"), tier("2")), {"joint": Joint(**{**JOINT, "both": -0.1}, **ERRORS)}, "both is -0.1"),
        ((tier("1"), tier("2"), tier("3")), {"joint": Joint(**JOINT, **ERRORS)}, "it describes two models"),
        ((tier("1", 0.5, latency=Latency(p50_seconds=2, p95_seconds=1)), tier("2")), {}, "must not be below p50"),
        ((tier("1", 0.5, latency=Latency(p50_seconds=0, p95_seconds=1)), tier("2")), {}, "p50_seconds is 0"),
        ((tier("1", 0.5, latency=Latency(p50_seconds=1e-9, p95_seconds=1)), tier("2")), {}, "a million times"),
    ],
)
def test_wrong_cascades_are_named(planner, tiers, more, says):
    """A missing, doubled or impossible figure is an error that names it."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, *tiers, **more)
