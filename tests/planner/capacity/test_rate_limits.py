"""Rate limits: what each provider counts, worked by hand from its page, and what binds."""

from __future__ import annotations

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import CapacityQuestion, Planner
from planner.capacity.counting import rules
from planner.capacity.limits import capacity
from pricing import InvalidInput, UnknownModel

PRICED = [priced(input_tokens="3", output_tokens="15")]
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
MODELS = {
    "anthropic/claude": {"prices": PRICED},
    f"aws/{CLAUDE}": {"limits": {"context_window": 200_000, "max_output_tokens": 64_000}, "prices": PRICED},
    "aws/anthropic.claude-sonnet-5": {"prices": PRICED},
    "aws/amazon.nova-pro-v1:0": {"prices": PRICED},
    "lab/plain": {"prices": PRICED},
}
AMOUNT = st.integers(0, 100_000)


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), lambda: None, lambda: NOW)


def ask(planner, input_tokens=1000, output_tokens=200, **more):
    return planner.capacity(CapacityQuestion(input_tokens=input_tokens, output_tokens=output_tokens, **more))


@pytest.mark.parametrize(
    ("counting", "limit", "counts"),
    [
        ("openai", "tokens_per_minute", 9000),  # max(max_tokens 2,000, used 1,000 + 7,000 + 500 + 500)
        ("anthropic", "input_tokens_per_minute", 1500),  # uncached input and cache writes
        ("anthropic", "output_tokens_per_minute", 500),  # as written
        ("google", "input_tokens_per_minute", 8500),
        ("azure", "tokens_per_minute", 10_500),  # the prompt and max_tokens
        ("aws-mantle", "input_tokens_per_minute", 3500),  # uncached input, cache writes and max_tokens
        ("aws-mantle", "output_tokens_per_minute", 500),
        ("used", "tokens_per_minute", 9000),
        ("used", "requests_per_minute", 1),
    ],
)
def test_each_provider_counts_by_its_own_rule(planner, counting, limit, counts):
    """1,000 fresh, 7,000 read, 500 written, 500 out of at most 2,000: what each page says is counted."""
    answer = ask(
        planner, 1000, 500, cache_read_tokens=7000, cache_write_tokens=500, max_tokens=2000, counting=counting,
        **{limit: 60.0 * counts},
    )  # fmt: skip
    assert answer.limits[0].counted_per_request == counts
    assert answer.requests_per_second_max == pytest.approx(1)


def test_bedrock_counts_the_larger_of_start_and_end(planner):
    """Claude Sonnet 4.5 on Bedrock: 1,000 in, 100 out settle as 1,500, but 32,768 reserved at the start count more."""
    asked = {"model": CLAUDE, "tokens_per_minute": 100_000.0}
    assert ask(planner, 1000, 100, max_tokens=100, **asked).limits[0].counted_per_request == 1500
    assert ask(planner, 1000, 100, max_tokens=32_768, **asked).limits[0].counted_per_request == 33_768


def test_an_unset_cap_reserves_what_the_model_may_write(planner):
    """Without max_tokens, Bedrock reserves the model's 64,000, and the answer says so; where none is known it asks."""
    answer = ask(planner, model=CLAUDE, tokens_per_minute=1e6)
    assert answer.limits[0].counted_per_request == 65_000
    assert "the model's most, 64000 tokens" in answer.warnings[-1]
    with pytest.raises(InvalidInput, match="azure reserves max_tokens"):
        ask(planner, counting="azure", tokens_per_minute=1e6)


def test_a_weight_that_is_not_known_is_asked_for(planner):
    """A model whose burndown rate we do not know is an error until it is stated; other makers' models count once."""
    asked = {"max_tokens": 200, "tokens_per_minute": 1e6}
    with pytest.raises(InvalidInput, match="state output_weight"):
        ask(planner, model="anthropic.claude-sonnet-5", **asked)
    with pytest.raises(InvalidInput, match="an unnamed one is not known"):
        ask(planner, counting="aws", **asked)
    stated = ask(planner, model="anthropic.claude-sonnet-5", output_weight=10.0, **asked)
    assert stated.limits[0].counted_per_request == 3000
    assert ask(planner, model="amazon.nova-pro-v1:0", **asked).limits[0].counted_per_request == 1200


def test_what_binds_and_the_head_room_by_hand(planner):
    """600 RPM allow 10 a second, 240,000 ITPM at 1,000 allow 4, 90,000 OTPM at 200 allow 7.5; the peak is 3."""
    answer = ask(
        planner, model="claude", requests_per_minute=600.0, input_tokens_per_minute=240_000.0,
        output_tokens_per_minute=90_000.0, peak_requests_per_second=3.0, duration_seconds=8.0,
    )  # fmt: skip
    assert [each.requests_per_second for each in answer.limits] == [10, 4, 7.5]
    assert (answer.binds, answer.requests_per_second_max, answer.fits) == ("input_tokens_per_minute", 4, True)
    assert (answer.head_room_share, answer.growth_factor) == pytest.approx((0.25, 4 / 3))
    assert (answer.concurrency_max, answer.concurrency_at_peak) == (32, 24)
    assert (answer.counting, answer.model.provider) == ("anthropic", "anthropic")


