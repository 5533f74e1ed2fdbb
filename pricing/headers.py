"""Names of columns that are none of ours, but may have been meant as one: another spelling, or others' words for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pricing.usage import BUCKETS

TERMS: Final = ("model", "provider", "service_tier", "region", "as_of")
"""What a price depends on besides the buckets."""

_NAMES: Final = (*TERMS, *BUCKETS)
_WORDS: Final = {
    "model": "model_name model_id model_slug",
    "provider": "vendor",
    "service_tier": "tier service batch is_batch flex priority",
    "region": "location inference_geo data_residency",
    "as_of": "date day time timestamp datetime when created created_at ts",
    "input_tokens": "input prompt prompt_tokens prompt_token_count input_token_count",
    "output_tokens": "output completion completion_tokens candidates_token_count output_token_count",
    "reasoning_tokens": "reasoning thinking thinking_tokens thoughts_token_count",
    "cache_read_tokens": "cached cache_read cached_tokens cache_read_input_tokens cached_content_token_count",
    "cache_write_5m_tokens": "cache_write cache_creation cache_creation_input_tokens",
    "web_search_calls": "web_search web_searches web_search_requests",
    "requests": "request_count num_requests calls",
    "output_images": "images image_count",
    "audio_seconds": "seconds duration duration_seconds",
}
_MEANT: Final = {word: name for name, words in _WORDS.items() for word in words.split()}
_LAST: Final = {"tier": "service_tier", **dict.fromkeys(("date", "timestamp", "datetime"), "as_of")}


def respelt(column: str) -> str | None:
    """The term or bucket that a column is but for case, spaces and signs: `Input Tokens`, `serviceTier`."""
    plain = _plain(column)
    return plain if plain in _NAMES and plain != column else None


@lru_cache(maxsize=1000)
def meant(column: str) -> str | None:
    """The term or bucket that a column may have been meant as; None for one that is ours, or is like none of ours."""
    if column in _NAMES:
        return None
    plain = _plain(column)
    if plain in _NAMES:
        return plain
    found = _MEANT.get(plain) or _LAST.get(plain.rpartition("_")[2])
    return found or _alike(plain)


def _alike(plain: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - most columns are known

    near = get_close_matches(plain, _NAMES, 1, 0.8)
    if near:
        return near[0]
    tokens = plain.endswith(("_tokens", "_token_count"))
    return get_close_matches(plain, tuple(name for name in BUCKETS if "tokens" in name), 1, 0)[0] if tokens else None


@lru_cache(maxsize=1000)
def _plain(column: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
