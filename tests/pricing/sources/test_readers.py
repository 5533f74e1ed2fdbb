"""The readers on excerpts of the real data; expected figures are those of the providers' pages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from excerpts import lines, read, texts

from pricing.sources import genai_prices, litellm
from pricing.sources.records import Origin, exact, per_million, plain

ORIGIN = Origin("test 1", "2026-11-10")


@pytest.mark.parametrize(
    ("per_token", "text"),
    [(2.5e-07, "0.25"), (1.25e-05, "12.5"), (1e-05, "10"), (3e-09, "0.003"), (8.9999e-07, "0.89999"), (0, "0")],
)
def test_a_float_per_token_becomes_the_exact_decimal_per_million(per_token, text):
    """The shortest form of the float times a million, in plain notation, without an exponent."""
    assert plain(per_million(per_token)) == text


def test_the_last_digits_of_float_arithmetic_are_no_price():
    """0.16000000000000003 was meant as 0.16."""
    assert exact(0.16000000000000003) == Decimal("0.16")


def test_genai_variants_become_service_tiers():
    """Batch, flex, priority and fast come from variants; `default` is the standard tier and adds none."""
    (model,) = read("genai-prices", "openai", "gpt-5-mini")
    found = lines(model)
    assert model.aliases == ("gpt-5-mini-2025-08-07",)
    assert {tier for tier, _ in found} == {"standard", "batch", "flex", "priority", "fast"}
    assert found["standard", None]["input_tokens"] == "0.25"
    assert found["standard", None]["web_search_calls"] == "0.01"
    assert found["priority", None] | {"web_search_calls": ""} == {
        "input_tokens": "0.45", "cache_read_tokens": "0.045", "output_tokens": "3.6", "web_search_calls": "",
    }  # fmt: skip


def test_genai_context_tiers_are_whole_sets_and_batch_keeps_the_cache_price():
    """Gemini's batch halves input and output above 200k too, and leaves cache reads at the standard price."""
    (model,) = read("genai-prices", "google", "gemini-2.5-pro")
    found = lines(model)
    assert found["standard", 200000]["input_tokens"] == "2.5"
    assert found["batch", None]["cache_read_tokens"] == "0.125"
    assert found["batch", 200000] | {"web_search_calls": ""} == {
        "input_tokens": "1.25", "cache_read_tokens": "0.25", "output_tokens": "7.5", "web_search_calls": "",
    }  # fmt: skip


def test_genai_start_dates_end_the_price_before_them():
    """Claude Opus 4.6 had a 200k tier until 13 March 2026 and is flat since."""
    (model,) = read("genai-prices", "anthropic", "claude-opus-4-6")
    spans = [(one.above, one.valid_from, one.valid_to) for one in model.sets if one.tier == "standard"]
    assert spans == [
        (None, None, "2026-03-13T00:00:00Z"),
        (200000, None, "2026-03-13T00:00:00Z"),
        (None, "2026-03-13T00:00:00Z", None),
    ]


def test_genai_daily_windows_hold_since_the_dated_price_they_follow():
    """DeepSeek's peak hours began with its price of 17 August 2026, not before."""
    (model,) = read("genai-prices", "deepseek", "deepseek-v4-pro")
    windows = [(one.hours, one.valid_from, one.rates["input_tokens"]) for one in model.sets if one.hours]
    assert windows == [
        (("01:00-04:00",), "2026-08-17T00:00:00Z", Decimal("1.32")),
        (("06:00-10:00",), "2026-08-17T00:00:00Z", Decimal("1.32")),
    ]


def test_genai_hours_of_audio_become_seconds_only_when_exact():
    """0.18 an hour is 0.00005 a second; 0.111 an hour has no exact price per second and is noted."""
    (voxtral,) = read("genai-prices", "mistral", "voxtral-mini-2602")
    (whisper,) = read("genai-prices", "groq", "whisper-large-v3")
    assert lines(voxtral)["standard", None] == {"audio_seconds": "0.00005"}
    assert whisper.sets == ()
    assert any("audio_hours 0.111" in note for note in whisper.notes)


def test_genai_patterns_are_no_aliases():
    """Only names that a clause takes by equality are aliases."""
    (model,) = read("genai-prices", "google", "gemini-2.5-pro")
    assert model.aliases == ()


def test_genai_empty_prices_are_no_rate_sets():
    """A model without prices is listed with none."""
    (model,) = read("genai-prices", "mistral", "mistral-nemo:free")
    assert model.sets == ()


def test_genai_data_is_never_executed():
    """A call that is not a literal is text, whatever it would do."""
    text = "providers: list = [Provider(id=exec('raise SystemExit'), name='x', models=[])]"
    assert genai_prices.read(text, ORIGIN) == []


@pytest.mark.parametrize(
    ("key", "provider", "expected"),
    [
        ("azure/eu/gpt-5-2025-08-07", "azure", ("gpt-5-2025-08-07", "eu")),
        ("azure/global-standard/gpt-4o-mini", "azure", ("gpt-4o-mini", "global")),
        ("azure_ai/grok-4", "azure_ai", ("grok-4", None)),
        ("bedrock/us-gov-west-1/amazon.nova-pro-v1:0", "bedrock", ("amazon.nova-pro-v1:0", "us-gov-west-1")),
        ("bedrock_mantle/us-gov-east-1/openai.gpt-5.4", "bedrock_mantle", ("openai.gpt-5.4", "us-gov-east-1")),
        ("vertex_ai/claude-haiku-4-5", "vertex_ai-anthropic_models", ("claude-haiku-4-5", None)),
        ("fireworks_ai/accounts/x/models/y", "fireworks_ai", ("accounts/x/models/y", None)),
        ("low/1024-x-1024/gpt-image-1", "openai", ("low/1024-x-1024/gpt-image-1", None)),
    ],
)
def test_litellm_keys_carry_provider_and_region(key, provider, expected):
    """The provider's prefix is stripped and a region segment becomes the region."""
    assert litellm.place(key, provider) == expected


