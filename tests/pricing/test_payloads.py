"""Each provider's usage payload becomes the buckets that a person would write down."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.payloads import SHAPES, Reading, read_usage
from pricing.usage import Usage

PAYLOADS = Path(__file__).with_name("payloads")
SONNET = "claude-sonnet-4-6"
OPUS = "claude-opus-5-5"

# file -> buckets other than zero (worked by hand from the file, working beside it), tier, model, region
READ: dict[str, tuple[dict[str, int], str | None, str | None, str | None]] = {
    "openai_chat-plain": ({"input_tokens": 19, "output_tokens": 10}, None, None, None),
    # 2006 - 1920 cached = 86 fresh; 300 - 192 reasoning = 108 visible
    "openai_chat-cached-reasoning": (
        {"input_tokens": 86, "cache_read_tokens": 1920, "output_tokens": 108, "reasoning_tokens": 192},
        "standard", "gpt-5-mini-2025-08-07", None,
    ),
    # 6000 - 1024 read - 4096 written = 880
    "openai_chat-cache-write": (
        {"input_tokens": 880, "cache_read_tokens": 1024, "cache_write_5m_tokens": 4096, "output_tokens": 100},
        "priority", "gpt-6.1-sol", None,
    ),
    # 530 - 500 audio = 30 text in; 280 - 240 audio = 40 text out
    "openai_chat-audio": (
        {"input_tokens": 30, "input_audio_tokens": 500, "output_tokens": 40, "output_audio_tokens": 240},
        None, "gpt-4o-audio-preview-2025-06-03", None,
    ),
    # accepted and rejected predictions are inside the 145 and billed as output
    "openai_chat-prediction": ({"input_tokens": 87, "output_tokens": 145}, "flex", "gpt-4o-2024-08-06", None),
    # 80 - 64 reasoning = 16
    "openai_chat-stream-final": (
        {"input_tokens": 120, "output_tokens": 16, "reasoning_tokens": 64}, "standard", "gpt-5-2025-08-07", None,
    ),
    # no completion_tokens, and total 8 = prompt 8: no output
    "openai_chat-embedding": ({"input_tokens": 8}, None, "text-embedding-3-small", None),
    # 9000 - 4096 = 4904; 1200 - 900 = 300; four search items, of which one opens a page and one looks in it
    "openai_responses-web-search": (
        {
            "input_tokens": 4904, "cache_read_tokens": 4096, "output_tokens": 300, "reasoning_tokens": 900,
            "web_search_calls": 2,
        },
        "standard", "gpt-5.6-luna", None,
    ),
    # 5000 - 1000 read - 3000 written = 1000; written 2000 for 30 minutes and 1000 for 12 hours
    "openai_responses-completed-event": (
        {
            "input_tokens": 1000, "cache_read_tokens": 1000, "cache_write_5m_tokens": 2000,
            "cache_write_1h_tokens": 1000, "output_tokens": 50,
        },
        "flex", "gpt-6-luna", None,
    ),
    # the images API: 118 = 50 text + 68 image; everything that comes out is an image
    "openai_responses-image": (
        {"input_tokens": 50, "input_image_tokens": 68, "output_image_tokens": 4160}, None, None, None,
    ),
    # audio 300 of which 128 cached -> 172; text 150 of which 64 cached -> 86; out 250 = 50 + 200
    "openai_responses-realtime": (
        {
            "input_tokens": 86, "cache_read_tokens": 64, "input_audio_tokens": 172, "cache_audio_read_tokens": 128,
            "output_tokens": 50, "output_audio_tokens": 200,
        },
        None, None, None,
    ),
    "anthropic-plain": ({"input_tokens": 25, "output_tokens": 150}, "standard", SONNET, None),
    # input_tokens leaves the cache out; 1248 written = 456 for 5 minutes + 792 for an hour
    "anthropic-cached": (
        {
            "input_tokens": 21, "cache_read_tokens": 8000, "cache_write_5m_tokens": 456,
            "cache_write_1h_tokens": 792, "output_tokens": 393,
        },
        "priority", SONNET, "us",
    ),
    # without a split every write is a 5 minute write
    "anthropic-unsplit-write": (
        {"input_tokens": 10, "cache_write_5m_tokens": 2000, "output_tokens": 5}, None, None, None,
    ),
    # 900 - 640 thinking = 260; a fetch is free, three searches are not; fast speed outranks the standard tier
    "anthropic-thinking-fast-search": (
        {"input_tokens": 6000, "output_tokens": 260, "reasoning_tokens": 640, "web_search_calls": 3},
        "fast", OPUS, "global",
    ),
    # message_start gives the input, message_delta replaces its 3 output tokens by 510
    "anthropic-stream": (
        {"input_tokens": 2679, "cache_read_tokens": 512, "output_tokens": 510},
        "batch", "claude-haiku-4-5-20251001", None,
    ),
    "anthropic-message-delta": (
        {"input_tokens": 10682, "output_tokens": 510, "web_search_calls": 1}, None, None, None,
    ),
    # compaction is billed beside the message: 23000 + 180000 in, 1000 + 3500 out
    "anthropic-compaction": ({"input_tokens": 203000, "output_tokens": 4500}, None, OPUS, None),
    "gemini-plain": ({"input_tokens": 8, "output_tokens": 20}, None, "gemini-2.5-flash", None),
    # text 3000 - 1500 cached; audio 5000 - 4000; video 2000 - 500; cached text and video 1500 + 500 = 2000;
    # 400 candidates without the 1100 thoughts
    "gemini-cached-thinking-audio": (
        {
            "input_tokens": 1500, "cache_read_tokens": 2000, "input_audio_tokens": 1000,
            "cache_audio_read_tokens": 4000, "input_video_tokens": 1500, "output_tokens": 400,
            "reasoning_tokens": 1100,
        },
        "priority", "gemini-2.5-flash", None,
    ),
    # 1032 of the document + 258 image = 1290 image; 1302 - 1290 = 12 text out
    "gemini-document-image-out": (
        {"input_tokens": 10, "input_image_tokens": 1290, "output_tokens": 12, "output_image_tokens": 1290},
        "flex", "gemini-2.5-flash", None,
    ),
    # 30 + 2500 of the tool's own prompt
    "gemini-tool-use-grounded": (
        {"input_tokens": 2530, "output_tokens": 200, "reasoning_tokens": 70}, None, "gemini-2.5-flash", None,
    ),
    # 600 cached without a split: the 400 of text first, then 200 of the 600 image tokens
    "gemini-python-sdk": (
        {"cache_read_tokens": 600, "input_image_tokens": 400, "output_tokens": 50}, "standard", "gemini-3-flash", None,
    ),
    "gemini-blocked": ({"input_tokens": 12}, None, "gemini-2.5-pro", None),
    "bedrock-plain": ({"input_tokens": 125, "output_tokens": 60}, None, None, None),
    "bedrock-cached": (
        {
            "input_tokens": 40, "cache_read_tokens": 5000, "cache_write_5m_tokens": 1200,
            "cache_write_1h_tokens": 3000, "output_tokens": 200,
        },
        "flex", None, None,
    ),
    "bedrock-stream-metadata": ({"input_tokens": 30, "output_tokens": 628}, "optimized", None, None),
    "bedrock-invoke-headers": (
        {"input_tokens": 14, "cache_read_tokens": 1000, "output_tokens": 90}, "priority", None, None,
    ),
    "bedrock-invoke-metrics": (
        {"input_tokens": 14, "cache_write_5m_tokens": 2048, "output_tokens": 90}, None, None, None,
    ),
    "mistral-plain": ({"input_tokens": 16, "output_tokens": 34}, None, "mistral-medium-latest", None),
    # 1500 - 1024, said twice and counted once
    "mistral-cached": ({"input_tokens": 476, "cache_read_tokens": 1024, "output_tokens": 100}, None, None, None),
    "mistral-audio": (
        {"input_tokens": 7, "output_tokens": 83, "audio_seconds": 203}, None, "voxtral-small-latest", None,
    ),
    "mistral-stream-final": (
        {"input_tokens": 20, "output_tokens": 50, "reasoning_tokens": 250}, None, "magistral-medium-latest", None,
    ),
    # 1024 hit + 176 missed = 1200
    "deepseek-cached": (
        {"input_tokens": 176, "cache_read_tokens": 1024, "output_tokens": 90}, None, "deepseek-chat", None,
    ),
    "deepseek-reasoning-stream-final": (
        {"input_tokens": 30, "output_tokens": 80, "reasoning_tokens": 620}, None, "deepseek-reasoner", None,
    ),
    # xAI's text_tokens 125 hold the 98 cached ones
    "xai-cached": ({"input_tokens": 27, "cache_read_tokens": 98, "output_tokens": 48}, None, None, None),
    # 135 = 32 + 9 + 94: reasoning stands beside the completion
    "xai-reasoning-outside": (
        {"input_tokens": 26, "cache_read_tokens": 6, "output_tokens": 9, "reasoning_tokens": 94},
        None, "grok-4-0709", None,
    ),
    # 135 = 32 + 103: this one has reasoning inside, 103 - 94 = 9
    "xai-reasoning-inside": ({"input_tokens": 32, "output_tokens": 9, "reasoning_tokens": 94}, None, None, None),
    "xai-tools": (
        {
            "input_tokens": 3000, "cache_read_tokens": 5000, "output_tokens": 150, "reasoning_tokens": 450,
            "web_search_calls": 2,
        },
        None, "grok-4.3", None,
    ),
    # 9269 - 8000 - 1248 = 21, the same request as anthropic-cached
    "litellm-anthropic": (
        {
            "input_tokens": 21, "cache_read_tokens": 8000, "cache_write_5m_tokens": 456,
            "cache_write_1h_tokens": 792, "output_tokens": 293, "reasoning_tokens": 100, "web_search_calls": 2,
        },
        "batch", SONNET, "us",
    ),
    # audio 900 - 400 cached = 500; text 1200 - 900 - 100 cached = 200
    "litellm-gemini-audio": (
        {
            "input_tokens": 200, "cache_read_tokens": 100, "input_audio_tokens": 500, "cache_audio_read_tokens": 400,
            "output_tokens": 100, "reasoning_tokens": 50,
        },
        None, None, None,
    ),
    # the same request as openai_chat-cached-reasoning
    "otel_genai-span": (
        {"input_tokens": 86, "cache_read_tokens": 1920, "output_tokens": 108, "reasoning_tokens": 192},
        "standard", "gpt-5-mini-2025-08-07", None,
    ),
    "otel_genai-anthropic-cache": (
        {"input_tokens": 21, "cache_read_tokens": 8000, "cache_write_5m_tokens": 1248, "output_tokens": 393},
        None, SONNET, None,
    ),
}  # fmt: skip
WARNED = {
    "anthropic-compaction": "iterations[0] (compaction) is billed beside the message",
    "gemini-python-sdk": "600 tokens read from or written to the cache carry no modality",
    "gemini-tool-use-grounded": "webSearchQueries 2: Google bills searches by query or by prompt",
    "openai_responses-completed-event": "ttl_12h_tokens 1000: a write that lives 12 hours",
    "xai-tools": "x_search_calls 1: no bucket holds it",
}


def load(name: str):
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def spent(reading: Reading) -> dict[str, int]:
    return {name: value for name, value in asdict(reading.usage).items() if value and name != "requests"}


@pytest.mark.parametrize("name", READ)
def test_a_realistic_payload_becomes_the_buckets_worked_by_hand(name):
    """Every provider's payload gives the buckets, served tier, model and region that a person reads in it."""
    buckets, tier, model, region = READ[name]
    reading = read_usage(name.split("-", 1)[0], load(name))
    assert spent(reading) == buckets
    assert reading.usage.requests == 1
    assert (reading.service_tier, reading.model, reading.region) == (tier, model, region)


