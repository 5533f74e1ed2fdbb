"""Which engine counts: toktok-rs (extra `fast`) where it is proved equal to tiktoken, else tiktoken.

toktok counts five to twenty times as fast and in time that grows no faster than the text, so that no run is too long.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from planner.tokens import encodings
from planner.tokens.proof import DISPUTED, difference

FAST: Final = ("o200k_base", "cl100k_base")
"""The encodings that toktok carries and that counts are proved for."""


class _Tokenizer(Protocol):
    """What is used of toktok's tokenizer."""

    def count(self, text: str) -> int: ...
    def token_byte_values(self) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """What counts an encoding: its name and version, and the function from a text to its number of tokens."""

    name: str
    length: Callable[[str], int]


@cache
def engine(encoding: str) -> Engine:
    """The engine of an encoding, chosen on first use and kept: some 0.4 s and 70 MB for o200k, by either engine.

    A toktok that is installed but differs from tiktoken is not used, and a warning on the log `tokenplan` says why.

    Raises:
        NotCountable: no such encoding, or its rank file is damaged.
    """
    shared = encodings.SHARED.get(encoding, encoding)
    if shared != encoding:
        return engine(shared)
    return (_fast(encoding) if encoding in FAST else None) or _tiktoken(encoding)


def lengths(encoding: str) -> Callable[[str], int]:
    """The function from ordinary text to its number of tokens in an encoding; special tokens in it count as text.

    Raises:
        NotCountable: as `engine`; or, from the function, a run too long for tiktoken where that counts.
    """
    return engine(encoding).length


def _tiktoken(encoding: str) -> Engine:
    import tiktoken  # noqa: PLC0415 - 20 ms that nobody pays who counts with toktok

    return Engine(f"tiktoken {tiktoken.__version__}", encodings.lengths(encoding))


def _fast(encoding: str) -> Engine | None:
    """Toktok, proved; None where it is not installed, another package has its name, or it differs."""
    try:
        import toktok  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    name = f"toktok {getattr(toktok, '__version__', 'of another project')}"
    try:
        tokenizer: _Tokenizer = toktok._encoding(encoding)  # noqa: SLF001 - its public function takes 30 us a call
        differs = difference(encoding, tokenizer.token_byte_values(), tokenizer.count)
    except BaseException as error:
        if not (isinstance(error, Exception) or encodings.is_panic(error)):
            raise
        differs = f"{type(error).__name__}: {error}"
    if differs is None:
        return Engine(name, _length(tokenizer, encoding))
    logging.getLogger("tokenplan").warning("%s is not used, tiktoken counts: %s", name, differs)
    return None


def _length(tokenizer: _Tokenizer, encoding: str) -> Callable[[str], int]:
    """Counts by toktok; the few texts on which it differs or fails go to tiktoken."""
    count, disputed = tokenizer.count, DISPUTED.search

    def length(text: str) -> int:
        if not text.isascii() and disputed(text):
            return encodings.lengths(encoding)(text)
        try:
            return count(text)
        except UnicodeEncodeError:
            return length(encodings.mended(text))
        except BaseException as error:
            if not encodings.is_panic(error):
                raise
            return encodings.lengths(encoding)(text)

    return length
