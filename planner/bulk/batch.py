"""What is read of a part at a time: rows, and rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.bulk.picks import Picked
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from pricing.errors import TokenplanError


class Refused(NamedTuple):
    """A row without a result: its place, why, and what it says."""

    place: str
    error: TokenplanError
    said: object


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows, their numbers in the file (or bytes from its beginning), rows that could not be read, bytes consumed."""

    rows: Any
    picked: Picked
    word: str
    places: Sequence[int]
    refused: tuple[Refused, ...]
    bytes: float

    def place(self, row: int) -> str:
        """Where a row stands."""
        return f"{self.word} {self.places[row]}"


def refused_of(place: str, message: str, said: object) -> Refused:
    """A row that could not be read."""
    return Refused(place, InvalidInput(message), said)
