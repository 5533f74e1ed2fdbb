"""Reads litellm's price JSON: rates, service tiers, regions, limits, retirement dates and capabilities."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import STANDARD, Origin, RateSet, Record, distinct, exact, per_million

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

TOKENS: Final = {
    "input_cost_per_token": "input_tokens",
    "cache_read_input_token_cost": "cache_read_tokens",
    "cache_creation_input_token_cost": "cache_write_5m_tokens",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h_tokens",
    "output_cost_per_token": "output_tokens",
    "output_cost_per_reasoning_token": "reasoning_tokens",
    "input_cost_per_audio_token": "input_audio_tokens",
    "output_cost_per_audio_token": "output_audio_tokens",
    "cache_read_input_audio_token_cost": "cache_audio_read_tokens",
    "input_cost_per_image_token": "input_image_tokens",
    "output_cost_per_image_token": "output_image_tokens",
    "cache_read_input_image_token_cost": "cache_image_read_tokens",
    "input_cost_per_video_token": "input_video_tokens",
}
_FEES: Final = {
    "input_cost_per_query": "requests",
    "input_cost_per_request": "requests",
    "output_cost_per_image": "output_images",
    "output_cost_per_video_per_second": "video_seconds",
}
_SUFFIXES: Final = {
    "batches": "batch",
    "flex": "flex",
    "priority": "priority",
    "ultrafast": "ultrafast",
    "balanced": "balanced",
    "decisions": "decisions",
}
_KEY: Final = re.compile(
    rf"(?P<base>{'|'.join(sorted(TOKENS, key=len, reverse=True))})"
    rf"(?:_above_(?P<above>\d+)k_tokens)?(?:_(?P<tier>{'|'.join(_SUFFIXES)}))?"
)
_UNPLACED: Final = re.compile(
    r"(annotation|ocr)_cost_per_page|ocr_cost_per_credit|(in|out)put_cost_per_(character|pixel)|input_cost_per_image"
    r"|cache_creation_input_token_cost_above_12hr|google_maps_grounding_cost_per_query|citation_cost_per_token"
    r"|input_cost_per_text_message|output_cost_per_video_token|code_interpreter_cost_per_session"
)
_CAPABILITIES: Final = {
    "supports_vision": "vision",
    "supports_audio_input": "audio_input",
    "supports_audio_output": "audio_output",
    "supports_pdf_input": "pdf",
    "supports_function_calling": "tools",
    "supports_parallel_function_calling": "parallel_tools",
    "supports_response_schema": "structured_output",
    "supports_reasoning": "reasoning",
    "supports_prompt_caching": "prompt_caching",
    "supports_web_search": "web_search",
    "supports_computer_use": "computer_use",
    "supports_video_input": "video_input",
}
_HEARS: Final = frozenset({"audio_transcription", "audio_speech", "realtime"})
_SEES: Final = frozenset({"video_generation", "image_edit"})
_UPLIFTS: Final = {
    "regional_processing_uplift_multiplier_us": "us",
    "regional_processing_uplift_multiplier_eu": "eu",
    "regional_endpoint_uplift_multiplier": "regional",
}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_MODELS: Final = frozenset({"sample_spec", "fallback_generalizations"})
_ALIAS_PREFIXES: Final = {"azure_text": "azure", "amazon_nova": "amazon-nova"}
_AREA: Final = re.compile(r"(?:us-gov-|[a-z]{2}-)[a-z]+-\d")
_AZURE_AREAS: Final = {"global-standard": "global"} | {name: name for name in ("eu", "us", "apac", "us-gov", "global")}


def read(text: str, origin: Origin) -> list[Record]:
    """Every model of the JSON text, in its order, under litellm's provider names; commitment rows are left out."""
    rows = json.loads(text)
    return [_model(key, row, origin) for key, row in rows.items() if key not in _NOT_MODELS and not committed(key)]


def committed(key: str) -> bool:
    """Whether a key names provisioned throughput for a term, which is no price of tokens."""
    return "-month-commitment/" in key


def place(key: str, provider: str) -> tuple[str, str | None]:
    """The model id and region in a litellm key: `azure/eu/gpt-5` is `gpt-5` in `eu`."""
    head, _, rest = key.partition("/")
    model = rest if rest and head in {provider, provider.partition("-")[0], _ALIAS_PREFIXES.get(provider)} else key
    first, _, rest = model.partition("/")
    if provider.startswith("azure") and rest and first in _AZURE_AREAS:
        return rest, _AZURE_AREAS[first]
    if provider.startswith("bedrock"):
        if rest and _AREA.fullmatch(first):
            return rest, first
        return model.removeprefix("invoke/"), None
    return model, None


