"""Misrouting, votes, pass@k, hedges, escalation and fallbacks, against SciPy, brute force and simulation."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import combinations
from math import log

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from planner import (
    EscalateQuestion,
    FallbackQuestion,
    HedgeQuestion,
    Latency,
    Link,
    MisroutingQuestion,
    PassAtKQuestion,
    Planner,
    VoteQuestion,
)
from planner.calls import Call
from planner.routing.vote import majority_correct
from pricing import InvalidInput

SHARE = st.floats(0, 1)
CENT, DIME = Call(usd=Decimal("0.01")), Call(usd=Decimal("0.1"))
QUALITIES = {
    "weak_easy_quality": 0.95,
    "weak_hard_quality": 0.5,
    "strong_easy_quality": 0.97,
    "strong_hard_quality": 0.85,
}
Z95 = 1.6448536269514722
WAIT = Latency(p50_seconds=1.0, p95_seconds=4.0)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def misroute(planner, h, r, f, **more):
    asked = {**QUALITIES, **more}
    return planner.misrouting(MisroutingQuestion(hard_share=h, recall=r, false_positive_rate=f, **asked))


def test_misrouting_by_hand(planner):
    """Strong share 0.3 x 0.9 + 0.7 x 0.1 = 0.34; quality 0.3(0.9 x 0.85 + 0.1 x 0.5) + 0.7(0.1 x 0.97 + 0.9 x 0.95)."""
    answer = misroute(planner, 0.3, 0.9, 0.1, weak=CENT, strong=DIME)
    assert (answer.strong_share, answer.precision) == pytest.approx((0.34, 0.27 / 0.34))
    assert (answer.quality, answer.all_strong_quality) == pytest.approx((0.9109, 0.934))
    assert answer.cost_usd == pytest.approx(0.66 * 0.01 + 0.34 * 0.1)
    assert answer.savings_usd_per_lost_answer == pytest.approx(answer.savings_usd / 0.0231)


@given(SHARE, SHARE, SHARE)
def test_misrouting_s_limits(planner, h, r, f):
    """Everything or nothing sent gives either model's quality; precision is a share or unknown where nothing is."""
    assert misroute(planner, h, 1.0, 1.0).quality == pytest.approx(misroute(planner, h, 1.0, 1.0).all_strong_quality)
    assert misroute(planner, h, 0.0, 0.0).quality == pytest.approx(misroute(planner, h, 0.0, 0.0).all_weak_quality)
    answer = misroute(planner, h, r, f)
    assert answer.precision is None if answer.strong_share == 0 else 0 <= answer.precision <= 1 + 1e-9
    assert answer.all_weak_quality - 1e-9 <= answer.quality <= answer.all_strong_quality + 1e-9


