"""Routing between two models, against a plain simulation and figures worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import Planner, Session, SharedPrefix, Usage
from planner.caching import hit_rate
from planner.calls import Call, Load
from planner.routing.route import RouteQuestion, break_even
from pricing import InvalidInput

USD = st.decimals(Decimal(0), Decimal(10), places=6)
SHARE = st.floats(0, 1)


@pytest.fixture(scope="module")
def planner(shipped):
    from planner.tokens import Counter

    return Planner(shipped, Counter, lambda: NOW)


def ask(planner, share, weak, strong, classifier=None, **more):
    calls = {"weak": Call(usd=weak), "strong": Call(usd=strong)}
    if classifier is not None:
        calls["classifier"] = Call(usd=classifier)
    return planner.route(RouteQuestion(strong_share=share, **calls, **more))


def test_by_hand(planner):
    """K 0.0001 + 0.7 x 0.001 + 0.3 x 0.01 = 0.0038: 62 % saved, break-even at 1 - 0.0001/0.009."""
    answer = ask(planner, 0.3, Decimal("0.001"), Decimal("0.01"), Decimal("0.0001"), requests_per_month=1000)
    assert answer.cost_usd == pytest.approx(0.0038)
    assert answer.savings_share == pytest.approx(0.62)
    assert answer.break_even_strong_share == pytest.approx(1 - 0.0001 / 0.009)
    assert (answer.cost_per_month_usd, answer.savings_per_month_usd) == pytest.approx((3.8, 6.2))


@given(SHARE, USD, USD, USD)
def test_bounds(planner, share, weak, strong, classifier):
    """A routed request costs the classifier more than something between the two models."""
    answer = ask(planner, share, weak, strong, classifier)
    low, high = sorted((float(weak), float(strong)))
    assert low - 1e-9 <= answer.cost_usd - float(classifier) <= high + 1e-9


@given(USD, USD)
def test_limits(planner, weak, strong):
    """Nothing sent to the strong model costs the weak one, everything the strong one, without a classifier."""
    assert ask(planner, 0.0, weak, strong).cost_usd == float(weak)
    assert ask(planner, 1.0, weak, strong).cost_usd == float(strong)


@given(USD, USD, USD)
def test_at_the_break_even_share_both_cost_the_same(planner, weak, strong, classifier):
    """At p* a routed request costs what the strong model does; where there is none, no share saves."""
    share = break_even(float(weak), float(strong), float(classifier))
    if share is None:
        assert ask(planner, 0.0, weak, strong, classifier).savings_usd <= 1e-12
    else:
        assert ask(planner, share, weak, strong, classifier).savings_usd == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_is_a_share(planner, share):
    """Outside [0, 1] is an error that names the field."""
    with pytest.raises(InvalidInput, match="strong_share is"):
        ask(planner, share, Decimal(1), Decimal(2))


BUCKETS = {"input_tokens": "4", "cache_read_tokens": "0.4", "cache_write_5m_tokens": "5", "output_tokens": "20"}
MODELS = {
    "lab/strong": {"cache_minimum_tokens": 1000, "prices": [priced(**BUCKETS)]},
    "lab/weak": {"prices": [priced(input_tokens="1", cache_read_tokens="0.1", output_tokens="4")]},
}
PREFIX = SharedPrefix(prefix_tokens=8000, arrivals_per_hour=12.0)


@pytest.fixture
def listed(make_catalog):
    from planner.tokens import Counter

    return Planner(make_catalog(MODELS), Counter, lambda: NOW)


def between(planner, **more):
    asked = {"strong_share": 0.25, "weak": Call(model="weak"), "strong": Call(model="strong")}
    return planner.route(RouteQuestion(**asked | {"load": Load(usage=Usage(input_tokens=10_000))} | more))


def test_routing_splits_a_cache(listed):
    """12 arrivals an hour, a quarter of them strong: h = 1-exp(-0.25); 8,000 tokens read at 0.4 or written at 5."""
    answer = between(listed, shared_prefix=PREFIX)
    strong, weak = (hit_rate(rate / 3600, 300, refreshed=True) for rate in (3, 9))
    assert (answer.cache.strong_hit_rate, answer.cache.weak_hit_rate) == pytest.approx((strong, weak))
    assert float(answer.strong.usd) == pytest.approx(0.008 + 0.008 * (strong * 0.4 + (1 - strong) * 5))
    assert float(answer.weak.usd) == pytest.approx(0.002 + 0.008 * (weak * 0.1 + (1 - weak) * 1))
    assert answer.cache.all_strong_hit_rate > strong
    assert answer.cache.split_usd == pytest.approx(answer.cost_usd - answer.cache.unsplit_cost_usd)
    assert answer.cache.split_usd > 0


def test_a_prompt_s_cache_is_split_too(listed):
    """A counted prompt gets the same hit rate; with all requests on one model nothing is split."""
    words = Load(text="Where is my parcel? " * 2000, output_tokens=0)
    prefix = SharedPrefix(prefix_tokens=2000, arrivals_per_hour=12.0)
    half, none = (between(listed, strong_share=share, load=words, shared_prefix=prefix) for share in (0.5, 0.0))
    assert half.cache.split_usd > 0
    assert none.cache.split_usd == pytest.approx(0)


def test_a_counted_prompt_buys_the_hour(make_catalog):
    """At 12 arrivals an hour 1 - exp(-12) find it for an hour; the others write at 8 USD a million instead of 5."""
    from planner.tokens import Counter

    prices = priced(**BUCKETS, cache_write_1h_tokens="8")
    planner = Planner(make_catalog({"lab/only": {"prices": [prices]}}), Counter, lambda: NOW)
    words = Load(text="Where is my parcel? " * 2000, output_tokens=0)
    call = Call(model="only", text=words.text, output_tokens=0)
    for load, only in ((words, Call(model="only")), (None, call)):
        plain = between(planner, load=load, weak=only, strong=only, strong_share=1.0)
        prefix = SharedPrefix(prefix_tokens=2000, arrivals_per_hour=12.0, lifetime="1h")
        cached = between(planner, load=load, weak=only, strong=only, strong_share=1.0, shared_prefix=prefix)
        hit = hit_rate(12 / 3600, 3600, refreshed=True)
        saved = 0.002 * (4 - (hit * 0.4 + (1 - hit) * 8))
        assert float(plain.strong.usd) - float(cached.strong.usd) == pytest.approx(saved)


def test_a_short_prefix_and_a_stated_cost_have_no_cache(listed):
    """Under the model's minimum the hit rate is 0 and nothing is written; a stated cost has no rate."""
    short = between(listed, shared_prefix=SharedPrefix(prefix_tokens=999, arrivals_per_hour=12.0))
    assert (short.cache.strong_hit_rate, short.strong.usd) == (0.0, Decimal("0.04"))
    assert between(listed, weak=Call(usd=Decimal(1)), shared_prefix=PREFIX).cache.weak_hit_rate is None


