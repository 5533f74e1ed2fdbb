"""Usage logs as batches: CSV, JSONL, JSON and Parquet files, or rows at hand; never more than a batch in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os.path import splitext
from typing import TYPE_CHECKING, Any, Final

from planner.actuals import documents
from planner.actuals.batches import Frame, Objects
from planner.actuals.libraries import pl
from planner.actuals.shapes import recognised, shaped
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.actuals.batches import Batch
    from planner.actuals.shapes import Shape

ROWS: Final = 1 << 17
OBJECTS: Final = 1 << 14
"""Rows of a batch: of columns, of JSON objects."""
KINDS: Final = ("csv", "jsonl", "json", "parquet")
_ENDINGS: Final = {
    ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet",
}  # fmt: skip
_MARK: Final = b"\xef\xbb\xbf"
_LARGEST_DOCUMENT: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Log:
    """Files or rows of one kind, read when they are asked for."""

    files: tuple[str, ...] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    kind: str | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return ", ".join(self.files) or "rows"

    def batches(self) -> Iterator[Batch]:
        """Its batches, in order.

        Raises:
            InvalidInput: a file that cannot be read, is empty, damaged or of no known kind; names file and line.
        """
        for start in range(0, len(self.rows), OBJECTS):
            yield _numbered("rows", enumerate(self.rows[start : start + OBJECTS], start + 1))
        for path in self.files:
            yield from _read(path, self.kind)

    def shaped(self, shape: str | None, columns: Mapping[str, str]) -> Iterator[tuple[Batch, str, Shape]]:
        """Its batches, each with its shape's name and the shape: the one that is told, else the file's own.

        Raises:
            InvalidInput: a shape or role that is unknown, a file whose shape is not recognised, no rows at all.
        """
        known: dict[str, str] = {}
        for batch in self.batches():
            name = shape or known.get(batch.where)
            if name is None:
                name = known[batch.where] = recognised(batch.names, batch.where)
            found = shaped(name, columns)
            _there(batch, columns)
            yield batch, name, found
            known[batch.where] = name
        if not known:
            raise InvalidInput(f"{self.name}: holds no rows", loc=("rows",), value=self.name)


def _there(batch: Batch, columns: Mapping[str, str]) -> None:
    """Refuse a mapped column that the log does not have."""
    for role, column in columns.items():
        if column not in batch.names and batch.column(column.partition("|")[0]) is None:
            raise InvalidInput(
                f"{batch.where}: no column {column!r} (map {role}); {one_of(column, sorted(batch.names))}",
                loc=("map", role),
                value=column,
            )


def _read(path: str, kind: str | None) -> Iterator[Batch]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib doubles a cold start
            head = file.read(4096)
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from None
    if not head.strip():
        raise _refused(path, "is empty")
    found = "parquet" if head[:4] == b"PAR1" else kind or _ENDINGS.get(splitext(path)[1].lower()) or _guessed(head)  # noqa: PTH122
    if found not in KINDS:
        raise InvalidInput(f"format is {found!r}; {one_of(found, KINDS)}", loc=("format",), value=found)
    if found != "parquet":
        _is_text(path, head)
    elif head[:4] != b"PAR1":
        raise _refused(path, "no Parquet: it does not begin with PAR1")
    yield from {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl, "json": _json}[found](path)


def _parquet(path: str) -> Iterator[Batch]:
    yield from _columns(path, pl.scan_parquet(path), first=1)


def _csv(path: str) -> Iterator[Batch]:
    with open(path, encoding="utf-8-sig", errors="replace") as file:  # noqa: PTH123
        header = file.readline()
    separator = max(",;\t", key=header.count)
    names = [each.strip().strip('"') for each in header.rstrip("\r\n").split(separator)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refused(path, f"line 1: column {twice[0]!r} stands twice")
    yield from _columns(path, pl.scan_csv(path, separator=separator, infer_schema=False), first=2)


def _columns(path: str, scanned: pl.LazyFrame, first: int) -> Iterator[Batch]:
    """Batches of a lazy frame; `first` is the line of its first row."""
    done = 0
    try:
        for frame in scanned.collect_batches(chunk_size=ROWS, maintain_order=True, lazy=True):
            yield Frame(path, range(first + done, first + done + frame.height), frame)
            done += frame.height
    except (pl.exceptions.PolarsError, OSError) as error:
        after = f" after row {done}" if done else ""
        raise _refused(path, f"cannot be read{after}: {str(error).splitlines()[0][:300]}") from None


def _jsonl(path: str) -> Iterator[Batch]:
    with open(path, "rb") as file:  # noqa: PTH123
        if file.read(3) != _MARK:
            file.seek(0)
        numbered = enumerate(file, 1)
        while some := list(islice(numbered, OBJECTS)):
            yield _numbered(path, ((line, each) for line, text in some for each in _objects(path, line, text)))


def _numbered(where: str, documents_by_line: Iterable[tuple[int, Mapping[str, Any]]]) -> Objects:
    """The rows of documents, each with the line of its document."""
    rows: list[tuple[int, dict[str, Any]]] = []
    for line, document in documents_by_line:
        try:
            rows += [(line, row) for row in documents.rows(document)]
        except ValueError as error:
            raise _refused(where, f"line {line}: {error}", line) from None
    return Objects(where, [line for line, _ in rows], [row for _, row in rows])


def _objects(path: str, line: int, text: bytes) -> Iterator[Mapping[str, Any]]:
    if not text.strip():
        return
    try:
        document = _loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(path, f"line {line}: no JSON ({error})", line) from None
    if isinstance(document, list):
        raise _refused(path, f"line {line}: holds list; it must be an object", line)
    yield document


def _json(path: str) -> Iterator[Batch]:
    """A document as a whole: pages of an API, a list of rows; too large a one is for JSONL."""
    with open(path, "rb") as file:  # noqa: PTH123
        text = file.read(_LARGEST_DOCUMENT + 1)
    if len(text) > _LARGEST_DOCUMENT:
        raise _refused(path, "is a JSON document of over 256 MB; give JSONL, a row a line")
    try:
        rows = list(documents.rows(_loads(text.removeprefix(_MARK))))
    except json.JSONDecodeError as error:
        said = f"line {error.lineno}: no JSON ({error.msg}); where each line is an object, say --format jsonl"
        raise _refused(path, said, error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise _refused(path, f"cannot be read: {error}") from None
    for start in range(0, len(rows), OBJECTS):
        some = rows[start : start + OBJECTS]
        yield Objects(path, range(start + 1, start + 1 + len(some)), some)


def _loads(text: bytes) -> Any:
    try:
        import orjson  # noqa: PLC0415 - three times as fast where it is installed
    except ImportError:
        return json.loads(text)
    try:
        return orjson.loads(text)
    except ValueError:  # NaN and the like, which the standard library takes, and its words for what is wrong
        return json.loads(text)


def _guessed(head: bytes) -> str:
    start = head.removeprefix(_MARK).lstrip()
    if start.startswith(b"["):
        return "json"
    return "jsonl" if start.startswith(b"{") else "csv"


def _is_text(path: str, head: bytes) -> None:
    if head[:2] == b"\x1f\x8b":
        raise _refused(path, "is gzip; unpack it first")
    if 0 in head:
        raise _refused(path, f"is binary (NUL at byte {head.index(0)}); give CSV, JSONL, JSON or Parquet")


def _refused(path: str, said: str, line: int | None = None) -> InvalidInput:
    return InvalidInput(f"{path}: {said}", loc=("rows",) if line is None else ("rows", line), value=path)
