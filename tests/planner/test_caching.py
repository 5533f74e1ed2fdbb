"""Prompt caching and conversations, against event-by-event simulation and figures worked by hand."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import CachingQuestion, ConversationQuestion, Planner, SwitchQuestion
from planner.caching import hit_rate, logged_hit_rate
from planner.token_prices import ModelTerms
from pricing import InvalidInput, NotPriced, UnknownModel

BOUGHT = priced(
    input_tokens="4", cache_read_tokens="0.4", cache_write_5m_tokens="5", cache_write_1h_tokens="8", output_tokens="20"
)
TIERED = {**priced(input_tokens="8", cache_read_tokens="0.8", output_tokens="40"), "prompt_above": 10_000}
MODELS = {
    "lab/bought": {"cache_minimum_tokens": 1024, "prices": [BOUGHT]},
    "lab/auto": {"prices": [priced(input_tokens="4", cache_read_tokens="1", output_tokens="20")]},
    "lab/plain": {"limits": {"context_window": 10_000}, "prices": [priced(input_tokens="2", output_tokens="10")]},
    "lab/tiered": {"prices": [priced(input_tokens="4", cache_read_tokens="0.4", output_tokens="20"), TIERED]},
    "lab/mute": {"prices": [priced(input_tokens="1")]},
}
RATE = st.floats(1e-3, 1e4)


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), lambda: None, lambda: NOW)


def ask(planner, model="bought", prefix_tokens=10_000, **more):
    return planner.caching(CachingQuestion(model=model, prefix_tokens=prefix_tokens, **more))


@pytest.mark.parametrize("refreshed", [True, False])
@pytest.mark.parametrize("load", [0.1, 1.0, 3.0])
def test_hit_rates_are_those_of_a_simulation(refreshed, load):
    """200,000 random arrivals, counted one by one, hit as often as the closed form says."""
    draws, seconds, at = random.Random(7), [], 0.0
    for _ in range(200_000):
        at += draws.expovariate(load)
        seconds.append(at)
    expected = hit_rate(load, 1.0, refreshed=refreshed)
    assert logged_hit_rate(seconds, 1.0, refreshed=refreshed) == pytest.approx(expected, abs=4 * 0.5 / 200_000**0.5)


def test_by_hand(planner):
    """20 arrivals an hour, 5 minutes: h = 1-exp(-5/3); 10,000 tokens fresh are 4 cents."""
    answer = ask(planner, arrivals_per_hour=20.0)
    five, hour = answer.options
    h = 0.8111243971624382
    assert (five.hit_rate, answer.uncached_prefix_usd) == pytest.approx((h, 0.04))
    assert five.prefix_usd == pytest.approx(0.04 * (h * 0.1 + (1 - h) * 1.25))
    assert (five.break_even_hit_rate, hour.break_even_hit_rate) == pytest.approx((0.25 / 1.15, 1 / 1.9))
    assert answer.best == "1h"


def test_a_log_is_counted_request_by_request(planner):
    """Of 9:00, 9:03, 9:07, 9:20 a sliding five minutes finds two, a fixed one only the second."""
    log = tuple(f"2026-11-20T09:{minute}:00Z" for minute in ("07", "00", "20", "03"))
    sliding, fixed = (ask(planner, arrived_at=log, refreshed_on_read=each).options[0] for each in (True, False))
    assert (sliding.hit_rate, fixed.hit_rate) == (0.5, 0.25)


def test_automatic_caching_has_no_premium(planner):
    """Where writing has no price, it costs what input does, and caching pays from the first hit."""
    (only,) = ask(planner, "auto", arrivals_per_hour=60.0).options
    assert (only.lifetime, only.write_multiplier, only.break_even_hit_rate) == ("automatic", 1.0, None)
    assert only.savings_usd > 0


def test_a_short_prefix_is_never_a_hit(planner):
    """Under the model's minimum nothing is cached: full price, no best lifetime, and the answer says so."""
    answer = ask(planner, prefix_tokens=1023, arrivals_per_hour=1000.0)
    assert {option.hit_rate for option in answer.options} == {0.0}
    assert answer.best == "none"
    assert "under the 1024 that bought caches" in answer.warnings[-1]


