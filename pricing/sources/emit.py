"""Writes the catalog: plain JSON, sorted, one rate set a line, the same bytes for the same input."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import STANDARD, Origin, RateSet, plain
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA: Final = 1
_ORDER: Final = {bucket: place for place, bucket in enumerate(BUCKETS)}


def rate_line(one: RateSet) -> dict[str, Any]:
    """The JSON object of a rate set, buckets in the contract's order, defaults left out."""
    line = {
        "tier": None if one.tier == STANDARD else one.tier,
        "region": one.region,
        "prompt_above": one.above,
        "prompt_from": one.at_least,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "hours": list(one.hours),
        "weekdays": list(one.weekdays),
        "except_holidays": one.except_holidays,
        "rates": {bucket: plain(one.rates[bucket]) for bucket in sorted(one.rates, key=_ORDER.__getitem__)},
        **_origin(one.origin),
        "sources": {bucket: _origin(one.filled[bucket]) for bucket in sorted(one.filled, key=_ORDER.__getitem__)},
        "basis": one.basis,
        "free": one.free,
    }
    return {key: value for key, value in line.items() if value not in (None, [], {}, False)}


_KEYS: Final = (
    "tier", "region", "prompt_above", "prompt_from", "valid_from", "valid_to", "hours", "weekdays", "except_holidays",
    "rates", "source", "observed", "sources", "basis", "free",
)  # fmt: skip


def ordered(line: Mapping[str, Any]) -> dict[str, Any]:
    """A rate set's line with its keys in the order in which `rate_line` writes them."""
    return {key: line[key] for key in _KEYS if key in line}


def _origin(origin: Origin) -> dict[str, str]:
    return {"source": origin.source, "observed": origin.observed}


def provider_text(provider: str, models: Mapping[str, Mapping[str, Any]]) -> str:
    """A provider's file: one line for what is known of a model, one line a rate set."""
    blocks = []
    for model in sorted(models):
        entry = dict(models[model])
        prices = [f"      {_json(line)}" for line in entry.pop("prices")]
        listed = "[\n" + ",\n".join(prices) + "\n    ]" if prices else "[]"
        known = "".join(f"    {_json(key)}: {_json(value)},\n" for key, value in entry.items())
        blocks.append(f'  {_json(model)}: {{\n{known}    "prices": {listed}\n  }}')
    head = f'{{"schema": {SCHEMA}, "provider": {_json(provider)}, "models": {{\n'
    return head + ",\n".join(blocks) + "\n}}\n"


def index_text(index: Mapping[str, Any]) -> str:
    """The index: the short keys on a line each, the long tables one entry a line."""
    parts = []
    for key, value in index.items():
        tall = key in {"providers", "ids", "sources"}
        parts.append(f"{_json(key)}: {_table(value) if tall else _json(value)}")
    return "{" + ",\n".join(parts) + "}\n"


def conflicts_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The conflicts, one a line."""
    return '{"conflicts": ' + _table(list(rows)) + "}\n"


def version(observed: str, files: Mapping[str, str]) -> str:
    """The catalog's version: the day of its newest source and 12 hex digits over the provider files, by name."""
    texts = (text for name, text in sorted(files.items()) if name.startswith("providers/"))
    digest = hashlib.sha256("".join(texts).encode()).hexdigest()[:12]
    return f"{observed}.{digest}"


def _table(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"  {_json(item)}" for item in value) + "\n]"
    return "{\n" + ",\n".join(f"  {_json(key)}: {_json(item)}" for key, item in value.items()) + "\n}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
