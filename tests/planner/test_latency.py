"""Latency of pipelines against closed forms, plain NumPy and figures worked by hand."""

from __future__ import annotations

from math import log, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from planner import Distribution, Generation, Hop, LatencyQuestion
from planner.latency import latency
from planner.simulated import ranked
from pricing import InvalidInput


def ask(*hops, **more):
    return latency(LatencyQuestion(hops=hops, **{"draws": 40_000, **more}))


def near(spread, name, expected, errors=5):
    """Within five of its own standard errors."""
    error = getattr(spread, f"{name}_standard_error_seconds")
    assert getattr(spread, f"{name}_seconds") == pytest.approx(expected, abs=errors * error + 1e-12), name


def test_serial_normals_are_a_normal():
    """Sums of normals far from zero are normal, and their percentiles do not add."""
    hops = [Hop(seconds=Distribution(kind="normal", mean=mean, sd=sd)) for mean, sd in ((10, 1), (20, 2), (30, 2))]
    answer, whole = ask(*hops), stats.norm(60, 3)
    near(answer.end, "mean", 60)
    for name, p in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        near(answer.end, name, whole.ppf(p))
    assert answer.naive_sum.p95_seconds == pytest.approx(60 + 5 * stats.norm.ppf(0.95))
    assert answer.naive_sum.p95_seconds > answer.end.p95_seconds


def test_parallel_exponentials_take_the_maximum():
    """The slowest of three has the CDF (1-exp(-t))^3, and each is it in a third of the requests."""
    each = Hop(seconds=Distribution(kind="exponential", mean=1.0))
    answer = ask(Hop(parallel=(each, each, each)))
    near(answer.end, "mean", 1 + 1 / 2 + 1 / 3)
    for name, p in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        near(answer.end, name, -log(1 - p ** (1 / 3)))
    assert [hop.mean_share for hop in answer.hops] == pytest.approx([1 / 3] * 3, abs=0.01)


def test_serial_exponentials_are_a_gamma():
    """Four of mean 1 are an Erlang of shape 4; of four of five seconds a budget is exceeded as its tail says."""
    answer = ask(*[Hop(seconds=Distribution(kind="exponential", mean=1.0))] * 4, budget_seconds=8.0)
    near(answer.end, "p95", stats.gamma(4).ppf(0.95))
    tail = stats.gamma(4).sf(8)
    assert answer.budget.breach_probability == pytest.approx(tail, abs=5 * answer.budget.standard_error)
    assert answer.budget.standard_error == pytest.approx((tail * (1 - tail) / 40_000) ** 0.5, rel=0.1)


def test_a_cascade_is_a_mixture():
    """A second hop for 30 % of the requests: the mixture's tail, and what shows last begins when the rest is done."""
    answer = ask(Hop(seconds=1.0), Hop(probability=0.3, seconds=Distribution(kind="exponential", mean=2.0)))
    near(answer.end, "mean", 1.6)
    near(answer.end, "p95", 1 + 2 * log(0.3 / 0.05))
    assert answer.end.p50_seconds == 1.0
    assert [hop.taken_probability for hop in answer.hops] == [1.0, 0.3]
    assert answer.hops[1].mean_seconds == pytest.approx(2.0)  # when taken


def test_alternatives_by_hand():
    """One of 1 s and, in series, 2 s and 3 s, by 70 and 30 %: a mean of 2.2 s, and the worst way as the naive sum."""
    slow = Hop(probability=0.3, serial=(Hop(name="a", seconds=2.0), Hop(name="b", seconds=3.0)))
    answer = ask(Hop(one_of=(Hop(name="fast", probability=0.7, seconds=1.0), slow)))
    near(answer.end, "mean", 2.2)
    assert (answer.end.p50_seconds, answer.end.p95_seconds, answer.naive_sum.p95_seconds) == (1.0, 5.0, 5.0)
    assert {hop.name: hop.taken_probability for hop in answer.hops} == pytest.approx({"fast": 0.7, "a": 0.3, "b": 0.3})