def test_storage_is_paid_while_the_prefix_lives(planner):
    """At many arrivals the prefix always lives: 10,000 tokens x 1 USD a million token hours over 3,600 requests."""
    free, paid = (
        ask(planner, arrivals_per_hour=3600.0, storage_usd_per_million_token_hours=usd).options[1] for usd in (0.0, 1.0)
    )
    assert paid.prefix_usd - free.prefix_usd == pytest.approx(0.01 / 3600)


@given(rate=RATE, refreshed=st.booleans())
def test_hit_rates_are_shares_that_grow_with_arrivals(rate, refreshed):
    """A hit rate lies in [0, 1] and grows with the rate and the lifetime."""
    here = hit_rate(rate, 1.0, refreshed=refreshed)
    assert 0 <= here <= 1
    assert here <= hit_rate(rate * 2, 1.0, refreshed=refreshed)
    assert here == pytest.approx(hit_rate(rate / 10, 10.0, refreshed=refreshed))


@pytest.mark.parametrize("refreshed", [True, False])
def test_break_evens_and_the_crossover_are_where_costs_meet(planner, refreshed):
    """At the break-even arrivals the prefix costs what it does fresh; at the crossover both lifetimes cost the same."""
    asked = {"refreshed_on_read": refreshed}
    first = ask(planner, arrivals_per_hour=1.0, **asked)
    for at, option in enumerate(first.options):
        there = ask(planner, arrivals_per_hour=option.break_even_arrivals_per_hour, **asked)
        assert there.options[at].savings_usd == pytest.approx(0, abs=1e-9)
    five, hour = ask(planner, arrivals_per_hour=first.crossover_arrivals_per_hour, **asked).options
    assert five.prefix_usd == pytest.approx(hour.prefix_usd)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "exactly one of it and arrived_at"),
        ({"arrivals_per_hour": 1.0, "arrived_at": ("2026-01-01", "2026-01-02")}, "exactly one"),
        ({"arrivals_per_hour": 0.0}, "arrivals_per_hour is 0.0"),
        ({"arrivals_per_hour": float("nan")}, "arrivals_per_hour is nan"),
        ({"arrived_at": ("2026-01-01",)}, "at least two instants"),
        ({"arrived_at": ("2026-01-01", "2026-01-01")}, "all instants are one"),
        ({"arrived_at": ("2026-01-01", "later")}, "arrived_at is 'later'"),
        ({"arrivals_per_hour": 1.0, "prefix_tokens": 0}, "prefix_tokens is 0"),
        ({"arrivals_per_hour": 1.0, "read_multiplier": -1.0}, "read_multiplier is -1.0"),
        ({"arrivals_per_hour": 1.0, "lifetime_seconds": 0.0}, "lifetime_seconds is 0.0"),
        ({"arrivals_per_hour": 1.0, "model": "plain"}, "lists no price for cached tokens; state read_multiplier"),
    ],
)
def test_wrong_questions_are_named(planner, wrong, says):
    """A field out of its range is an error that names it."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, **{"model": "bought", **wrong})


def test_a_read_as_dear_as_input_never_breaks_even(planner):
    """With a read a hair below 1, the hour's break-even hit rate rounds to 1, which no arrivals reach: none is told."""
    for read in (1 - 2**-53, 1.0, 2.0):
        _, hour = ask(planner, arrivals_per_hour=10, read_multiplier=read).options
        assert (hour.break_even_hit_rate, hour.break_even_arrivals_per_hour) == (None, None)


