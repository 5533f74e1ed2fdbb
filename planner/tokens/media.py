"""Tokens of what is not text: images by size and detail, PDF pages, sound and video by the second.

Which model counts how is data, `media.json`: families of names by kind of item, each with a rule, its figures, source
and date. A model that no family names has no rule, which is an error that says which models have one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor
from os import path
from typing import TYPE_CHECKING, Any, Final, Literal

from planner.tokens.count import How, Modality
from planner.tokens.images import RULES, Range, exactly
from planner.tokens.registry import lookup
from pricing.errors import InvalidInput, NoRule

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED: Final = path.join(path.dirname(__file__), "media.json")  # noqa: PTH118, PTH120 - pathlib is a slow import
DETAILS: Final = ("auto", "low", "medium", "high", "original", "ultra_high")
"""Every level of detail (OpenAI) or media resolution (Google); a model takes some of them, or none."""

LARGEST_SIDE: Final = 100_000
"""Pixels or points of a side; more is no image that a provider takes."""

LONGEST_SECONDS: Final = 1_000_000
_POINTS_AN_INCH: Final = 72

Row = Mapping[str, Any]
"""A family's figures as they stand in the JSON."""

Table = Mapping[str, Row]
"""A kind of item: a family's row by words of model names."""

PageText = Literal["billed", "free", "perhaps"]
"""Whether the text of a PDF page is billed beside its image."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of so many pixels, at a level of `DETAILS`; None is the model's default.

    Raises:
        InvalidInput: a side that is not from 1 to `LARGEST_SIDE`, or an unknown level of detail.
    """

    width: int
    height: int
    detail: str | None = None

    def __post_init__(self) -> None:
        _check_sides(self.width, self.height, "pixels")
        _check_detail(self.detail)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF: its text and its size in points (1/72 inch).

    Raises:
        InvalidInput: a side that is not from 1 to `LARGEST_SIDE`, or an unknown level of detail.
    """

    text: str
    width: float = 612.0
    height: float = 792.0
    detail: str | None = None

    def __post_init__(self) -> None:
        _check_sides(self.width, self.height, "points")
        _check_detail(self.detail)


@dataclass(frozen=True, slots=True)
class Audio:
    """So many seconds of sound.

    Raises:
        InvalidInput: not from 0 to `LONGEST_SECONDS`.
    """

    seconds: float

    def __post_init__(self) -> None:
        _check_seconds(self.seconds, "audio_seconds")


@dataclass(frozen=True, slots=True)
class Video:
    """So many seconds of video, with sound or without, at a level of `DETAILS`.

    Raises:
        InvalidInput: seconds not from 0 to `LONGEST_SECONDS`, or an unknown level of detail.
    """

    seconds: float
    sound: bool = True
    detail: str | None = None

    def __post_init__(self) -> None:
        _check_seconds(self.seconds, "video_seconds")
        _check_detail(self.detail)


Item = Image | Page | Audio | Video


@dataclass(frozen=True, slots=True)
class Sized:
    """An item's tokens between bounds, how they were found, what a reader should know of it, and what they bill as."""

    tokens: int
    low: int
    high: int
    how: How
    note: str | None
    modality: Modality


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """How many images and PDF pages one request may hold; None where no limit is documented."""

    images: int | None = None
    pages: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """For each kind of item, a family's row by words of model names."""

    images: Table
    pages: Table
    audio: Table
    video: Table
    limits: Table


@cache
def shipped() -> Rules:
    """The rules in this package, read once."""
    with open(SHIPPED, encoding="utf-8") as file:  # noqa: PTH123 - the same
        return read(json.load(file))


def read(data: Row) -> Rules:
    """Rules from their JSON: a table a kind of item, of families with `models`, words of names."""
    kinds = ("images", "pages", "audio", "video", "limits")
    return Rules(*({name: row for row in data[kind].values() for name in row["models"]} for kind in kinds))


def count(item: Item, model: str, provider: str | None = None, rules: Callable[[], Rules] = shipped) -> Sized:
    """The tokens of one item on a model, as the catalog resolved its name; of a page, those of its image alone.

    `page_text` says whether the text of a page is billed beside it.

    Raises:
        NoRule: no rule is known for such an item on this model, or it does not take that level of detail.
    """
    known = rules()
    if isinstance(item, Image):
        return _image(item, model, provider, known)
    if isinstance(item, Page):
        return _page(item, model, provider, known)
    if isinstance(item, Audio):
        row = _row(known.audio, "sound", model, provider)
        return _sized(exactly(_seconds(row, item.seconds)), row, "audio")
    return _video(item, _row(known.video, "video", model, provider), model)


