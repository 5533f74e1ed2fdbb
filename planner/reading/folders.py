"""Which files of a folder are meant: all but hidden, ignored by git or left out by a pattern; those are told too."""

from __future__ import annotations

import os
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import IO, TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Why = Literal["hidden", "ignored by git", "excluded", "not included", "binary", "a link to a folder", "no file"]
"""Why a file or folder was passed over."""


class Skipped(NamedTuple):
    """A file or folder that was passed over."""

    path: str
    why: Why


class Ignores(Protocol):
    """Whether a version control system ignores a path."""

    def __call__(self, path: str) -> bool:
        """Whether it does."""


def walk(root: str, include: Sequence[str], exclude: Sequence[str]) -> Iterator[str | Skipped]:
    """The files below a folder in the order of their names, and what is passed over.

    A pattern is a shell's: `*.md` is held against a name and against the path below the folder, where `*` passes `/`.

    Raises:
        InvalidInput: a folder that cannot be read.
    """
    with git_ignores(root) as ignored:
        yield from _below(root, root, include, exclude, ignored)


def _below(
    folder: str, root: str, include: Sequence[str], exclude: Sequence[str], ignored: Ignores
) -> Iterator[str | Skipped]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise InvalidInput(f"{folder}: {error.strerror or error}", loc=("paths",), value=folder) from None
    for entry in entries:
        why = _why(entry, os.path.relpath(entry.path, root), include, exclude, ignored)
        if why is not None:
            yield Skipped(entry.path, why)
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, root, include, exclude, ignored)
        else:
            yield entry.path


def _why(
    entry: os.DirEntry[str], below: str, include: Sequence[str], exclude: Sequence[str], ignored: Ignores
) -> Why | None:
    """Why an entry is passed over; None for one that is meant. Only files need to be included."""
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink() and entry.is_dir():
        return "a link to a folder"
    if _matches(below, exclude):
        return "excluded"
    if not entry.is_dir(follow_symlinks=False):
        if include and not _matches(below, include):
            return "not included"
        if not entry.is_file():
            return "no file"
    return "ignored by git" if ignored(entry.path) else None


def _matches(below: str, patterns: Sequence[str]) -> bool:
    below = below.replace(os.sep, "/")
    name = below.rpartition("/")[2]
    return any(fnmatchcase(name, each) or fnmatchcase(below, each.rstrip("/")) for each in patterns)


_SAFE: Final = ("-c", "core.fsmonitor=false", "-c", "core.quotepath=false")
"""A repository's own settings must not make git start anything."""


@contextmanager
def git_ignores(root: str) -> Iterator[Ignores]:
    """A question to one `git check-ignore` for all paths; without git, or outside a work tree, nothing is ignored."""
    import subprocess  # noqa: PLC0415 - only a folder pays for it

    command = ["git", *_SAFE, "check-ignore", "--stdin", "--verbose", "--non-matching", "-z"]
    try:
        process = subprocess.Popen(  # noqa: S603 - fixed words; paths go through the pipe
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        yield lambda _: False
        return
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        yield _Asked(process.stdin, process.stdout)
    finally:
        process.kill()
        process.communicate()


class _Asked:
    """A running `git check-ignore`: a path goes in, and source, line, pattern and path come out, each ended by NUL."""

    def __init__(self, into: IO[bytes], out: IO[bytes]) -> None:
        self._in, self._out = into, out
        self._alive = True

    def __call__(self, path: str) -> bool:
        if not self._alive:
            return False
        try:
            self._in.write(os.fsencode(os.path.abspath(path)) + b"\0")  # noqa: PTH100 - a link is asked for as it stands
            self._in.flush()
        except OSError:
            self._alive = False
            return False
        fields = [self._field() for _ in range(4)]
        return bool(fields[2]) and not fields[2].startswith(b"!")

    def _field(self) -> bytes:
        """What stands before the next NUL; nothing once git has ended, as it does outside a work tree."""
        said = bytearray()
        while (byte := self._out.read(1)) != b"\0":
            if not byte:
                self._alive = False
                return b""
            said += byte
        return bytes(said)