def test_a_conversation_by_hand(planner):
    """Prompts 1,000 and 1,500 and 2,000: fresh 4,500 x 4; cached, each turn writes what is new and reads the rest.

    Writes 1,000 + 500 + 500 at 5, reads 1,000 + 1,500 at 0.4: 11,000 millionths against 18,000.
    """
    answer = planner.conversation(ConversationQuestion(model="bought", turns=3, base_tokens=1000, growth_tokens=500))
    assert (answer.input_tokens, answer.last_prompt_tokens) == (4500, 2000)
    assert (answer.uncached_usd, answer.cached_usd) == pytest.approx((0.018, 0.011))


@given(turns=st.integers(1, 60), base=st.integers(1, 5000), growth=st.integers(0, 900), found=st.floats(0, 1))
def test_a_conversation_s_input_is_the_series(shipped, turns, base, growth, found):
    """Input is n*B + d*n*(n-1)/2 whatever is cached; a share found costs between none and all found."""
    planner = Planner(shipped, lambda: None, lambda: NOW)
    question = ConversationQuestion(
        model="claude-sonnet-4-5", turns=turns, base_tokens=base, growth_tokens=growth, found_share=found
    )
    answer = planner.conversation(question)
    assert answer.input_tokens == turns * base + growth * turns * (turns - 1) // 2
    none, every = (planner.conversation(replace(question, found_share=share)).cached_usd for share in (0.0, 1.0))
    assert min(none, every) - 1e-12 <= answer.cached_usd <= max(none, every) + 1e-12


def test_a_context_tier_begins_where_its_turn_does(planner):
    """A turn whose prompt passes the threshold is priced by the upper tier: 10,001 x 8, the one before 9,000 x 4."""
    question = ConversationQuestion(model="tiered", turns=2, base_tokens=9000, growth_tokens=1001)
    assert [turn.uncached_usd for turn in planner.conversation(question).turns] == pytest.approx([0.036, 0.080008])


def test_the_window_ends_a_conversation(planner):
    """The first turn that does not fit with its answer is named: 4,000 + 2 x 3,000 + 1 is over 10,000."""
    question = ConversationQuestion(model="plain", turns=5, base_tokens=4000, growth_tokens=3000, output_tokens=1)
    answer = planner.conversation(question)
    assert answer.first_turn_over_window == 3
    assert answer.cached_usd == answer.uncached_usd
    assert "billed as input" in answer.warnings[-1]


def test_a_switch_writes_the_history_again(planner):
    """(5 - 0.4) x 50,000 millionths are 0.23; a turn then reads at 0.4 instead of 1: 0.03 saved, 7.7 turns to pay."""
    answer = planner.switch(
        SwitchQuestion(stay=ModelTerms(model="auto"), to=ModelTerms(model="bought"), history_tokens=50_000)
    )
    assert (answer.penalty_usd, answer.savings_per_turn_usd) == pytest.approx((0.23, 0.03))
    assert answer.break_even_turns == pytest.approx(0.23 / 0.03)


def test_a_switch_that_saves_nothing_never_pays(planner):
    """Where a turn costs as much or more on the new model there is no break-even."""
    mine = ModelTerms(model="bought")
    assert planner.switch(SwitchQuestion(stay=mine, to=mine, history_tokens=1)).break_even_turns is None


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"turns": 0}, InvalidInput, "turns is 0; it must be at least 1"),
        ({"turns": 10_001}, InvalidInput, "turns is 10001; it must be at most 10000"),
        ({"base_tokens": 0}, InvalidInput, "base_tokens is 0"),
        ({"growth_tokens": -1}, InvalidInput, "growth_tokens is -1"),
        ({"found_share": 1.5}, InvalidInput, "found_share is 1.5"),
        ({"model": "mute", "output_tokens": 5}, NotPriced, "no price for output_tokens"),
        ({"model": "nobody"}, UnknownModel, "nobody"),
    ],
)
def test_wrong_conversations_are_named(planner, wrong, error, says):
    """A number out of range, a model that is not listed or does not price an answer: never a figure."""
    given = {"model": "bought", "turns": 3, "base_tokens": 1000, "growth_tokens": 10, **wrong}
    with pytest.raises(error, match=says):
        planner.conversation(ConversationQuestion(**given))