def test_a_generation_by_hand():
    """0.1 queue + (0.3 + 2000 x 0.0001) + 100 reasoning x 0.02 = 2.6 s to the first visible token, 99 x 0.02 more."""
    call = Generation(
        queue_seconds=0.1, first_token_seconds=0.3, seconds_per_uncached_input_token=0.0001,
        uncached_input_tokens=2000, seconds_per_output_token=0.02, output_tokens=100, reasoning_tokens=100,
    )  # fmt: skip
    answer = ask(Hop(seconds=1.0), Hop(generation=call))
    assert answer.first_visible_token.p50_seconds == pytest.approx(3.6)
    assert answer.end.p99_seconds == pytest.approx(3.6 + 99 * 0.02)
    assert answer.end.p99_standard_error_seconds == 0


def test_a_check_at_the_end_holds_the_first_token_back():
    """What follows a generation makes the user wait for all of it; beside it, for the slower of both."""
    call = Hop(generation=Generation(first_token_seconds=0.5, seconds_per_output_token=0.01, output_tokens=101))
    after, beside = ask(call, Hop(seconds=0.2)), ask(Hop(parallel=(call, Hop(seconds=0.7))))
    assert after.first_visible_token.p50_seconds == pytest.approx(1.7)
    assert beside.first_visible_token.p50_seconds == pytest.approx(0.7)
    assert beside.end.p50_seconds == pytest.approx(1.5)


def test_nested_hops_against_plain_numpy():
    """A pipeline of every kind of hop agrees with the same one written out in NumPy."""
    slow = Distribution(p50=2, p95=4)
    answer = ask(
        Hop(seconds=Distribution(samples=(0.1, 0.2, 0.6))),
        Hop(parallel=(Hop(seconds=slow), Hop(serial=(Hop(seconds=1.0), Hop(seconds=slow, probability=0.5))))),
    )
    draws, n = np.random.default_rng(9), 200_000
    sigma = log(2) / stats.norm.ppf(0.95)
    first, second = (draws.lognormal(log(2), sigma, n) for _ in "ab")
    whole = draws.choice([0.1, 0.2, 0.6], n) + np.maximum(first, 1 + second * (draws.random(n) < 0.5))
    for name, p in (("p50", 50), ("p95", 95), ("p99", 99)):
        near(answer.end, name, np.percentile(whole, p), errors=6)


def test_budgets_are_held_hop_by_hop():
    """Shares of 10 s: 4 s against a p95 of 3 s is within, 5 s against 6 s is over; a log is named as one."""
    answer = ask(
        Hop(name="a", seconds=Distribution(p50=1, p95=3), budget_share=0.4),
        Hop(name="b", seconds=Distribution(samples=(6.0,)), budget_share=0.5),
        Hop(name="c", seconds=0.0),
        budget_seconds=10.0,
    )
    a, b, c = answer.hops
    assert (a.allotted_seconds, a.verdict, a.basis) == (4.0, "within", "stated")
    assert (b.allotted_seconds, b.verdict, b.over_probability, b.basis) == (5.0, "over", 1.0, "log")
    assert (c.allotted_seconds, c.verdict) == (None, None)
    assert "b: seconds has 1 samples; p95 and p99 rest on the largest" in answer.warnings[0]


@given(
    st.lists(st.floats(0.01, 5), min_size=1, max_size=5),
    st.floats(1, 4),
    st.just(0) | st.floats(1e-6, 1),
    st.integers(0, 10**6),
)
@settings(max_examples=40)
def test_bounds(medians, spread, probability, seed):
    """First token before end, percentiles in order, shares that sum to 1, and no slower for a hop that is left out."""
    hops = [Hop(seconds=Distribution(p50=p50, p95=p50 * spread)) for p50 in medians]
    more = Hop(parallel=(Hop(seconds=1.0, probability=probability), hops[0]))
    answer, fewer = (ask(*each, draws=1000, seed=seed) for each in ((*hops, more), hops))
    end = answer.end
    assert answer.first_visible_token.p95_seconds <= end.p95_seconds
    assert end.p50_seconds <= end.p95_seconds <= end.p99_seconds
    assert sum(hop.mean_share for hop in answer.hops) == pytest.approx(1)
    assert fewer.end.p95_seconds <= end.p95_seconds  # each hop has a stream of its own


