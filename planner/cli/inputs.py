"""Files that a command line names, and stdin: bytes, text, JSON, each refused by name where it cannot be read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

STDIN: Final = "-"
_LONGEST_ECHO: Final = 60


def read_bytes(path: str) -> bytes:
    """A file's bytes, or stdin's.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        if path == STDIN:
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib doubles a cold start
            return file.read()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", value=path) from None


def decoded(raw: bytes, name: str) -> str:
    """UTF-8 text, without a byte order mark.

    Raises:
        InvalidInput: no UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{name}: byte {error.start} is no UTF-8 ({error.reason}); convert the text to UTF-8", value=name
        ) from None


def read_text(path: str) -> str:
    """A UTF-8 file's text, or stdin's for `-`.

    Raises:
        InvalidInput: it cannot be read, or is no UTF-8.
    """
    return decoded(read_bytes(path), named(path))


def named(path: str) -> str:
    """What messages call a file."""
    return "stdin" if path == STDIN else path


def read_object(path: str, read: Callable[[str], Any]) -> dict[str, Any]:
    """A JSON object of a file, or stdin's."""
    data = read_json(path, read)
    if not isinstance(data, dict):
        raise InvalidInput(f"{path}: holds {type(data).__name__}; it must be a JSON object")
    return data


def read_json(path: str, read: Callable[[str], Any]) -> Any:
    """A file's JSON, or stdin's."""
    text = read_text(path)
    try:
        return read(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{named(path)}: no JSON: {error}") from None
    except InvalidInput as error:
        raise InvalidInput(f"{named(path)}: {error}", loc=error.problems[0].loc) from None


def shortened(text: str) -> str:
    """A text as a complaint repeats it."""
    return repr(text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}...")
