"""Images, sound and files inside messages, in each provider's spelling.

An image's size is read from its own bytes, or from `width` and `height` beside its address: no address is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from planner.tokens.guard import Place, brief, spell
from planner.tokens.media import Audio, Image
from planner.tokens.request import Medium, Text
from planner.tokens.shapes.reading import items, kind_of, known, mapping, optional, string, uncounted
from pricing.errors import InvalidInput, NotCountable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SIZE: Final = ("width", "height")
_COUNTED_FILES: Final = "a file by its bytes, or its text as a text part"


def image_part(part: Mapping[str, object], place: Place) -> Medium:
    """OpenAI's `image_url` (an object or a string) and `input_image`; `width` and `height` may stand beside either."""
    known(part, place, ("type", "image_url", "detail", *_SIZE), ("file_id",))
    at = (*place, "image_url")
    held: Mapping[str, object] = part
    if not isinstance(part.get("image_url"), str):
        held = mapping(part.get("image_url"), at, "an address, or an object with url")
        known(held, at, ("url", "detail", *_SIZE))
        at = (*at, "url")
    url = string(held.get("url", held.get("image_url")), at)
    detail = optional(held.get("detail"), (*place, "detail")) or None
    return _image(_bytes_of(url, at), {**part, **held}, detail, at)


def audio_part(part: Mapping[str, object], place: Place) -> Medium:
    """OpenAI's `input_audio`; its length stands beside it as `seconds`."""
    known(part, place, ("type", "input_audio", "seconds"))
    seconds, at = part.get("seconds"), (*place, "seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise NotCountable(
            f"{spell(place)} is sound of unknown length; give its seconds beside input_audio", loc=at, value=seconds
        )
    return Medium(_checked(lambda: Audio(seconds), place), place)


def file_part(part: Mapping[str, object], place: Place) -> tuple[Text | Medium, ...]:
    """OpenAI's `file` and `input_file` by their bytes (`file_data`); one by its id or address is not fetched."""
    known(part, place, ("type", "file", "file_data", "filename", "detail"), ("file_id", "file_url"))
    at = (*place, "file") if "file" in part else place
    held = mapping(part["file"], at) if "file" in part else part
    known(held, at, ("file_data", "filename"), ("type", "file_id", "file_url", "detail"))
    if held.get("file_data") is None:
        raise uncounted("a file that is not in the request", at, None, _COUNTED_FILES)
    text, at = string(held["file_data"], (*at, "file_data")), (*at, "file_data")
    data = _bytes_of(text, at) if text.startswith("data:") else _decoded(text, at)
    return _document(data or b"", optional(held.get("filename"), at), at)


def block_image(block: Mapping[str, object], place: Place) -> Medium:
    """Anthropic's `image` block: base64 data, or an address with `width` and `height` beside it."""
    known(block, place, ("type", "source", *_SIZE), ("oversized_image",))
    at = (*place, "source")
    source = mapping(block.get("source"), at, "an object with type base64 or url")
    known(source, at, ("type", "media_type", "data", "url", "file_id"))
    kind = kind_of(source, at, ("base64", "url"))
    data = _decoded(string(source.get("data"), (*at, "data")), (*at, "data")) if kind == "base64" else None
    return _image(data, block, None, at)


def block_document(block: Mapping[str, object], place: Place) -> tuple[Text | Medium, ...]:
    """Anthropic's `document` block of text, of blocks or of bytes; its title and context are read too."""
    known(block, place, ("type", "source", "title", "context"), ("citations",))
    at = (*place, "source")
    source = mapping(block.get("source"), at, "an object with a type")
    kind = kind_of(source, at, ("text", "content", "base64"))
    known(source, at, ("type", "media_type", "data", "content", "url", "file_id"))
    head = tuple(
        Text(optional(block[key], (*place, key)), (*place, key)) for key in ("title", "context") if block.get(key)
    )
    if kind == "text":
        return (*head, Text(string(source.get("data"), (*at, "data")), (*at, "data")))
    if kind == "content":
        return (*head, *_texts(source.get("content"), (*at, "content")))
    if kind == "base64":
        data = _decoded(string(source.get("data"), (*at, "data")), (*at, "data"))
        return (*head, *_document(data, "", at))
    raise uncounted(f"a document by {kind}", at, None, f"sources of type base64, text and content; {_COUNTED_FILES}")


