"""What the merge does where sources agree, disagree, or know different things."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from excerpts import built, texts

from pricing.errors import BadCatalog
from pricing.sources import build, check, fetch, gather, merge, naming
from pricing.sources.records import Origin, RateSet, Record

NOW = "2026-11-12T00:00:00Z"
GENAI, PRICES, LITE = (
    Origin("genai-prices 1", "2026-11-10"), Origin("model-prices 1", "2026-10-26"), Origin("litellm 1", "2026-11-12"),
)  # fmt: skip


def rate_set(origin, *, dates=(None, None), tier="standard", region=None, above=None, **rates):
    """A rate set; prices as text."""
    prices = {bucket: Decimal(text) for bucket, text in rates.items()}
    since, until = dates
    return RateSet(rates=prices, origin=origin, tier=tier, region=region, above=above, valid_from=since, valid_to=until)


def merged(*sets, model="m", provider="openai"):
    """The merge of one model from sets grouped by their source."""
    records = [
        Record(provider=provider, model=model, origin=origin, sets=tuple(s for s in sets if s.origin == origin))
        for origin in dict.fromkeys(one.origin for one in sets)
    ]
    (group,) = gather.gather(records, NOW)
    return merge.merge(group, NOW)


def test_a_lone_disagreement_goes_to_the_source_that_another_backs():
    """Two sources that agree outweigh the most trusted one, and the conflict is kept."""
    result = merged(
        rate_set(GENAI, input_tokens="1", output_tokens="5"),
        rate_set(PRICES, input_tokens="2", output_tokens="5"),
        rate_set(LITE, input_tokens="2", output_tokens="5"),
    )
    assert [one.rates["input_tokens"] for one in result.sets] == [2]
    (conflict,) = result.conflicts
    assert (conflict.bucket, conflict.chosen, conflict.reason) == (
        "input_tokens", "model-prices 1", "another source agrees",
    )  # fmt: skip
    assert conflict.row()["values"] == {"genai-prices 1": "1", "model-prices 1": "2", "litellm 1": "2"}


def test_without_a_third_source_the_order_of_trust_decides():
    """genai-prices stands before litellm for rates."""
    result = merged(rate_set(GENAI, input_tokens="1"), rate_set(LITE, input_tokens="2"))
    assert result.sets[0].origin == GENAI
    assert result.conflicts[0].reason == "no third source; order of trust"


def test_one_percent_is_no_conflict():
    """1.00 and 1.01 are near; 1.00 and 1.02 are not."""
    assert not merged(rate_set(GENAI, input_tokens="1"), rate_set(LITE, input_tokens="1.01")).conflicts
    assert merged(rate_set(GENAI, input_tokens="1"), rate_set(LITE, input_tokens="1.02")).conflicts


def test_a_gap_is_filled_only_from_a_source_with_the_same_prices():
    """A cache price comes with its own source where input and output agree, and not at all where they do not."""
    near = merged(rate_set(GENAI, input_tokens="1"), rate_set(LITE, input_tokens="1", cache_read_tokens="0.1"))
    assert near.sets[0].filled == {"cache_read_tokens": LITE}
    far = merged(rate_set(GENAI, input_tokens="1"), rate_set(LITE, input_tokens="2", cache_read_tokens="0.1"))
    assert "cache_read_tokens" not in far.sets[0].rates


def test_a_tier_of_a_source_with_other_standard_prices_is_left_out():
    """Half of a price that was not chosen is no batch price."""
    result = merged(
        rate_set(GENAI, input_tokens="1"),
        rate_set(LITE, input_tokens="2"),
        rate_set(LITE, tier="batch", input_tokens="1"),
    )
    assert {one.tier for one in result.sets} == {"standard"}


def test_a_tier_without_an_output_price_is_left_out():
    """A batch set that sells only input is not complete where the model sells output."""
    result = merged(
        rate_set(LITE, input_tokens="1", output_tokens="2"), rate_set(LITE, tier="batch", input_tokens="0.5")
    )
    assert {one.tier for one in result.sets} == {"standard"}


def test_a_tier_that_names_no_cache_or_audio_price_takes_the_standard_one_and_says_so():
    """A cached token in a batch is not billed as a new one, nor an audio token as text."""
    result = merged(
        rate_set(LITE, input_tokens="1", output_tokens="2", cache_read_tokens="0.1", input_audio_tokens="3"),
        rate_set(LITE, tier="batch", input_tokens="0.5", output_tokens="1"),
        rate_set(LITE, tier="priority", input_tokens="2", output_tokens="4"),
    )
    batch, priority = (next(s for s in result.sets if s.tier == tier) for tier in ("batch", "priority"))
    assert (batch.rates["cache_read_tokens"], batch.rates["input_audio_tokens"]) == (Decimal("0.1"), 3)
    assert batch.basis == ("standard price, as the source names none for batch: cache_read_tokens, input_audio_tokens")
    assert "cache_read_tokens" not in priority.rates
    assert priority.rates["input_audio_tokens"] == 3


def test_history_dates_the_chosen_price_and_keeps_what_came_before():
    """The price in force since August begins then, and the older one ends then."""
    august = "2026-08-21T00:00:00Z"
    result = merged(
        rate_set(GENAI, input_tokens="4"),
        rate_set(PRICES, dates=("2026-07-09T00:00:00Z", august), input_tokens="5"),
        rate_set(PRICES, dates=(august, None), input_tokens="4"),
    )
    assert [(one.origin, one.valid_from, one.valid_to) for one in result.sets] == [
        (PRICES, "2026-07-09T00:00:00Z", august),
        (GENAI, august, None),
    ]


def test_a_newer_price_ends_the_last_one_that_history_knows():
    """A price dated after the history was last seen is no conflict; the history ends where it begins."""
    november = "2026-11-03T00:00:00Z"
    result = merged(
        rate_set(GENAI, dates=(None, november), input_tokens="1"),
        rate_set(GENAI, dates=(november, None), input_tokens="2"),
        rate_set(PRICES, dates=("2026-07-09T00:00:00Z", None), input_tokens="1"),
    )
    assert [(one.rates["input_tokens"], one.valid_from, one.valid_to) for one in result.sets] == [
        (1, "2026-07-09T00:00:00Z", november),
        (2, november, None),
    ]
    assert result.conflicts == ()


def test_a_future_price_is_marked_announced():
    """A set that begins after its source was last seen says so."""
    january = "2027-01-01T00:00:00Z"
    result = merged(
        rate_set(GENAI, dates=(None, january), input_tokens="1"),
        rate_set(GENAI, dates=(january, None), input_tokens="2"),
    )
    assert [one.basis for one in result.sets] == [None, "announced"]


def test_a_zero_of_one_source_is_no_price():
    """Zeros are dropped and the model is listed without prices, with a note."""
    result = merged(rate_set(LITE, input_tokens="0", output_tokens="0"))
    assert result.sets == ()
    assert result.notes == ("litellm 1 lists it at zero, which nothing confirms",)


def test_zeros_that_two_sources_list_are_free():
    """Two sources that list nothing but zeros make a free model."""
    result = merged(
        rate_set(PRICES, input_tokens="0", output_tokens="0"), rate_set(LITE, input_tokens="0", output_tokens="0")
    )
    assert [(one.free, one.rates["input_tokens"]) for one in result.sets] == [(True, 0)]


def test_a_zero_beside_prices_is_dropped():
    """An embedding's output at zero and a cache write at zero are what is not billed, not free."""
    result = merged(rate_set(LITE, input_tokens="0.02", output_tokens="0", cache_write_5m_tokens="0"))
    assert set(result.sets[0].rates) == {"input_tokens"}


