"""Exact cost: expected figures are worked by hand beside each test."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from catalogs import NOW, SEEN, priced
from hypothesis import given
from hypothesis import strategies as st

from pricing import BUCKETS, Catalog, Cost, InvalidUsage, NotPriced, Usage, cost
from pricing.usage import PROMPT_BUCKETS


def usd(catalog: Catalog, name: str = "m", *, at: datetime = NOW, tier: str | None = None, **usage: Any) -> Decimal:
    return ask(catalog, name, at=at, tier=tier, **usage).total_usd


def ask(
    catalog: Catalog,
    name: str = "m",
    *,
    at: datetime = NOW,
    tier: str | None = None,
    region: str | None = None,
    **usage: Any,
) -> Cost:
    return cost(Usage(**usage), catalog.resolve(name), at=at, service_tier=tier, region=region)


def test_a_request_is_priced_line_by_line(make_catalog):
    """1,000 input at 0.25 and 200 output at 2 USD a million make 0.00025 + 0.0004 = 0.00065."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="0.25", output_tokens="2")]}})
    answer = ask(catalog, input_tokens=1000, output_tokens=200)
    assert answer.total_usd == Decimal("0.00065")
    assert [(line.bucket, line.amount_usd, line.unit) for line in answer.lines] == [
        ("input_tokens", Decimal("0.00025"), "million_tokens"),
        ("output_tokens", Decimal("0.0004"), "million_tokens"),
    ]
    assert {line.source for line in answer.lines} == {"hand"}
    assert {line.observed for line in answer.lines} == {"2026-11-01"}


def test_no_digit_is_ever_lost(make_catalog):
    """A price of 18 digits times 999,999,999,999 tokens keeps all its digits, beyond the default 28."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="0.123456789012345678")]}})
    assert usd(catalog, input_tokens=999_999_999_999) == Decimal("123456.789012222221210987654322")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (199_999, "0.399998"),  # 199,999 x 2 / 1e6
        (200_000, "0.4"),  # at the threshold: still the base, the tier is strictly above
        (200_001, "0.800004"),  # every token of the request is repriced: 200,001 x 4 / 1e6
    ],
)
def test_a_tier_above_reprices_the_whole_request_strictly_above(make_catalog, prompt, expected):
    """OpenAI and Google charge the long-context price strictly above the threshold, for every token."""
    catalog = make_catalog(
        {"lab/m": {"prices": [priced(input_tokens="2"), priced(input_tokens="4") | {"prompt_above": 200_000}]}}
    )
    assert usd(catalog, input_tokens=prompt) == Decimal(expected)


@pytest.mark.parametrize(("prompt", "expected"), [(199_999, "0.399998"), (200_000, "0.8"), (200_001, "0.800004")])
def test_a_tier_from_reprices_at_the_threshold(make_catalog, prompt, expected):
    """XAI charges the long-context price from the threshold on."""
    catalog = make_catalog(
        {"lab/m": {"prices": [priced(input_tokens="2"), priced(input_tokens="4") | {"prompt_from": 200_000}]}}
    )
    assert usd(catalog, input_tokens=prompt) == Decimal(expected)


def test_the_context_tier_is_chosen_by_the_whole_prompt_cache_included(make_catalog):
    """150,000 cached and 60,000 fresh tokens are a prompt of 210,000: 60,000 x 4 + 150,000 x 0.4 = 0.3 USD."""
    catalog = make_catalog(
        {
            "lab/m": {
                "prices": [
                    priced(input_tokens="2", cache_read_tokens="0.2"),
                    priced(input_tokens="4", cache_read_tokens="0.4") | {"prompt_above": 200_000},
                ]
            }
        }
    )
    assert usd(catalog, input_tokens=60_000, cache_read_tokens=150_000) == Decimal("0.3")


def test_five_minute_and_one_hour_writes_have_their_own_prices(make_catalog):
    """1 M written for 5 minutes at 1.25 and 1 M for an hour at 2 make 3.25 USD."""
    rates = priced(input_tokens="1", cache_write_5m_tokens="1.25", cache_write_1h_tokens="2")
    catalog = make_catalog({"lab/m": {"prices": [rates]}})
    assert usd(catalog, cache_write_5m_tokens=10**6, cache_write_1h_tokens=10**6) == Decimal("3.25")


def test_an_hour_write_without_a_price_is_refused_not_guessed(make_catalog):
    """No multiplier is invented: a model that lists no 1 h write cannot price one."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1", cache_write_5m_tokens="1.25")]}})
    with pytest.raises(NotPriced, match="lists no price for cache_write_1h_tokens; it prices input_tokens"):
        usd(catalog, cache_write_1h_tokens=10)


