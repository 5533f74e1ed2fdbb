"""Amounts as text: what `format(Decimal, "f")` without trailing zeros says, for whole columns at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pricing.table.codes import CHUNK
from pricing.table.terms import DIGITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pricing.table.codes import Ints

_WHOLE: Final = 8  # digits before the point: 64 bits hold 9,223,372 USD
_FOURS: Final = np.frombuffer("".join(f"{four:04}" for four in range(10_000)).encode(), np.uint8).reshape(-1, 4)
"""The digits of each number below 10,000: a look-up gives four at a time."""


def plain(amounts: Ints) -> list[str]:
    """Amounts of 1e-12 USD, none negative, as plain decimal texts in USD without trailing zeros."""
    texts: list[str] = []
    for start in range(0, len(amounts), CHUNK):
        cells = _cells(amounts[start : start + CHUNK])
        texts += cells.T.tobytes().translate(None, b"\0").decode("ascii").split(",")
        texts.pop()  # after the last comma
    return texts


def _cells(amounts: Ints) -> NDArray[np.uint8]:
    """One amount a column: eight digits, a point, twelve digits and a comma, those that are not written being 0."""
    whole, rest = _parts(amounts, 10**DIGITS)
    first, rest = _parts(rest, 10**8)
    fours = [*_parts(whole.astype(np.uint32), 10_000), first, *_parts(rest.astype(np.uint32), 10_000)]
    cells = np.empty((_WHOLE + DIGITS + 2, len(amounts)), np.uint8)
    for place, four in zip((0, 4, 9, 13, 17), fours, strict=True):
        cells[place : place + 4] = _FOURS.take(four, axis=0, mode="clip").T
    written = np.zeros(len(amounts), bool)
    for place in range(_WHOLE - 1):  # leading zeros, but never the last digit before the point
        written |= cells[place] != ord("0")
        cells[place] *= written
    written = np.zeros(len(amounts), bool)
    for place in range(_WHOLE + DIGITS, _WHOLE, -1):  # trailing zeros
        written |= cells[place] != ord("0")
        cells[place] *= written
    cells[_WHOLE] = ord(".") * written
    cells[-1] = ord(",")
    return cells


def _parts(numbers: NDArray[np.integer], by: int) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Quotient and remainder."""
    quotient = numbers // numbers.dtype.type(by)
    return quotient, numbers - quotient * numbers.dtype.type(by)
