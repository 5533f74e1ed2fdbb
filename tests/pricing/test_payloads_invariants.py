"""Reading is checked against naive writers, which make a payload from known buckets, and against arbitrary JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.errors import InvalidUsage
from pricing.payloads import SHAPES, read_usage
from pricing.usage import BUCKETS, Usage

TOKENS = tuple(name for name in BUCKETS if name.endswith("_tokens"))
STORED = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).with_name("payloads").glob("*.json")}


def _openai(u: dict[str, int], prompt: str, output: str, at: str, out: str) -> dict[str, object]:
    images, audio = u["cache_image_read_tokens"], u["cache_audio_read_tokens"]
    details = {
        "cached_tokens": u["cache_read_tokens"] + audio + images,
        "cached_tokens_details": {"text_tokens": u["cache_read_tokens"], "audio_tokens": audio, "image_tokens": images},
        "audio_tokens": u["input_audio_tokens"] + audio,
        "image_tokens": u["input_image_tokens"] + images,
        "video_tokens": u["input_video_tokens"],
    }
    outs = {"reasoning_tokens": u["reasoning_tokens"], "audio_tokens": u["output_audio_tokens"]}
    return {
        prompt: whole_prompt(u),
        output: whole_output(u),
        "total_tokens": whole_prompt(u) + whole_output(u),
        at: details,
        out: {**outs, "image_tokens": u["output_image_tokens"]},
    }


def whole_prompt(u: dict[str, int]) -> int:
    return sum(u[name] for name in TOKENS if BUCKETS[name].prompt)


def whole_output(u: dict[str, int]) -> int:
    return sum(u[name] for name in TOKENS if not BUCKETS[name].prompt)


def _chat(u):
    payload = _openai(u, "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details")
    payload["prompt_tokens_details"]["cache_write_tokens"] = u["cache_write_5m_tokens"]
    return payload


def _responses(u):
    payload = _openai(u, "input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details")
    payload["input_tokens_details"]["cache_write_tokens"] = u["cache_write_5m_tokens"]
    return {"usage": payload}


def _litellm(u):
    written = u["cache_write_5m_tokens"] + u["cache_write_1h_tokens"]
    payload = _openai(u, "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details")
    payload["cache_creation_input_tokens"] = written
    payload["prompt_tokens_details"]["cache_creation_token_details"] = {
        "ephemeral_5m_input_tokens": u["cache_write_5m_tokens"],
        "ephemeral_1h_input_tokens": u["cache_write_1h_tokens"],
    }
    return payload


def _xai(u):
    payload = _openai(u, "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details")
    return {**payload, "completion_tokens": whole_output(u) - u["reasoning_tokens"]}


def _deepseek(u):
    hit = u["cache_read_tokens"]
    return {
        "prompt_tokens": whole_prompt(u),
        "completion_tokens": whole_output(u),
        "total_tokens": whole_prompt(u) + whole_output(u),
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": whole_prompt(u) - hit,
        "completion_tokens_details": {"reasoning_tokens": u["reasoning_tokens"]},
    }


def _mistral(u):
    return {
        "prompt_tokens": whole_prompt(u),
        "completion_tokens": whole_output(u),
        "total_tokens": whole_prompt(u) + whole_output(u),
        "num_cached_tokens": u["cache_read_tokens"],
    }


def _anthropic(u):
    return {
        "input_tokens": u["input_tokens"],
        "cache_read_input_tokens": u["cache_read_tokens"],
        "cache_creation_input_tokens": u["cache_write_5m_tokens"] + u["cache_write_1h_tokens"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": u["cache_write_5m_tokens"],
            "ephemeral_1h_input_tokens": u["cache_write_1h_tokens"],
        },
        "output_tokens": whole_output(u),
        "output_tokens_details": {"thinking_tokens": u["reasoning_tokens"]},
    }


def _bedrock(u):
    written = {"5m": u["cache_write_5m_tokens"], "1h": u["cache_write_1h_tokens"]}
    return {
        "inputTokens": u["input_tokens"],
        "cacheReadInputTokens": u["cache_read_tokens"],
        "cacheWriteInputTokens": sum(written.values()),
        "cacheDetails": [{"ttl": ttl, "inputTokens": count} for ttl, count in written.items()],
        "outputTokens": whole_output(u),
        "totalTokens": whole_prompt(u) + whole_output(u),
    }


def _modal(**counts: int) -> list[dict[str, object]]:
    return [{"modality": name, "tokenCount": count} for name, count in counts.items() if count]


def _gemini(u):
    audio, image = u["cache_audio_read_tokens"], u["cache_image_read_tokens"]
    return {
        "promptTokenCount": whole_prompt(u),
        "cachedContentTokenCount": u["cache_read_tokens"] + audio + image,
        "candidatesTokenCount": whole_output(u) - u["reasoning_tokens"],
        "thoughtsTokenCount": u["reasoning_tokens"],
        "totalTokenCount": whole_prompt(u) + whole_output(u),
        "promptTokensDetails": _modal(
            AUDIO=u["input_audio_tokens"] + audio,
            IMAGE=u["input_image_tokens"] + image,
            VIDEO=u["input_video_tokens"],
            TEXT=u["input_tokens"] + u["cache_read_tokens"],
        ),
        "cacheTokensDetails": _modal(TEXT=u["cache_read_tokens"], AUDIO=audio, IMAGE=image),
        "candidatesTokensDetails": _modal(AUDIO=u["output_audio_tokens"], IMAGE=u["output_image_tokens"]),
    }


def _otel(u):
    said = {
        "input_tokens": whole_prompt(u),
        "output_tokens": whole_output(u),
        "cache_read.input_tokens": u["cache_read_tokens"],
        "cache_creation.input_tokens": u["cache_write_5m_tokens"],
        "reasoning.output_tokens": u["reasoning_tokens"],
        "audio.input_tokens": u["input_audio_tokens"],
        "image.input_tokens": u["input_image_tokens"],
        "video.input_tokens": u["input_video_tokens"],
        "audio.output_tokens": u["output_audio_tokens"],
    }
    return {f"gen_ai.usage.{key}": value for key, value in said.items()}


PLAIN = {"input_tokens", "cache_read_tokens", "output_tokens"}
WRITES = {"cache_write_5m_tokens", "cache_write_1h_tokens"}
# shape -> the writer, and the buckets that the shape cannot say
WRITERS = {
    "openai_chat": (_chat, {"cache_write_1h_tokens"}),
    "openai_responses": (_responses, {"cache_write_1h_tokens"}),
    "litellm": (_litellm, set()),
    "xai": (_xai, WRITES),
    "deepseek": (_deepseek, set(TOKENS) - PLAIN - {"reasoning_tokens"}),
    "mistral": (_mistral, set(TOKENS) - PLAIN),
    "anthropic": (_anthropic, set(TOKENS) - PLAIN - WRITES - {"reasoning_tokens"}),
    "bedrock": (_bedrock, set(TOKENS) - PLAIN - WRITES),
    "gemini": (_gemini, WRITES),
    "otel_genai": (
        _otel,
        {"cache_write_1h_tokens", "cache_audio_read_tokens", "cache_image_read_tokens", "output_image_tokens"},
    ),
}
BUCKET_COUNTS = st.fixed_dictionaries({name: st.just(0) | st.integers(0, 10**7) for name in TOKENS})


@pytest.mark.parametrize("shape", SHAPES)
@given(counts=BUCKET_COUNTS)
def test_a_consistent_payload_gives_back_its_disjoint_buckets(shape, counts):
    """What a naive writer put into a payload is read back bucket by bucket, so the buckets add up to its totals."""
    write, unsaid = WRITERS[shape]
    counts = {name: 0 if name in unsaid else count for name, count in counts.items()}
    reading = read_usage(shape, write(counts))
    assert reading.usage == Usage(**counts)
    assert not [warning for warning in reading.warnings if "carry no modality" not in warning]


@given(
    *[st.integers(0, 50)] * 6
)  # fmt: skip
def test_cache_tokens_without_a_modality_never_unbalance_the_prompt(
    prompt, audio, image, cached, written, cached_audio
):
    """However the cache overlaps the modalities, reading either refuses or adds up to the payload's own prompt."""
    details = {
        "audio_tokens": audio,
        "image_tokens": image,
        "cached_tokens": cached,
        "cache_write_tokens": written,
        "cached_tokens_details": {"audio_tokens": cached_audio},
    }
    payload = {"prompt_tokens": prompt, "completion_tokens": 0, "prompt_tokens_details": details}
    fits = audio + image <= prompt and cached + written <= prompt and cached_audio <= min(cached, audio)
    if not fits:
        with pytest.raises(InvalidUsage):
            read_usage("openai_chat", payload)
        return
    usage = read_usage("openai_chat", payload).usage
    assert usage.prompt_tokens == prompt
    assert usage.cache_read_tokens + usage.cache_audio_read_tokens == cached
    assert usage.cache_write_5m_tokens == written


KEYS = sorted(
    {"usage", "response", "events", "type", "message", "service_tier", "model", "iterations", "output", "modality"}
    | {key for text in STORED.values() for key in text.split('"')[1::2]}
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([1, 2, "TEXT", "1h"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@given(payload=JSON)
def test_arbitrary_json_is_read_or_refused_as_invalid_usage(shape, payload):
    """Whatever is sent, nothing but InvalidUsage comes back, and what is read is a usage."""
    try:
        assert read_usage(shape, payload).usage.requests == 1
    except InvalidUsage as error:
        assert error.problems  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize("name", STORED)
@settings(max_examples=25)
@given(data=st.data())
def test_a_damaged_payload_is_read_or_refused_as_invalid_usage(name, data):
    """A realistic payload with one value replaced by anything raises nothing but InvalidUsage."""
    payload = json.loads(STORED[name])
    node = payload
    while isinstance(node, (dict, list)) and node:
        at = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[at], (dict, list)) or data.draw(st.booleans()):
            node[at] = data.draw(JSON)
            break
        node = node[at]
    try:
        read_usage(name.split("-", 1)[0], payload)
    except InvalidUsage as error:
        assert str(error)  # noqa: PT017
