"""The frontier, against a comparison of every two points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.optimise.frontier import frontier, sweep

COARSE = st.integers(0, 6).map(float)
POINTS = st.lists(st.tuples(COARSE, COARSE, COARSE), max_size=60)


def unbeaten(points):
    """Every two points compared."""

    def beats(one, other):
        return one != other and all(a <= b for a, b in zip(one, other, strict=True))

    return [at for at, point in enumerate(points) if not any(beats(other, point) for other in points)]


@given(POINTS)
def test_sweep_against_every_pair(points):
    """Ties, equal points and chains included, the sweep keeps what no other point beats."""
    assert sweep(points) == unbeaten(points)


@given(POINTS)
def test_columns_against_every_pair(points):
    """The grid before the sweep strikes out beaten points only."""
    columns = np.array(points, np.float64).reshape(-1, 3).T
    assert frontier(*columns).tolist() == unbeaten(points)


def test_many_points_against_the_sweep():
    """Twenty thousand correlated points with ties, and as many of which none beats another."""
    random = np.random.default_rng(7)
    cost = random.lognormal(0, 1, 20_000).round(3)
    columns = cost, random.lognormal(0, 0.5, 20_000).round(3), -(random.random(20_000) * np.sqrt(cost)).round(3)
    assert frontier(*columns).tolist() == sweep(list(zip(*(each.tolist() for each in columns), strict=True)))
    line = np.arange(20_000.0)
    assert len(frontier(line, -line, np.zeros_like(line))) == 20_000


def test_a_figure_that_nobody_states_decides_nothing():
    """Points that are infinitely bad in one figure are compared by the others."""
    worst = float("inf")
    assert sweep([(1.0, worst, -0.5), (2.0, worst, -0.5), (2.0, worst, -0.7)]) == [0, 2]
