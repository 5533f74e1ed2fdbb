"""The text of a DOCX: the XML in its zip, streamed through expat; no entity is expanded and what unpacks is bounded."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from pricing.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from zipfile import ZipFile

LARGEST_XML: Final = 64 * 1024 * 1024
"""Bytes of XML unpacked from one document: five hundred pages of text are about 5 MB."""

_PARTS: Final = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_PIECE: Final = 1 << 16
_SPACES: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_FALLBACK: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_BREAKS: Final = {"tab": "\t", "br": "\n", "cr": "\n"}


def docx_text(data: bytes, name: str) -> str:
    """The text of a DOCX with its notes; a paragraph ends in a line end, a tab is a tab.

    Raises:
        InvalidInput: no zip, no DOCX, encrypted, or damaged XML.
        TooLarge: more than `LARGEST_XML` unpacked.
    """
    import zipfile  # noqa: PLC0415 - only a DOCX pays for it
    import zlib  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if _PARTS[0] not in names:
                raise InvalidInput(f"{name}: is a zip archive without {_PARTS[0]}, so no DOCX", value=name)
            budget = _Budget(LARGEST_XML)
            return "".join(_part(archive, part, name, budget) for part in _PARTS if part in names)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InvalidInput(f"{name}: the DOCX is damaged or encrypted: {error}", value=name) from None


class _Budget:
    """How many bytes may still be unpacked."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, size: int, name: str) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLarge(f"{name}: unpacks to more than {LARGEST_XML} bytes of XML", value=name)


class _Words:
    """The text of WordprocessingML as its elements come: `w:t`, tabs, breaks and the ends of paragraphs.

    What stands in an `mc:Fallback` is said again in another way, and left out.
    """

    def __init__(self, name: str) -> None:
        self.said: list[str] = []
        self._name = name
        self._inside = self._fallback = 0

    def start(self, tag: str, _: object) -> None:
        self._fallback += tag == _FALLBACK
        space, _, local = tag.rpartition(" ")
        if space in _SPACES and not self._fallback:
            self._inside += local == "t"
            self.said.append(_BREAKS.get(local, ""))

    def end(self, tag: str) -> None:
        space, _, local = tag.rpartition(" ")
        if space in _SPACES and not self._fallback:
            self._inside -= local == "t"
            self.said.append("\n" if local == "p" else "")
        self._fallback -= tag == _FALLBACK

    def text(self, piece: str) -> None:
        if self._inside:
            self.said.append(piece)

    def refuse(self, *_: object) -> None:
        raise InvalidInput(f"{self._name}: its XML declares a document type, which no DOCX does", value=self._name)


def _part(archive: ZipFile, part: str, name: str, budget: _Budget) -> str:
    """The text in one part's XML, read a piece at a time."""
    from xml.parsers import expat  # noqa: PLC0415 - only a DOCX pays for it

    words = _Words(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = words.start, words.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = words.text, words.refuse
    try:
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                budget.spend(len(piece), name)
                parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InvalidInput(f"{name}: the DOCX holds damaged XML: {error}", value=name) from None
    return "".join(words.said)