def page_text(model: str, rules: Callable[[], Rules] = shipped) -> PageText | None:
    """Whether the text of a PDF page is billed beside its image on this model; None where its pages have no rule."""
    row = lookup(rules().pages, model)
    return None if row is None else row["text"]


def limits(model: str, window: int | None, rules: Callable[[], Rules] = shipped) -> MediaLimits:
    """How many images and pages a request to this model may hold; `window` is its context window in tokens."""
    row = lookup(rules().limits, model)
    if row is None:
        return MediaLimits()
    small = "window_" if window is not None and window <= row.get("window", 0) else ""
    return MediaLimits(row.get(f"{small}images"), row.get(f"{small}pages"), row["source"])


def _image(item: Image, model: str, provider: str | None, rules: Rules) -> Sized:
    row = _row(rules.images, "images", model, provider)
    detail = _detail(item.detail, row, model)
    return _sized(RULES[row["rule"]](row, item.width, item.height, detail), row, "image")


def _page(item: Page, model: str, provider: str | None, rules: Rules) -> Sized:
    """A page's image: flat by level, or of a size that is assumed, with up to `slack` times more or fewer tokens."""
    row = _row(rules.pages, "PDF pages", model, provider)
    if row["image"] == "flat":
        return _sized(exactly(row["levels"][_detail(item.detail, row, model)]), row, "image")
    scale = row["dpi"] / _POINTS_AN_INCH if row["image"] == "dpi" else row["edge"] / max(item.width, item.height)
    width, height = (max(1, min(LARGEST_SIDE, round(side * scale))) for side in (item.width, item.height))
    found = _image(Image(width, height, item.detail), model, provider, rules)
    slack = row["slack"]
    return _sized(Range(found.tokens, floor(found.low / slack), ceil(found.high * slack), sure=False), row, "image")


def _video(item: Video, row: Row, model: str) -> Sized:
    """Frames at the sampled rate, a time stamp and the sound of each second; `slack` more a second at the most."""
    frame = row["levels"][_detail(item.detail, row, model)]
    each = Fraction(row["frames_per_second"]) * frame + (Fraction(row["sound"]) if item.sound else 0)
    seconds = _exact(item.seconds)
    tokens = ceil((each + row["stamp"]) * seconds)
    return _sized(
        Range(tokens, floor(each * seconds), ceil((each + row["stamp"] + row["slack"]) * seconds)), row, "video"
    )


def _seconds(row: Row, seconds: float) -> int:
    """Tokens at a rate a second; `whole_seconds` pads to a multiple, `more` is added to any sound at all."""
    length = _exact(seconds)
    whole = row.get("whole_seconds")
    if whole:
        length = Fraction(ceil(length / whole) * whole)
    return ceil(length * Fraction(row["per_second"])) + (row.get("more", 0) if seconds else 0)


def _exact(seconds: float) -> Fraction:
    """Seconds as they are written: 0.1 is a tenth."""
    return Fraction(str(seconds))


def _row(table: Table, what: str, model: str, provider: str | None) -> Row:
    row = lookup(table, model)
    if row is None:
        at = f" at {provider}" if provider else ""
        known = ", ".join(dict.fromkeys(each["models"][0] for each in table.values()))
        raise NoRule(f"no rule is known for {what} on {model}{at}; there are for {known}", loc=("model",), value=model)
    return row


def _detail(detail: str | None, row: Row, model: str) -> str:
    """The level that counts: the model's default, or the one asked for; models without levels do not mind any."""
    levels = list(row["levels"])
    if detail is None or levels == ["auto"]:
        return str(row.get("default", "auto"))
    if detail not in levels:
        raise NoRule(f"detail is {detail!r}; {model} takes {', '.join(levels)}", loc=("detail",), value=detail)
    return detail


def _sized(found: Range, row: Row, modality: Modality) -> Sized:
    how: How = row["how"] if found.sure or row["how"] == "estimated" else "reconstructed"
    note = row.get("note")
    if not found.sure and note is None:
        note = "the documented rule leaves more than one reading for this size"
    return Sized(found.tokens, found.low, found.high, how, note, modality)


def _check_sides(width: float, height: float, unit: str) -> None:
    for name, side in (("width", width), ("height", height)):
        if not 1 <= side <= LARGEST_SIDE:
            raise InvalidInput(f"{name} is {side}; it must be from 1 to {LARGEST_SIDE} {unit}", loc=(name,), value=side)


def _check_detail(detail: str | None) -> None:
    if detail is not None and detail not in DETAILS:
        raise InvalidInput(f"detail is {detail!r}; valid: {', '.join(DETAILS)}", loc=("detail",), value=detail)


def _check_seconds(seconds: float, name: str) -> None:
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise InvalidInput(f"{name} is {seconds}; it must be from 0 to {LONGEST_SECONDS}", loc=(name,), value=seconds)