def _model(key: str, row: dict[str, Any], origin: Origin) -> Record:
    provider = row["litellm_provider"]
    model, region = place(key, provider)
    retires = str(row.get("deprecation_date", ""))
    special = row.get("provider_specific_entry") or {}
    uplifts = {area: exact(row[field]) for field, area in _UPLIFTS.items() if field in row}
    if "us" in special:
        uplifts["us"] = exact(special["us"])
    unplaced = [field for field in row if _UNPLACED.fullmatch(field) and row[field]]
    return Record(
        provider=provider,
        model=model,
        origin=origin,
        listed=key,
        sets=tuple(replace(one, region=region) for one in _sets(row, origin)),
        mode=row.get("mode"),
        max_input=_whole(row.get("max_input_tokens")),
        max_output=_whole(row.get("max_output_tokens")),
        retires=retires if _DATE.fullmatch(retires) else None,
        cache_minimum=_whole(row.get("prompt_cache_min_tokens")),
        capabilities=tuple(short for field, short in _CAPABILITIES.items() if row.get(field)),
        uplifts=tuple(sorted(uplifts.items())),
        notes=tuple(f"{origin.source}: {field} {row[field]:.12g} has no bucket" for field in unplaced),
    )


def _whole(value: Any) -> int | None:
    """A positive token count, also from a float; None for zero, for text and for what is absent."""
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _sets(row: dict[str, Any], origin: Origin) -> Iterator[RateSet]:
    """Every rate set of a row: tiers and thresholds from its keys, ranges, off-peak windows and multipliers."""
    cells: dict[tuple[str, int | None], dict[str, Decimal]] = {}
    for key, value in row.items():
        match = _KEY.fullmatch(key)
        if match and isinstance(value, int | float):
            tier = _SUFFIXES.get(match["tier"] or "", STANDARD)
            above = int(match["above"]) * 1000 if match["above"] else None
            cells.setdefault((tier, above), {})[TOKENS[match["base"]]] = per_million(value)
    cells.update(_ranges(row))
    fees = _fees(row)
    if fees:
        cells[STANDARD, None] = cells.get((STANDARD, None), {}) | fees
    for (tier, above), rates in cells.items():
        base = {bucket: rate for bucket, rate in cells.get((tier, None), {}).items() if bucket in _TOKEN_BUCKETS}
        if above is not None and not base:
            continue
        # A context tier that does not name a price keeps the base price; a price the base lacks is a stray.
        complete = rates if above is None else distinct(base) | {b: r for b, r in rates.items() if b in base}
        yield RateSet(rates=complete, origin=origin, tier=tier, above=above)
    yield from _off_peak(row, origin)
    fast = (row.get("provider_specific_entry") or {}).get("fast")
    if fast:
        prices = {bucket: rate * exact(fast) for bucket, rate in cells[STANDARD, None].items() if bucket not in fees}
        yield RateSet(rates=prices, origin=origin, tier="fast", basis=f"{exact(fast).normalize():f} times standard")


_TOKEN_BUCKETS: Final = frozenset(TOKENS.values())


def _fees(row: dict[str, Any]) -> dict[str, Decimal]:
    """Prices per call, image and second; a web search is the medium context size."""
    fees = {bucket: exact(row[key]) for key, bucket in _FEES.items() if row.get(key)}
    search = row.get("search_context_cost_per_query") or {}
    if search.get("search_context_size_medium"):
        fees["web_search_calls"] = exact(search["search_context_size_medium"])
    seconds = row.get("input_cost_per_second") or row.get("output_cost_per_second")
    if seconds and row.get("mode") in _HEARS:
        fees["audio_seconds"] = exact(seconds)
    if row.get("output_cost_per_second") and row.get("mode") in _SEES:
        fees["video_seconds"] = exact(row["output_cost_per_second"])
    return fees


def _ranges(row: dict[str, Any]) -> dict[tuple[str, int | None], dict[str, Decimal]]:
    """`tiered_pricing`: a range above its lower end is the same as `_above_Nk_tokens`."""
    found: dict[tuple[str, int | None], dict[str, Decimal]] = {}
    for part in row.get("tiered_pricing") or ():
        if "range" not in part:
            continue
        rates = {TOKENS[key]: per_million(value) for key, value in part.items() if key in TOKENS}
        found[STANDARD, int(part["range"][0]) or None] = rates
    return found


def _off_peak(row: dict[str, Any], origin: Origin) -> Iterator[RateSet]:
    """`off_peak_pricing`: cheaper windows over the base price; a whole day is a window without hours."""
    cheaper = row.get("off_peak_pricing") or {}
    rates = {TOKENS[key]: per_million(value) for key, value in cheaper.items() if key in TOKENS}
    for window in cheaper.get("windows", ()):
        hours = window["hours_utc"]
        hours = [hours] if isinstance(hours, str) else hours
        yield RateSet(
            rates=rates,
            origin=origin,
            hours=() if hours == ["00:00-00:00"] else tuple(hours),
            weekdays=tuple(window.get("weekdays", ())),
        )
