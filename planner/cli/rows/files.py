"""Files of rows for `tokenplan cost --rows`: what kind they are, how they are opened, and how they come to be whole."""

from __future__ import annotations

import glob
import io
import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Buffered: TypeAlias = io.BufferedReader[Any]

KINDS: Final = ("csv", "jsonl", "parquet")
STDIN: Final = "-"

_ENDINGS: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_PARQUET: Final = b"PAR1"


class Source(NamedTuple):
    """An opened file: its name for messages, its kind, its bytes, its size (None for a pipe), how far it is read."""

    name: str
    kind: str
    file: Buffered
    size: int | None
    read: Callable[[], int]


@contextmanager
def opened(path: str, kind: str | None) -> Iterator[Source]:
    """A file of rows, its kind told by `kind`, its ending or its first bytes.

    Raises:
        InvalidInput: no such file, a directory, empty, UTF-16, or binary.
    """
    if path == STDIN:
        stdin: Buffered = io.BufferedReader(sys.stdin.buffer)
        try:
            yield _source("stdin", kind, stdin, None, int)
        finally:
            stdin.detach()
        return
    try:
        raw = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - pathlib doubles a cold start; closed below
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", loc=("rows",), value=path) from None
    with io.BufferedReader(raw, 1 << 16) as file:
        about = os.fstat(raw.fileno())
        regular = stat.S_ISREG(about.st_mode)
        yield _source(path, kind, file, about.st_size if regular else None, raw.tell if regular else int)


@contextmanager
def finished(path: str) -> Iterator[BinaryIO]:
    """A file that appears under its name only when it is whole; a device or pipe is written as it stands.

    Until then it is NAME.PID.part. A run that is killed leaves that, and the next run to the same name removes it.

    Raises:
        InvalidInput: a directory, or a place that cannot be written.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        with _created(path) as file:
            yield file
        return
    _sweep(path)
    part = f"{path}.{os.getpid()}.part"
    try:
        with _created(part, path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)  # noqa: PTH105
    finally:
        if os.path.exists(part):  # noqa: PTH110
            os.remove(part)  # noqa: PTH107


def texts(source: Source, out: BinaryIO) -> tuple[io.TextIOWrapper, io.TextIOWrapper]:
    """Both sides as UTF-8 text; a byte order mark is taken off. Line ends stay as they are."""
    reader = io.TextIOWrapper(source.file, encoding="utf-8-sig", newline="" if source.kind == "csv" else "\n")
    return reader, io.TextIOWrapper(out, encoding="utf-8", newline="")


def kind_of(path: str) -> str | None:
    """The kind that a file's ending tells."""
    return _ENDINGS.get(os.path.splitext(path)[1].lower())  # noqa: PTH122


def _sweep(path: str) -> None:
    """Remove what killed runs left; where a process cannot be asked for without harm, nothing is."""
    for part in glob.glob(f"{glob.escape(path)}.*.part") if os.name == "posix" else ():  # noqa: PTH207
        process = part.split(".")[-2]
        if process.isdecimal() and not _alive(int(process)):
            os.remove(part)  # noqa: PTH107


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's
    return True


def _created(path: str, said: str | None = None) -> BinaryIO:
    try:
        return open(path, "wb")  # noqa: PTH123
    except OSError as error:
        raise InvalidInput(f"{said or path}: {error.strerror or error}", loc=("out",), value=path) from None


def _source(name: str, kind: str | None, file: Buffered, size: int | None, read: Callable[[], int]) -> Source:
    try:
        head = file.peek(4096)
    except OSError as error:
        raise InvalidInput(f"{name}: {error.strerror or error}", loc=("rows",), value=name) from None
    if not head:
        raise InvalidInput(f"{name}: is empty; give a header (CSV) or a JSON object a line (JSONL)", loc=("rows",))
    found = "parquet" if head.startswith(_PARQUET) else kind or kind_of(name) or _guessed(head)
    if found != "parquet":
        _text(name, head)
    elif not head.startswith(_PARQUET):
        raise InvalidInput(f"{name}: no Parquet: it does not begin with PAR1", loc=("rows",))
    return Source(name, found, file, size, read)


def _guessed(head: bytes) -> str:
    return "jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"


def _text(name: str, head: bytes) -> None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(head) > 1 and 0 in head[:2]):
        raise InvalidInput(f"{name}: is UTF-16; convert it: iconv -f UTF-16 -t UTF-8", loc=("rows",))
    if head[:2] == b"\x1f\x8b":
        raise InvalidInput(f"{name}: is gzip; unpack it: gunzip -c FILE | tokenplan cost --rows -", loc=("rows",))
    if 0 in head:
        raise InvalidInput(f"{name}: is binary (NUL at byte {head.index(0)}); give CSV or JSONL", loc=("rows",))