def test_a_dated_snapshot_sold_alike_is_an_alias_and_otherwise_a_model():
    """The same prices and tiers under both names make one model; another price keeps two."""
    alike = [
        Record(provider="openai", model=name, origin=LITE, sets=(rate_set(LITE, input_tokens="1"),))
        for name in ("gpt-x", "gpt-x-2026-01-01")
    ]
    (group,) = gather.gather(alike, NOW)
    assert (group.model, group.aliases) == ("gpt-x", ("gpt-x-2026-01-01",))
    dearer = replace(alike[1], sets=(rate_set(LITE, input_tokens="2"),))
    assert len(gather.gather([alike[0], dearer], NOW)) == 2


def test_a_bare_bedrock_id_is_sold_inside_a_region():
    """It costs what a geography does, never the global price; a fee that only the bare id states stays."""
    bare, us, world = (
        rate_set(LITE, input_tokens="2", web_search_calls="0.01"),
        rate_set(LITE, region="us", input_tokens="2.2"), rate_set(LITE, region="global", input_tokens="2"),
    )  # fmt: skip
    prices = {one.region: one.rates for one in merged(bare, us, world, provider="aws").sets}
    assert prices[None] == {"input_tokens": Decimal("2.2"), "web_search_calls": Decimal("0.01")}
    assert {one.region: one.rates for one in merged(bare, us, provider="aws").sets}[None] == bare.rates


