"""Rows of CSV and JSONL, some thousands at a time, and the same rows written back with their cost.

A chunk gives its rows one by one, as they stand in the file, and as columns, for whom it is no matter how a row is
written. Its size is bounded in rows and in characters, so that memory is, whatever the file's size.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TextIO

from planner.batch import loads, shown
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

ADDED: Final = ("cost_usd", "cost_model", "cost_provider", "cost_error")
LONGEST: Final = 10_000_000
"""Characters of one JSONL line or one CSV cell; more is no row, and would not keep memory bounded."""

ROWS: Final = 16_384
"""Rows of a chunk at most."""

_CHARACTERS: Final = 8_000_000
_FEW: Final = 16

Added = tuple[str | None, str | None, str | None, str | None]
"""What a row gets, in the order of `ADDED`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in its file: its line (Parquet: its number), its values, or why it cannot be read."""

    line: int
    values: dict[str, Any]
    error: TokenplanError | None = None
    text: str = ""


class Columns(NamedTuple):
    """Rows that have the same columns: their places in the chunk, and a list or Arrow array a column.

    `nested` are the buckets of usage objects.
    """

    places: Sequence[int]
    named: dict[str, Any]
    nested: dict[str, Any]


class Chunk(Protocol):
    """Some of a file's rows."""

    @property
    def lines(self) -> Sequence[int]:
        """Where each row stands in the file."""

    def row(self, place: int) -> Row:
        """One of the rows."""

    def columns(self, wanted: Callable[[str], bool], usage: str | None) -> Iterator[Columns]:
        """The rows as columns; left out are those that a column could not hold. `usage` names usage objects."""

    def write(self, added: Sequence[Added]) -> None:
        """Write the rows, each with what it gets, before the next chunk is read."""


class RowFile(Protocol):
    """Rows to price: `columns` where a header names them."""

    @property
    def columns(self) -> Sequence[str] | None:
        """The columns' names in their order."""

    def chunks(self) -> Iterator[Chunk]:
        """The rows in their order."""


class CsvFile:
    """CSV with a header; cells are text."""

    def __init__(self, source: TextIO, out: TextIO) -> None:
        csv.field_size_limit(LONGEST)
        self._characters = 0
        self._reader = csv.reader(self._counted(source), strict=True)
        self._writer = csv.writer(out, lineterminator="\n")
        try:
            header = next(self._reader, None)
        except csv.Error as error:
            raise self._no_csv(error) from None
        if not header or header == [""]:
            raise InvalidInput("the file holds no header; its first line must name the columns")
        once(header)
        own_costs(header)
        if len(header) == 1 and (sign := next((sign for sign in ";\t|" if sign in header[0]), None)):
            raise InvalidInput(f"the header is one cell, {shown(header[0])!r}; part cells by commas, not by {sign!r}")
        self.columns = header
        self._kept = [place for place, name in enumerate(header) if name not in ADDED]

    def chunks(self) -> Iterator[Chunk]:
        """The rows; the header goes out before the first.

        Raises:
            InvalidInput: a quote that is not closed, or a cell beyond `LONGEST`; the rows before it are given first.
        """
        self._writer.writerow((*(self.columns[place] for place in self._kept), *ADDED))
        broken: Exception | None = None
        ended = False
        while not ended:
            cells: list[list[str]] = []
            lines: list[int] = []
            enough = self._characters + _CHARACTERS
            ended = True
            try:
                for row in self._reader:
                    if row:
                        cells.append(row)
                        lines.append(self._reader.line_num)
                    if len(lines) == ROWS or self._characters > enough:
                        ended = False
                        break
            except csv.Error as error:
                broken = self._no_csv(error)
            except UnicodeDecodeError as error:
                broken = error
            if cells:
                yield CsvChunk(self, cells, lines)
        if broken is not None:
            raise broken

    def write(self, cells: Sequence[Sequence[str]], added: Sequence[Added]) -> None:
        """Rows without the cost of an earlier run, then theirs; None is an empty cell."""
        kept, width = self._kept, len(self.columns)
        if len(kept) == width:
            self._writer.writerows((*row[:width], *costs) for row, costs in zip(cells, added, strict=True))
        else:
            self._writer.writerows(
                (*(row[place] for place in kept), *costs) for row, costs in zip(cells, added, strict=True)
            )

    def _counted(self, source: TextIO) -> Iterator[str]:
        for line in source:
            self._characters += len(line)
            yield line

    def _no_csv(self, error: csv.Error) -> InvalidInput:
        return InvalidInput(f"line {self._reader.line_num}: no CSV: {error}")


class CsvChunk:
    """Rows of cells; one with other than the header's number of cells carries an error."""

    def __init__(self, file: CsvFile, cells: list[list[str]], lines: list[int]) -> None:
        self.lines = lines
        self._file = file
        self._width = len(file.columns)
        self._cells = cells
        self._wrong: dict[int, InvalidInput] = {}
        if set(map(len, cells)) != {self._width}:
            for place, row in enumerate(cells):
                if len(row) != self._width:
                    self._wrong[place] = self._miscounted(row)
                    row.extend([""] * (self._width - len(row)))

    def row(self, place: int) -> Row:
        """One of the rows."""
        values = dict(zip(self._file.columns, self._cells[place], strict=False))
        return Row(self.lines[place], values, self._wrong.get(place))

    def columns(self, wanted: Callable[[str], bool], usage: str | None) -> Iterator[Columns]:
        """All rows but those with a wrong number of cells."""
        del usage  # of a CSV it is text
        wrong = self._wrong
        places = [place for place in range(len(self.lines)) if place not in wrong] if wrong else range(len(self.lines))
        cells = [self._cells[place] for place in places] if wrong else self._cells
        names = self._file.columns
        yield Columns(places, {name: [row[at] for row in cells] for at, name in enumerate(names) if wanted(name)}, {})

    def write(self, added: Sequence[Added]) -> None:
        """Write the rows, each with what it gets."""
        self._file.write(self._cells, added)

    def _miscounted(self, row: list[str]) -> InvalidInput:
        beyond = f"; beyond it: {shown(','.join(row[self._width :]))}" if len(row) > self._width else ""
        return InvalidInput(f"{len(row)} cells where the header names {self._width}{beyond}")


