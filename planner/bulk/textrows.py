"""Rows of CSV and JSONL as Arrow batches: quickly where all is well, row by row where it is not."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyarrow.csv as pacsv  # type: ignore[import-untyped]
import pyarrow.json as pajson  # type: ignore[import-untyped]

from planner.batch import loads, shown
from planner.bulk.arrays import np, pa, pc
from planner.bulk.batch import Batch, Refused, refused_of
from planner.bulk.parts import damaged
from planner.bulk.places import opened
from pricing.errors import InvalidInput
from pricing.usage import BUCKETS, LARGEST, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.bulk.parts import Part
    from planner.bulk.picks import Picked, Wanted

BLOCK: Final = 8 << 20
"""Bytes read at a time; a row may be as long."""

_HEAD: Final = 1 << 16
_FINE: Final = pa.decimal128(38, 12)


def _type(name: str | None) -> Any:
    """The Arrow type of one of our names; any other column is text."""
    if name not in BUCKETS:
        return pa.string()
    return pa.int64() if isinstance(getattr(Usage(), name), int) else _FINE


def schema_of(picked: Picked) -> Any:
    """The columns read, in types that hold no more and no less than what they must."""
    names = {column: ours for ours, column in picked.ours.items()}
    return pa.schema([(column, _type(names.get(column))) for column in picked.read])


def csv_rows(part: Part, wanted: Wanted) -> Iterator[Batch]:
    """Rows of CSV with a header; a row with other than its number of cells is refused."""
    picked = wanted.of(_header(part), part.path)
    schema = schema_of(picked)
    broken: list[Any] = []

    def keep(row: Any) -> str:
        broken.append(row)
        return "skip"

    with _stream(part) as stream:
        try:
            reader = pacsv.open_csv(
                stream,
                read_options=pacsv.ReadOptions(block_size=BLOCK, use_threads=False),
                parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
                convert_options=pacsv.ConvertOptions(
                    include_columns=list(schema.names),
                    column_types={name: pa.string() for name in schema.names},
                    strings_can_be_null=wanted.text is None,
                    null_values=[""],
                ),
            )
            row = 1
            while (batch := _next(reader, part)) is not None or broken:
                places, row = _numbered(0 if batch is None else batch.num_rows, row, broken, last=batch is None)
                skipped = [refused_of(f"row {row.number - 1}", _cells(row), shown(row.text)) for row in broken]
                broken.clear()
                if batch is None:
                    batch = pa.RecordBatch.from_pylist([], schema)
                rows, places, refused = _typed(batch, schema, places)
                yield Batch(rows, picked, "row", places, (*skipped, *refused), min(BLOCK, part.size))
        except pa.ArrowException as error:
            raise damaged(part.path, error) from None


def _next(reader: Any, part: Part) -> Any:
    try:
        return reader.read_next_batch()
    except StopIteration:
        return None
    except (pa.ArrowException, OSError) as error:
        raise damaged(part.path, error) from None


def _numbered(count: int, row: int, broken: Sequence[Any], *, last: bool) -> tuple[Sequence[int], int]:
    """The numbers of a batch's rows, those between them having been skipped, and the number after it."""
    if not broken:
        return range(row, row + count), row + count
    wrong = {each.number - 1 for each in broken}
    places: list[int] = []
    while len(places) < count:
        if row not in wrong:
            places.append(row)
        row += 1
    while row in wrong and not last:
        row += 1
    return places, row


def _cells(row: Any) -> str:
    return f"{row.actual_columns} cells where the header names {row.expected_columns}"


def _header(part: Part) -> list[str]:
    """A CSV's first line."""
    with _stream(part) as stream:
        head = stream.read(_HEAD)
    try:
        text = head.decode("utf-8-sig", "replace" if len(head) == _HEAD else "strict")
        names = next(csv.reader(io.StringIO(text, newline=""), strict=True), None)
    except (UnicodeDecodeError, csv.Error) as error:
        raise damaged(part.path, error) from None
    if not names or not any(names):
        raise InvalidInput(f"{part.path}: is empty; its first line must name the columns", loc=("paths",))
    return names


def _typed(batch: Any, schema: Any, places: Sequence[int]) -> tuple[Any, Sequence[int], list[Refused]]:
    """Columns of text in their types; rows with a cell that is no quantity are refused."""
    wrong: dict[int, Refused] = {}
    columns = []
    for field in schema:
        column = batch.column(batch.schema.get_field_index(field.name))
        if not pa.types.is_string(field.type):
            column = _quantities(field, column, places, wrong)
        columns.append(column)
    rows = pa.RecordBatch.from_arrays(columns, schema=schema)
    if not wrong:
        return rows, places, []
    kept = [row for row in range(batch.num_rows) if row not in wrong]
    return rows.take(pa.array(kept, pa.int64())), [places[row] for row in kept], [wrong[row] for row in sorted(wrong)]


def _quantities(field: Any, column: Any, places: Sequence[int], wrong: dict[int, Refused]) -> Any:
    try:
        return pc.cast(column, field.type)
    except pa.ArrowInvalid:
        pass
    values: list[Any] = column.to_pylist()
    for row, text in enumerate(values):
        try:
            values[row] = None if text is None else pa.scalar(_whole(text)).cast(field.type).as_py()
        except (pa.ArrowException, ValueError):
            values[row] = None
            wrong.setdefault(
                row, refused_of(f"row {places[row]}", _no_quantity(field, text), {field.name: shown(text)})
            )
    return pa.array(values, field.type)


def _whole(text: str) -> str:
    """A cell's number; 1000.0, as of integers that once had gaps, is 1000."""
    whole, dot, rest = text.strip().partition(".")
    return whole if dot and rest and not rest.strip("0") else text.strip()


