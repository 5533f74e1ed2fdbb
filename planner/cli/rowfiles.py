"""Files of rows for `tokenplan cost --rows`: CSV, JSONL and Parquet, read and written a row or a batch at a time."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Protocol, TextIO

from planner.batch import loads, shown
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    Buffered: TypeAlias = io.BufferedReader[Any]

ADDED: Final = ("cost_usd", "cost_model", "cost_provider", "cost_error")
KINDS: Final = ("csv", "jsonl", "parquet")
STDIN: Final = "-"
LONGEST: Final = 10_000_000
"""Characters of one JSONL line or one CSV cell; more is no row, and would not keep memory bounded."""

_ENDINGS: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_PARQUET: Final = b"PAR1"
_BATCH: Final = 8192


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in its file: its line (Parquet: its number), its values, or why it cannot be read."""

    line: int
    values: dict[str, Any]
    error: TokenplanError | None = None
    text: str = ""


Added = tuple[str | None, str | None, str | None, str | None]


class RowFile(Protocol):
    """Rows to price: `columns` where a header names them, and the same rows written back with their cost."""

    @property
    def columns(self) -> Sequence[str] | None:
        """The columns' names in their order."""

    def rows(self) -> Iterator[Row]:
        """The rows in their order."""

    def write(self, row: Row, added: Added) -> None:
        """Write a row with `ADDED`, before the next one is read."""


class Source(NamedTuple):
    """An opened file: its name for messages, its kind, its bytes, its size (None for a pipe), how far it is read."""

    name: str
    kind: str
    file: Buffered
    size: int | None
    read: Callable[[], int]


class CsvRows:
    """CSV with a header; cells are text."""

    def __init__(self, source: TextIO, out: TextIO) -> None:
        csv.field_size_limit(LONGEST)
        self._reader = csv.reader(source, strict=True)
        self._writer = csv.writer(out, lineterminator="\n")
        header = self._next()
        if not header or header == [""]:
            raise InvalidInput("the file holds no header; its first line must name the columns")
        _once(header)
        self.columns = header
        self._kept = [name for name in header if name not in ADDED]
        self._writer.writerow((*self._kept, *ADDED))

    def rows(self) -> Iterator[Row]:
        """The rows; one with other than the header's number of cells carries an error.

        Raises:
            InvalidInput: a quote that is not closed, or a cell beyond `LONGEST`.
        """
        width = len(self.columns)
        while (cells := self._next()) is not None:
            if not cells:
                continue
            wrong = None
            if len(cells) != width:
                beyond = f"; beyond it: {shown(','.join(cells[width:]))}" if len(cells) > width else ""
                wrong = InvalidInput(f"{len(cells)} cells where the header names {width}{beyond}")
                cells += [""] * (width - len(cells))
            yield Row(self._reader.line_num, dict(zip(self.columns, cells, strict=False)), wrong)

    def write(self, row: Row, added: Added) -> None:
        """The row's cells, then its cost; None is an empty cell."""
        self._writer.writerow([*(row.values[name] for name in self._kept), *(cell or "" for cell in added)])

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise InvalidInput(f"line {self._reader.line_num}: no CSV: {error}") from None


class JsonlRows:
    """A JSON object a line; a row goes out in the characters it came in."""

    columns: Sequence[str] | None = None

    def __init__(self, source: TextIO, out: TextIO) -> None:
        self._source = source
        self._out = out

    def rows(self) -> Iterator[Row]:
        """The rows; a line that is no object carries an error and goes out as {"row": its text}.

        Raises:
            InvalidInput: a line beyond `LONGEST`.
        """
        line = 0
        while text := self._source.readline(LONGEST):
            line += 1
            if len(text) == LONGEST:
                raise InvalidInput(f"line {line} is longer than {LONGEST} characters; rows stand one on a line")
            if text := text.strip():
                yield _json_row(line, text)

    def write(self, row: Row, added: Added) -> None:
        """The row with its cost fields, which replace any of an earlier run."""
        text = row.text
        if not text or any(name in row.values for name in ADDED):
            whole = json.loads(text) if text else row.values
            text = json.dumps({name: value for name, value in whole.items() if name not in ADDED})
        comma = "" if text[1:-1].isspace() or text == "{}" else ", "
        self._out.write(f"{text[:-1]}{comma}{json.dumps(dict(zip(ADDED, added, strict=True)))[1:]}\n")


class ParquetRows:
    """Parquet by batches; every column goes out as it came, the cost as text columns."""

    def __init__(self, source: BinaryIO, out: BinaryIO, wanted: Callable[[str], bool]) -> None:
        self._pa, self._parquet = _pyarrow()
        try:
            self._file = self._parquet.ParquetFile(source, pre_buffer=False)
        except (self._pa.ArrowException, OSError) as error:
            raise _no_parquet(error) from None
        self.columns: list[str] = list(self._file.schema_arrow.names)
        _once(self.columns)
        self.count: int = self._file.metadata.num_rows
        self.done = 0
        self._read = [name for name in self.columns if wanted(name)]
        self._kept = [name for name in self.columns if name not in ADDED]
        kept = [self._file.schema_arrow.field(name) for name in self._kept]
        costs = [self._pa.field(name, self._pa.string()) for name in ADDED]
        self._schema = self._pa.schema([*kept, *costs], metadata=self._file.schema_arrow.metadata)
        self._out = out
        self._added: list[Added] = []

    def rows(self) -> Iterator[Row]:
        """The rows; a batch is written when its last row is.

        Raises:
            InvalidInput: a damaged file.
        """
        with self._parquet.ParquetWriter(self._out, self._schema) as writer:
            for batch in self._batches():
                self._added = []
                for row in batch.select(self._read).to_pylist():
                    self.done += 1
                    yield Row(self.done, {name: _value(value) for name, value in row.items() if value is not None})
                costs = zip(*self._added, strict=True)
                arrays = [self._pa.array(values, self._pa.string()) for values in costs]
                kept = [batch.column(name) for name in self._kept]
                writer.write_batch(self._pa.RecordBatch.from_arrays([*kept, *arrays], schema=self._schema))

    def write(self, row: Row, added: Added) -> None:
        """Keep the row's cost until its batch is whole."""
        del row
        self._added.append(added)

    def _batches(self) -> Iterator[Any]:
        batches = self._file.iter_batches(_BATCH)
        while True:
            try:
                batch = next(batches, None)
            except (self._pa.ArrowException, OSError) as error:
                raise _no_parquet(error) from None
            if batch is None:
                return
            if batch.num_rows:
                yield batch


