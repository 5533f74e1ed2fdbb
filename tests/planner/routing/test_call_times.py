"""Latencies of calls as numbers, distributions and samples, in every routing verb that takes them."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from math import log

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st

from planner import (
    CascadeQuestion,
    CascadeTier,
    Distribution,
    FallbackQuestion,
    HedgeQuestion,
    Latency,
    Link,
    Planner,
    RouteQuestion,
    VoteQuestion,
)
from planner.calls import Call
from planner.questions import of_values
from pricing import InvalidInput

CENT = Call(usd=Decimal("0.01"))


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def routed(planner, weak, strong, share=0.3, **more):
    asked = RouteQuestion(strong_share=share, weak=CENT, strong=CENT, weak_latency=weak, strong_latency=strong, **more)
    return planner.route(asked).latency


def test_known_times_are_a_mixture_of_points(planner):
    """7 of 10 requests take 1 + 0.5 s, 3 take 3 + 0.5 s: mean 2.1 s, half within 1.5 s, the 95th at 3.5 s, no error."""
    took = routed(planner, Latency(seconds=1.0), Latency(seconds=3.0), classifier_latency=Latency(seconds=0.5))
    assert took.mean_seconds == pytest.approx(2.1)
    assert (took.p50_seconds, took.p95_seconds, took.p99_seconds, took.p95_error_seconds) == (1.5, 3.5, 3.5, 0)


def test_percentiles_mean_the_same_in_either_form(planner):
    """`p50_seconds` with `p95_seconds` is a lognormal, as `seconds` of p50 and p95 is: the same draws."""
    by_name = Latency(p50_seconds=1.0, p95_seconds=4.0)
    by_law = Latency(seconds=Distribution(p50=1.0, p95=4.0))
    assert routed(planner, by_name, by_name) == routed(planner, by_law, by_law)


def test_a_log_s_samples_are_the_mixture(planner):
    """Samples 1, 2, 3 and 10 s for all: the mean is 4 s, a half is within 2 s, the 95th is the largest."""
    log_of = Latency(seconds=Distribution(samples=(10.0, 1.0, 3.0, 2.0)))
    took = routed(planner, log_of, log_of, share=0.0)
    assert took.mean_seconds == 4
    assert took.p50_seconds in (2, 3)  # half of the draws lie at or below 2 s, give or take their noise
    assert (took.p95_seconds, took.p99_seconds) == (10, 10)


def test_exponential_calls_in_a_row_are_a_gamma(planner):
    """A cascade that always goes on adds two exponentials of mean 1: the median of a gamma of shape 2 is 1.6783."""
    each = Latency(seconds=Distribution(kind="exponential", mean=1.0))
    tiers = (CascadeTier(call=CENT, accept_probability=0.0, latency=each), CascadeTier(call=CENT, latency=each))
    took = planner.cascade(CascadeQuestion(tiers=tiers)).latency
    assert took.mean_seconds == pytest.approx(2)
    assert took.p50_seconds == pytest.approx(1.67835, abs=0.04)
    assert took.p95_seconds == pytest.approx(4.74386, abs=4 * took.p95_error_seconds)


def test_a_hedge_of_exponentials_by_hand(planner):
    """Beyond t the answer takes longer than x with `exp(-x)*exp(-(x-t))`: the 95th is at `(t + ln 20)/2`."""
    wait = Latency(seconds=Distribution(kind="exponential", mean=1.0))
    answer = planner.hedge(HedgeQuestion(call=CENT, latency=wait, hedge_after_seconds=1.0))
    assert answer.single.p95_seconds == pytest.approx(log(20))
    assert answer.hedged.p95_seconds == pytest.approx((1 + log(20)) / 2)
    assert answer.extra_calls_per_request == pytest.approx(0.36788, abs=1e-5)
    assert answer.second_wins_probability == pytest.approx(0.36788 / 2, abs=1e-4)


def test_a_hedge_of_known_times(planner):
    """A first call of 5 s is always hedged at 2 s by one of 1 s: it answers after 3 s, each time."""
    answer = planner.hedge(
        HedgeQuestion(
            call=CENT, latency=Latency(seconds=5.0), second_latency=Latency(seconds=1.0), hedge_after_seconds=2.0
        )
    )
    assert (answer.extra_calls_per_request, answer.second_wins_probability) == (1, 1)
    assert (answer.hedged.p50_seconds, answer.hedged.p99_seconds) == pytest.approx((3, 3))


def test_the_slowest_of_uniform_votes(planner):
    """Of four answers between 0 and 10 s the slowest is within `10*q^(1/4)` with probability q."""
    wait = Latency(seconds=Distribution(low=0.0, high=10.0))
    took = planner.vote(VoteQuestion(votes=4, correct_probability=0.7, call=CENT, latency=wait)).latency
    assert (took.p50_seconds, took.p95_seconds) == pytest.approx((10 * 0.5**0.25, 10 * 0.95**0.25))


def test_a_time_out_is_a_number(planner):
    """Half of the first calls time out at 8 s and a second of 1 s answers: mean 0.5 x 2 + 0.5 x (8 + 1) = 5.5 s."""
    chain = (
        Link(call=CENT, failure_probability=0.5, latency=Latency(seconds=2.0), failed_latency=Latency(seconds=8.0)),
        Link(call=CENT, failure_probability=0.0, latency=Latency(seconds=1.0)),
    )
    took = planner.fallback(FallbackQuestion(chain=chain)).latency
    assert took.mean_seconds == pytest.approx(5.5)
    assert (took.p95_seconds, took.p99_seconds) == (9, 9)


SECONDS = st.floats(0, 100).map(lambda value: round(value, 6))
WAITS = st.one_of(
    SECONDS.map(lambda value: Latency(seconds=value)),
    st.tuples(st.floats(0.01, 10), st.floats(1, 100)).map(
        lambda pair: Latency(p50_seconds=pair[0], p95_seconds=pair[0] * pair[1])
    ),
    st.floats(0.01, 10).map(lambda mean: Latency(seconds=Distribution(kind="exponential", mean=mean))),
    st.tuples(st.floats(0.01, 10), st.floats(0.1, 3)).map(
        lambda pair: Latency(seconds=Distribution(kind="gamma", mean=pair[0], sd=pair[0] * pair[1]))
    ),
    st.lists(SECONDS, min_size=1, max_size=9).map(lambda values: Latency(seconds=Distribution(samples=tuple(values)))),
    st.tuples(SECONDS, SECONDS).map(lambda pair: Latency(seconds=Distribution(low=pair[0], high=sum(pair)))),
    st.tuples(st.floats(1, 10), st.floats(0.1, 10)).map(
        lambda pair: Latency(seconds=Distribution(kind="normal", mean=pair[0], sd=pair[1]))
    ),
)


@given(first=WAITS, second=WAITS, after=st.floats(0, 20))
def test_a_hedge_never_makes_slower(planner, first, second, after):
    """Whatever the distributions, a hedge makes no percentile longer, and the second wins at most when it is sent."""
    answer = planner.hedge(HedgeQuestion(call=CENT, latency=first, second_latency=second, hedge_after_seconds=after))
    assert 0 <= answer.second_wins_probability <= answer.extra_calls_per_request + 1e-9 <= 1 + 2e-9
    for name in ("p50_seconds", "p95_seconds", "p99_seconds"):
        assert 0 <= getattr(answer.hedged, name) <= getattr(answer.single, name) + 1e-9


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "p50_seconds is None; give p50_seconds with p95_seconds, or seconds"),
        ({"p50_seconds": 1.0}, "p95_seconds is None"),
        ({"p50_seconds": 1.0, "seconds": 1.0}, "p50_seconds is 1.0; give p50_seconds with p95_seconds, or seconds"),
        ({"seconds": -1.0}, "weak_latency.seconds: value is -1.0; it must be a number from 0"),
        ({"seconds": {"mean": 2.0}}, "weak_latency.seconds: mean given; kind must be exponential"),
        ({"seconds": {"p50": 2.0, "p95": 1.0}}, "weak_latency.seconds: p50 is 2.0, p95 is 1.0"),
        ({"p50_seconds": 2.0, "p95_seconds": 1.0}, "p95_seconds is 1.0; it must not be below p50_seconds, 2.0"),
    ],
)
def test_times_that_no_call_can_have_are_named(planner, given, said):
    """What is wrong with a latency is told with the place where it stands."""
    asked = {"strong_share": 0.3, "weak": {"usd": "1"}, "strong": {"usd": "1"}, "strong_latency": {"seconds": 1.0}}
    with pytest.raises(InvalidInput) as raised:
        planner.route(of_values(RouteQuestion, asked | {"weak_latency": given}))
    assert raised.value.problems[0].loc[0] == "weak_latency"
    assert said in str(raised.value)


def test_only_other_distributions_need_scipy(planner, monkeypatch):
    """Numbers and percentiles do with the standard library; samples name the extra that they need."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    routed(planner, Latency(seconds=1.0), Latency(p50_seconds=1.0, p95_seconds=2.0))
    with pytest.raises(InvalidInput, match=r"tokenplan\[planning\]"):
        routed(planner, Latency(seconds=1.0), Latency(seconds=Distribution(samples=(1.0,))))


def test_an_aggregator_reads_when_the_last_answer_is_there(planner):
    """Four uniform answers to 10 s, then 2 s: the percentiles of the slowest, moved by two seconds."""
    asked = VoteQuestion(
        votes=4,
        correct_probability=0.7,
        call=CENT,
        latency=Latency(seconds=Distribution(low=0.0, high=10.0)),
        aggregator=CENT,
        aggregator_latency=Latency(seconds=2.0),
    )
    took = planner.vote(asked).latency
    assert (took.p50_seconds, took.p95_seconds) == pytest.approx((2 + 10 * 0.5**0.25, 2 + 10 * 0.95**0.25), abs=0.05)
    with pytest.raises(InvalidInput, match="the answers' latency is needed"):
        planner.vote(replace(asked, latency=None))
