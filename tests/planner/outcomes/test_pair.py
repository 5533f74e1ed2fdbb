"""Bounds and joint shares of two models against every router there is, and the published formula."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outcomes.pair import Both, bounds, joint_shares, pair

USD = st.integers(1, 64).map(lambda n: n / 64)
RIGHT = st.integers(0, 1).map(float)
GRADE = st.integers(0, 8).map(lambda n: n / 8)


def prompts(score, most=7):
    return st.lists(st.tuples(USD, USD, score, score), min_size=1, max_size=most).map(
        lambda rows: Both(*zip(*rows, strict=True))
    )


@given(prompts(GRADE))
def test_bounds_are_those_of_every_router(both):
    """Among all ways to send k prompts to the strong model none beats the oracle, none is below the worst."""
    count = len(both.weak_costs)
    shares = [k / count for k in range(count + 1)]
    for k, found in enumerate(bounds(both, shares)):
        scores, costs = [], {}
        for up in combinations(range(count), k):
            score = sum(both.strong_scores[at] if at in up else both.weak_scores[at] for at in range(count)) / count
            cost = sum(both.strong_costs[at] if at in up else both.weak_costs[at] for at in range(count)) / count
            scores.append(score)
            costs[score] = min(cost, costs.get(score, cost))
        assert found.oracle_score == pytest.approx(max(scores))
        assert found.worst_score == pytest.approx(min(scores))
        assert found.random_score == pytest.approx(sum(scores) / len(scores))
        assert found.oracle_cost_usd == pytest.approx(costs[max(scores)])


@given(prompts(RIGHT, most=30), st.floats(0, 1))
def test_right_and_wrong_give_the_formula(both, p):
    """`Q_w + min(p, strong_only) - max(0, p - (1 - weak_only))` above, its opposite below, the chord between."""
    joint = joint_shares(both, 0.5)
    weak = joint.both_share + joint.weak_only_share
    strong = joint.both_share + joint.strong_only_share
    (found,) = bounds(both, [p])
    w, s = joint.weak_only_share, joint.strong_only_share
    assert found.oracle_score == pytest.approx(weak + min(p, s) - max(0, p - (1 - w)), abs=1e-9)
    assert found.worst_score == pytest.approx(weak - min(p, w) + max(0, p - (1 - s)), abs=1e-9)
    assert found.random_score == pytest.approx((1 - p) * weak + p * strong, abs=1e-9)
    assert found.worst_score - 1e-9 <= found.random_score <= found.oracle_score + 1e-9


@given(prompts(GRADE, most=20))
def test_the_oracle_takes_the_better_answer(both):
    """Its score is the mean of the better of two, and no share of strong calls gives more."""
    answer = pair(("w", "s"), both, 0.5)
    best = [max(each) for each in zip(both.weak_scores, both.strong_scores, strict=True)]
    assert answer.oracle.score == pytest.approx(sum(best) / len(best))
    assert max(each.oracle_score for each in answer.bounds) <= answer.oracle.score + 1e-9
    joint = answer.joint
    assert joint.both_share + joint.weak_only_share + joint.strong_only_share + joint.neither_share == pytest.approx(1)


def test_length_goes_with_difficulty():
    """Two prompts need the strong model and cost it 4 and 6; the others cost the weak one 1 and 3."""
    both = Both([1, 2, 2, 3], [2, 4, 6, 5], [1, 0, 0, 1], [1, 1, 1, 0])
    answer = pair(("w", "s"), both, 0.5)
    assert (answer.needed_share, answer.strong_where_needed_usd, answer.weak_where_enough_usd) == (0.5, 5, 2)
    assert (answer.oracle.cost_usd, answer.oracle.score) == (3.5, 1)
    assert answer.oracle_savings_share == pytest.approx(1 - 3.5 / 4.25)
    assert answer.benefit_per_cost == pytest.approx(0.25 / 2.25)