def inline_data(data: Mapping[str, object], resolution: object, place: Place) -> tuple[Text | Medium, ...]:
    """Gemini's `inlineData`: an image or a document by its bytes."""
    kind = string(data.get("mimeType"), (*place, "mimeType"))
    at = (*place, "data")
    if kind == "application/pdf" or kind.startswith("text/"):
        return _document(_decoded(string(data.get("data"), at), at), "", at)
    if not kind.startswith("image/"):
        valid = "image/*, application/pdf, text/*; audio_seconds and video_seconds apart"
        raise uncounted(kind, (*place, "mimeType"), kind, valid)
    level = mapping(resolution, place).get("level") if isinstance(resolution, dict) else resolution
    detail = optional(level, place).removeprefix("MEDIA_RESOLUTION_").lower() or None
    return (_image(_decoded(string(data.get("data"), at), at), {}, detail, at),)


def _texts(value: object, place: Place) -> tuple[Text, ...]:
    """A text, or a list of text blocks."""
    if isinstance(value, str):
        return (Text(value, place),)
    found = []
    for at, each in enumerate(items(value, place, "a string or a list of text blocks")):
        block = mapping(each, (*place, at), "a text block")
        found.append(Text(string(block.get("text"), (*place, at, "text")), (*place, at, "text")))
    return tuple(found)


def _image(data: bytes | None, beside: Mapping[str, object], detail: str | None, place: Place) -> Medium:
    """An image by its bytes or by the size told beside it."""
    told = [beside.get(key) for key in _SIZE]
    if told != [None, None]:
        for key, side in zip(_SIZE, told, strict=True):
            if isinstance(side, bool) or not isinstance(side, int):
                raise InvalidInput(
                    f"{key} is {brief(side)}; it must be a whole number of pixels", loc=place, value=side
                )
        width, height = told
    elif data is None:
        raise NotCountable(
            f"{spell(place)} is an address, which is not fetched; give the image's width and height beside it",
            loc=place,
            value=None,
        )
    else:
        width, height = _pixels(data, place)
    return Medium(_checked(lambda: Image(width, height, detail), place), place)  # type: ignore[arg-type]  # checked above


def _document(data: bytes, name: str, place: Place) -> tuple[Text | Medium, ...]:
    """A PDF's pages, or the text of any other document."""
    from planner.reading.documents import read_document  # noqa: PLC0415 - only requests with documents pay for it

    try:
        read = read_document(data, name or spell(place))
    except InvalidInput as error:
        raise error.under(*place) from None
    if read.kind != "pdf":
        return (Text(read.text, place),)
    return tuple(Medium(page, place, number) for number, page in enumerate(read.pages, 1))


def _bytes_of(url: str, place: Place) -> bytes | None:
    """The bytes inside a data URL; None for any other address."""
    if not url.startswith("data:"):
        return None
    head, comma, data = url.partition(",")
    if not comma or not head.endswith(";base64"):
        raise InvalidInput(f"{spell(place)} must begin with data:image/...;base64,", loc=place, value=head[:60])
    return _decoded(data, place)


def _decoded(text: str, place: Place) -> bytes:
    """Base64 as bytes."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{spell(place)} is no base64: {error}", loc=place, value=text[:60]) from None


def _pixels(data: bytes, place: Place) -> tuple[int, int]:
    """The size of an image, from its header."""
    from planner.reading.pixels import image_size  # noqa: PLC0415 - only requests with images pay for it

    try:
        return image_size(data, spell(place))
    except InvalidInput as error:
        raise error.under(*place) from None


def _checked(make: Callable[[], Image | Audio], place: Place) -> Image | Audio:
    """An item; what is wrong with its numbers is said with its place."""
    try:
        return make()
    except InvalidInput as error:
        raise error.under(*place) from None
