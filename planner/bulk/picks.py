"""Which columns of a file a job reads, told from the names that the file has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.bulk.questions import PERIODS, PRICED_AS
from pricing.errors import InvalidInput, one_of
from pricing.headers import TERMS, meant, respelt
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KNOWN: Final = (*TERMS, *BUCKETS)


@dataclass(frozen=True, slots=True)
class Picked:
    """Our names to a file's columns, its columns to read, and what is to be said of others."""

    ours: Mapping[str, str]
    read: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job reads: usage and terms under our names (`columns` renames), or a `text`, and `others` to carry."""

    columns: Mapping[str, str]
    others: tuple[str, ...]
    text: str | None = None
    model: str | None = None

    def every(self) -> Picked:
        """All that could be there, for files whose rows name their own columns."""
        if self.text is not None:
            return _picked({"text": self.text}, self.others)
        return _picked({name: self.columns.get(name, name) for name in KNOWN}, self.others)

    def of(self, names: Sequence[str], path: str) -> Picked:
        """What a file with these columns gives.

        Raises:
            InvalidInput: a column that is missing, given twice or spelt otherwise, no model, no bucket.
        """
        for column in self.others:
            _there(column, names, path)
        twice = next((name for name in names if list(names).count(name) > 1), None)
        if twice is not None:
            raise InvalidInput(f"{path}: column {twice!r} stands twice", loc=("columns",), value=twice)
        if self.text is not None:
            return _picked({"text": _there(self.text, names, path)}, self.others)
        renamed = {name: _there(column, names, path) for name, column in self.columns.items()}
        ours = {name: name for name in KNOWN if name in names and name not in renamed} | renamed
        self._refuse_respelt((name for name in names if name not in ours.values()), ours, path)
        if "model" not in ours and self.model is None:
            said = f"{path}: no column 'model'; the columns are {', '.join(names)}; say --map model=COLUMN or --model"
            raise InvalidInput(said, loc=("columns",), value="model")
        if not any(name in BUCKETS for name in ours):
            raise InvalidInput(
                f"{path}: no usage: none of the columns {', '.join(names)} is a bucket ({', '.join(BUCKETS)}); "
                "--map BUCKET=COLUMN takes another name",
                loc=("columns",),
            )
        return _picked(ours, self.others, self._notes(names, ours, path))

    def refuse_respelt(self, names: Iterable[str], path: str) -> None:
        """Refuse keys of rows that are ours but for their spelling: what they hold would silently be left out.

        Raises:
            InvalidInput: names one and how to spell it.
        """
        if self.text is None:
            self._refuse_respelt(names, self.every().ours, path)

    def _refuse_respelt(self, names: Iterable[str], ours: Mapping[str, str], path: str) -> None:
        for column in names:
            name = respelt(column)
            if name is not None and column not in ours.values() and column not in self.others:
                said = f"{path}: column {column!r} must be spelt {name}; rename it or say --map {name}={column}"
                raise InvalidInput(said, loc=("columns",), value=column)

    def _notes(self, names: Sequence[str], ours: Mapping[str, str], path: str) -> tuple[str, ...]:
        left = (name for name in names if name not in ours.values() and name not in self.others)
        return tuple(
            f"column {name!r} is not priced; if it is meant as {known}: --map {known}={name} (first seen in {path})"
            for name in left
            if (known := meant(name)) is not None and known not in ours
        )


def carried(by: Iterable[str], keep: Iterable[str]) -> tuple[str, ...]:
    """The columns that a job carries along: those it keeps, and those that totals are parted by."""
    words = (*PERIODS, *PRICED_AS)
    return tuple(dict.fromkeys((*keep, *(name for name in by if name not in words))))


def _picked(ours: Mapping[str, str], others: Sequence[str], notes: tuple[str, ...] = ()) -> Picked:
    return Picked(ours, tuple(dict.fromkeys((*ours.values(), *others))), notes)


def _there(column: str, names: Sequence[str], path: str) -> str:
    if column not in names:
        raise InvalidInput(f"{path}: no column {column!r}; {one_of(column, names)}", loc=("columns",), value=column)
    return column