def test_changes_of_model_write_the_history_anew(listed):
    """Each request routed by itself changes with 2 x 0.25 x 0.75; strong writes 10,000 at 5 instead of 0.4."""
    answer = between(listed, session=Session(history_tokens=10_000)).switching
    assert answer.switch_probability == pytest.approx(0.375)
    assert (answer.to_strong_usd, answer.to_weak_usd) == pytest.approx((0.046, 0.009))
    assert answer.cost_per_request_usd == pytest.approx(0.375 * 0.0275)


def test_length_may_go_with_difficulty(planner):
    """Means over the requests each model is sent: 0.7 x 0.001 + 0.3 x 0.02, still against all-strong at 0.01."""
    routed = {"weak_routed": Call(usd=Decimal("0.001")), "strong_routed": Call(usd=Decimal("0.02"))}
    answer = ask(planner, 0.3, Decimal("0.002"), Decimal("0.01"), **routed)
    assert (answer.cost_usd, answer.all_strong_usd) == pytest.approx((0.0067, 0.01))
    assert answer.break_even_strong_share == pytest.approx(0.009 / 0.019)


CACHED = Load(usage=Usage(input_tokens=10, cache_read_tokens=9))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"shared_prefix": SharedPrefix(prefix_tokens=0, arrivals_per_hour=1)}, "prefix_tokens is 0"),
        ({"shared_prefix": SharedPrefix(prefix_tokens=9, arrivals_per_hour=0)}, "arrivals_per_hour is 0"),
        ({"shared_prefix": SharedPrefix(prefix_tokens=10_001, arrivals_per_hour=1)}, "usage has 10000 input_tokens"),
        ({"session": Session(history_tokens=0)}, "history_tokens is 0"),
        ({"session": Session(history_tokens=5), "weak": Call(usd=Decimal(1))}, "a session needs a model"),
        ({"load": CACHED, "shared_prefix": PREFIX}, "cached tokens already"),
    ],
)
def test_wrong_caches_and_sessions_are_named(listed, more, says):
    """What cannot be cached or switched is an error that names it."""
    with pytest.raises(InvalidInput, match=says):
        between(listed, **more)