@pytest.mark.parametrize("name", READ)
def test_only_what_was_assumed_is_warned_of(name):
    """A payload that says everything gives no warning; one that leaves something open gives one that names it."""
    warnings = read_usage(name.split("-", 1)[0], load(name)).warnings
    assert len(warnings) == (name in WARNED)
    assert all(WARNED[name] in warning for warning in warnings)


def test_every_stored_payload_is_read_and_every_shape_has_some():
    """No payload file is forgotten, and each shape of the contract has at least two."""
    files = sorted(path.stem for path in PAYLOADS.glob("*.json"))
    assert files == sorted(READ)
    assert all(sum(name.startswith(f"{shape}-") for name in files) >= 2 for shape in SHAPES)


def test_a_total_that_does_not_add_up_is_a_warning_with_both_figures():
    """The parts are priced; that the payload's own total is another is said."""
    reading = read_usage("openai_chat", {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 16})
    assert reading.warnings == ("total_tokens is 16, but the parts add up to 15",)


def test_a_figure_unknown_to_us_is_named_unless_it_is_zero():
    """A provider's new token count is tolerated and reported, at any depth, never dropped in silence."""
    details = {"hologram_tokens": 7, "smell_tokens": 0, "hologram_share": 3}
    payload = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": details, "logo": "x"}
    warnings = read_usage("openai_chat", payload).warnings
    assert len(warnings) == 1
    assert warnings[0].startswith("prompt_tokens_details.hologram_tokens 7 is not known")