def test_reasoning_is_billed_as_output_where_it_has_no_price(make_catalog):
    """100 visible and 900 reasoning tokens at 2 USD a million make 0.002, without a warning: all makers bill so."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1", output_tokens="2")]}})
    answer = ask(catalog, output_tokens=100, reasoning_tokens=900)
    assert answer.total_usd == Decimal("0.002")
    assert answer.warnings == ()
    assert answer.lines[1].conditions[-1] == "priced_as=output_tokens"


def test_a_cached_read_without_a_price_is_billed_as_input_and_says_so(make_catalog):
    """Providers without a cache discount bill cached tokens as input; the answer warns."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1", output_tokens="2")]}})
    answer = ask(catalog, cache_read_tokens=1000)
    assert answer.total_usd == Decimal("0.001")
    assert answer.warnings == ("cache_read_tokens priced as input_tokens: m lists no price of its own for it",)


@pytest.mark.parametrize("bucket", ["output_audio_tokens", "output_images", "web_search_calls", "video_seconds"])
def test_a_bucket_without_a_price_is_an_error_that_names_it(make_catalog, bucket):
    """What cannot be priced is never zero."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1", output_tokens="2")]}})
    with pytest.raises(NotPriced, match=f"no price for {bucket}"):
        usd(catalog, **{bucket: 1})


def test_a_request_fee_is_charged_once_where_there_is_one(make_catalog):
    """0.005 a request and 1,000 tokens at 1 USD a million make 0.006; without a fee the requests bucket costs none."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1", requests="0.005")]}})
    assert usd(catalog, input_tokens=1000) == Decimal("0.006")


def test_a_tier_has_its_own_prices_and_borrows_only_fees(make_catalog):
    """Batch input at 0.5 and a search at the standard 0.01: 1 M tokens and 3 searches make 0.53 USD."""
    batch = priced(input_tokens="0.5") | {"tier": "batch"}
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1", web_search_calls="0.01"), batch]}})
    assert usd(catalog, tier="batch", input_tokens=10**6, web_search_calls=3) == Decimal("0.53")


def test_a_long_context_set_borrows_the_base_sets_fees(make_catalog):
    """300,000 tokens at the long price of 4 and one search at the base's 0.01 make 1.21 USD."""
    base, long = priced(input_tokens="2", web_search_calls="0.01"), priced(input_tokens="4") | {"prompt_above": 200_000}
    catalog = make_catalog({"lab/m": {"prices": [base, long]}})
    assert usd(catalog, input_tokens=300_000, web_search_calls=1) == Decimal("1.21")


def test_a_tier_that_is_not_sold_is_an_error_that_lists_those_that_are(make_catalog):
    """A missing tier is neither standard nor half of it."""
    catalog = make_catalog(
        {"lab/m": {"prices": [priced(input_tokens="1"), priced(input_tokens="0.5") | {"tier": "batch"}]}}
    )
    with pytest.raises(NotPriced, match="sells no service tier 'flex'; valid: standard, batch") as caught:
        usd(catalog, tier="flex", input_tokens=1)
    assert caught.value.problems[0].loc == ("service_tier",)