@given(votes=st.integers(1, 25), right=SHARE, correlation=st.floats(0.001, 0.99))
def test_a_majority_is_scipy_s_tail(votes, right, correlation):
    """Binomial without correlation, beta-binomial with it; a tie counts half."""

    def tail(law):
        return law.sf(votes // 2) + (law.pmf(votes // 2) / 2 if votes % 2 == 0 else 0)

    if right == 0 or right > 1e-300:  # SciPy's own limit
        assert majority_correct(votes, right, 0.0) == pytest.approx(tail(stats.binom(votes, right)), abs=1e-9)
    spread = (1 - correlation) / correlation
    if min(right, 1 - right) * spread > 1e-3:  # SciPy's own limits
        law = stats.betabinom(votes, right * spread, (1 - right) * spread)
        assert majority_correct(votes, right, correlation) == pytest.approx(tail(law), abs=1e-7)


@given(votes=st.integers(1, 101), right=SHARE)
def test_the_limits_of_correlation(votes, right):
    """Answers all alike are one answer; a correlation near 0 is none; symmetry: errors win as often as they would."""
    assert majority_correct(votes, right, 1.0) == pytest.approx(right)
    assert majority_correct(votes, right, 1e-7) == pytest.approx(majority_correct(votes, right, 0.0), abs=1e-3)
    assert majority_correct(votes, 1 - right, 0.2) == pytest.approx(1 - majority_correct(votes, right, 0.2), abs=1e-7)


def test_a_vote_by_hand(planner):
    """Three votes of 0.8: 0.512 + 3 x 0.128 = 0.896 for three cents; the slowest of three at 0.5^(1/3)."""
    answer = planner.vote(VoteQuestion(votes=3, correct_probability=0.8, call=CENT, latency=WAIT))
    assert (answer.majority_probability, answer.any_correct_probability) == pytest.approx((0.896, 0.992))
    assert (answer.cost_usd, answer.extra_usd_per_extra_correct) == pytest.approx((0.03, 0.02 / 0.096))
    law = stats.lognorm(log(4) / Z95, scale=1.0)
    assert law.cdf(answer.latency.p95_seconds) ** 3 == pytest.approx(0.95)


@pytest.mark.parametrize(("passed", "k"), [(0, 3), (2, 1), (2, 3), (5, 2), (7, 7)])
def test_pass_at_k_is_the_share_of_subsets(planner, passed, k):
    """Every choice of k among seven samples, counted one by one."""
    chosen = list(combinations([True] * passed + [False] * (7 - passed), k))
    answer = planner.pass_at_k(PassAtKQuestion(samples=7, passed=(passed,), attempts=k, call=CENT))
    assert answer.pass_probability == pytest.approx(sum(map(any, chosen)) / len(chosen))
    assert answer.cost_usd == pytest.approx(k * 0.01)


@pytest.mark.parametrize("second", [WAIT, Latency(p50_seconds=0.5, p95_seconds=1.0)])
def test_a_hedge_is_that_of_a_simulation(planner, second):
    """60,000 pairs of calls: extra calls, wins of the second, cost with half-billed losers and the 95th percentile."""
    dice, runs, after = random.Random(5), 60_000, 2.0
    extra, wins, spent, seconds = 0, 0, 0.0, []
    for _ in range(runs):
        first = dice.lognormvariate(0, log(4) / Z95)
        hedged = first > after
        other = (
            after + dice.lognormvariate(log(second.p50_seconds), log(second.p95_seconds / second.p50_seconds) / Z95)
            if hedged
            else float("inf")
        )
        extra, wins = extra + hedged, wins + (other < first)
        spent += (0.005 if other < first else 0.01) + ((0.1 if other < first else 0.05) if hedged else 0.0)
        seconds.append(min(first, other))
    question = HedgeQuestion(
        call=CENT,
        latency=WAIT,
        hedge_after_seconds=after,
        second=DIME,
        second_latency=second,
        cancelled_billed_share=0.5,
    )
    answer = planner.hedge(question)
    assert answer.extra_calls_per_request == pytest.approx(extra / runs, abs=0.008)
    assert answer.second_wins_probability == pytest.approx(wins / runs, abs=0.008)
    assert answer.cost_usd == pytest.approx(spent / runs, rel=0.04)
    assert answer.hedged.p95_seconds == pytest.approx(sorted(seconds)[int(runs * 0.95)], rel=0.04)


def test_a_hedge_at_once_and_never(planner):
    """At 0 seconds two calls race: half the wait at `sqrt`; long after, nothing changes."""

    def ask(after):
        return planner.hedge(HedgeQuestion(call=CENT, latency=WAIT, hedge_after_seconds=after))

    assert ask(0.0).cost_usd == pytest.approx(0.02)
    assert ask(0.0).hedged.p50_seconds == pytest.approx(WAIT.times.quantile(1 - 0.5**0.5))
    assert ask(1e9).hedged == ask(1e9).single
    assert ask(1e9).extra_usd == pytest.approx(0)


def test_escalation_turns_at_the_break_even(planner):
    """Nine cents more for a tenth more right: worth it over 0.90 USD an answer, or 1.00 when the weak one is paid."""

    def ask(value, **more):
        asked = {"weak_quality": 0.8, "strong_quality": 0.9, "correct_value_usd": value, **more}
        return planner.escalate(EscalateQuestion(weak=CENT, strong=DIME, **asked))

    assert ask(1.0).break_even_value_usd == pytest.approx(0.9)
    assert [ask(value).escalate for value in (0.89, 0.91)] == [False, True]
    assert [ask(value, weak_already_paid=True).escalate for value in (0.99, 1.01)] == [False, True]
    assert ask(1.0, strong_quality=0.7).break_even_value_usd is None
    assert ask(0.0).break_even_quality_gain is None


def test_a_chain_is_that_of_a_simulation(planner):
    """Two tries of a call that fails often, then another: cost and success counted over 60,000 requests."""
    dice, runs, spent, served = random.Random(9), 60_000, 0.0, 0
    for _ in range(runs):
        for usd, failure, billed in ((0.01, 0.4, 0.5), (0.01, 0.4, 0.5), (0.1, 0.2, 0.0)):
            failed = dice.random() < failure
            spent += usd * (billed if failed else 1.0)
            if not failed:
                served += 1
                break
    chain = (
        Link(call=CENT, failure_probability=0.4, failed_billed_share=0.5, attempts=2, latency=WAIT),
        Link(call=DIME, failure_probability=0.2, latency=WAIT),
    )
    answer = planner.fallback(FallbackQuestion(chain=chain))
    assert answer.cost_usd == pytest.approx(spent / runs, rel=0.04)
    assert answer.success_probability == pytest.approx(served / runs, abs=0.008)
    assert answer.latency.mean_seconds == pytest.approx((1 + 0.4 + 0.16) * WAIT.times.mean)


WRONG = [
    (
        "misrouting",
        MisroutingQuestion,
        {"hard_share": 1.2, "recall": 0, "false_positive_rate": 0, **QUALITIES},
        "hard_share is 1.2",
    ),
    (
        "misrouting",
        MisroutingQuestion,
        {"hard_share": 0, "recall": 0, "false_positive_rate": 0, **QUALITIES, "weak": CENT},
        "costs need both calls",
    ),
    ("vote", VoteQuestion, {"votes": 0, "correct_probability": 0.5, "call": CENT}, "votes is 0"),
    ("vote", VoteQuestion, {"votes": 1003, "correct_probability": 0.5, "call": CENT}, "at most 1001"),
    (
        "vote",
        VoteQuestion,
        {"votes": 3, "correct_probability": float("nan"), "call": CENT},
        "correct_probability is nan",
    ),
    ("pass_at_k", PassAtKQuestion, {"samples": 5, "passed": (), "attempts": 1}, "passed is a list of 0"),
    ("pass_at_k", PassAtKQuestion, {"samples": 5, "passed": (6,), "attempts": 1}, "problem 0: it must lie between"),
    ("pass_at_k", PassAtKQuestion, {"samples": 5, "passed": (1,), "attempts": 6}, "at most samples, 5"),
    (
        "hedge",
        HedgeQuestion,
        {"call": CENT, "latency": WAIT, "hedge_after_seconds": -1.0},
        "hedge_after_seconds is -1.0",
    ),
    (
        "hedge",
        HedgeQuestion,
        {"call": CENT, "latency": Latency(p50_seconds=3, p95_seconds=1), "hedge_after_seconds": 1},
        "must not be below p50_seconds, 3",
    ),
    (
        "escalate",
        EscalateQuestion,
        {"weak": CENT, "strong": DIME, "weak_quality": 0.5, "strong_quality": 2, "correct_value_usd": 1},
        "strong_quality is 2",
    ),
    ("fallback", FallbackQuestion, {"chain": ()}, "chain is a list of 0"),
    (
        "fallback",
        FallbackQuestion,
        {"chain": (Link(call=CENT, failure_probability=-0.1),)},
        "failure_probability is -0.1",
    ),
    ("fallback", FallbackQuestion, {"chain": (Link(call=CENT, failure_probability=0, attempts=0),)}, "attempts is 0"),
]


@pytest.mark.parametrize(("verb", "kind", "asked", "says"), WRONG)
def test_wrong_questions_are_named(planner, verb, kind, asked, says):
    """A figure out of its range is an error that names it."""
    with pytest.raises(InvalidInput, match=says):
        getattr(planner, verb)(kind(**asked))
