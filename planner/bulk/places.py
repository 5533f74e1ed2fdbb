"""Where files lie: local paths and URLs by one interface, `pyarrow.fs`; folders and globs to the files in them."""

from __future__ import annotations

import os
import re
from fnmatch import translate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from planner.bulk.arrays import pa, pafs
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFAULT: Final = "tokenplan-bulk-"
"""What a job's folder is named by default, before its hash."""

_ENDINGS: Final = {".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_PACKED: Final = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PASSED: Final = re.compile(rf"[._]|{re.escape(DEFAULT)}")
_WILD: Final = re.compile(r"[*?\[]")
_WILD_URL: Final = re.compile(r"[*\[]")


class File(NamedTuple):
    """A file to read: its path or URL, its kind, how it is packed, its size and when it was changed (ns)."""

    path: str
    kind: str
    packed: str | None
    size: int
    changed: int


def is_url(path: str) -> bool:
    """Whether a path is a URL."""
    return _URL.match(path) is not None


def opened(path: str) -> tuple[Any, str]:
    """The file system that a path or URL lies in, and the path within it.

    Raises:
        InvalidInput: no such kind of URL, or its store cannot be reached.
    """
    if not is_url(path):
        return pafs.LocalFileSystem(), os.path.abspath(path)  # noqa: PTH100 - of URLs there is no Path either
    try:
        store, inside = pafs.FileSystem.from_uri(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InvalidInput(f"{path}: {_said(error)}", loc=("paths",), value=path) from None
    return store, inside.rstrip("/")


def files(paths: Iterable[str], out: str | None = None) -> list[File]:
    """The files that paths name, in the order of their names, each once.

    Of folders and globs, those whose ending tells their kind; what is hidden or begins with `_` is passed over, and so
    are results of bulk jobs: those in `out`, and folders that are named by default.

    Raises:
        InvalidInput: a path that leads nowhere, or to no file of a known kind.
    """
    found: dict[str, File] = {}
    ours = f"{opened(out)[1]}/" if out is not None else None
    for path in paths:
        named = [file for file in _files(path) if ours is None or not _inside(file.path).startswith(ours)]
        if not named:
            known = ", ".join((*_ENDINGS, *(f".jsonl{each}" for each in _PACKED)))
            raise InvalidInput(f"{path}: holds no file of a known kind ({known})", loc=("paths",), value=path)
        found |= {file.path: file for file in named}
    return [found[path] for path in sorted(found)]


def _files(path: str) -> Iterator[File]:
    bare, options = _parted(path)
    wild = (_WILD_URL if is_url(path) else _WILD).search(bare)
    if wild is not None and (is_url(path) or not os.path.exists(path)):  # noqa: PTH110
        root = bare[: bare.rfind("/", 0, wild.start()) + 1] or "."
        fits = _pattern(_inside(bare) if is_url(path) else os.path.abspath(path))  # noqa: PTH100
        yield from (each for each in _below(f"{root}{options}") if fits.fullmatch(_inside(_parted(each.path)[0])))
        return
    store, inside = opened(path)
    info = _info(store, inside, path)
    if info.type == pafs.FileType.File:
        file = _file(path, inside, info)
        if file is None:
            raise InvalidInput(
                f"{path}: its ending tells no kind; known are {', '.join(_ENDINGS)}, the last three also packed "
                f"({', '.join(_PACKED)})",
                loc=("paths",),
                value=path,
            )
        yield file
    elif info.type == pafs.FileType.Directory:
        yield from _below(path)
    else:
        raise InvalidInput(f"{path}: no such file or folder", loc=("paths",), value=path)


def _info(store: Any, inside: str, path: str) -> Any:
    try:
        return store.get_file_info(inside)
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(f"{path}: {_said(error)}", loc=("paths",), value=path) from None


def _below(path: str) -> Iterator[File]:
    store, inside = opened(path)
    try:
        infos = store.get_file_info(pafs.FileSelector(inside, recursive=True))
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(f"{path}: {_said(error)}", loc=("paths",), value=path) from None
    for info in infos:
        below = info.path[len(inside) :].strip("/")
        if info.type == pafs.FileType.File and not any(map(_PASSED.match, below.split("/"))):
            file = _file(path, info.path, info)
            if file is not None:
                yield file


def _file(path: str, inside: str, info: Any) -> File | None:
    """A file, if its ending tells its kind."""
    stem, ending = os.path.splitext(inside.lower())  # noqa: PTH122
    packed = _PACKED.get(ending)
    kind = _ENDINGS.get(os.path.splitext(stem)[1] if packed else ending)  # noqa: PTH122
    if kind is None or (packed and kind == "parquet"):
        return None
    scheme = _URL.match(path)
    whole = f"{scheme.group()}{inside}{_parted(path)[1]}" if scheme else inside
    return File(whole, kind, packed, info.size, info.mtime_ns or 0)


def _parted(path: str) -> tuple[str, str]:
    """A URL and what follows its `?`, which says how to reach the store."""
    bare, mark, options = path.partition("?") if is_url(path) else (path, "", "")
    return bare, f"{mark}{options}"


def _inside(bare: str) -> str:
    scheme = _URL.match(bare)
    return bare[scheme.end() :] if scheme else bare


def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern: `*` stays in one folder, `**` does not."""
    pieces = glob.split("**/")
    return re.compile("(?:.*/)?".join(translate(piece)[4:-3].replace(".*", "[^/]*") for piece in pieces))


def _said(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:300]