def test_a_region_has_its_own_prices_or_an_exact_uplift(make_catalog):
    """An own price of 1.1 and a factor of 1.1 on 1 both make 1.10 a million; fees carry no uplift."""
    own = {"prices": [priced(input_tokens="1"), priced(input_tokens="1.1") | {"region": "eu"}]}
    factor = {
        "uplifts": {"eu": {"factor": "1.1", **SEEN}},
        "prices": [priced(input_tokens="1", web_search_calls="0.01")],
    }
    catalog = make_catalog({"lab/own": own, "lab/factor": factor})
    assert ask(catalog, "own", region="eu", input_tokens=10**6).total_usd == Decimal("1.1")
    lifted = ask(catalog, "factor", region="eu", input_tokens=10**6, web_search_calls=1)
    assert lifted.total_usd == Decimal("1.11")
    assert lifted.lines[0].conditions[-1] == "region=eu x1.1 (hand)"


def test_a_region_that_is_not_sold_is_an_error_that_lists_those_that_are(make_catalog):
    """Regions are never taken for the default offer."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1")]}})
    with pytest.raises(NotPriced, match=r"in no region 'mars'; valid: \(default\)"):
        ask(catalog, region="mars", input_tokens=1)


PEAK = {"hours": ["01:00-04:00", "06:00-10:00"], "weekdays": [1, 2, 3, 4, 5], "except_holidays": "cn"}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T00:59:59Z", "1"),  # Monday, a second before the window
        ("2026-11-23T01:00:00Z", "2"),  # the start belongs to it
        ("2026-11-23T03:59:59Z", "2"),
        ("2026-11-23T04:00:00Z", "1"),  # the end does not
        ("2026-11-23T06:00:00Z", "2"),  # the second span
        ("2026-11-22T02:00:00Z", "1"),  # Sunday
        ("2026-10-01T02:00:00Z", "1"),  # a Chinese holiday
    ],
)
def test_peak_hours_are_half_open_and_know_weekdays_and_holidays(make_catalog, at, expected):
    """DeepSeek's peak price holds on weekdays at 01-04 and 06-10 UTC except on Chinese holidays."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1"), priced(input_tokens="2") | PEAK]}})
    assert usd(catalog, at=datetime.fromisoformat(at), input_tokens=10**6) == Decimal(expected)


def test_a_window_may_wrap_midnight(make_catalog):
    """16:30-00:30 holds at 00:29 and not at 00:30."""
    night = priced(input_tokens="0.5") | {"hours": ["16:30-00:30"]}
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="1"), night]}})
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert usd(catalog, at=midnight + timedelta(minutes=29), input_tokens=10**6) == Decimal("0.5")
    assert usd(catalog, at=midnight + timedelta(minutes=30), input_tokens=10**6) == Decimal(1)


DATED = [
    priced(input_tokens="3") | {"valid_from": "2026-01-01T00:00:00Z", "valid_to": "2026-06-01T00:00:00Z"},
    priced(input_tokens="2") | {"valid_from": "2026-06-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"},
    priced(input_tokens="1") | {"valid_from": "2027-01-01T00:00:00Z", "basis": "announced"},
]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-05-31T23:59:59Z", "3"), ("2026-06-01T00:00:00Z", "2"), ("2027-01-01T00:00:00Z", "1")],
)
def test_prices_are_those_of_the_date(make_catalog, at, expected):
    """History is half-open, and an announced price holds from its date on."""
    catalog = make_catalog({"lab/m": {"prices": DATED}})
    assert usd(catalog, at=datetime.fromisoformat(at), input_tokens=10**6) == Decimal(expected)


def test_an_announced_price_says_so(make_catalog):
    """A figure that rests on an announcement carries a warning."""
    answer = ask(make_catalog({"lab/m": {"prices": DATED}}), at=datetime(2027, 2, 1, tzinfo=UTC), input_tokens=1)
    assert answer.warnings == ("the price rests on an announcement, effective 2027-01-01",)


