"""Reads OpenRouter's public model list: what it sells itself, in USD per token, request or image as decimal strings."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import Origin, RateSet, Record, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROVIDER: Final = "openrouter"
TOKENS: Final = {
    "prompt": "input_tokens",
    "completion": "output_tokens",
    "input_cache_read": "cache_read_tokens",
    "input_cache_write": "cache_write_5m_tokens",
    "input_cache_write_1h": "cache_write_1h_tokens",
    "internal_reasoning": "reasoning_tokens",
    "audio": "input_audio_tokens",
    "audio_output": "output_audio_tokens",
    "input_audio_cache": "cache_audio_read_tokens",
    "image_token": "input_image_tokens",
    "image_output": "output_image_tokens",
}
_FEES: Final = {"request": "requests", "web_search": "web_search_calls"}
_MODALITIES: Final = {"image": "vision", "audio": "audio_input", "video": "video_input", "file": "pdf"}
_ASKED: Final = {"tools": "tools", "structured_outputs": "structured_output", "reasoning": "reasoning"}


def read(text: str, origin: Origin) -> list[Record]:
    """Every model of the list; a price of -1, which stands for "it depends", is none.

    Raises:
        ValueError: no JSON object with a list under `data`.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise TypeError("the list holds no object with an array under data")
    return [_model(model, origin) for model in data["data"]]


def _model(model: Mapping[str, Any], origin: Origin) -> Record:
    top, shapes = model.get("top_provider") or {}, model.get("architecture") or {}
    kinds = shapes.get("input_modalities") or ()
    asked = model.get("supported_parameters") or ()
    able = [
        *(word for key, word in _ASKED.items() if key in asked),
        *(_MODALITIES[k] for k in kinds if k in _MODALITIES),
    ]
    return Record(
        provider=PROVIDER,
        model=model["id"],
        origin=origin,
        sets=tuple(_sets(model["pricing"], origin)),
        name=model.get("name"),
        context_window=model.get("context_length") or top.get("context_length"),
        max_output=top.get("max_completion_tokens"),
        capabilities=tuple(able),
    )


def _sets(pricing: Mapping[str, Any], origin: Origin) -> Iterator[RateSet]:
    """The base prices, and a whole set for each prompt length from which `overrides` state others."""
    base = _rates(pricing)
    if not base or "input_tokens" not in base:
        return
    yield RateSet(rates=distinct(base), origin=origin)
    if not any(base.values()):
        return
    for other in sorted(pricing.get("overrides") or (), key=lambda each: each.get("min_prompt_tokens", 0)):
        if set(other) & {"start_time", "end_time", "days"} or not other.get("min_prompt_tokens"):
            continue  # prices by the hour have no form here that we have seen
        base = base | _rates(other)
        yield RateSet(rates=distinct(base), origin=origin, at_least=other["min_prompt_tokens"])


def _rates(pricing: Mapping[str, Any]) -> dict[str, Decimal]:
    """The stated prices by bucket; a zero fee is none."""
    found = {}
    for key, bucket in (*TOKENS.items(), *_FEES.items()):
        if pricing.get(key) in (None, ""):
            continue
        value = Decimal(str(pricing[key]))
        if value < 0 or not value.is_finite() or (not value and key not in ("prompt", "completion")):
            continue
        found[bucket] = value.scaleb(6).normalize() if key in TOKENS else value
    return found
