"""Erlang C against a published example, scipy, an event-by-event simulation and closed forms."""

from __future__ import annotations

import heapq
import random
from dataclasses import replace

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from planner import Planner, QueueQuestion
from planner.capacity.waiting import erlang_c, queue
from pricing import InvalidInput

CALLS = QueueQuestion(arrivals_per_second=200 / 3600, service_seconds=180.0, units=14, wait_seconds=20.0)


def test_the_published_call_centre_example():
    """200 calls an hour of 3 minutes, 14 agents: 17.41 % wait, 88.83 % within 20 s, 7.8 s on average, 71.43 % busy.

    Source: Call Centre Helper, "Erlang C Formula - Made Simple With an Easy Worked Example".
    """
    answer = queue(CALLS)
    assert (answer.offered_load, answer.utilisation_share) == pytest.approx((10, 0.7143), abs=1e-4)
    assert answer.wait_probability == pytest.approx(0.1741, abs=1e-4)
    assert 1 - answer.exceeds_wait_probability == pytest.approx(0.8883, abs=1e-3)
    assert answer.mean_wait_seconds == pytest.approx(7.8, abs=0.05)


@pytest.mark.parametrize(("slots", "load"), [(1, 0.5), (2, 1.0), (10, 8.0), (184, 150.0), (1100, 1000.0)])
def test_erlang_c_is_the_poisson_form(slots, load):
    """`C = B/(1-rho*(1-B))` with Erlang B as a truncated Poisson, by scipy; 1 slot waits with rho, 2 with 1/3."""
    blocked = poisson.pmf(slots, load) / poisson.cdf(slots, load)
    assert erlang_c(slots, load) == pytest.approx(blocked / (1 - load / slots * (1 - blocked)), rel=1e-9)
    if slots <= 2:
        assert erlang_c(slots, load) == pytest.approx({1: 0.5, 2: 1 / 3}[slots])


def test_the_wait_is_that_of_a_simulation():
    """60,000 requests, served one by one by 6 slots, wait as often and as long as the formulas say."""
    draws, at, waits = random.Random(11), 0.0, []
    free = [0.0] * 6
    for _ in range(60_000):
        at += draws.expovariate(4.5)
        start = max(at, heapq.heappop(free))
        heapq.heappush(free, start + draws.expovariate(1.0))
        waits.append(start - at)
    answer = queue(QueueQuestion(arrivals_per_second=4.5, service_seconds=1.0, units=6, wait_seconds=0.5))
    assert sum(each > 0 for each in waits) / 60_000 == pytest.approx(answer.wait_probability, abs=0.02)
    assert sum(each > 0.5 for each in waits) / 60_000 == pytest.approx(answer.exceeds_wait_probability, abs=0.02)
    assert sum(waits) / 60_000 == pytest.approx(answer.mean_wait_seconds, rel=0.1)
    assert sorted(waits)[57_000] == pytest.approx(answer.p95_wait_seconds, rel=0.1)
    assert answer.mean_waiting_requests == pytest.approx(4.5 * answer.mean_wait_seconds)  # Little's law


@given(
    load=st.floats(0.01, 200), per_unit=st.integers(1, 20), wait=st.floats(0, 5), target=st.floats(1e-6, 1),
)  # fmt: skip
def test_the_smallest_number_of_units_is_the_smallest(load, per_unit, wait, target):
    """With the units found the target holds; with one fewer it fails, or the queue grows without end."""
    asked = QueueQuestion(
        arrivals_per_second=load, service_seconds=1.0, slots_per_unit=per_unit, wait_seconds=wait,
        target_wait_probability=target,
    )  # fmt: skip
    answer = queue(asked)
    assert answer.units == answer.smallest_units
    assert answer.exceeds_wait_probability <= target
    assert 0 <= answer.exceeds_wait_probability <= answer.wait_probability <= 1
    assert answer.units in [each.units for each in answer.by_units]
    if answer.units > 1 and load < (answer.units - 1) * per_unit:
        assert queue(replace(asked, units=answer.units - 1)).exceeds_wait_probability > target


def test_waits_shrink_with_units():
    """Over the table of units everything falls, and the asked number stands in it."""
    rows = queue(replace(CALLS, units=12)).by_units
    assert [each.units for each in rows] == sorted({each.units for each in rows})
    assert 12 in [each.units for each in rows]
    for name in ("utilisation_share", "wait_probability", "exceeds_wait_probability", "mean_wait_seconds"):
        figures = [getattr(each, name) for each in rows]
        assert figures == sorted(figures, reverse=True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"units": 10}, "not below its 10.* it must be at least 11"),
        ({"units": 9}, "units is 9"),
        ({"units": 0}, "units is 0"),
        ({"units": None}, "give units, or a target"),
        ({"target_wait_probability": 0.0}, "target_wait_probability is 0.0"),
        ({"target_wait_probability": 1.5}, "target_wait_probability is 1.5"),
        ({"arrivals_per_second": float("nan")}, "arrivals_per_second is nan"),
        ({"service_seconds": -1.0}, "service_seconds is -1.0"),
        ({"wait_seconds": float("inf")}, "wait_seconds is inf"),
        ({"slots_per_unit": 0}, "slots_per_unit is 0"),
        ({"arrivals_per_second": 1e9}, "too many"),
        ({"slots_per_unit": 10**9}, "too many"),
    ],
)
def test_wrong_questions_are_named(wrong, says):
    """Arrivals at or above the slots and every field out of its range are errors that name it."""
    planner = Planner(None, lambda: None, lambda: NOW)
    with pytest.raises(InvalidInput, match=says):
        planner.queue(replace(CALLS, **wrong))