def test_a_gap_in_the_history_is_an_error_with_the_dates_that_are_known(make_catalog):
    """Before the first known price nothing is guessed."""
    catalog = make_catalog({"lab/m": {"prices": DATED}})
    with pytest.raises(NotPriced, match=r"2025-12-31.*known: 2026-01-01 to 2026-06-01") as caught:
        usd(catalog, at=datetime(2025, 12, 31, tzinfo=UTC), input_tokens=1)
    assert caught.value.problems[0].loc == ("as_of",)


@pytest.mark.parametrize(
    ("retires", "said"),
    [
        ("2026-12-11", ("m retires on 2026-12-11, in 18 days",)),
        ("2026-11-23", ("m retired on 2026-11-23",)),
        ("2027-09-01", ()),
    ],
)
def test_retirement_is_said_when_it_is_near_or_past(make_catalog, retires, said):
    """Ninety days ahead a plan should know."""
    catalog = make_catalog({"lab/m": {"retires": retires, "prices": [priced(input_tokens="1")]}})
    assert ask(catalog, input_tokens=1).warnings == said


def test_a_model_without_prices_cannot_be_priced(make_catalog):
    """It is listed, and costs nothing that anyone knows."""
    with pytest.raises(NotPriced, match="listed without prices"):
        usd(make_catalog({"lab/m": {"prices": []}}), input_tokens=1)


def test_a_free_model_is_free_and_says_so(make_catalog):
    """A marked zero is a price."""
    catalog = make_catalog({"lab/m": {"prices": [priced(input_tokens="0") | {"free": True}]}})
    answer = ask(catalog, input_tokens=1000)
    assert answer.total_usd == 0
    assert "free" in answer.lines[0].conditions


@pytest.mark.parametrize("value", [-1, 1.5, True, "12", None, 10**12 + 1])
def test_usage_refuses_what_is_no_count(value):
    """A bucket holds a whole number from 0 to a trillion; the error names bucket and value."""
    with pytest.raises(InvalidUsage) as caught:
        Usage(input_tokens=value)
    assert caught.value.problems[0].loc == ("usage", "input_tokens")
    assert caught.value.problems[0].input is value


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal(-1), Decimal("Infinity"), 1.5, -5, 10**12 + 1])
def test_usage_refuses_what_is_no_duration(value):
    """Seconds are finite, non-negative decimals."""
    with pytest.raises(InvalidUsage, match="audio_seconds"):
        Usage(audio_seconds=value)


def test_every_bucket_is_a_field_of_usage():
    """The table of buckets and the type cannot drift apart."""
    assert [field.name for field in fields(Usage)] == list(BUCKETS)


counts = st.integers(0, 10**9)
usages = st.builds(
    Usage,
    **dict.fromkeys(
        (name for name, each in BUCKETS.items() if each.per > 1 and name != "cache_storage_token_hours"), counts
    ),
)
FULL = {name: f"{place}.{place}37" for place, name in enumerate(BUCKETS, 1) if BUCKETS[name].per > 1}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    from catalogs import write_catalog

    entry = {"prices": [priced(**FULL)]}
    return Catalog(str(write_catalog(tmp_path_factory.mktemp("full") / "c", {"lab/m": entry})))


@given(usage=usages)
def test_lines_sum_to_the_total_and_to_a_naive_sum(full, usage):
    """The parts make the whole: lines, total and a bucket-by-bucket product agree to the digit."""
    answer = cost(usage, full.resolve("m"), at=NOW)
    assert sum((line.amount_usd for line in answer.lines), Decimal(0)) == answer.total_usd
    naive = sum((Decimal(FULL[name]) * getattr(usage, name) for name in FULL), Decimal(0)) / 10**6
    assert answer.total_usd == naive


@given(usage=usages, more=st.sampled_from(PROMPT_BUCKETS), by=st.integers(1, 1000))
def test_more_tokens_never_cost_less(full, usage, more, by):
    """Cost is monotone in every prompt bucket."""
    grown = Usage(**{f.name: getattr(usage, f.name) + (by if f.name == more else 0) for f in fields(Usage)})
    resolved = full.resolve("m")
    assert cost(grown, resolved, at=NOW).total_usd > cost(usage, resolved, at=NOW).total_usd
