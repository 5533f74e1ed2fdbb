"""Usage: what one request consumed, in disjoint billing buckets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar, Final

from pricing.errors import InvalidUsage, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST: Final = 10**12
"""The largest quantity taken in one bucket of one request; more is a unit mistake, not a request."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A billing dimension: its unit, how many of it one price covers, and which bucket prices it when it has no price.

    `fallback` holds only where providers bill that way: reasoning as output, uncached writes and reads as input.
    `prompt` buckets together make the prompt length that chooses a context tier.
    """

    unit: str
    per: int
    fallback: str | None = None
    prompt: bool = False


_MILLION: Final = 1_000_000
_NONE: Final = Decimal(0)
_ZERO: Final = 0

BUCKETS: Final[dict[str, Bucket]] = {
    "input_tokens": Bucket("million_tokens", _MILLION, prompt=True),
    "cache_read_tokens": Bucket("million_tokens", _MILLION, "input_tokens", prompt=True),
    "cache_write_5m_tokens": Bucket("million_tokens", _MILLION, "input_tokens", prompt=True),
    "cache_write_1h_tokens": Bucket("million_tokens", _MILLION, prompt=True),
    "output_tokens": Bucket("million_tokens", _MILLION),
    "reasoning_tokens": Bucket("million_tokens", _MILLION, "output_tokens"),
    "input_audio_tokens": Bucket("million_tokens", _MILLION, "input_tokens", prompt=True),
    "output_audio_tokens": Bucket("million_tokens", _MILLION),
    "input_image_tokens": Bucket("million_tokens", _MILLION, "input_tokens", prompt=True),
    "output_image_tokens": Bucket("million_tokens", _MILLION),
    "input_video_tokens": Bucket("million_tokens", _MILLION, "input_tokens", prompt=True),
    "cache_audio_read_tokens": Bucket("million_tokens", _MILLION, "cache_read_tokens", prompt=True),
    "cache_image_read_tokens": Bucket("million_tokens", _MILLION, "cache_read_tokens", prompt=True),
    "web_search_calls": Bucket("call", 1),
    "requests": Bucket("request", 1),
    "output_images": Bucket("image", 1),
    "audio_seconds": Bucket("second", 1),
    "video_seconds": Bucket("second", 1),
    "cache_storage_token_hours": Bucket("million_token_hours", _MILLION),
}
"""Every bucket of the HTTP contract, in its order. Adding a dimension is adding a row here and a field to `Usage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One request's consumption; each token stands in exactly one bucket.

    Counts are integers, seconds and token-hours may have decimals; none is negative.

    Raises:
        InvalidUsage: a quantity is negative, not a number, a fraction of a token, or beyond `LARGEST`.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    input_audio_tokens: int = 0
    output_audio_tokens: int = 0
    input_image_tokens: int = 0
    output_image_tokens: int = 0
    input_video_tokens: int = 0
    cache_audio_read_tokens: int = 0
    cache_image_read_tokens: int = 0
    web_search_calls: int = 0
    requests: int = 1
    output_images: int = 0
    audio_seconds: Decimal = _NONE
    video_seconds: Decimal = _NONE
    cache_storage_token_hours: Decimal = _NONE

    def __post_init__(self) -> None:
        for value in _counts(self):
            if value is _ZERO:  # most are; the rest is checked
                continue
            if type(value) is not int or not 0 <= value <= LARGEST:
                raise _refused(self)
        if self.audio_seconds is self.video_seconds is self.cache_storage_token_hours is _NONE:
            return
        for name, amount in zip(_AMOUNTS, _amounts(self), strict=True):
            exact = Decimal(amount) if type(amount) is int else amount
            object.__setattr__(self, name, exact)
            if not isinstance(exact, Decimal) or not exact.is_finite() or not 0 <= exact <= LARGEST:
                raise _refused(self)

    @property
    def prompt_tokens(self) -> int:
        """The whole prompt, cache included: what chooses a context tier."""
        return sum(_prompt(self))

    @property
    def quantities(self) -> tuple[int | Decimal, ...]:
        """The quantity of every bucket, in the order of `BUCKETS`."""
        return _quantities(self)


_AMOUNTS: Final = ("audio_seconds", "video_seconds", "cache_storage_token_hours")
_COUNTS: Final = tuple(field.name for field in fields(Usage) if field.name not in _AMOUNTS)
PROMPT_BUCKETS: Final = tuple(name for name, bucket in BUCKETS.items() if bucket.prompt)
# One look-up in C for many fields: a usage is made and priced in microseconds.
_counts: Final[Callable[[Usage], tuple[int, ...]]] = attrgetter(*_COUNTS)
_amounts: Final[Callable[[Usage], tuple[int | Decimal, ...]]] = attrgetter(*_AMOUNTS)
_prompt: Final[Callable[[Usage], tuple[int, ...]]] = attrgetter(*PROMPT_BUCKETS)
_quantities: Final[Callable[[Usage], tuple[int | Decimal, ...]]] = attrgetter(*BUCKETS)


def _refused(usage: Usage) -> InvalidUsage:
    """The error that names every bad bucket of a usage."""
    problems = []
    for name in BUCKETS:
        value = getattr(usage, name)
        whole = name not in _AMOUNTS
        kind = "a whole number" if whole else "a decimal number"
        good = type(value) is int if whole else isinstance(value, Decimal) and value.is_finite()
        if not good or not 0 <= value <= LARGEST:
            problems.append(
                Problem(("usage", name), f"{name} is {value!r}; it must be {kind} from 0 to {LARGEST}", value)
            )
    return InvalidUsage.of(problems)
