"""A mix over traffic: whole segments against every assignment, shares against scipy's other solver and by hand."""

from __future__ import annotations

import sys
from decimal import Decimal
from itertools import product
from math import nan

import numpy as np
import pytest
from catalogs import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from planner import Planner
from planner.calls import Call, Load
from planner.optimise.mix import within
from planner.optimise.traffic import MixModel, MixQuestion, MixSegment
from pricing import InvalidInput, Usage
from pricing.errors import TooLarge

TENTHS = st.integers(0, 10).map(lambda tenths: tenths / 10)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def model(name, usd="1", **more):
    return MixModel(name=name, call=Call(usd=Decimal(usd)), **more)


def ask(planner, models, segments, **more):
    return planner.mix(MixQuestion(models=tuple(models), segments=tuple(segments), **more))


WEAK, STRONG = model("weak", "0.001", quality=0.6), model("strong", "0.01", quality=0.9)
ALL = MixSegment(name="all", requests_per_month=1000)


def test_two_models_by_hand(planner):
    """Quality 0.75 lies half-way between 0.6 and 0.9: half to each, and 0.01 more of it costs 0.009 x 1000 / 30."""
    answer = ask(planner, (WEAK, STRONG), (ALL,), min_quality=0.75)
    assert [each.share for each in answer.shares] == pytest.approx([0.5, 0.5])
    assert answer.cost_per_month_usd == pytest.approx(5.5)
    assert answer.constraints[0].shadow_price_usd == pytest.approx(0.009 * 1000 / 0.3)
    assert answer.constraints[0].binds


@settings(max_examples=15, deadline=None)
@given(st.floats(0.61, 0.88))
def test_a_shadow_price_is_the_slope_of_the_cost(planner, least):
    """A little more quality costs the shadow price times it."""
    here, more = (ask(planner, (WEAK, STRONG), (ALL,), min_quality=each) for each in (least, least + 0.01))
    slope = (more.cost_per_month_usd - here.cost_per_month_usd) / 0.01
    assert here.constraints[0].shadow_price_usd == pytest.approx(slope)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whole_segments_against_every_assignment(planner, data):
    """The integer programme finds the cheapest of all assignments that meet every constraint, or says there is none."""
    models, segments = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    table = lambda: [[data.draw(TENTHS) for _ in range(models)] for _ in range(segments)]  # noqa: E731
    costs, qualities, shares = table(), table(), table()
    weights = [data.draw(st.integers(1, 5)) for _ in range(segments)]
    least, latency = data.draw(TENTHS), data.draw(TENTHS)
    answer = ask(
        planner,
        [model(str(at)) for at in range(models)],
        [
            MixSegment(
                name=str(at),
                requests_per_month=weights[at],
                costs_usd=tuple(map(Decimal, map(str, costs[at]))),
                qualities=tuple(qualities[at]),
                within_limit_shares=tuple(shares[at]),
            )
            for at in range(segments)
        ],
        min_quality=least,
        latency_limit_seconds=1.0,
        latency_share=latency,
        one_model_per_segment=True,
    )

    def mean(figures, chosen):
        return sum(w * figures[at][j] for at, (w, j) in enumerate(zip(weights, chosen, strict=True))) / sum(weights)

    found = [
        mean(costs, chosen)
        for chosen in product(range(models), repeat=segments)
        if mean(qualities, chosen) >= least - 1e-9 and mean(shares, chosen) >= latency - 1e-9
    ]
    assert answer.feasible == bool(found)
    if found:
        assert answer.cost_per_request_usd == pytest.approx(min(found), abs=1e-6)
        assert {each.share for each in answer.shares} == {1.0}
    else:
        assert answer.reasons


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_shares_cost_no_more_than_whole_segments_and_meet_all(planner, seed):
    """Shares add up to 1 in each segment, meet the constraints, and cost at most what whole segments do."""
    random = np.random.default_rng(seed)
    models = [model(str(at), str(round(0.1 + at, 2)), tokens_per_minute=50.0) for at in range(3)]
    segments = [
        MixSegment(
            name=str(at),
            requests_per_month=float(random.integers(1, 9) * 10_000),
            qualities=tuple(np.sort(random.random(3)).tolist()),
            tokens_per_request=10.0,
        )
        for at in range(3)
    ]
    shares, whole = (
        ask(planner, models, segments, min_quality=0.5, one_model_per_segment=whole) for whole in (False, True)
    )
    if whole.feasible:
        assert shares.cost_per_month_usd <= whole.cost_per_month_usd * (1 + 1e-9)
    if shares.feasible:
        for segment in segments:
            assert sum(each.share for each in shares.shares if each.segment == segment.name) == pytest.approx(1)
        assert shares.mean_quality >= 0.5 - 1e-6
        for each in shares.constraints[1:]:
            assert each.value <= each.limit * (1 + 1e-6)


def test_a_rate_limit_by_hand(planner):
    """At 10 tokens a request the cheap model takes 4,383 requests of a month a token a minute; the rest goes dearer."""
    cheap = model("cheap", "0.001", tokens_per_minute=1.0)
    segment = MixSegment(name="all", requests_per_month=8766, tokens_per_request=10.0)
    answer = ask(planner, (cheap, STRONG), (segment,))
    assert answer.shares[0].requests_per_month == pytest.approx(365.25 / 12 * 24 * 60 / 10)
    assert answer.constraints[0].value == pytest.approx(1.0)
    assert answer.constraints[0].shadow_price_usd == pytest.approx(-0.009 * 4383)


