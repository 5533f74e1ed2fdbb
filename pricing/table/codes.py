"""Columns of small numbers: their bounds, their joining, and their renumbering without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Codes: TypeAlias = "NDArray[np.int32]"
Numbers: TypeAlias = "NDArray[np.signedinteger[Any]]"
"""A small number for each row, shape (rows,)."""

CHUNK: Final = 1 << 15
"""Rows worked on at a time, so that what lies between stays in the cache."""

_DENSE: Final = 1 << 20


def slices(rows: int) -> Iterator[slice]:
    """All rows, a chunk at a time."""
    return (slice(start, min(start + CHUNK, rows)) for start in range(0, rows, CHUNK))


def same(value: int, rows: int) -> Ints:
    """A column of one value, which takes no memory and cannot be written."""
    return np.broadcast_to(np.int64(value), rows)


def bounds(column: NDArray[Any]) -> tuple[int, int]:
    """The lowest and the highest of whole numbers, in one pass over pieces that stay in the cache; 0 where none are."""
    if not len(column):
        return 0, 0
    ends = [(int(column[part].min()), int(column[part].max())) for part in slices(len(column))]
    return min(low for low, _ in ends), max(high for _, high in ends)


def one_row(codes: Numbers, size: int) -> Ints:
    """For each code from 0 to size - 1 a row that has it, -1 where none has."""
    found = np.full(size, -1, np.int64)
    for part in slices(len(codes)):
        found[codes[part]] = np.arange(part.start, part.stop)
    return found


def close(codes: Numbers, size: int) -> tuple[Numbers, Ints]:
    """Codes below `size` renumbered where many of them are not used, and a row of each number.

    A number that no row has is given some row all the same.
    """
    if size > _DENSE:
        _, rows, numbers = np.unique(codes, return_index=True, return_inverse=True)
        return numbers, rows
    rows = one_row(codes, size)
    met = rows >= 0
    if size <= 2 * np.count_nonzero(met):
        return codes, np.maximum(rows, 0)
    return (np.cumsum(met) - 1).take(codes), rows[met]