def test_concurrency_limits_by_littles_law(planner):
    """16 requests at once of 8 seconds each are 2 a second; a peak of 3 does not fit and lacks half of it."""
    answer = ask(
        planner, counting="used", concurrent_requests=16, duration_seconds=8.0, peak_requests_per_second=3.0,
        requests_per_minute=600.0,
    )  # fmt: skip
    assert (answer.binds, answer.requests_per_second_max) == ("concurrent_requests", 2)
    assert (answer.fits, answer.head_room_share) == (False, -0.5)


def test_cache_reads_can_be_made_to_count(planner):
    """Anthropic's models with a dagger count cache reads; a limit that nothing counts against never binds."""
    asked = {"counting": "anthropic", "input_tokens_per_minute": 6000.0, "cache_read_tokens": 9000}
    assert ask(planner, cache_reads_count=True, **asked).limits[0].counted_per_request == 10_000
    assert ask(planner, **asked).limits[0].counted_per_request == 1000
    free = ask(planner, 0, requests_per_minute=60.0, **asked)
    assert (free.binds, free.limits[1].requests_per_second) == ("requests_per_minute", None)


@pytest.mark.parametrize("counting", sorted(rules()))
@given(parts=st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT), more=st.integers(1, 1000), extra=st.integers(0, 5000))
def test_more_tokens_never_allow_more_requests(counting, parts, more, extra):
    """A request that holds more of anything counts at least as much, and twice the limit carries twice the rate."""
    fresh, read, written, out = parts
    limits = dict.fromkeys(rules()[counting].meters, 1000000.0)

    def most(times=1.0, **grown):
        held = {
            "input_tokens": fresh + 1, "cache_read_tokens": read, "cache_write_tokens": written,
            "output_tokens": out + 1, "max_tokens": out + 1 + extra, **grown,
        }  # fmt: skip
        allowed = {name: each * times for name, each in limits.items()}
        asked = CapacityQuestion(counting=counting, output_weight=5.0, **held, **allowed)
        return capacity(asked, None).requests_per_second_max

    here = most()
    assert most(2.0) == pytest.approx(2 * here)
    for grown in ({"input_tokens": fresh + 1 + more}, {"cache_write_tokens": written + more}):
        assert most(**grown) <= here
    assert most(max_tokens=out + 1 + extra + more) <= here


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"requests_per_minute": 60.0}, "give a model, a provider or a counting rule"),
        ({"counting": "openai"}, "state at least one limit"),
        ({"counting": "openai", "requests_per_minute": 0.0}, "requests_per_minute is 0.0"),
        ({"counting": "openai", "tokens_per_minute": float("nan")}, "tokens_per_minute is nan"),
        (
            {"counting": "openai", "input_tokens_per_minute": 5.0},
            "openai sets no input_tokens_per_minute; it limits req",
        ),
        ({"counting": "anthropic", "tokens_per_minute": 5.0}, "it limits requests_per_minute, input_tokens_per_minute"),
        (
            {"counting": "nobody", "requests_per_minute": 5.0},
            "'nobody' counts against .*; valid: openai, ",
        ),
        ({"model": "plain", "requests_per_minute": 5.0}, "no rule says what 'lab' counts"),
        ({"counting": "used", "requests_per_minute": 5.0, "input_tokens": -1}, "input_tokens is -1"),
        ({"counting": "used", "requests_per_minute": 5.0, "max_tokens": 100}, "must not pass max_tokens, 100"),
        ({"counting": "used", "requests_per_minute": 5.0, "peak_requests_per_second": 0.0}, "peak_requests_per_second"),
        ({"counting": "used", "concurrent_requests": 5}, "needs the mean seconds"),
        ({"counting": "used", "input_tokens_per_minute": 5.0, "input_tokens": 0}, "counts nothing"),
        ({"counting": "aws", "tokens_per_minute": 5.0, "output_weight": -5.0}, "output_weight is -5.0"),
    ],
)
def test_wrong_questions_are_named(planner, wrong, says):
    """A field out of its range, a limit that the provider does not set and a missing rule are errors that name it."""
    with pytest.raises(InvalidInput, match=says):
        ask(planner, **wrong)


def test_an_unknown_model_is_refused(planner):
    """A model that is not listed is said to be so."""
    with pytest.raises(UnknownModel, match="claud"):
        ask(planner, model="claud", requests_per_minute=5.0)


def test_every_rule_says_where_it_is_from():
    """Each rule has a source, a date, notes and meters over parts that a request holds."""
    parts = {"requests", "weighted_output_tokens", "max_tokens", "input_tokens", "output_tokens", "cache_read_tokens"}
    for rule in rules().values():
        assert rule.source
        assert rule.observed >= "2026"
        assert rule.notes
        named = {part for meter in rule.meters.values() for each in meter for part in each}
        assert named <= parts | {"cache_write_tokens"}
