"""Packed rank files: read, checked and written here; `python -m planner.tokens.pack DIR` makes them.

A file is xz over two planes: the length of each token (one byte each, in rank order, ended by a zero), then all the
tokens without separators. Ranks are dense from 0, so they need no storing; two planes pack 2 % better than one.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from os import path
from typing import TYPE_CHECKING, Final

from pricing.errors import NotCountable

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKED: Final = {
    "o200k_base": "56d4c35c97332131ba24a7b085835e49080b767f73ce4d2e7cb7284145fea089",
    "cl100k_base": "c164957279a7310d3c37e65997529673774a683f64ea2e6f94839ca1cf031233",
    "r50k_base": "a64581a60d76475a58e9f8a464c9c450c80cd398d7c1db040c68deba103058ea",
}
"""The sha256 of each packed file; `planner.tokens.pack` prints them."""

LONGEST: Final = 255
"""Bytes that a length of one byte can tell."""


def packed_path(name: str) -> str:
    """Where the packed ranks of that name are shipped."""
    return path.join(path.dirname(__file__), f"{name}.xz")  # noqa: PTH118, PTH120 - pathlib is a slow import


def read_tokens(name: str) -> list[bytes]:
    """The tokens of a shipped rank file in rank order, from rank 0.

    Raises:
        NotCountable: the file is missing or is not the one that was shipped.
    """
    import hashlib  # noqa: PLC0415 - needed once, when something is counted
    import lzma  # noqa: PLC0415

    try:
        with open(packed_path(name), "rb") as file:  # noqa: PTH123 - the same
            data = file.read()
    except OSError as error:
        raise NotCountable(f"the rank file {name}.xz cannot be read ({error.strerror}); reinstall tokenplan") from error
    found = hashlib.sha256(data).hexdigest()
    if found != PACKED[name]:
        raise NotCountable(
            f"the rank file {name}.xz is damaged (sha256 {found}, not {PACKED[name]}); reinstall tokenplan"
        )
    return unpack(lzma.decompress(data))


def unpack(planes: bytes) -> list[bytes]:
    """The tokens in two planes, in rank order."""
    count = planes.index(0)
    ends = accumulate(planes[:count], initial=count + 1)
    return [planes[start:end] for start, end in pairwise(ends)]


def pack(tokens: Sequence[bytes]) -> bytes:
    """The two planes of tokens given in rank order; each is 1 to `LONGEST` bytes long."""
    return bytes(map(len, tokens)) + b"\0" + b"".join(tokens)