def test_a_modality_unknown_to_us_is_named():
    """A new Gemini modality is reported by its place in the list."""
    details = [{"modality": "TEXT", "tokenCount": 4}, {"modality": "SMELL", "tokenCount": 6}]
    reading = read_usage("gemini", {"promptTokenCount": 10, "promptTokensDetails": details})
    assert reading.usage == Usage(input_tokens=10)
    assert reading.warnings[0].startswith("promptTokensDetails[1].tokenCount 6 is not known")


def test_gemini_candidates_that_hold_the_thoughts_are_not_counted_twice():
    """Where the total is met without the thoughts, they are inside the candidates: 50 - 20 = 30, tool use or not."""
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 50, "thoughtsTokenCount": 20}
    assert read_usage("gemini", {**usage, "totalTokenCount": 60}).usage == Usage(
        input_tokens=10, output_tokens=30, reasoning_tokens=20
    )
    assert read_usage("gemini", {**usage, "toolUsePromptTokenCount": 5, "totalTokenCount": 65}).usage == Usage(
        input_tokens=15, output_tokens=30, reasoning_tokens=20
    )


def test_a_partial_lifetime_split_is_read_as_five_minutes_and_said():
    """Of 100 written tokens 30 are for an hour; the 70 without a lifetime are 5 minute writes, with a warning."""
    payload = {"inputTokens": 1, "outputTokens": 1, "cacheWriteInputTokens": 100}
    reading = read_usage("bedrock", {**payload, "cacheDetails": [{"ttl": "1h", "inputTokens": 30}]})
    assert (reading.usage.cache_write_1h_tokens, reading.usage.cache_write_5m_tokens) == (30, 70)
    assert "70 of cacheWriteInputTokens 100 carry no lifetime" in reading.warnings[0]


