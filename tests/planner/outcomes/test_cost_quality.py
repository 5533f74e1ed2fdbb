"""Dominance, hull and AIQ against brute force and figures worked by hand."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outcomes.frontier import aiq, dominates, dominator, height, hull, slope

SPOT = st.tuples(st.integers(0, 40).map(lambda n: n / 8), st.integers(0, 16).map(lambda n: n / 16))
SPOTS = st.lists(SPOT, min_size=1, max_size=9)


def mixed(spots, cost):
    """The best score that a mixture of two spots reaches for at most a cost: the hull by brute force."""
    best = [score for usd, score in spots if usd <= cost]
    for (left, low), (right, high) in product(spots, spots):
        if left < cost < right:
            best.append(low + (high - low) * (cost - left) / (right - left))
    return max(best)


@given(SPOTS)
def test_the_hull_is_what_mixtures_reach(spots):
    """At every cost the hull is as high as the best mixture of two models that costs no more."""
    chain = hull(spots)
    low, high = min(spots)[0], max(spots)[0]
    for cost in np.linspace(low, high + 1, 30):
        assert height(chain, cost) == pytest.approx(mixed(spots, cost), abs=1e-9)


@given(SPOTS)
def test_the_hull_rises_and_bends_down(spots):
    """Costs and scores rise along it, gains per USD fall, and every corner is one of the models."""
    chain = hull(spots)
    assert set(chain) <= set(spots)
    gains = [slope(one, other) for one, other in pairwise(chain)]
    assert all(gain > 0 for gain in gains)
    assert all(one >= other for one, other in pairwise(gains))


@given(SPOTS, st.floats(0, 3), st.floats(0, 3))
def test_aiq_is_the_area_divided_by_the_range(spots, start, width):
    """A fine trapezoid rule gives the same; it lies between the scores; more cost allowed is never worse."""
    chain = hull(spots)
    low = chain[0][0] + start
    high = low + width
    found = aiq(chain, low, high)
    assert min(score for _, score in chain) <= found <= max(score for _, score in chain)
    grid = np.linspace(low, high, 4001)
    heights = [height(chain, cost) for cost in grid]
    assert found == pytest.approx(np.mean(np.convolve(heights, [0.5, 0.5], "valid")), abs=1e-3)
    assert aiq(chain, low, high + 1) >= found - 1e-9


def test_aiq_by_hand():
    """From (1, .4) to (3, .8) the mean is .6; two further USD at .8 make .7; (2, .5) lies below and changes nothing."""
    chain = hull([(1, 0.4), (3, 0.8), (2, 0.5), (4, 0.7)])
    assert chain == [(1, 0.4), (3, 0.8)]
    assert aiq(chain, 1, 3) == pytest.approx(0.6)
    assert aiq(chain, 1, 5) == pytest.approx(0.7)
    assert aiq(chain, 2, 2) == pytest.approx(0.6)


@given(SPOTS)
def test_dominance_by_brute_force(spots):
    """Whoever is named dominates and is itself undominated; nobody is named where nobody dominates."""
    for at, spot in enumerate(spots):
        better = [each for each in spots if each[0] <= spot[0] and each[1] >= spot[1] and each != spot]
        found = dominator(at, spots)
        assert (found is not None) == bool(better)
        if found is not None:
            assert dominates(spots[found], spot)
            assert not any(dominates(each, spots[found]) for each in spots)


def test_equals_do_not_dominate_each_other():
    """Two models with the same cost and score both stay."""
    assert dominator(0, [(1, 0.5), (1, 0.5)]) is None
    assert slope((1, 0.5), (1, 0.7)) is None