class JsonlFile:
    """A JSON object a line; a row goes out in the characters it came in."""

    columns: Sequence[str] | None = None

    def __init__(self, source: TextIO, out: TextIO) -> None:
        self._source = source
        self.out = out

    def chunks(self) -> Iterator[Chunk]:
        """The rows.

        Raises:
            InvalidInput: a line beyond `LONGEST`; the rows before it are given first.
        """
        broken: Exception | None = None
        line, text = 0, "\n"
        while text and broken is None:
            texts: list[str] = []
            lines: list[int] = []
            left = _CHARACTERS
            while len(lines) < ROWS and left > 0:
                try:
                    text = self._source.readline(LONGEST)
                except UnicodeDecodeError as error:
                    broken = error
                    break
                line += 1
                left -= len(text)
                if len(text) == LONGEST:
                    said = f"line {line} is longer than {LONGEST} characters; rows stand one on a line"
                    broken = InvalidInput(said)
                    break
                if not text:
                    break
                if stripped := text.strip():
                    texts.append(stripped)
                    lines.append(line)
            if lines:
                yield JsonlChunk(self.out, texts, lines)
        if broken is not None:
            raise broken


class JsonlChunk:
    """Lines of JSON; one that is no object carries an error and goes out as {"row": its text}."""

    def __init__(self, out: TextIO, texts: list[str], lines: list[int]) -> None:
        self.lines = lines
        self._texts = texts
        self._out = out

    def row(self, place: int) -> Row:
        """One of the rows, its decimals exact."""
        line, text = self.lines[place], self._texts[place]
        try:
            row = loads(text)
        except InvalidInput as error:
            return Row(line, {"row": shown(text)}, error)
        if isinstance(row, dict):
            return Row(line, row, None, text)
        return Row(line, {"row": shown(text)}, InvalidInput("the row is no JSON object", value=shown(text)))

    def columns(self, wanted: Callable[[str], bool], usage: str | None) -> Iterator[Columns]:
        """Rows of the same keys together, where they are many."""
        import orjson

        alike: dict[tuple[Any, ...], tuple[list[int], list[dict[str, Any]]]] = {}
        for place, text in enumerate(self._texts):
            try:
                row = orjson.loads(text)
            except ValueError:
                continue  # it says why when it is read alone
            if type(row) is not dict:
                continue
            inner = row.get(usage) if usage is not None else None
            key = (tuple(row), tuple(inner) if type(inner) is dict else None)
            places, rows = alike.setdefault(key, ([], []))
            places.append(place)
            rows.append(row)
        for (names, inner), (places, rows) in alike.items():
            if len(rows) < _FEW:
                continue
            nested = {name: [row[str(usage)][name] for row in rows] for name in inner or ()}
            outer = [name for name in names if wanted(name) and not (inner is not None and name == usage)]
            yield Columns(places, {name: [row[name] for row in rows] for name in outer}, nested)

    def write(self, added: Sequence[Added]) -> None:
        """The rows with their cost fields, which replace those of an earlier run.

        Raises:
            InvalidInput: a row has fields of such names that are its own.
        """
        written = []
        for place, (given, costs) in enumerate(zip(self._texts, added, strict=True)):
            as_it_is = costs[3] is None and '"cost_' not in given and "\\u" not in given
            text = given if as_it_is else self._without_costs(place, given)
            comma = "" if text[1:-1].isspace() or text == "{}" else ", "
            usd = "null" if costs[0] is None else f'"{costs[0]}"'
            written.append(f'{text[:-1]}{comma}"cost_usd": {usd}, {_rest(costs[1:])}}}\n')
        self._out.write("".join(written))

    def _without_costs(self, place: int, text: str) -> str:
        row = self.row(place)
        if row.text and not any(name in row.values for name in ADDED):
            return text
        if row.text:
            own_costs(row.values, f"line {row.line}: ")
        whole = json.loads(text) if row.text else row.values
        return json.dumps({name: value for name, value in whole.items() if name not in ADDED})


@lru_cache(maxsize=1000)
def _rest(costs: tuple[str | None, ...]) -> str:
    """The fields after the first: few models make many rows."""
    return json.dumps(dict(zip(ADDED[1:], costs, strict=True)))[1:-1]


def own_costs(columns: Collection[str], where: str = "") -> None:
    """Refuse columns that the answer would overwrite; an earlier run of ours left all four, and those are replaced.

    Raises:
        InvalidInput: names them.
    """
    own = [name for name in ADDED if name in columns]
    if own and len(own) < len(ADDED):
        raise InvalidInput(f"{where}the answer would overwrite {', '.join(own)}; rename or drop it", loc=("rows",))


def once(columns: Sequence[str]) -> None:
    """Refuse a header that names a column twice.

    Raises:
        InvalidInput: names it.
    """
    twice = sorted({name for name in columns if list(columns).count(name) > 1})
    if twice:
        raise InvalidInput(f"column {twice[0]!r} stands twice in the header", value=twice[0])
