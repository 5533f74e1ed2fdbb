"""Sample sizes against statsmodels, published examples and exact enumeration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize, samplesize_confint_proportion

from planner.evaluation.intervals import wilson
from planner.evaluation.normal import two_sided_z
from planner.evaluation.sample_size import DefectsQuestion, SampleSizeQuestion, defects, sample_size
from pricing import InvalidInput

RATE = st.floats(0.02, 0.98)


def items(**asked):
    return {each.method: each.items for each in sample_size(SampleSizeQuestion(**asked)).methods}


def test_published_examples():
    """Cochran's 385 for 5 points at a half; for pairs (1.96 sqrt .3 + .84 sqrt .29)^2/.01, rounded up, is 234."""
    assert items(purpose="interval", rate=0.5, margin=0.05)["normal"] == 385
    assert items(purpose="paired", first_only_rate=0.1, second_only_rate=0.2) == {"mcnemar": 234}


@given(rate=RATE, margin=st.floats(0.01, 0.2))
def test_the_normal_size_is_statsmodels_s(rate, margin):
    """`z^2 p(1-p)/d^2`, as statsmodels counts it."""
    theirs = samplesize_confint_proportion(rate, margin, method="normal")
    assert items(purpose="interval", rate=rate, margin=margin)["normal"] == pytest.approx(theirs, abs=1)


@given(rate=RATE, margin=st.floats(0.01, 0.2))
def test_wilson_s_size_is_the_smallest_that_is_narrow_enough(rate, margin):
    """At the answer the score interval is at most the wanted width, one item earlier it is not."""
    n, z = items(purpose="interval", rate=rate, margin=margin)["wilson"], two_sided_z(0.05)

    def half(size):
        low, high = wilson(rate, size, z)
        return (high - low) / 2

    assert half(n) <= margin + 1e-9
    assert n == 1 or half(n - 1) > margin - 1e-9


@given(rate=RATE, other=RATE, power=st.floats(0.5, 0.99))
def test_cohen_s_h_is_statsmodels_s(rate, other, power):
    """Two proportions by effect size, as `NormalIndPower` has it (which also counts the far tail)."""
    effect = proportion_effectsize(rate, other)
    if abs(effect) < 0.02:
        return
    ours = items(purpose="difference", rate=rate, other_rate=other, power=power)["cohen's h"]
    reached = NormalIndPower().power(effect, ours, 0.05)
    assert reached >= power - 1e-6
    assert ours <= 2 or NormalIndPower().power(effect, ours - 1, 0.05) < power + 0.02


@given(rate=RATE, margin=st.floats(0.01, 0.2), population=st.integers(1, 10_000))
def test_few_items_need_no_more_than_all(rate, margin, population):
    """A finite population never asks for more than itself, nor for more than an endless one."""
    endless = items(purpose="interval", rate=rate, margin=margin)
    few = items(purpose="interval", rate=rate, margin=margin, population=population)
    assert all(few[name] <= min(endless[name], population) for name in few)


def test_one_item_of_one_is_all():
    """A margin so wide that no item would do still takes one of a population of one."""
    answer = sample_size(SampleSizeQuestion(purpose="interval", rate=0.8, margin=0.5, population=1))
    assert [each.items for each in answer.methods] == [1, 1]


def test_means_by_hand():
    """(1.95996 + 0.84162)^2 x 2^2/0.5^2 = 125.6 for pairs, twice that for two samples."""
    asked = {"purpose": "means", "mean_difference": 0.5, "standard_deviation": 2.0}
    assert items(**asked, paired=True) == {"normal": 126}
    assert items(**asked) == {"normal": 252}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"purpose": "interval", "rate": 0.5}, "margin is None; interval needs rate and margin"),
        ({"purpose": "interval", "rate": 1.5, "margin": 0.1}, "rate is 1.5"),
        ({"purpose": "interval", "rate": 0.5, "margin": 0.0}, "margin is 0.0; it must lie between 0 and 1"),
        ({"purpose": "interval", "rate": 0.5, "margin": float("nan")}, "margin is nan"),
        ({"purpose": "interval", "rate": 0.5, "margin": 0.1, "population": 0}, "population is 0"),
        ({"purpose": "difference", "rate": 0.5, "other_rate": 0.5}, "it must differ from rate"),
        ({"purpose": "difference", "rate": 0.5}, "other_rate is None"),
        ({"purpose": "paired", "first_only_rate": 0.2, "second_only_rate": 0.2}, "it must differ"),
        ({"purpose": "paired", "first_only_rate": 0.6, "second_only_rate": 0.5}, "at most 1"),
        ({"purpose": "means", "mean_difference": 0.0, "standard_deviation": 1.0}, "mean_difference is 0.0"),
        ({"purpose": "means", "mean_difference": 1.0, "standard_deviation": -1.0}, "standard_deviation is -1.0"),
        ({"purpose": "interval", "rate": 0.5, "margin": 0.1, "significance": 1.0}, "significance is 1.0"),
        ({"purpose": "interval", "rate": 0.5, "margin": 1e-300}, "margin is 1e-300; .* at least 1e-60"),
        ({"purpose": "paired", "first_only_rate": 5e-324, "second_only_rate": 0.0}, "at least 1e-60"),
        ({"purpose": "means", "mean_difference": 1e-300, "standard_deviation": 1.0}, "mean_difference is 1e-300"),
        ({"purpose": "difference", "rate": 0.5, "other_rate": 0.6, "power": 0.0}, "power is 0.0"),
    ],
)
def test_wrong_questions_are_named(wrong, says):
    """What a purpose lacks, or what is out of range, is told by its field."""
    with pytest.raises(InvalidInput, match=says):
        sample_size(SampleSizeQuestion(**wrong))


@given(rate=st.floats(1e-4, 1), n=st.integers(1, 5000), confidence=st.floats(0.01, 0.999))
def test_defects_and_their_inverses_agree(rate, n, confidence):
    """The items needed reach the confidence, one fewer does not; none seen is compatible with exactly its rate."""
    answer = defects(DefectsQuestion(defect_rate=rate, items=n, confidence=confidence))
    assert 1 - (1 - rate) ** answer.items_needed >= confidence - 1e-9
    assert answer.items_needed == 1 or 1 - (1 - rate) ** (answer.items_needed - 1) < confidence + 1e-9
    assert (1 - answer.rate_if_none_seen) ** n == pytest.approx(1 - confidence)


def test_defects_by_hand():
    """1-0.99^200 = 0.866; 299 items for 95 %; the rule of three says 1.5 %, exactly it is 1.487 %; never is never."""
    answer = defects(DefectsQuestion(defect_rate=0.01, items=200))
    assert (answer.seen_probability, answer.items_needed) == (pytest.approx(0.8660203), 299)
    assert (answer.rule_of_three, answer.rate_if_none_seen) == pytest.approx((0.015, 0.0148671), rel=1e-4)
    assert defects(DefectsQuestion(defect_rate=0.0, items=5)).items_needed is None
    with pytest.raises(InvalidInput, match="it must be 0 or at least 1e-15"):
        defects(DefectsQuestion(defect_rate=2e-309, items=5))