def test_bedrock_totals_may_leave_the_cache_out():
    """AWS documents the total as input and output; with or without the cache it is no mismatch."""
    usage = {"inputTokens": 5, "outputTokens": 7, "cacheReadInputTokens": 100}
    assert read_usage("bedrock", {**usage, "totalTokens": 12}).warnings == ()
    assert read_usage("bedrock", {**usage, "totalTokens": 112}).warnings == ()
    assert "totalTokens is 99" in read_usage("bedrock", {**usage, "totalTokens": 99}).warnings[0]


def test_a_sampling_by_another_model_is_named_and_left_out():
    """An advisor's tokens cost another model's price, so they are not added to this one's."""
    rounds = [
        {"type": "message", "input_tokens": 5, "output_tokens": 1},
        {"type": "advisor_message", "input_tokens": 9},
    ]
    reading = read_usage("anthropic", {"input_tokens": 5, "output_tokens": 1, "iterations": rounds})
    assert reading.usage == Usage(input_tokens=5, output_tokens=1)
    assert reading.warnings == (
        "iterations[1] is of type 'advisor_message'; it is not in the cost: price it as a request of its own",
    )


def test_a_stream_takes_the_last_cumulative_figures():
    """Gemini sends growing figures with each chunk; the last ones hold."""
    chunks = [
        {"usageMetadata": {"promptTokenCount": 10, "totalTokenCount": 10}},
        {"candidates": []},
        {"usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 8, "totalTokenCount": 18}},
    ]
    reading = read_usage("gemini", {"events": chunks})
    assert (spent(reading), reading.warnings) == ({"input_tokens": 10, "output_tokens": 8}, ())


@pytest.mark.parametrize(
    ("said", "served"),
    [("default", "standard"), ("auto", None), ("scale", "scale"), ("Priority", "priority"), ("batch", "batch")],
)
def test_the_served_tier_is_normalised_and_a_foreign_one_keeps_its_name(said, served):
    """`default` is standard, `auto` says nothing, and a tier that is the provider's own keeps its name."""
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    assert read_usage("openai_chat", {"usage": usage, "service_tier": said}).service_tier == served


@pytest.mark.parametrize(
    ("said", "served"),
    [
        ("ON_DEMAND_FLEX", "flex"),
        ("PROVISIONED_THROUGHPUT", "provisioned_throughput"),
        ("TRAFFIC_TYPE_UNSPECIFIED", None),
    ],
)
def test_google_traffic_types_are_tiers(said, served):
    """Vertex says the tier as the traffic type of the quota it used."""
    assert read_usage("gemini", {"promptTokenCount": 1, "trafficType": said}).service_tier == served


def test_seconds_may_have_decimals():
    """A duration of 12.5 s stays exactly that."""
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "prompt_audio_seconds": 12.5}
    assert read_usage("mistral", usage).usage.audio_seconds == Decimal("12.5")
