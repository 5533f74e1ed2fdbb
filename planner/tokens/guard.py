"""What text is safe to count: bounded in size, and in runs where tiktoken counts, so that none stalls the process.

tiktoken splits text into pieces by a pattern and merges each piece in time that grows faster than its length; 1,000,000
blanks in one run exhaust the pattern's backtracking and panic. Bounded runs bound the pieces. The check jumps from
break to break, so that ordinary text costs microseconds a megabyte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pricing.errors import InvalidInput, NotCountable, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 8 * 1024 * 1024
"""UTF-8 bytes that one text may have unless the caller says otherwise."""

MAX_RUN: Final = 64 * 1024
"""Characters that may follow each other without a blank, or as nothing but blanks."""

LONGEST_SHOWN: Final = 60
"""Characters of an offending value that a message repeats."""

_BLANK: Final = (
    " \n\t\r\v\f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What the patterns of tiktoken mean by white space; Python's own idea holds four control characters more."""

Place = tuple[str | int, ...]


def check(text: str, max_bytes: int, place: Place) -> None:
    """Refuse what is not text or is too large.

    Raises:
        InvalidInput: not a string.
        TooLarge: more than `max_bytes` UTF-8 bytes.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"{spell(place)} is {type(text).__name__}; it must be a string", loc=place, value=text)
    if len(text) > max_bytes // 4:
        _check_size(text, max_bytes, place)


def check_runs(text: str) -> None:
    """Refuse a run that tiktoken cannot count safely; linear and quick.

    Raises:
        NotCountable: a run of more than `MAX_RUN` characters without a blank, or of blanks.
    """
    if len(text) > MAX_RUN:
        _check_runs(text, _last_blank, "without a space or line end")
        _check_runs(text, _last_ink, "of nothing but white space")


def located(error: NotCountable, place: Place) -> NotCountable:
    """An error about a text as one about the text in that place."""
    first = error.problems[0]
    return NotCountable(f"{spell(place)}: {first.msg}", loc=place, value=first.input)


def spell(place: Place) -> str:
    """A location as one reads it: `messages[2].content`."""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return words.removeprefix(".")


def brief(value: object) -> str:
    """A value as a message shows it: its literal, cut when long."""
    shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}... ({type(value).__name__})"


def _check_size(text: str, max_bytes: int, place: Place) -> None:
    """Refuse more than `max_bytes`; a text with more characters than that is not even encoded."""
    size = len(text) if len(text) > max_bytes else len(text.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        at_least = "at least " if size == len(text) else ""
        raise TooLarge(f"{spell(place)} has {at_least}{size} bytes; the limit is {max_bytes}", loc=place, value=size)


def _check_runs(text: str, last_break: Callable[[str], int], what: str) -> None:
    """Refuse a window of `MAX_RUN` + 1 characters without a break; from each window go on after its last break."""
    start = 0
    while len(text) - start > MAX_RUN:
        at = last_break(text[start : start + MAX_RUN + 1])
        if at < 0:
            raise NotCountable(
                f"a run of over {MAX_RUN} characters {what}, from character {start} on; "
                "break it with spaces or line ends, or install the fast engine: pip install 'tokenplan[fast]'",
                value={"offset": start, "longest_run": MAX_RUN},
            )
        start += at + 1


def _last_blank(window: str) -> int:
    """Where the last blank stands, or -1; the common blanks are looked for first, as one search from the end."""
    common = max(window.rfind(" "), window.rfind("\n"))
    return common if common >= 0 else max(map(window.rfind, _BLANK))


def _last_ink(window: str) -> int:
    """Where the last character that is no blank stands, or -1."""
    return len(window.rstrip(_BLANK)) - 1