def test_govcloud_is_no_geography_of_the_commercial_regions():
    """An alias with us-gov beside those of the geographies gives no offer there."""
    name, names = "regional.anthropic.m", ("us.anthropic.m", "us-gov.anthropic.m", "anthropic.m")
    raw = Record(provider="aws", model=name, origin=GENAI, aliases=names, sets=(rate_set(GENAI, input_tokens="1"),))
    assert [one.region for one in naming.load().place(raw).sets] == ["regional", "us", None]


def test_a_tier_is_measured_by_the_price_of_its_own_region():
    """A source whose default price differs still sells a tier where its regional price is the same."""
    result = merged(
        rate_set(GENAI, input_tokens="3", output_tokens="9"),
        rate_set(GENAI, region="eu", input_tokens="4", output_tokens="8"),
        rate_set(LITE, input_tokens="2", output_tokens="9"),
        rate_set(LITE, region="eu", input_tokens="4", output_tokens="8"),
        rate_set(LITE, tier="batch", input_tokens="1", output_tokens="4"),
        rate_set(LITE, tier="batch", region="eu", input_tokens="2", output_tokens="4"),
    )
    assert [one.region for one in result.sets if one.tier == "batch"] == ["eu"]


def test_past_prices_have_the_buckets_that_another_source_dates():
    """A past set lacking a fee or a modality takes it from a source with the same prices in part of that time."""
    june = "2026-06-01T00:00:00Z"
    result = merged(
        rate_set(GENAI, dates=(None, june), input_tokens="1", output_tokens="2", web_search_calls="0.01"),
        rate_set(GENAI, dates=(june, None), input_tokens="3", output_tokens="2", cache_read_tokens="0.3"),
        rate_set(PRICES, dates=("2026-01-01T00:00:00Z", june), input_tokens="1", output_tokens="2"),
        rate_set(PRICES, dates=(june, None), input_tokens="3", output_tokens="2"),
    )
    past, present = result.sets
    assert past.rates == {"input_tokens": 1, "output_tokens": 2, "web_search_calls": Decimal("0.01")}
    assert past.filled["web_search_calls"] == GENAI
    assert "web_search_calls" not in present.rates


def test_what_was_dated_before_the_history_began_is_kept():
    """An earlier price of the chosen source stands before the history; one that only overlaps it is not drawn back."""
    may, june = "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"
    history = rate_set(PRICES, dates=(june, None), input_tokens="1", output_tokens="2")
    older = rate_set(GENAI, dates=(None, may), input_tokens="5", output_tokens="2")
    newer = rate_set(GENAI, dates=(may, None), input_tokens="1", output_tokens="2")
    told = [(one.rates["input_tokens"], one.valid_from, one.valid_to) for one in merged(history, older, newer).sets]
    assert told == [(5, None, may), (1, may, None)]


def test_a_snapshot_whose_reasoning_costs_otherwise_is_its_own_model():
    """Alike in input and output is not enough to be an alias."""
    plain, thinking = (
        Record(provider="openai", model=name, origin=LITE, sets=(rate_set(LITE, **rates),))
        for name, rates in (
            ("q", {"input_tokens": "1", "output_tokens": "2"}),
            ("q-2026-01-01", {"input_tokens": "1", "output_tokens": "2", "reasoning_tokens": "4"}),
        )
    )
    assert [group.model for group in gather.gather([plain, thinking], NOW)] == ["q", "q-2026-01-01"]


def entry(provider, model):
    """A model's entry in the built catalog."""
    return json.loads(built().files[f"providers/{provider}.json"])["models"][model]


def test_xais_context_tier_begins_at_200k():
    """The correction turns 199,999 and 200,000 strictly above into 200,000 and above."""
    tiers = {line.get("prompt_from") for line in entry("x-ai", "grok-4.3")["prices"]}
    assert tiers == {None, 200000}