def test_infeasible_names_what_binds(planner):
    """Quality that only the slow model has, and a latency that it misses: each is named with the best in reach."""
    slow = model("slow", quality=0.9, latency_p50_seconds=4.0, latency_p95_seconds=8.0)
    fast = model("fast", quality=0.5, latency_p50_seconds=1.0, latency_p95_seconds=2.0)
    answer = ask(planner, (slow, fast), (ALL,), min_quality=0.8, latency_limit_seconds=2.5)
    assert not answer.feasible
    assert answer.shares == ()
    quality, latency = answer.constraints
    assert quality.binds
    assert latency.binds
    f_slow, f_fast = within(2.5, 4, 8), within(2.5, 1, 2)
    share = (0.95 - f_fast) / (f_slow - f_fast)
    assert quality.best_with_others == pytest.approx(0.5 + share * 0.4)
    assert latency.best_with_others == pytest.approx(f_slow * 0.75 + f_fast * 0.25)
    assert len(answer.reasons) == 2


def test_a_segment_keeps_its_own_promises(planner):
    """A lowest quality, a latency and allowed models of one segment bind there and nowhere else."""
    easy = MixSegment(name="easy", requests_per_month=10)
    hard = MixSegment(name="hard", requests_per_month=10, min_quality=0.9, models=("weak", "strong"))
    only = MixSegment(name="only", requests_per_month=10, models=("strong",))
    answer = ask(planner, (WEAK, STRONG), (easy, hard, only))
    assert [(each.segment, each.model) for each in answer.shares] == [
        ("easy", "weak"),
        ("hard", "strong"),
        ("only", "strong"),
    ]
    timed = [model("fast", "2", latency_p50_seconds=1.0, latency_p95_seconds=2.0)]
    timed.append(model("slow", "1", latency_p50_seconds=2.0, latency_p95_seconds=4.0))
    for scope, rows in (("pooled", 1), ("segment", 2)):
        found = ask(planner, timed, (easy, ALL), latency_limit_seconds=3.0, latency_scope=scope)
        assert len(found.constraints) == rows
        assert found.within_limit_share == pytest.approx(0.95)


def test_models_of_the_catalog_price_what_each_segment_sends(planner):
    """Each segment's own load is priced on each model."""
    segment = MixSegment(name="s", requests_per_month=10, load=Load(usage=Usage(input_tokens=3000, output_tokens=400)))
    answer = ask(planner, (MixModel(name="mini", call=Call(model="gpt-5-mini")),), (segment,))
    assert answer.cost_per_request_usd == pytest.approx(0.00155)


@given(st.floats(0.1, 10), st.floats(1, 5), st.floats(0.01, 60))
def test_within_against_scipy(p50, ratio, limit):
    """The share within a limit is the CDF of the lognormal with that median and p95; a step where both are one."""
    if ratio == 1:
        assert within(limit, p50, p50) == float(limit >= p50)
        return
    sigma = np.log(p50 * ratio / p50) / stats.norm.ppf(0.95)
    assert within(limit, p50, p50 * ratio) == pytest.approx(stats.lognorm(sigma, scale=p50).cdf(limit), abs=1e-9)


@pytest.mark.parametrize(
    ("models", "segments", "more", "says"),
    [
        ((), (ALL,), {}, "models is"),
        ((WEAK, WEAK), (ALL,), {}, "each once"),
        ((WEAK,), (), {}, "segments is"),
        ((WEAK,), (MixSegment(name="a", requests_per_month=0),), {}, "no traffic"),
        ((WEAK,), (MixSegment(name="a", requests_per_month=-1),), {}, "requests_per_month is -1"),
        ((WEAK, STRONG), (MixSegment(name="a", requests_per_month=1, qualities=(0.5,)),), {}, "1 figures"),
        ((WEAK,), (MixSegment(name="a", requests_per_month=1, qualities=(nan,)),), {}, "qualities is nan"),
        ((WEAK,), (MixSegment(name="a", requests_per_month=1, costs_usd=(Decimal(-1),)),), {}, "costs_usd is -1"),
        ((WEAK,), (MixSegment(name="a", requests_per_month=1, within_limit_shares=(2.0,)),), {}, "shares is 2"),
        ((WEAK,), (MixSegment(name="a", requests_per_month=1, models=("wek",)),), {}, "valid: weak"),
        ((model("a"),), (ALL,), {"min_quality": 0.5}, "qualities is None"),
        ((WEAK,), (ALL,), {"latency_limit_seconds": 1.0}, "within_limit_shares is None"),
        ((model("a", tokens_per_minute=5.0),), (ALL,), {}, "tokens_per_request is None"),
        ((model("a", latency_p50_seconds=2.0, latency_p95_seconds=1.0),), (ALL,), {}, "below the p50"),
        ((model("a", latency_p50_seconds=2.0),), (ALL,), {}, "go together"),
        ((WEAK,), (ALL,), {"latency_share": 1.5}, "latency_share is 1.5"),
        ((WEAK,), (ALL,), {"peak_factor": 0.0}, "peak_factor is 0"),
    ],
)
def test_bad_input_is_named(planner, models, segments, more, says):
    """Lists of the wrong length, missing figures and numbers out of range are errors that name the field."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, models, segments, **more)


def test_too_large_a_table_is_refused(planner):
    """Over five hundred pairs of segment and model are too large."""
    with pytest.raises(TooLarge, match="pairs of segment and model"):
        ask(
            planner,
            [model(str(at)) for at in range(50)],
            [MixSegment(name=str(at), requests_per_month=1) for at in range(50)],
        )


def test_without_scipy_the_mix_says_what_to_install(planner, monkeypatch):
    """SciPy is an extra: the error names it."""
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[planning\]'"):
        ask(planner, (WEAK,), (ALL,))
