"""Documents from their bytes: the pages of a PDF, the text of a DOCX or of a text file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.reading.kinds import Kind, kind_of
from planner.tokens.media import LARGEST_SIDE, Page
from pricing.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one document."""

MAX_PAGES: Final = 5_000
MAX_CHARACTERS: Final = 32_000_000
DEADLINE_SECONDS: Final = 60.0
"""How long reading one PDF may take: about 2,000 pages of a book."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document's kind, the pages of a PDF, or the text of any other."""

    kind: Kind
    pages: tuple[Page, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """All of its text; a blank line parts pages."""
        return "\n\n".join(page.text for page in self.pages) or self.text


def read_document(data: bytes, name: str, deadline_seconds: float = DEADLINE_SECONDS) -> Document:
    """A document, by its bytes; a name that promises another kind is an error.

    Raises:
        InvalidInput: empty, damaged, encrypted, an image, or no kind of document that is known.
        TooLarge: more than `LARGEST` bytes, `MAX_PAGES` or `MAX_CHARACTERS`, or slower than the deadline.
    """
    if len(data) > LARGEST:
        raise TooLarge(f"{name}: has {len(data)} bytes; the limit is {LARGEST}", value=name)
    kind = kind_of(data, name)
    if kind == "image":
        raise InvalidInput(f"{name}: is an image; give it as one of the images", value=name)
    if kind == "pdf":
        return Document(kind, pages=_pdf(data, name, deadline_seconds))
    if kind == "docx":
        from planner.reading.docx import docx_text  # noqa: PLC0415 - only a DOCX pays for it

        return Document(kind, text=docx_text(data, name))
    try:
        return Document(kind, text=data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: byte {error.start} is no UTF-8 ({error.reason}); convert it", value=name) from None


def _pdf(data: bytes, name: str, deadline_seconds: float) -> tuple[Page, ...]:
    answer = _child(data, name, deadline_seconds)
    if "error" in answer:
        raise (TooLarge if answer.get("large") else InvalidInput)(f"{name}: {answer['error']}", value=name)
    return tuple(Page(page["text"], _side(page["width"]), _side(page["height"])) for page in answer["pages"])


def _child(data: bytes, name: str, deadline_seconds: float) -> Mapping[str, Any]:
    """What the reader's own process says of a PDF; it is ended at the deadline."""
    import subprocess  # noqa: PLC0415 - only a PDF pays for it; what is started is our own file
    import sys  # noqa: PLC0415
    from importlib.util import find_spec  # noqa: PLC0415
    from os import path  # noqa: PLC0415

    if find_spec("pypdf") is None:
        raise InvalidInput(f"{name}: PDF needs pypdf: pip install 'tokenplan[documents]'", value=name)
    script = path.join(path.dirname(__file__), "pdf_child.py")  # noqa: PTH118, PTH120 - as elsewhere
    command = [sys.executable, "-P", script, str(MAX_PAGES), str(MAX_CHARACTERS)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=deadline_seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise TooLarge(f"{name}: was not read within {deadline_seconds:g} seconds", value=name) from None
    try:
        answer: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise InvalidInput(f"{name}: the reader of PDF gave up on it (exit {done.returncode})", value=name) from None
    return answer


def _side(points: float) -> float:
    """A page's side within what a page may have; files hold nonsense."""
    return min(points, float(LARGEST_SIDE)) if points >= 1 else 1.0
