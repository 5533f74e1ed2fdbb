"""Puts a catalog where `pricing.installed` looks for it, whole or not at all, and takes it back."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pricing import installed
from pricing.catalog import SCHEMA, Catalog
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEPT: Final = 3
"""Catalogs that stay: the one in use, and those to go back to."""

_STAGED: Final = ".staged-"


@contextmanager
def alone(home: str) -> Iterator[None]:
    """Hold the lock of a home, so that no two refreshes write; it falls with the process that holds it.

    Raises:
        InvalidInput: another process holds it.
    """
    Path(home).mkdir(parents=True, exist_ok=True)
    with Path(home, "refresh.lock").open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError:
            raise InvalidInput(f"another refresh is at work in {home}; wait for it to end") from None
        yield


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only there

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def stage(home: str, files: Mapping[str, str]) -> Path:
    """Write a catalog's files to a folder of their own, down to the disk, and read it as a user would.

    Raises:
        BadCatalog: it does not open.
        OSError: it cannot be written.
    """
    folder = Path(home, "catalogs", f"{_STAGED}{os.getpid()}")
    sweep(home)
    (folder / "providers").mkdir(parents=True)
    for name, text in files.items():
        write(folder / name, text)
    for _ in Catalog(str(folder)).models():
        pass
    return folder


def install(home: str, staged: Path) -> installed.Installed:
    """Make a staged catalog the one in use; the ones before it are kept, `KEPT` in all."""
    version = Catalog(str(staged)).ref.version
    target = Path(installed.directory(home, version))
    if target.exists():
        shutil.rmtree(staged)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(target)
    was = installed.current(home)
    before = [name for name in (was.version, *was.previous) if name != version] if was else []
    now = _point(home, version, before[: KEPT - 1])
    sweep(home)
    return now


def rollback(home: str) -> installed.Installed | None:
    """Go back to the catalog before the one in use: None where that is the shipped one.

    Raises:
        InvalidInput: no refreshed catalog is in use.
    """
    was = installed.current(home)
    if was is None:
        raise InvalidInput(
            "no refreshed catalog is in use; the shipped one answers, and there is nothing to go back to"
        )
    if was.previous:
        return _point(home, was.previous[0], list(was.previous[1:]))
    Path(home, installed.POINTER).unlink()
    return None


def _point(home: str, version: str, previous: list[str]) -> installed.Installed:
    text = json.dumps({"schema": SCHEMA, "version": version, "previous": previous})
    write(Path(home, installed.POINTER), text)
    return installed.Installed(version, tuple(previous), home)


def sweep(home: str) -> None:
    """Remove what killed refreshes left, and catalogs that can no longer be gone back to."""
    now = installed.current(home)
    kept = {now.version, *now.previous} if now else set()
    folder = Path(home, "catalogs")
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.name not in kept:
            shutil.rmtree(each, ignore_errors=True)
    for part in Path(home).glob("*.part"):
        part.unlink(missing_ok=True)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all: to a temporary one, down to the disk, then under its name."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
