"""A file cut into parts: runs of row groups of Parquet, stretches of bytes of JSONL, all of anything else."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from planner.bulk.arrays import pa, pq
from planner.bulk.places import opened
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.bulk.places import File

ROWS: Final = 1_000_000
"""Rows after which a part of Parquet ends."""

BYTES: Final = 128 << 20
"""Bytes after which a part ends."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one worker reads in one go: row groups or bytes of a file, from `start` up to `stop`.

    `first` is the file's row that it begins with, counted from 0, where that is known. `size` and `changed` are the
    file's: a part of another file of that name is another part.
    """

    path: str
    kind: str
    packed: str | None
    start: int
    stop: int
    first: int
    bytes: int
    size: int
    changed: int

    @property
    def key(self) -> str:
        """What the part's results are named by."""
        return sha256(f"{self.path}\n{self.start}\n{self.stop}".encode()).hexdigest()[:16]

    def same(self, recorded: dict[str, Any]) -> bool:
        """Whether a record of a finished part is of this one, its file unchanged."""
        return recorded == asdict(self)


def cut(file: File) -> Iterator[Part]:
    """A file's parts, in their order.

    Raises:
        InvalidInput: no Parquet, or a damaged one.
    """
    if file.kind == "parquet":
        yield from _row_groups(file)
    elif file.kind == "jsonl" and file.packed is None:
        for start in range(0, file.size, BYTES):
            stop = min(start + BYTES, file.size)
            yield _part(file, start, stop, 0, stop - start)
    else:
        yield _part(file, 0, file.size, 0, file.size)


def parquet(path: str, **options: Any) -> Any:
    """An opened Parquet file.

    Raises:
        InvalidInput: it is none, or cannot be read.
    """
    store, inside = opened(path)
    try:
        return pq.ParquetFile(store.open_input_file(inside), **options)
    except FileNotFoundError:
        raise InvalidInput(f"{path}: no such file on {platform.node()}", loc=("paths",), value=path) from None
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, error) from None


def damaged(path: str, error: Exception) -> InvalidInput:
    """The error of a file that is not what its name says."""
    kind = "Parquet" if ".parquet" in path.lower() else "readable rows"
    return InvalidInput(f"{path}: no {kind}, or damaged: {' '.join(str(error).split())[:300]}", loc=("paths",))


def _row_groups(file: File) -> Iterator[Part]:
    with parquet(file.path) as opened_file:
        about = opened_file.metadata
        groups = [about.row_group(at) for at in range(about.num_row_groups)]
        sizes = [(group.num_rows, group.total_byte_size) for group in groups]
    start = first = rows = weight = 0
    for at, (more, heavier) in enumerate(sizes):
        rows, weight = rows + more, weight + heavier
        if rows >= ROWS or weight >= BYTES or at + 1 == len(sizes):
            yield _part(file, start, at + 1, first, max(weight, 1))
            start, first, rows, weight = at + 1, first + rows, 0, 0


def _part(file: File, start: int, stop: int, first: int, weight: int) -> Part:
    return Part(file.path, file.kind, file.packed, start, stop, first, weight, file.size, file.changed)
