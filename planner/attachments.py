"""What a prompt holds beside text: images, documents, sound and video; opened once, then counted on each model."""

from __future__ import annotations

import binascii
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from planner.tokens import media
from planner.tokens.count import Count, Part, combined
from pricing.errors import InvalidInput, NoRule, TokenplanError, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.tokens import Counter
    from pricing.rates import Model

_CAPABILITIES: Final = {"image": "vision", "audio": "audio_input", "video": "video_input"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInput:
    """An image by `width` and `height` in pixels, or by `data`, its bytes in base64; `detail` as the model takes it."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    width: int | None = None
    height: int | None = None
    data: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInput:
    """A PDF, DOCX or UTF-8 text: its `name`, for messages, and `data`, its bytes in base64."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    name: str
    data: str
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attachments:
    """What a prompt may hold beside its text."""

    images: tuple[ImageInput, ...] = ()
    """Images, each by its size or its bytes."""
    documents: tuple[DocumentInput, ...] = ()
    """PDF, DOCX and text files, by their bytes."""
    audio_seconds: float | None = None
    """Seconds of sound."""
    video_seconds: float | None = None
    """Seconds of video, with its sound."""

    @property
    def attached(self) -> bool:
        """Whether there is anything."""
        return bool(self.images or self.documents or self.audio_seconds is not None or self.video_seconds is not None)


SECONDS_FOR_DOCUMENTS: Final = 60.0
"""How long reading all the documents of a question may take."""

MOST_IMAGES: Final = 4_000
MOST_DOCUMENTS: Final = 100
"""More in one request no provider takes; a question with more is a mistake or worse."""


class Opened(NamedTuple):
    """One thing to count: an item or a text, its name among the parts and its place in the question."""

    name: str
    place: tuple[str | int, ...]
    item: media.Item | str


def opened(given: Attachments) -> tuple[Opened, ...]:
    """Everything attached, read from its bytes.

    Raises:
        InvalidInput: what cannot be read, with its place in the question.
        TooLarge: so is what is too large; or there are too many, or all the documents take too long.
    """
    for name, most in (("images", MOST_IMAGES), ("documents", MOST_DOCUMENTS)):
        if len(getattr(given, name)) > most:
            raise TooLarge(f"{name} has {len(getattr(given, name))} items; the limit is {most}", loc=(name,))
    return tuple(_opened(given))


def counted(attached: Iterable[Opened], model: Model, counter: Counter) -> Iterator[Count]:
    """The tokens of each thing attached, on a model.

    Raises:
        NoRule: no rule is known for such an item on this model.
        NotCountable: a document's text cannot be counted safely.
    """
    for each in attached:
        with _placed(*each.place):
            yield _counted(each, model, counter)


def _opened(given: Attachments) -> Iterator[Opened]:
    for at, image in enumerate(given.images):
        with _placed("images", at):
            yield Opened(f"images[{at}]", ("images", at), _image(image, f"images[{at}]"))
    until = monotonic() + SECONDS_FOR_DOCUMENTS
    for at, document in enumerate(given.documents):
        with _placed("documents", at):
            yield from _document(document, at, max(0.1, until - monotonic()))
    if given.audio_seconds is not None:
        yield Opened("audio", (), media.Audio(given.audio_seconds))
    if given.video_seconds is not None:
        yield Opened("video", (), media.Video(given.video_seconds))


@contextmanager
def _placed(*place: str | int) -> Iterator[None]:
    """A block whose errors are told with their place in the question; that a model has no rule is no fault of it."""
    try:
        yield
    except NoRule:
        raise
    except TokenplanError as error:
        raise error.under(*place) from None


def _image(image: ImageInput, name: str) -> media.Image:
    if image.data is not None:
        if image.width is not None or image.height is not None:
            raise InvalidInput("give an image's data or its width and height, not both", loc=("data",))
        from planner.reading.pixels import image_size  # noqa: PLC0415 - a size needs no reader

        return media.Image(*image_size(_decoded(image.data), name), image.detail)
    if image.width is None or image.height is None:
        missing = "width" if image.width is None else "height"
        raise InvalidInput("an image needs its width and height, or its data", loc=(missing,))
    return media.Image(image.width, image.height, image.detail)


def _document(document: DocumentInput, at: int, seconds: float) -> Iterator[Opened]:
    """A PDF's pages, or one text."""
    from planner.reading.documents import read_document  # noqa: PLC0415 - the same

    name, place = f"documents[{at}]", ("documents", at)
    read = read_document(_decoded(document.data), document.name, seconds)
    if read.kind != "pdf":
        yield Opened(name, place, read.text)
    for number, page in enumerate(read.pages, 1):
        yield Opened(f"{name} page {number}", place, replace(page, detail=document.detail))


def _decoded(data: str) -> bytes:
    """Bytes from base64, or from a `data:` URL of it."""
    if data.startswith("data:"):
        data = data.partition(",")[2]
    try:
        return b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"data is no base64: {error}", loc=("data",), value=data[:60]) from None


def _counted(each: Opened, model: Model, counter: Counter) -> Count:
    if isinstance(each.item, str):
        return _text(each.item, each.name, model, counter)
    if isinstance(each.item, media.Page):
        return _page(each.item, each.name, model, counter)
    return _sized(each.item, each.name, model)


def _page(page: media.Page, name: str, model: Model, counter: Counter) -> Count:
    """A page's text as one part and its image as another, or the text alone where a model's pages have no rule."""
    text = _text(page.text, name, model, counter)
    bills = media.page_text(model.id)
    if bills is None:
        note = f"how {model.id} takes PDF pages is not known; their text alone is counted"
        return replace(text, method="estimated", notes=(*text.notes, note))
    if bills != "billed":
        text = replace(text, tokens=0, low=0, parts=(replace(text.parts[0], tokens=0, low=0),))
    return combined((text, _sized(page, f"{name} image", model)))


def _text(text: str, name: str, model: Model, counter: Counter) -> Count:
    found = counter.count(text, model.id, model.provider)
    return replace(found, parts=(replace(found.parts[0], name=name),))


def _sized(item: media.Item, name: str, model: Model) -> Count:
    found = media.count(item, model.id, model.provider)
    part = Part(name, found.tokens, found.low, found.high, found.modality)
    notes = [found.note] if found.note else []
    capability = _CAPABILITIES[found.modality]
    if model.capabilities and capability not in model.capabilities:
        notes.append(f"the catalog does not list {capability} among what {model.id} can do")
    return Count(found.tokens, found.low, found.high, found.how, None, (part,), tuple(notes))
