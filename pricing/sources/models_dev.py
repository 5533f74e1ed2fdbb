"""Reads the models.dev data package: context, input and output limits, knowledge cut-offs and names."""

from __future__ import annotations

import json
from typing import Any, Final

from pricing.sources.records import Origin, Record

_FLAGS: Final = {"reasoning": "reasoning", "tool_call": "tools", "structured_output": "structured_output"}
_INPUTS: Final = {"image": "vision", "audio": "audio_input", "video": "video_input", "pdf": "pdf"}


def read(text: str, origin: Origin) -> list[Record]:
    """Every model of the package's JSON text, without prices: those are half a year old where others are not."""
    data = json.loads(text)
    return [_model(provider, model, origin) for provider in data.values() for model in provider["models"].values()]


def provider_names(text: str) -> dict[str, str]:
    """The display name of each provider id."""
    return {key: provider["name"] for key, provider in json.loads(text).items()}


def _model(provider: dict[str, Any], model: dict[str, Any], origin: Origin) -> Record:
    limit, shapes = model.get("limit", {}), model.get("modalities", {})
    capabilities = [short for flag, short in _FLAGS.items() if model.get(flag)]
    capabilities += [short for kind, short in _INPUTS.items() if kind in shapes.get("input", ())]
    capabilities += ["audio_output"] if "audio" in shapes.get("output", ()) else []
    return Record(
        provider=provider["id"],
        model=model["id"],
        origin=origin,
        name=model.get("name"),
        context_window=limit.get("context") or None,
        max_input=limit.get("input") or None,
        max_output=limit.get("output") or None,
        knowledge_cutoff=model.get("knowledge") or None,
        capabilities=tuple(capabilities),
    )
