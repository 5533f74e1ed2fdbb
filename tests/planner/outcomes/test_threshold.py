"""A router's curve, RouteLLM's figures, the choice of a threshold and its interval, against plain re-computation."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from planner.outcomes.pair import Both
from planner.outcomes.question import OutcomesQuestion
from planner.outcomes.threshold import (
    Part,
    average_recovered,
    choose,
    curve,
    quantile,
    router,
    savings,
    split,
    strong_share_for,
    thinned,
)
from pricing import InvalidInput

ROW = st.tuples(
    st.integers(1, 9), st.integers(5, 40), st.integers(0, 1), st.integers(0, 1), st.integers(0, 6).map(lambda n: n / 6)
)
ROWS = st.lists(ROW, min_size=2, max_size=25)


def part(rows):
    *both, scores = zip(*rows, strict=True)
    return Part(Both(*both), scores)


def simulated(count=400, noise=0.15, seed=3):
    draw = Random(seed)
    rows = []
    for _ in range(count):
        hard = draw.random()
        right = [int(draw.random() > hard * fails) for fails in (0.9, 0.3)]
        rows.append((1 + hard, 10 + 10 * hard, *right, hard + draw.gauss(0, noise)))
    return part(rows)


@given(ROWS)
def test_each_point_is_the_router_at_its_threshold(rows):
    """Sending every prompt at or above a threshold to the strong model gives share, cost and score of its point."""
    taken = part(rows)
    line = curve(taken, 0.5)
    assert [each.threshold for each in line] == [None, *sorted(set(taken.scores), reverse=True)]
    for each in line:
        up = [each.threshold is not None and row[4] >= each.threshold for row in rows]
        assert each.strong_share == pytest.approx(np.mean(up))
        assert each.cost_usd == pytest.approx(0.5 + np.mean(np.where(up, [r[1] for r in rows], [r[0] for r in rows])))
        assert each.score == pytest.approx(np.mean(np.where(up, [r[3] for r in rows], [r[2] for r in rows])))
    assert len(thinned(line, 3)) <= max(3, 1)


def test_routellm_figures():
    """APGR and CPT as RouteLLM's own code computes them: trapezoids and linear interpolation over its thresholds."""
    taken = simulated()
    line = curve(taken, 0)
    weak, strong = line[0].score, line[-1].score
    shares, scores = [each.strong_share for each in line], [each.score for each in line]
    area = np.trapezoid(scores, shares)
    assert average_recovered(line) == pytest.approx((area - weak) / (strong - weak))
    rising = np.maximum.accumulate([(score - weak) / (strong - weak) for score in scores])
    for gap in (0.2, 0.5, 0.8):
        first = int(np.argmax(rising >= gap))
        part_of = (
            (gap - (scores[first - 1] - weak) / (strong - weak)) * (strong - weak) / (scores[first] - scores[first - 1])
        )
        expected = shares[first - 1] + part_of * (shares[first] - shares[first - 1])
        assert strong_share_for(line, gap) == pytest.approx(expected)


def test_one_score_for_all_draws_lots():
    """A router that tells nothing apart has APGR .5 and CPT(x) = x."""
    taken = simulated()
    line = curve(Part(taken.both, [0.5] * len(taken.scores)), 0)
    assert average_recovered(line) == pytest.approx(0.5)
    assert strong_share_for(line, 0.8) == pytest.approx(0.8)
    answer = router(OutcomesQuestion(resamples=10), taken.both, [0.5] * len(taken.scores))
    assert answer.choice.test.strong_share == 1


def test_goals():
    """A budget takes the best score below it, a floor and a gap the least cost above them, by brute force."""
    line = curve(simulated(), 0)
    _, budget = choose(OutcomesQuestion(budget_usd=8.0), line)
    assert budget.score == max(each.score for each in line if each.cost_usd <= 8)
    _, floor = choose(OutcomesQuestion(quality_floor=0.7), line)
    assert floor.cost_usd == min(each.cost_usd for each in line if each.score >= 0.7)
    _, gap = choose(OutcomesQuestion(gap_recovered_share=0.5), line)
    assert gap.cost_usd == min(each.cost_usd for each in line if each.gap_recovered_share >= 0.5)
    assert choose(OutcomesQuestion(gap_recovered_share=0.0), line)[1].threshold is None


