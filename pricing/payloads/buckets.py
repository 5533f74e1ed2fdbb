"""From a provider's overlapping figures to disjoint buckets: inner parts are taken out of the totals that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pricing.errors import InvalidUsage
from pricing.payloads.paths import Loc, spelled
from pricing.payloads.shapes import Role

MODALITIES: Final[dict[Role, Role]] = {"image": "cached_image", "video": "cached_video", "audio": "cached_audio"}
"""Each modality but text, in the order in which unsplit cache tokens are taken from them, and its cached part."""
OUTPUT_PARTS: Final[tuple[Role, ...]] = ("reasoning", "out_audio", "out_image")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a payload says: a count and where it stands, by role; and the roles its totals leave out."""

    counts: Mapping[Role, int]
    locs: Mapping[Role, Loc]
    outside: frozenset[Role]

    def of(self, *roles: Role) -> int:
        """The sum of some roles; what the payload does not say counts nothing."""
        return sum(self.counts.get(role, 0) for role in roles)

    def key(self, role: Role) -> str:
        """A role as the payload spells it, or our own word for it."""
        return spelled(self.locs[role]) if role in self.locs else role

    def refuse(self, whole: str, parts: Mapping[Role, int]) -> InvalidUsage:
        """The error for parts that exceed the whole they must be inside of."""
        given = {role: count for role, count in parts.items() if count}
        said = " + ".join(f"{self.key(role)} {count}" for role, count in given.items())
        first = max(given, key=lambda role: given[role])
        return InvalidUsage(
            f"{said} exceeds {whole}, of which it must be a part", loc=self.locs.get(first, ()), value=given[first]
        )


def split(figures: Figures) -> tuple[dict[str, int], list[str]]:
    """Disjoint buckets and warnings of one payload's figures; the token buckets add up to the payload's own totals.

    Raises:
        InvalidUsage: a part exceeds its whole, or two figures contradict each other.
    """
    warnings: list[str] = []
    reasoning_outside = _reasoning_outside(figures)
    prompt = _prompt_buckets(figures, warnings)
    output = _output_buckets(figures, outside=reasoning_outside)
    _check_total(figures, sum(prompt.values()) + sum(output.values()), warnings)
    return {**prompt, **output, "web_search_calls": figures.of("searches")}, warnings


def _reasoning_outside(figures: Figures) -> bool:
    """Whether output leaves reasoning out; a total that is met without it says that this payload does not."""
    if "reasoning" not in figures.outside:
        return False
    without = figures.of("prompt", "output", *(figures.outside - {"reasoning"}))
    return figures.counts.get("total") != without


def _whole(figures: Figures, whole: Role, *parts: Role) -> int:
    """A total that may be given, or only its parts, which must fit in it."""
    if whole not in figures.counts:
        return figures.of(*parts)
    if figures.of(*parts) > figures.of(whole):
        raise figures.refuse(f"{figures.key(whole)} {figures.of(whole)}", {part: figures.of(part) for part in parts})
    return figures.of(whole)


def _prompt_buckets(figures: Figures, warnings: list[str]) -> dict[str, int]:
    split_cache = tuple(MODALITIES.values())
    read = _whole(figures, "cached", "cached_text", *split_cache)
    write = _whole(figures, "write", "write_5m", "write_1h")
    prompt = figures.of("prompt", "tool_prompt")
    prompt += sum(count for role, count in _cache(read, write).items() if role in figures.outside)
    _check_cache(figures, prompt, read, write)
    _check_lifetimes(figures, write, warnings)
    modal = {role: _whole(figures, role, cached) for role, cached in MODALITIES.items()}
    _check_modalities(figures, prompt, modal)
    fresh = {role: modal[role] - figures.of(cached) for role, cached in MODALITIES.items()}
    unsplit = read - figures.of("cached_text", *split_cache) + write
    if unsplit and any(fresh.values()):
        warnings.append(
            f"{unsplit} tokens read from or written to the cache carry no modality; taken from the text first"
        )
    text = prompt - sum(modal.values()) - (read - figures.of(*split_cache)) - write
    text = _take_from_modalities(fresh, text)
    return {
        "input_tokens": text,
        "cache_read_tokens": read - figures.of("cached_audio", "cached_image"),  # cached video is priced as text
        "cache_audio_read_tokens": figures.of("cached_audio"),
        "cache_image_read_tokens": figures.of("cached_image"),
        "cache_write_5m_tokens": write - figures.of("write_1h"),
        "cache_write_1h_tokens": figures.of("write_1h"),
        **{f"input_{role}_tokens": count for role, count in fresh.items()},
    }


def _cache(read: int, write: int) -> dict[Role, int]:
    return {"cached": read, "write": write}


def _check_cache(figures: Figures, prompt: int, read: int, write: int) -> None:
    """Cached and written tokens are parts of the prompt, and what is neither must be what the payload says."""
    whole = f"{figures.key('prompt')} {prompt}"
    if read + write > prompt:
        raise figures.refuse(whole, _cache(read, write))
    left, rest = figures.of("uncached"), prompt - read - write
    if "uncached" in figures.counts and left != rest:
        raise InvalidUsage(
            f"{figures.key('uncached')} is {left}; it must be {rest}: {whole} less {read + write} read or written",
            loc=figures.locs["uncached"],
            value=left,
        )


def _check_lifetimes(figures: Figures, write: int, warnings: list[str]) -> None:
    rest = write - figures.of("write_5m", "write_1h")
    if rest and ("write_5m" in figures.counts or "write_1h" in figures.counts):
        warnings.append(f"{rest} of {figures.key('write')} {write} carry no lifetime; read as cache_write_5m_tokens")


def _check_modalities(figures: Figures, prompt: int, modal: Mapping[Role, int]) -> None:
    if sum(modal.values()) > prompt:
        raise figures.refuse(f"{figures.key('prompt')} {prompt}", modal)


def _take_from_modalities(fresh: dict[Role, int], text: int) -> int:
    """Take from the other modalities what unsplit cache tokens exceed the text by; gives the text that is left."""
    for role, count in fresh.items():
        taken = min(max(-text, 0), count)
        fresh[role] = count - taken
        text += taken
    return text


def _output_buckets(figures: Figures, *, outside: bool) -> dict[str, int]:
    output = figures.of("output", "reasoning") if outside else figures.of("output")
    parts: dict[Role, int] = {role: figures.of(role) for role in OUTPUT_PARTS}
    if sum(parts.values()) > output:
        raise figures.refuse(f"{figures.key('output')} {output}", parts)
    return {
        "output_tokens": output - sum(parts.values()),
        "reasoning_tokens": figures.of("reasoning"),
        "output_audio_tokens": figures.of("out_audio"),
        "output_image_tokens": figures.of("out_image"),
    }


def _check_total(figures: Figures, found: int, warnings: list[str]) -> None:
    """Warn where the payload's total is another; where the prompt leaves the cache out, so may the total."""
    lean = figures.of("prompt", "output") if "cached" in figures.outside else found
    if "total" in figures.counts and figures.of("total") not in {found, lean}:
        warnings.append(f"{figures.key('total')} is {figures.of('total')}, but the parts add up to {found}")