def _no_quantity(field: Any, value: object) -> str:
    kind = "a whole number" if pa.types.is_integer(field.type) else "a decimal number of at most 12 places"
    return f"{field.name} is {shown(value)!r}; it must be {kind} from 0 to {LARGEST}"


def json_rows(part: Part, wanted: Wanted) -> Iterator[Batch]:
    """Rows of JSON objects, one a line; what a line lacks is null."""
    picked = wanted.every()
    schema = schema_of(picked)
    options = pajson.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    numbered = part.start == 0
    line, word = 1, "line" if numbered else "byte"
    for at, block in _blocks(part):
        if at == part.start:
            _look(block, wanted, part)
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        try:
            table = pajson.read_json(
                pa.BufferReader(block),
                read_options=pajson.ReadOptions(use_threads=False, block_size=len(block) + 1),
                parse_options=options,
            )
            rows = None if table.num_rows != lines else _one(table.select(schema.names))
        except (pa.ArrowException, UnicodeDecodeError):
            rows = None
        refused: list[Refused] = []
        places: Sequence[int] = range(line, line + lines) if numbered else _starts(block, at)
        if rows is None:
            rows, places, refused = _by_line(block, schema, places, word)
        yield Batch(rows, picked, word, places, tuple(refused), len(block))
        line += lines


def _one(table: Any) -> Any:
    found = table.combine_chunks().to_batches()
    return found[0] if found else pa.RecordBatch.from_pylist([], table.schema)


def _starts(block: bytes, at: int) -> Sequence[int]:
    """The byte of the file that each line begins at."""
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + at + 1
    return [at, *ends.tolist()]


def _look(block: bytes, wanted: Wanted, part: Part) -> None:
    """Refuse a part whose first rows hold keys that are ours but for their spelling."""
    names: dict[str, None] = {}
    for line in block[:_HEAD].splitlines()[:100]:
        try:
            row = loads(line)
        except InvalidInput:
            continue
        names |= dict.fromkeys(row) if isinstance(row, dict) else {}
    wanted.refuse_respelt(names, part.path)


def _by_line(block: bytes, schema: Any, places: Sequence[int], word: str) -> tuple[Any, Sequence[int], list[Refused]]:
    """Line by line, and value by value where a line's do not fit."""
    rows: list[dict[str, Any]] = []
    kept: list[int] = []
    refused: list[Refused] = []
    for place, text in zip(places, block.split(b"\n"), strict=False):
        if not text.strip():
            continue
        try:
            row = _object(text, schema)
        except (InvalidInput, UnicodeDecodeError) as error:
            said = shown(text.decode("utf-8", "replace"))
            refused.append(refused_of(f"{word} {place}", str(error), said))
            continue
        rows.append(row)
        kept.append(place)
    return pa.RecordBatch.from_pylist(rows, schema), kept, refused


def _object(text: bytes, schema: Any) -> dict[str, Any]:
    row = loads(text.decode("utf-8"))
    if not isinstance(row, dict):
        raise InvalidInput("the row is no JSON object")
    return {field.name: _fitting(field, row.get(field.name)) for field in schema}


def _fitting(field: Any, value: Any) -> Any:
    """A value that its column can hold.

    Raises:
        InvalidInput: it cannot.
    """
    if value is None:
        return None
    if pa.types.is_string(field.type):
        if type(value) is int:
            return str(value)
        if type(value) is not str or not _encodes(value):
            raise InvalidInput(f"{field.name} is {shown(value)!r}; it must be a text")
        return value
    if type(value) is int or (type(value) is Decimal and not pa.types.is_integer(field.type)):
        with suppress(pa.ArrowException, OverflowError):
            return pa.scalar(value, field.type).as_py()
    raise InvalidInput(_no_quantity(field, value))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _blocks(part: Part) -> Iterator[tuple[int, bytes]]:
    """Whole lines, some megabytes at a time, with the byte at which they begin.

    A line belongs to the part in which it begins.

    Raises:
        InvalidInput: a line longer than a block, a damaged file.
    """
    with _stream(part) as stream:
        read = _reader(stream, part)
        at, rest = part.start, b""
        if part.start:
            stream.seek(part.start - 1)
            rest = _after_line(read)
            at = stream.tell() - len(rest)
        whole = part.packed is not None
        while whole or at < part.stop:
            more = read(BLOCK)
            block = rest + more
            end = len(block) if not more else block.rfind(b"\n") + 1
            if not whole and at + end > part.stop:  # up to the end of the line that begins before the part's end
                cut = block.find(b"\n", max(part.stop - 1 - at, 0)) + 1
                end = cut or end
            if not end and len(block) > BLOCK:
                raise InvalidInput(f"{part.path}: a line from byte {at} on is longer than {BLOCK} bytes")
            if end:
                yield at, block[:end]
            at, rest = at + end, block[end:]
            if not more:
                return


def _after_line(read: Callable[[int], bytes]) -> bytes:
    """What follows the next line end."""
    while more := read(BLOCK):
        _, found, rest = more.partition(b"\n")
        if found:
            return rest
    return b""


def _reader(stream: Any, part: Part) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        try:
            return stream.read(size)  # type: ignore[no-any-return]
        except (pa.ArrowException, OSError) as error:
            raise damaged(part.path, error) from None

    return read


def _stream(part: Part) -> Any:
    """A part's file, unpacked."""
    store, inside = opened(part.path)
    try:
        if part.packed is None:
            return store.open_input_file(inside)
        return store.open_input_stream(inside, compression=part.packed)
    except (pa.ArrowException, OSError) as error:
        raise damaged(part.path, error) from None
