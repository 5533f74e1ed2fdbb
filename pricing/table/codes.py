"""Columns of small numbers: their bounds, their joining, and their renumbering without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Codes: TypeAlias = "NDArray[np.int32]"
Lazy: TypeAlias = "Callable[[slice], Ints]"
"""A column that is worked out by the chunk, where it is used: what is not stored need not be read back."""

CHUNK: Final = 1 << 15
"""Rows worked on at a time, so that what lies between stays in the cache."""

_DENSE: Final = 1 << 20
_FEW: Final = 24
_NEGATIVE: Final = 1 << 64


def slices(rows: int) -> Iterator[slice]:
    """All rows, a chunk at a time."""
    return (slice(start, min(start + CHUNK, rows)) for start in range(0, rows, CHUNK))


def same(value: np.signedinteger[Any], rows: int) -> NDArray[Any]:
    """A column of one value, which takes no memory and cannot be written."""
    return np.broadcast_to(value, rows)


def highest(column: NDArray[Any]) -> int:
    """The highest of whole numbers, found in one pass; larger than any of them may be where one is negative."""
    if column.strides == (0,):  # one value for all rows
        column = column[:1]
    found = int(column.view(column.dtype.str.replace("i", "u")).max(initial=0))
    return found if found <= np.iinfo(column.dtype).max else _NEGATIVE


def one_row(codes: Lazy, rows: int, size: int) -> Ints:
    """For each code from 0 to size - 1 a row that has it, -1 where none has."""
    found = np.full(size, -1, np.int64)
    for part in slices(rows):
        mine = codes(part)
        if found.take(mine, mode="clip").min() < 0:  # most chunks hold nothing new, and to look is cheaper
            found[mine] = np.arange(part.start, part.stop)
    return found


def close(codes: Lazy, rows: int, size: int) -> tuple[Lazy, Ints]:
    """Codes below `size` renumbered where many of them are not used, and a row of each number.

    A number that no row has is given some row all the same.
    """
    if size > _DENSE:
        _, some, numbers = np.unique(codes(slice(rows)), return_index=True, return_inverse=True)
        return numbers.__getitem__, some
    some = one_row(codes, rows, size)
    met = some >= 0
    if size <= 2 * np.count_nonzero(met):
        return codes, np.maximum(some, 0)
    place = np.cumsum(met) - 1
    return lambda part: place.take(codes(part)), some[met]


def total(columns: Sequence[Ints], part: slice) -> Ints:
    """The sum of columns over some rows."""
    found = columns[0][part]
    for column in columns[1:]:
        found = found + column[part]
    return found


def reached(values: Ints, levels: Sequence[int]) -> NDArray[Any]:
    """How many of some ascending levels each value has reached; a few are compared, which is faster than a search."""
    if len(levels) > _FEW:
        return np.array(levels).searchsorted(values, side="right")
    found = np.zeros(len(values), np.int8)
    for level in levels:
        found += (values >= level).view(np.int8)
    return found
