"""Intervals, comparisons and corrected rates against statsmodels, scipy and simulation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from planner.evaluation.intervals import (
    CorrectedRateQuestion,
    IntervalQuestion,
    SystemsQuestion,
    at_least_successes,
    corrected_rate,
    interval,
    systems,
)
from pricing import InvalidInput

ITEMS = st.integers(1, 2000)


@st.composite
def counted(draw):
    n = draw(ITEMS)
    return draw(st.integers(0, n)), n


@given(counted(), st.floats(0.001, 0.5))
def test_intervals_are_statsmodels_s(judged, significance):
    """Wilson, Clopper-Pearson and normal, at any counts and confidence."""
    k, n = judged
    answer = interval(IntervalQuestion(successes=k, items=n, significance=significance))
    names = {"wilson": "wilson", "exact": "beta", "normal": "normal"}
    for each in answer.intervals:
        low, high = proportion_confint(k, n, significance, method=names[each.method])
        assert (each.low, each.high) == pytest.approx((max(0, low), min(1, high)), abs=1e-7)


@given(counted(), st.floats(0, 1))
def test_binomial_tails_are_scipy_s(judged, p):
    """The chance of k or more successes, from either end."""
    k, n = judged
    assert at_least_successes(k, n, p) == pytest.approx(binom.sf(k - 1, n, p), abs=1e-9)


@pytest.mark.parametrize("k", [0, 1, 413, 5 * 10**7, 10**8 - 1, 10**8])
def test_a_hundred_million_items_have_an_exact_interval(k):
    """The exact interval is scipy's at the largest count, and one item more is refused instead of being summed."""
    _, exact, _ = interval(IntervalQuestion(successes=k, items=10**8)).intervals
    low, high = proportion_confint(k, 10**8, method="beta")
    assert (exact.low, exact.high) == pytest.approx((low, high), abs=1e-9)
    with pytest.raises(InvalidInput, match="items is 100000001; it must be at most 100000000"):
        interval(IntervalQuestion(successes=k, items=10**8 + 1))


@given(*[st.integers(0, 300)] * 4)
def test_pairs_are_tested_as_statsmodels_does(a, b, c, d):
    """The exact McNemar p-value; the difference lies in its interval where that is not degenerate."""
    if a + b + c + d == 0:
        return
    answer = systems(SystemsQuestion(both=a, first_only=b, second_only=c, neither=d))
    assert answer.p_value == pytest.approx(mcnemar([[a, b], [c, d]], exact=True).pvalue)
    assert answer.interval.low <= answer.interval.high
    assert answer.difference == pytest.approx(answer.second_rate - answer.first_rate)


@given(counted(), counted())
def test_unpaired_systems_are_compared_as_statsmodels_does(first, second):
    """Newcombe's interval and the pooled z test."""
    (k1, n1), (k2, n2) = first, second
    answer = systems(SystemsQuestion(first_successes=k1, first_items=n1, second_successes=k2, second_items=n2))
    low, high = confint_proportions_2indep(k2, n2, k1, n1, method="newcomb", compare="diff")
    assert (answer.interval.low, answer.interval.high) == pytest.approx((low, high), abs=1e-9)
    if 0 < k1 + k2 < n1 + n2:
        assert answer.p_value == pytest.approx(proportions_ztest([k1, k2], [n1, n2])[1])


def test_the_verdict_names_the_better():
    """28 against 12 discordant items is p = 0.017: the second is better; 20 against 20 tells nothing."""
    assert systems(SystemsQuestion(both=140, first_only=12, second_only=28, neither=20)).verdict == "second is better"
    assert systems(SystemsQuestion(both=140, first_only=28, second_only=12, neither=20)).verdict == "first is better"
    assert systems(SystemsQuestion(both=140, first_only=20, second_only=20, neither=20)).verdict == "not told apart"


def judged(**more):
    counts = {
        "judged_good": 830, "judged_items": 1000, "good_called_good": 85, "good_items": 90, "bad_called_bad": 40,
        "bad_items": 60,
    }  # fmt: skip
    return corrected_rate(CorrectedRateQuestion(**{**counts, **more}))


def test_rogan_gladen_by_hand():
    """(0.83 + 2/3 - 1)/(17/18 + 2/3 - 1) = 0.8127."""
    answer = judged()
    assert answer.corrected_rate == pytest.approx((0.83 + 2 / 3 - 1) / (17 / 18 + 2 / 3 - 1))
    assert not answer.clipped
    assert answer.prediction_powered is None


def test_an_estimate_outside_is_clipped_and_said():
    """A judged rate below the judge's false alarms cannot be: 0, and the answer says that the counts do not fit."""
    answer = judged(judged_good=100)
    assert (answer.corrected_rate, answer.clipped, len(answer.warnings)) == (0.0, True, 1)


@pytest.mark.parametrize("powered", [False, True])
def test_intervals_cover_the_truth(powered):
    """Of 400 simulated evaluations the 95 % interval holds the true rate in 91 to 98.5 %."""
    draws, held, truth, se, sp = random.Random(11), 0, 0.8, 0.92, 0.75

    def said(good):
        return draws.random() < (se if good else 1 - sp)

    for _ in range(400):
        labels = [draws.random() < truth for _ in range(200)]
        calls = [said(label) for label in labels]
        answer = judged(
            judged_good=sum(said(draws.random() < truth) for _ in range(1000)),
            good_called_good=sum(c for label, c in zip(labels, calls, strict=True) if label),
            good_items=sum(labels),
            bad_called_bad=sum(not c for label, c in zip(labels, calls, strict=True) if not label),
            bad_items=len(labels) - sum(labels),
            calibration_is_random=True,
        )
        found = answer.prediction_powered if powered else answer.interval
        held += found.low <= truth <= found.high
    assert 0.91 <= held / 400 <= 0.985


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: interval(IntervalQuestion(successes=5, items=4)), "successes is 5; it must be from 0 to items, 4"),
        (lambda: interval(IntervalQuestion(successes=0, items=0)), "items is 0"),
        (lambda: interval(IntervalQuestion(successes=1, items=4, significance=0.0)), "significance is 0.0"),
        (lambda: systems(SystemsQuestion()), "given: none"),
        (lambda: systems(SystemsQuestion(both=1, first_items=2)), "give both, first_only, second_only, neither"),
        (lambda: systems(SystemsQuestion(both=0, first_only=0, second_only=0, neither=0)), "all four counts are 0"),
        (lambda: systems(SystemsQuestion(both=1, first_only=-1, second_only=0, neither=0)), "first_only is -1"),
        (lambda: judged(judged_good=1001), "judged_good is 1001"),
        (lambda: judged(good_called_good=10, bad_called_bad=10), "the judge tells nothing"),
        (lambda: judged(good_items=0, good_called_good=0), "good_items is 0"),
    ],
)
def test_counts_that_cannot_be_are_named(ask, says):
    """More successes than items, no items, half a form: an error that names the field."""
    with pytest.raises(InvalidInput, match=says):
        ask()