def test_the_same_seed_gives_the_same_figures():
    """A question is answered alike every time, and another seed moves it by its standard error."""
    hop = Hop(seconds=Distribution(p50=1, p95=4))
    assert ask(hop) == ask(hop)
    near(ask(hop, seed=2).end, "p95", ask(hop).end.p95_seconds, errors=6)


def test_standard_errors_are_those_of_repeated_runs():
    """The percentiles of 300 runs spread as far as each run says of itself."""
    runs = [ranked(np.random.default_rng(seed).exponential(1, 2000)) for seed in range(300)]
    spread = np.std([run.at for run in runs], axis=0)
    assert np.mean([run.errors for run in runs], axis=0) == pytest.approx(spread, rel=0.15)


SECOND = Hop(seconds=1.0)
CALL = Generation(first_token_seconds=1, seconds_per_output_token=0.1, output_tokens=0)


@pytest.mark.parametrize(
    ("hops", "more", "says"),
    [
        ((), {}, "hops is of 0; 1 to 100 hops"),
        ((SECOND,) * 101, {}, "hops is of 101"),
        ((Hop(),), {}, "hops.0|seconds is not given; give exactly one of seconds, generation"),
        ((Hop(seconds=1.0, serial=(SECOND,)),), {}, "seconds is seconds, serial; give exactly one"),
        ((Hop(seconds=1.0, probability=1.5),), {}, "probability is 1.5"),
        ((Hop(seconds=1.0, probability=nan),), {}, "probability is nan"),
        ((Hop(seconds=-1.0),), {}, "hops.0.seconds: value is -1.0"),
        ((Hop(seconds=Distribution(p50=2, p95=1)),), {}, "hops.0.seconds: p50 is 2"),
        ((Hop(generation=CALL),), {}, "output_tokens is 0; the user sees 1 or more"),
        ((Hop(one_of=(SECOND, SECOND)),), {}, "probabilities that sum to 2; they must sum to 1"),
        ((Hop(parallel=(SECOND,), budget_share=0.5),), {"budget_seconds": 1.0}, "budget_share is 0.5; it stands on"),
        ((Hop(seconds=1.0, budget_share=0.5),), {}, "budget_seconds is None; shares of a budget need one"),
        ((Hop(seconds=1.0, budget_share=0.6),) * 2, {"budget_seconds": 1.0}, "sum to 1.2; they must not pass 1"),
        ((SECOND,), {"budget_seconds": 0.0}, "budget_seconds is 0.0"),
        ((SECOND,), {"budget_seconds": nan}, "budget_seconds is nan"),
        ((SECOND,), {"draws": 10}, "draws is 10; it must be from 1,000 to 1,000,000"),
        ((SECOND,) * 50, {"draws": 1_000_000}, "at most 200,000 with 50 hops"),
        ((SECOND,), {"seed": -1}, "seed is -1"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_wrong_pipelines_are_named(hops, more, says):
    """No hops, no or several forms, no distribution, no budget to share: an error that names the field."""
    with pytest.raises(InvalidInput, match=says):
        ask(*hops, **more)


def test_nesting_has_an_end():
    """Hops inside hops deeper than anyone reads are refused, not recursed into."""
    hop = SECOND
    for _ in range(300):
        hop = Hop(serial=(hop,))
    with pytest.raises(InvalidInput, match="nested more than 12 deep"):
        ask(hop)