def test_litellm_suffixes_become_tiers_and_thresholds():
    """`_ultrafast`, `_batches` and `_above_272k_tokens` combine; a 12 hour write has no bucket and is noted."""
    (model,) = read("litellm", "openai", "gpt-6-astra")
    found = lines(model)
    assert found["standard", 272000] == {
        "input_tokens": "20", "output_tokens": "75", "cache_read_tokens": "2", "cache_write_5m_tokens": "25",
    }  # fmt: skip
    assert found["ultrafast", 272000]["output_tokens"] == "450"
    assert found["batch", None]["cache_write_5m_tokens"] == "6.25"
    assert dict(model.uplifts) == {"us": Decimal("1.1"), "eu": Decimal("1.1")}
    assert any("above_12hr" in note for note in model.notes)


def test_litellm_one_hour_writes_and_fast_multipliers():
    """`_above_1hr` is the one hour write; a provider's `fast` factor makes a fast tier that says how."""
    record = read("litellm", "anthropic", "claude-opus-5")[0]
    found = lines(record)
    assert found["standard", None]["cache_write_1h_tokens"] == "10"
    assert found["fast", None]["output_tokens"] == "50"
    assert [one.basis for one in record.sets if one.tier == "fast"] == ["2 times standard"]


def test_litellm_ranges_begin_above_their_lower_end():
    """Qwen's tiered_pricing range from 256000 holds for prompts above it."""
    (model,) = read("litellm", "dashscope", "qwen-flash")
    assert lines(model)["standard", 256000] == {"input_tokens": "0.25", "output_tokens": "2"}


def test_litellm_off_peak_windows_lie_over_the_peak_price():
    """The base is the peak price; weekends are a window without hours."""
    record = read("litellm", "deepseek", "deepseek-flash")[0]
    assert [(one.hours, one.weekdays, one.rates["input_tokens"]) for one in record.sets] == [
        ((), (), Decimal("0.3")),
        (("00:00-01:00", "04:00-06:00", "10:00-00:00"), (1, 2, 3, 4, 5), Decimal("0.15")),
        ((), (6, 7), Decimal("0.15")),
    ]


def test_litellm_leaves_out_samples_and_committed_throughput():
    """Rows that are no token price never become models."""
    models = {record.model for record in litellm.read(texts()["litellm"], ORIGIN)}
    assert not any("commitment" in model or model == "sample_spec" for model in models)


def test_model_prices_segments_are_dated_history():
    """Equal neighbours are one span, and each span ends where the next begins."""
    (model,) = read("model-prices", "openai", "gpt-5.6-sol")
    spans = [
        (one.valid_from, one.valid_to, one.rates["input_tokens"])
        for one in model.sets
        if one.tier == "standard" and one.above is None
    ]
    assert spans == [
        ("2026-07-09T17:59:06Z", "2026-08-21T00:00:00Z", Decimal(5)),
        ("2026-08-21T00:00:00Z", None, Decimal(4)),
    ]


def test_model_prices_one_hour_write_is_a_multiple_of_input_and_never_openais():
    """Anthropic's is 2 x 1 = 2 with its basis; OpenAI's multiple is for 12 hours and is left out."""
    (haiku,) = read("model-prices", "anthropic", "claude-haiku-4-5")
    current = next(one for one in haiku.sets if one.tier == "standard" and one.valid_to is None)
    assert current.rates["cache_write_1h_tokens"] == 2
    assert current.basis == "cache_write_1h_tokens is 2 times input_tokens"
    (sol,) = read("model-prices", "openai", "gpt-5.6-sol")
    assert not any("cache_write_1h_tokens" in one.rates for one in sol.sets)


def test_model_prices_peak_hours_double_the_recorded_price():
    """DeepSeek's recorded price is off-peak: 2 x 0.15 = 0.3 in the peak windows of working days in China."""
    (model,) = read("model-prices", "deepseek", "deepseek-flash")
    peak = next(one for one in model.sets if one.windowed)
    assert peak.rates["input_tokens"] == Decimal("0.3")
    assert (peak.hours, peak.weekdays, peak.except_holidays) == (
        ("01:00-04:00", "06:00-10:00"), (1, 2, 3, 4, 5), "cn",
    )  # fmt: skip


def test_model_prices_lab_names_are_aliases_unless_the_api_sells_them():
    """DeepSeek serves its dated release as `deepseek-flash`; a name that the API itself has is no alias."""
    (model,) = read("model-prices", "deepseek", "deepseek-flash")
    assert model.aliases == ("deepseek-v4.1-flash-1017",)


def test_models_dev_states_limits_and_no_prices():
    """Window, input and output limits stand apart."""
    (model,) = read("models-dev", "openai", "gpt-5-mini")
    assert (model.context_window, model.max_input, model.max_output) == (400000, 272000, 128000)
    assert model.sets == ()
