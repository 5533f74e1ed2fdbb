"""A payload that cannot be trusted is an error that names the key and the value."""

from __future__ import annotations

import pytest

from pricing.errors import InvalidUsage
from pricing.payloads import read_usage

# shape, payload, what the error must say, and where
REFUSED = [
    ("openai_chat", {"prompt_tokens": 10, "completion_tokens": -1}, "completion_tokens is -1", ("completion_tokens",)),
    ("openai_chat", {"prompt_tokens": True, "completion_tokens": 1}, "prompt_tokens is True", ("prompt_tokens",)),
    ("openai_chat", {"prompt_tokens": 1.0, "completion_tokens": 1}, "prompt_tokens is 1.0", ("prompt_tokens",)),
    ("openai_chat", {"prompt_tokens": "1", "completion_tokens": 1}, "prompt_tokens is '1'", ("prompt_tokens",)),
    (
        "openai_chat",
        {"usage": {"prompt_tokens": 1}},
        "usage.completion_tokens is missing",
        ("usage", "completion_tokens"),
    ),
    ("openai_chat", {"usage": None, "choices": []}, "no openai_chat usage in the payload", ()),
    ("openai_chat", {}, "no openai_chat usage in the payload (empty)", ()),
    (
        "openai_chat",
        {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 101}},
        "prompt_tokens_details.cached_tokens 101 exceeds prompt_tokens 100",
        ("prompt_tokens_details", "cached_tokens"),
    ),
    (
        "openai_chat",
        {"prompt_tokens": 9, "completion_tokens": 9, "prompt_tokens_details": {"audio_tokens": 5, "image_tokens": 6}},
        "exceeds prompt_tokens 9",
        ("prompt_tokens_details", "image_tokens"),
    ),
    (
        "openai_responses",
        {"usage": {"input_tokens": 1, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 6}}},
        "usage.output_tokens_details.reasoning_tokens 6 exceeds usage.output_tokens 5",
        ("usage", "output_tokens_details", "reasoning_tokens"),
    ),
    (
        "anthropic",
        {"type": "message_delta", "usage": {"output_tokens": 15}},
        "usage.input_tokens is missing",
        ("usage", "input_tokens"),
    ),
    (
        "anthropic",
        {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}},
        "no anthropic usage in the payload",
        (),
    ),
    (
        "anthropic",
        {"events": [{"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}]},
        "no anthropic usage in the payload",
        (),
    ),
    (
        "anthropic",
        {
            "input_tokens": 1,
            "output_tokens": 1,
            "cache_creation_input_tokens": 10,
            "cache_creation": {"ephemeral_5m_input_tokens": 6, "ephemeral_1h_input_tokens": 5},
        },
        "exceeds cache_creation_input_tokens 10",
        ("cache_creation", "ephemeral_5m_input_tokens"),
    ),
    (
        "gemini",
        {
            "promptTokenCount": 10,
            "cachedContentTokenCount": 5,
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 6}],
        },
        "cacheTokensDetails[0].tokenCount 6 exceeds cachedContentTokenCount 5",
        ("cacheTokensDetails", 0, "tokenCount"),
    ),
    (
        "deepseek",
        {"prompt_tokens": 100, "completion_tokens": 1, "prompt_cache_hit_tokens": 40, "prompt_cache_miss_tokens": 59},
        "prompt_cache_miss_tokens is 59; it must be 60",
        ("prompt_cache_miss_tokens",),
    ),
    (
        "litellm",
        {
            "prompt_tokens": 100,
            "completion_tokens": 1,
            "cache_read_input_tokens": 50,
            "prompt_tokens_details": {"cached_tokens": 40},
        },
        "prompt_tokens_details.cached_tokens is 40, but cache_read_input_tokens is 50; they must agree",
        ("prompt_tokens_details", "cached_tokens"),
    ),
    (
        "otel_genai",
        {
            "gen_ai.usage.input_tokens": 21,
            "gen_ai.usage.output_tokens": 1,
            "gen_ai.usage.cache_read.input_tokens": 8000,
        },
        "gen_ai.usage.cache_read.input_tokens 8000 exceeds gen_ai.usage.input_tokens 21",
        ("gen_ai.usage.cache_read.input_tokens",),
    ),
    (
        "mistral",
        {"prompt_tokens": 1, "completion_tokens": 1, "prompt_audio_seconds": -3},
        "prompt_audio_seconds is -3",
        ("prompt_audio_seconds",),
    ),
    (
        "openai_chat",
        {"usage": {"prompt_tokens": 1, "completion_tokens": 1}, "service_tier": 5},
        "service_tier is 5",
        ("service_tier",),
    ),
    ("openai", {"prompt_tokens": 1}, "no usage shape 'openai'", ("shape",)),
]


@pytest.mark.parametrize(("shape", "payload", "message", "loc"), REFUSED)
def test_a_wrong_payload_is_refused_by_key_and_value(shape, payload, message, loc):
    """Negative, fractional, textual, missing and contradictory figures are errors that name the key and the value."""
    with pytest.raises(InvalidUsage) as caught:
        read_usage(shape, payload)
    assert message in str(caught.value)
    assert caught.value.problems[0].loc == loc


def test_every_malformed_figure_is_reported_at_once():
    """Two bad figures give one error with two problems."""
    with pytest.raises(InvalidUsage) as caught:
        read_usage("openai_chat", {"prompt_tokens": -1, "completion_tokens": 2.5})
    assert [problem.loc for problem in caught.value.problems] == [("prompt_tokens",), ("completion_tokens",)]


def test_an_integer_too_large_to_print_is_refused():
    """A figure of ten thousand digits is an error like any other, not a crash in its message."""
    with pytest.raises(InvalidUsage, match="an integer of 33220 bits"):
        read_usage("openai_chat", {"prompt_tokens": 10**10000, "completion_tokens": 1, "x_tokens": 10**10000})