def test_deepseeks_peak_price_is_the_windowed_set():
    """At 02:00 UTC on a working Monday the windowed set holds: 0.30 in, twice the 0.15 of the other hours."""
    base, peak = entry("deepseek", "deepseek-flash")["prices"]
    assert (base["rates"]["input_tokens"], "hours" in base) == ("0.15", False)
    assert (peak["rates"]["input_tokens"], peak["hours"][0], peak["except_holidays"]) == ("0.3", "01:00-04:00", "cn")
    assert not any(row["model"] == "deepseek-flash" for row in json.loads(built().files["conflicts.json"])["conflicts"])


def test_bedrock_profiles_are_regions_of_one_model():
    """The base id and its `us.` and `global.` profiles are one entry; the base id costs what `us.` does."""
    lines = entry("aws", "anthropic.claude-haiku-4-5-20251001-v1:0")["prices"]
    standard = {line.get("region"): line["rates"]["input_tokens"] for line in lines if "tier" not in line}
    assert standard == {None: "1.1", "us": "1.1", "global": "1"}


def test_azure_takes_its_window_from_the_maker_where_it_gives_only_an_input_limit():
    """Azure's 272,000 is OpenAI's input limit; the window beside it is not invented where the maker is not listed."""
    limits = entry("azure", "gpt-5")["limits"]
    assert limits["max_output_tokens"] == 128000
    assert limits["observed"] == "2026-05-21"


def test_gpt_5_mini_as_its_page_has_it():
    """0.25 / 0.025 / 2.00 with batch and flex at half and priority at 1.8 times."""
    lines = {
        line.get("tier", "standard"): line["rates"]
        for line in entry("openai", "gpt-5-mini")["prices"]
        if "valid_to" not in line
    }
    assert lines["standard"] == {
        "input_tokens": "0.25", "cache_read_tokens": "0.025", "output_tokens": "2", "web_search_calls": "0.01",
    }  # fmt: skip
    assert lines["batch"] == {"input_tokens": "0.125", "cache_read_tokens": "0.0125", "output_tokens": "1"}
    assert lines["batch"] == lines["flex"]
    assert lines["priority"]["output_tokens"] == "3.6"


def test_the_same_sources_give_the_same_bytes():
    """A second build differs in nothing."""
    assert build.build(texts(), fetch.pins()).files == built().files


def test_writing_removes_providers_that_are_gone(tmp_path):
    """A directory holds what was built and nothing older."""
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "gone.json").write_text("{}")
    build.write(built(), tmp_path)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json")}
    assert written == set(built().files)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"rates": {"tokens": "1"}}, "unknown bucket tokens"),
        ({"rates": {"input_tokens": "0"}}, "input_tokens is zero and not free"),
        ({"rates": {"input_tokens": "1e-3"}}, "not a plain decimal string"),
        ({"rates": {"input_tokens": "1"}, "source": ""}, "no source or observed date"),
        ({"rates": {"input_tokens": "1"}, "valid_from": "2026-02", "valid_to": "2026-01"}, "before it begins"),
    ],
)
def test_the_builder_refuses_its_own_faults(fault, message):
    """Every rule of the format is checked before anything is written."""
    line = {"source": "s 1", "observed": "2026-11-01", **fault}
    text = json.dumps({"provider": "openai", "models": {"m": {"prices": [line]}}})
    with pytest.raises(BadCatalog, match=message):
        check.check({**built().files, "providers/openai.json": text})


@pytest.mark.parametrize(
    ("one", "other", "ties"),
    [
        ({}, {}, True),
        ({}, {"tier": "batch"}, False),
        ({}, {"prompt_above": 200000}, False),
        ({"valid_to": "2026-02"}, {"valid_from": "2026-02"}, False),
        ({}, {"hours": ["01:00-04:00"]}, False),
        ({"hours": ["23:00-02:00"]}, {"hours": ["01:00-04:00"]}, True),
        ({"hours": ["04:00-06:00"]}, {"hours": ["01:00-04:00"]}, False),
        ({"weekdays": [1, 2]}, {"weekdays": [6, 7]}, False),
    ],
)
def test_sets_tie_only_where_both_could_hold(one, other, ties):
    """Half-open dates and hours that only touch do not tie; a window never ties with what has none."""
    assert check.tie(one, other) is ties
