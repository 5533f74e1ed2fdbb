"""What a file is, by its first bytes; its name is only held against them."""

from __future__ import annotations

from typing import Final, Literal

from pricing.errors import InvalidInput

Kind = Literal["text", "image", "pdf", "docx"]

_MAGIC: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"BM", "image"),
    (b"PK\x03\x04", "docx"),
)
_OTHERS: Final = (
    (b"\xd0\xcf\x11\xe0", "an Office file of before 2007, or an encrypted one; save it as an unencrypted .docx"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"II*\x00", "a TIFF image; convert it to PNG"),
    (b"MM\x00*", "a TIFF image; convert it to PNG"),
    (b"\x1f\x8b", "gzip; unpack it"),
    (b"\xff\xfe", "UTF-16 text; convert it to UTF-8"),
    (b"\xfe\xff", "UTF-16 text; convert it to UTF-8"),
)
_ENDINGS: Final[dict[str, Kind]] = {
    "png": "image",
    "jpg": "image",
    "jpeg": "image",
    "gif": "image",
    "webp": "image",
    "bmp": "image",
    "pdf": "pdf",
    "docx": "docx",
}
_HEAD: Final = 1024
"""Readers of PDF look for its mark within so many bytes."""


def kind_of(head: bytes, name: str) -> Kind:
    """What a file is, from at least its first 1,024 bytes.

    Raises:
        InvalidInput: it is empty, is none of the kinds, or is another than its name says.
    """
    if not head:
        raise InvalidInput(f"{name}: is empty", value=name)
    found = _found(head, name)
    said = ending(name)
    if said is not None and said != found:
        raise InvalidInput(
            f"{name}: its name says {_ENDINGS_SAY[said]}, its bytes are {_ENDINGS_SAY[found]}", value=name
        )
    return found


def ending(name: str) -> Kind | None:
    """The kind that a name's ending promises; None for text and all that is not known by its ending."""
    return _ENDINGS.get(name.rpartition(".")[2].lower()) if "." in name else None


def is_binary(head: bytes) -> bool:
    """Whether bytes hold a NUL, which no text in UTF-8 does."""
    return b"\0" in head


_ENDINGS_SAY: Final[dict[Kind, str]] = {
    "text": "text",
    "image": "an image",
    "pdf": "a PDF",
    "docx": "a DOCX (a zip archive)",
}


def _found(head: bytes, name: str) -> Kind:
    if head.lstrip().startswith(b"%PDF-") or (ending(name) == "pdf" and b"%PDF-" in head[:_HEAD]):
        return "pdf"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    for magic, kind in _MAGIC:
        if head.startswith(magic) and (magic != b"BM" or is_binary(head)):  # a text may begin with BM
            return kind
    if head[4:8] == b"ftyp":
        raise InvalidInput(f"{name}: is an image or video of the MP4 family (HEIC, AVIF, MP4); convert it", value=name)
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise InvalidInput(f"{name}: is {what}", value=name)
    if is_binary(head):
        raise InvalidInput(
            f"{name}: is binary (NUL at byte {head.index(0)}); text, PDF, DOCX and images are counted", value=name
        )
    return "text"
