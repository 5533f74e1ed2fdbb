"""The size of an image from its header: PNG, JPEG, GIF, WebP, BMP. Nothing is decoded; a header is bounded work.

PNG (RFC 2083), JPEG (ITU-T T.81, B.2.2), GIF89a, WebP (RFC 9649), BMP (BITMAPINFOHEADER and BITMAPCOREHEADER).
"""

from __future__ import annotations

import struct
from typing import Final

from pricing.errors import InvalidInput

_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
_CORE_HEADER: Final = 12


def image_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        InvalidInput: no image of a known kind, or one that is cut off or says it has no size.
    """
    try:
        size = _size(data)
    except (struct.error, IndexError):
        raise InvalidInput(f"{name}: the image is cut off or damaged", value=name) from None
    if size is None:
        raise InvalidInput(f"{name}: is no PNG, JPEG, GIF, WebP or BMP image", value=name)
    if min(size) < 1:
        raise InvalidInput(f"{name}: the image says it is {size[0]} by {size[1]} pixels", value=name)
    return size


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _pair(">II", data, 16)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _pair("<HH", data, 6)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data.startswith(b"BM"):
        core = struct.unpack_from("<I", data, 14)[0] == _CORE_HEADER
        width, height = _pair("<HH", data, 18) if core else _pair("<ii", data, 18)
        return width, abs(height)  # negative: the first row is the top one
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """The first frame header; every segment before it is stepped over by its own length."""
    at = 2
    while True:
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins with it
            return None
        while data[at] == 0xFF:  # noqa: PLR2004
            at += 1
        marker = data[at]
        at += 1
        if marker in _JPEG_BARE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if marker in _JPEG_FRAMES:
            height, width = _pair(">HH", data, at + 3)
            return width, height
        at += max(length, 2)


def _webp(data: bytes) -> tuple[int, int] | None:
    """Extended, lossy and lossless files say it in three ways."""
    kind = data[12:16]
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27)) if len(data) >= 30 else None  # type: ignore[return-value]  # noqa: PLR2004 - two of them
    if kind == b"VP8 ":
        width, height = _pair("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _pair(form: str, data: bytes, at: int) -> tuple[int, int]:
    first, second = struct.unpack_from(form, data, at)
    return first, second