@pytest.mark.parametrize(
    ("goal", "says"),
    [({"budget_usd": 0.5}, "the cheapest threshold costs"), ({"quality_floor": 1.5}, "the best threshold scores")],
)
def test_a_goal_out_of_reach_says_what_is_in_reach(goal, says):
    """The error names the goal and the best that is reached."""
    with pytest.raises(InvalidInput, match=says):
        choose(OutcomesQuestion(**goal), curve(simulated(), 0))


def test_the_two_numbers_are_not_one():
    """The saving is 1 - C/c_s; the ratio is how many more strong calls, or USD, lots take for the same score."""
    taken = simulated()
    found = router(OutcomesQuestion(resamples=50), taken.both, taken.scores)
    choice, (_, test) = found.choice, split(taken, 0.5, 0)
    weak_usd, strong_usd = test.both.weak[0], test.both.strong[0]
    assert choice.savings_against_all_strong.savings_share == pytest.approx(1 - choice.test.cost_usd / strong_usd)
    gap = choice.test.gap_recovered_share
    assert choice.random_calls_ratio == pytest.approx(gap / choice.test.strong_share)
    assert choice.random_cost_ratio == pytest.approx((weak_usd + gap * (strong_usd - weak_usd)) / choice.test.cost_usd)
    mixture = (
        1 - choice.test.strong_share
    ) * choice.weak_calls_usd + choice.test.strong_share * choice.strong_calls_usd
    assert mixture == pytest.approx(choice.test.cost_usd)
    assert choice.strong_calls_usd > strong_usd  # hard prompts are longer here
    assert choice.benefit_gain_share > 0


def test_the_bootstrap_against_scipy():
    """Interval and standard error agree with scipy's percentile bootstrap of the same ratio."""
    taken = simulated(200)
    strong = np.array(taken.both.strong_costs)
    routed = np.where(np.array(taken.scores) > 0.5, strong, taken.both.weak_costs)
    found = savings(routed.tolist(), strong.tolist(), OutcomesQuestion(resamples=4000))
    reference = bootstrap(
        (routed, strong),
        lambda a, b, axis: 1 - a.sum(axis) / b.sum(axis),
        paired=True, vectorized=True, n_resamples=4000, method="percentile", rng=np.random.default_rng(5),
    )  # fmt: skip
    assert found.standard_error_share == pytest.approx(reference.standard_error, rel=0.08)
    assert found.low_share == pytest.approx(reference.confidence_interval.low, abs=0.15 * reference.standard_error * 2)
    assert found.high_share == pytest.approx(
        reference.confidence_interval.high, abs=0.15 * reference.standard_error * 2
    )


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9), st.floats(0, 1))
def test_quantiles_are_numpys(values, share):
    """Linear between sorted values."""
    assert quantile(sorted(values), share) == pytest.approx(np.quantile(values, share), abs=1e-9)


@given(ROWS, st.integers(0, 5))
def test_a_split_loses_nobody(rows, seed):
    """Both parts together are the prompts, and a seed splits the same way twice."""
    taken = part([(*row[:4], place) for place, row in enumerate(rows)])
    train, test = split(taken, 0.5, seed)
    assert sorted([*train.scores, *test.scores]) == list(taken.scores)
    assert (train, test) == split(taken, 0.5, seed)


def test_too_few_prompts_are_refused():
    """One prompt cannot stand on both sides."""
    with pytest.raises(InvalidInput, match="leaves one part empty"):
        split(part([(1, 2, 0, 1, 0.5)]), 0.5, 0)


def test_too_many_draws_are_refused():
    """A question cannot keep a server busy for hours."""
    with pytest.raises(InvalidInput, match="resamples of 20 prompts are more"):
        savings([1.0] * 20, [2.0] * 20, OutcomesQuestion(resamples=10**8))