@contextmanager
def opened(path: str, kind: str | None) -> Iterator[Source]:
    """A file of rows, its kind told by `kind`, its ending or its first bytes.

    Raises:
        InvalidInput: no such file, a directory, empty, UTF-16, or binary.
    """
    if path == STDIN:
        stdin: Buffered = io.BufferedReader(sys.stdin.buffer)
        try:
            yield _source("stdin", kind, stdin, None, int)
        finally:
            stdin.detach()
        return
    try:
        raw = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - pathlib doubles a cold start; closed below
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", loc=("rows",), value=path) from None
    with io.BufferedReader(raw, 1 << 16) as file:
        about = os.fstat(raw.fileno())
        regular = stat.S_ISREG(about.st_mode)
        yield _source(path, kind, file, about.st_size if regular else None, raw.tell if regular else int)


@contextmanager
def finished(path: str) -> Iterator[BinaryIO]:
    """A file that appears under its name only when it is whole; a device or pipe is written as it stands.

    Raises:
        InvalidInput: a directory, or a place that cannot be written.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        with _created(path) as file:
            yield file
        return
    part = f"{path}.{os.getpid()}.part"
    try:
        with _created(part, path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)  # noqa: PTH105
    finally:
        if os.path.exists(part):  # noqa: PTH110
            os.remove(part)  # noqa: PTH107


def texts(source: Source, out: BinaryIO) -> tuple[io.TextIOWrapper, io.TextIOWrapper]:
    """Both sides as UTF-8 text; a byte order mark is taken off. Line ends stay as they are."""
    reader = io.TextIOWrapper(source.file, encoding="utf-8-sig", newline="" if source.kind == "csv" else "\n")
    return reader, io.TextIOWrapper(out, encoding="utf-8", newline="")


def kind_of(path: str) -> str | None:
    """The kind that a file's ending tells."""
    return _ENDINGS.get(os.path.splitext(path)[1].lower())  # noqa: PTH122


def _created(path: str, said: str | None = None) -> BinaryIO:
    try:
        return open(path, "wb")  # noqa: PTH123
    except OSError as error:
        raise InvalidInput(f"{said or path}: {error.strerror or error}", loc=("out",), value=path) from None


def _source(name: str, kind: str | None, file: Buffered, size: int | None, read: Callable[[], int]) -> Source:
    try:
        head = file.peek(4096)
    except OSError as error:
        raise InvalidInput(f"{name}: {error.strerror or error}", loc=("rows",), value=name) from None
    if not head:
        raise InvalidInput(f"{name}: is empty; give a header (CSV) or a JSON object a line (JSONL)", loc=("rows",))
    found = "parquet" if head.startswith(_PARQUET) else kind or kind_of(name) or _guessed(head)
    if found != "parquet":
        _text(name, head)
    elif not head.startswith(_PARQUET):
        raise InvalidInput(f"{name}: no Parquet: it does not begin with PAR1", loc=("rows",))
    return Source(name, found, file, size, read)


def _guessed(head: bytes) -> str:
    return "jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"


def _text(name: str, head: bytes) -> None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(head) > 1 and 0 in head[:2]):
        raise InvalidInput(f"{name}: is UTF-16; convert it: iconv -f UTF-16 -t UTF-8", loc=("rows",))
    if head[:2] == b"\x1f\x8b":
        raise InvalidInput(f"{name}: is gzip; unpack it: gunzip -c FILE | tokenplan cost --rows -", loc=("rows",))
    if 0 in head:
        raise InvalidInput(f"{name}: is binary (NUL at byte {head.index(0)}); give CSV or JSONL", loc=("rows",))


def _once(columns: Sequence[str]) -> None:
    twice = sorted({name for name in columns if list(columns).count(name) > 1})
    if twice:
        raise InvalidInput(f"column {twice[0]!r} stands twice in the header", value=twice[0])


def _json_row(line: int, text: str) -> Row:
    try:
        row = loads(text)
    except InvalidInput as error:
        return Row(line, {"row": shown(text)}, error)
    if isinstance(row, dict):
        return Row(line, row, None, text)
    return Row(line, {"row": shown(text)}, InvalidInput("the row is no JSON object", value=shown(text)))


def _value(value: Any) -> Any:
    """A Parquet value as a row takes it: whole floats (integers that once had gaps) count, instants are text."""
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 2**53
        return int(value) if whole else Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date


def _no_parquet(error: Exception) -> InvalidInput:
    return InvalidInput(f"no Parquet, or a damaged one: {str(error)[:300]}", loc=("rows",))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
        from pyarrow import parquet
    except ImportError:
        raise InvalidInput("Parquet needs pyarrow: pip install 'tokenplan[table]'", loc=("rows",)) from None
    return pa, parquet
