"""Configurations under constraints, against brute force over every choice."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import pytest
from catalogs import NOW
from hypothesis import given
from hypothesis import strategies as st

from planner import Planner
from planner.calls import Call, Load
from planner.optimise.choosing import Configuration, OptimiseQuestion, Option
from pricing import InvalidInput, Usage
from pricing.errors import TooLarge

FIGURE = st.integers(0, 5)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def conf(name, usd=1, quality=None, p95=None, **call):
    call = {"usd": Decimal(usd)} | call
    return Configuration(name=name, call=Call(**call), quality=quality, latency_p95_seconds=p95)


def ask(planner, *configurations, **more):
    return planner.optimise(OptimiseQuestion(configurations=configurations, **more))


@given(st.lists(st.tuples(FIGURE, FIGURE, FIGURE), min_size=1, max_size=25), FIGURE, FIGURE, FIGURE)
def test_against_brute_force(planner, figures, most, slowest, least):
    """Who meets all, the cheapest, the frontier and each constraint's figures are those found by trying everything."""
    every = [conf(str(at), usd, float(quality), float(p95)) for at, (usd, p95, quality) in enumerate(figures)]
    answer = ask(planner, *every, max_cost_usd=most, max_latency_p95_seconds=slowest, min_quality=least)
    tests = [lambda f: f[0] <= most, lambda f: f[1] <= slowest, lambda f: f[2] >= least]
    allowed = [f for f in figures if all(test(f) for test in tests)]
    front = [f for f in allowed if not any(_beats(other, f) for other in allowed)]
    assert answer.meet_all == len(allowed)
    assert answer.dominated == len(allowed) - len(front)
    assert sorted((each.cost_usd, each.latency_p95_seconds, each.quality) for each in answer.frontier) == sorted(front)
    assert (answer.cheapest.cost_usd if answer.cheapest else None) == min((f[0] for f in allowed), default=None)
    best = (lambda f: f[0], lambda f: f[1], lambda f: -f[2])
    for which, constraint in enumerate(answer.constraints[:3]):
        without = [f for f in figures if all(test(f) for at, test in enumerate(tests) if at != which)]
        reached = min((best[which](f) for f in without), default=None)
        assert constraint.cost_without_usd == min((f[0] for f in without), default=None)
        if reached is not None:
            assert abs(constraint.best_with_others) == abs(reached)
        assert constraint.failed_alone_by == sum(not tests[which](f) for f in without)
    assert bool(answer.reasons) == (not allowed)


def _beats(one, other):
    a, b = (one[0], one[1], -one[2]), (other[0], other[1], -other[2])
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


def test_models_times_options(planner):
    """Each model under each option: tiers and multipliers on the cost, a tier that is not sold is listed with why."""
    load = Load(usage=Usage(input_tokens=3000, output_tokens=400))
    options = (Option(name="plain"), Option(name="batch", service_tier="batch", latency_multiplier=100.0))
    models = [
        Configuration(name=name, call=Call(model=name), quality=0.8, latency_p95_seconds=2.0)
        for name in ("gpt-5-mini", "grok-4")
    ]
    answer = ask(planner, *models, load=load, options=options)
    assert [each.name for each in answer.frontier][:2] == ["gpt-5-mini, batch", "gpt-5-mini, plain"]
    assert answer.frontier[0].cost_usd == pytest.approx(0.00155 / 2)
    assert answer.frontier[0].latency_p95_seconds == 200
    assert answer.choices == 3
    assert [each.requested for each in answer.not_priced] == ["grok-4, batch"]


def test_a_prompt_over_the_window_is_excluded(planner):
    """A model whose window the prompt does not fit fails must_fit, and is let through where that is waived."""
    load = Load(usage=Usage(input_tokens=500_000, output_tokens=400))
    small = Configuration(name="small", call=Call(model="gpt-5-mini"))
    answer = ask(planner, small, load=load)
    assert answer.cheapest is None
    assert [each.fails for each in answer.others] == [("must_fit",)]
    assert answer.reasons
    assert ask(planner, small, load=load, must_fit=False).cheapest.fits is False


def test_regions(planner):
    """Only choices in an allowed region remain; one without a region runs in default."""
    answer = ask(planner, conf("here", 2, region="eu"), conf("there", 1), regions=("eu",))
    assert answer.cheapest.name == "here"
    assert [each.binds for each in answer.constraints if each.constraint == "regions"] == [True]


def test_where_nothing_can_be_priced_that_is_the_reason(planner):
    """No configuration sells the tier: no figure is best, and the reason points to where each refusal stands."""
    sent = Load(usage=Usage(input_tokens=1, audio_seconds=Decimal(1)))
    one = Configuration(name="one", call=Call(model="gpt-5-mini"), quality=1.0)
    answer = ask(planner, one, load=sent, min_quality=0.5)
    assert (answer.choices, answer.constraints[0].best_value) == (0, None)
    assert answer.reasons == ("no choice can be priced; not_priced says why",)
    assert [each.name for each in answer.not_priced] == ["one"] if hasattr(answer.not_priced[0], "name") else True


def test_budget_of_a_month(planner):
    """Ten thousand requests at 3 cents pass a budget of 200 USD, at 1 cent they do not."""
    answer = ask(planner, conf("a", "0.03"), conf("b", "0.01"), requests_per_month=10_000.0, budget_usd_per_month=200.0)
    assert (answer.cheapest.name, answer.cost_per_month_usd) == ("b", 100)
    assert answer.constraints[0].best_value == 100


@pytest.mark.parametrize(
    ("configurations", "more", "says"),
    [
        ((), {}, "configurations is empty"),
        ((conf("a"),), {"min_quality": 0.5}, "not stated for a"),
        ((conf("a", quality=1.0), conf("b")), {}, "not stated for b"),
        ((conf("a"),), {"max_latency_p95_seconds": 1.0}, "latency_p95_seconds is not stated"),
        ((conf("a"),), {"max_cost_usd": -1.0}, "max_cost_usd is -1"),
        ((conf("a"),), {"budget_usd_per_month": 5.0}, "it needs requests_per_month"),
        ((conf("a", quality=nan),), {}, "quality is nan"),
        ((conf("a", p95=inf),), {}, "latency_p95_seconds is inf"),
        ((conf("a"),), {"options": (Option(name="o", cost_multiplier=0.0),)}, "cost_multiplier is 0"),
        ((conf("a"),), {"options": (Option(name="o", quality_change=nan),)}, "quality_change is nan"),
        ((conf("a", usd=-1),), {}, "usd is -1"),
    ],
)
def test_bad_input_is_named(planner, configurations, more, says):
    """A figure out of range, or one that a constraint needs and is missing, is an error that names it."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, *configurations, **more)


def test_too_many_choices_are_refused(planner):
    """Over a hundred thousand choices are too large before any is priced."""
    options = tuple(Option(name=str(at)) for at in range(400))
    with pytest.raises(TooLarge, match="160,000 choices"):
        ask(planner, *[conf("a")] * 400, options=options)
