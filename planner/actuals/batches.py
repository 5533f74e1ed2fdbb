"""Batches of a log's rows as columns by path, whether they came as columns or as JSON objects."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from planner.actuals.libraries import pl


class Batch(Protocol):
    """Some rows of a log: which columns they have, the line of each, what stands at a path."""

    @property
    def where(self) -> str:
        """The file, for messages."""

    @property
    def lines(self) -> Sequence[int]:
        """The line or row of each."""

    @property
    def names(self) -> Collection[str]:
        """The columns, or the keys of the objects."""

    def column(self, path: str) -> pl.Series | None:
        """What each row has at a path, null where it has nothing; None where no row can."""


@dataclass(frozen=True, slots=True)
class Objects:
    """Rows that came as JSON objects."""

    where: str
    lines: Sequence[int]
    rows: Sequence[Mapping[str, Any]]
    names: Collection[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset().union(*self.rows))

    def column(self, path: str) -> pl.Series | None:
        """What each row has at a path; None where none has anything."""
        first, *steps = path.split("/")
        if first not in self.names:  # most paths lead nowhere, and each row need not be asked
            return None
        values = [_at(row.get(first), steps) for row in self.rows] if steps else _plain(self.rows, first)
        return None if all(value is None for value in values) else series(values)


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows that came as columns."""

    where: str
    lines: Sequence[int]
    frame: pl.DataFrame

    @property
    def names(self) -> Collection[str]:
        """The columns."""
        return self.frame.columns

    def column(self, path: str) -> pl.Series | None:
        """The column at a path: of its whole name, with dots for steps, or within a column of objects or JSON text."""
        for name in (path, path.replace("/", "."), path.removeprefix("attributes/")):
            if name in self.frame.columns:
                return self.frame.get_column(name)
        first, *steps = path.split("/")
        if not steps or first not in self.frame.columns:
            return None
        held = self.frame.get_column(first)
        values = [_at(value, steps) for value in held.to_list()]
        return None if all(value is None for value in values) else series(values)


def series(values: Sequence[Any]) -> pl.Series:
    """Values of any kinds as one column: numbers or texts where all are, else what JSON would write of each."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} or kinds <= {int, float} or kinds <= {str} or kinds <= {bool}:
        try:
            return pl.Series(values, dtype=pl.Float64 if float in kinds else None, strict=False)
        except (OverflowError, pl.exceptions.PolarsError):
            pass
    return pl.Series([_text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=str)


def _plain(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """A key's values; an empty text is none."""
    return [None if (value := row.get(name)) == "" else value for row in rows]


def _at(value: Any, steps: Sequence[str]) -> Any:
    """What stands below; JSON text is looked into, and an empty text is nothing."""
    for step in steps:
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return None if value == "" else value
