"""Where a shipped encoding cuts a text: the ids of its tokens, and the runs of whole characters that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from planner.tokens import encodings, guard
from pricing.errors import NotCountable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import tiktoken


class Piece(NamedTuple):
    """A run of whole characters and the ids of its tokens; more than one where a token ends within a character."""

    text: str
    ids: tuple[int, ...]


def token_ids(text: str, encoding: str, max_bytes: int) -> Sequence[int]:
    """The tokens of ordinary text, whichever engine counts it elsewhere.

    Raises:
        InvalidInput, TooLarge: as `planner.tokens.guard.check`.
        NotCountable: a run that stalls tiktoken.
    """
    place = ("text",)
    guard.check(text, max_bytes, place)
    try:
        guard.check_runs(text)
        return _encoding(encoding).encode_ordinary(encodings.mended(text))
    except NotCountable as error:
        raise guard.located(error, place) from error
    except BaseException as error:
        if not encodings.is_panic(error):
            raise
        raise NotCountable("the tokenizer gave up on the text", loc=place) from error


def joined(ids: Sequence[int], encoding: str) -> Iterator[Piece]:
    """Tokens joined until their bytes are whole characters."""
    bytes_of = _encoding(encoding).decode_single_token_bytes
    held, waiting = b"", []
    for each in ids:
        held += bytes_of(each)
        waiting.append(each)
        try:
            text = held.decode()
        except UnicodeDecodeError:
            continue
        yield Piece(text, tuple(waiting))
        held, waiting = b"", []


def _encoding(name: str) -> tiktoken.Encoding:
    return encodings.encoding(encodings.SHARED.get(name, name))
