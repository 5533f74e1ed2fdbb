"""Rows of Parquet, a batch at a time, and the same rows written back with their cost. Needs the extra `table`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from planner.cli.rows.chunks import ADDED, ROWS, Columns, Row, once, own_costs
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.cli.rows.chunks import Added, Chunk

_DIGITS: Final = 12
_FEW: Final = 50
_PLACES: Final = Decimal((0, (1,), -_DIGITS))


class ParquetFile:
    """Parquet by batches; every column goes out as it came, the cost as decimals with 12 places beside texts."""

    def __init__(self, source: BinaryIO, out: BinaryIO, wanted: Callable[[str], bool]) -> None:
        self._pa, self._parquet = _pyarrow()
        try:
            self._file = self._parquet.ParquetFile(source, pre_buffer=False)
        except (self._pa.ArrowException, OSError) as error:
            raise _no_parquet(error) from None
        self.columns: list[str] = list(self._file.schema_arrow.names)
        once(self.columns)
        own_costs(self.columns)
        self.count: int = self._file.metadata.num_rows
        self.done = 0
        self.read = [name for name in self.columns if wanted(name)]
        self._kept = [name for name in self.columns if name not in ADDED]
        kept = [self._file.schema_arrow.field(name) for name in self._kept]
        pa = self._pa
        costs = [pa.field(name, pa.decimal128(38, 12) if name == "cost_usd" else pa.string()) for name in ADDED]
        self._schema = pa.schema([*kept, *costs], metadata=self._file.schema_arrow.metadata)
        self._out = out
        self._writer: Any = None

    def chunks(self) -> Iterator[Chunk]:
        """The rows.

        Raises:
            InvalidInput: a damaged file.
        """
        with self._parquet.ParquetWriter(self._out, self._schema) as self._writer:
            for batch in self._batches():
                chunk = ParquetChunk(self, batch, range(self.done + 1, self.done + 1 + batch.num_rows))
                self.done += batch.num_rows
                yield chunk

    def write(self, batch: Any, added: Sequence[Added]) -> None:
        """A batch with its costs."""
        pa = self._pa
        usd, *others = zip(*added, strict=True)
        arrays = [pa.array(map(_placed, usd), pa.string()).cast(self._schema.field("cost_usd").type)]
        arrays += [pa.array(values, pa.string()) for values in others]
        kept = [batch.column(name) for name in self._kept]
        self._writer.write_batch(pa.RecordBatch.from_arrays([*kept, *arrays], schema=self._schema))

    def _batches(self) -> Iterator[Any]:
        batches = self._file.iter_batches(ROWS)
        while True:
            try:
                batch = next(batches, None)
            except (self._pa.ArrowException, OSError) as error:
                raise _no_parquet(error) from None
            if batch is None:
                return
            if batch.num_rows:
                yield batch


class ParquetChunk:
    """A record batch."""

    def __init__(self, file: ParquetFile, batch: Any, lines: range) -> None:
        self.lines = lines
        self._file = file
        self._batch = batch
        self._rows: list[dict[str, Any]] | None = None
        self._asked = 0

    def row(self, place: int) -> Row:
        """One of the rows, its values as JSON would hold them; a null is left out."""
        read = self._batch.select(self._file.read)
        self._asked += 1
        if self._rows is None and self._asked > _FEW:
            self._rows = read.to_pylist()
        values = read.slice(place, 1).to_pylist()[0] if self._rows is None else self._rows[place]
        return Row(self.lines[place], {name: _value(each) for name, each in values.items() if each is not None})

    def columns(self, wanted: Callable[[str], bool], usage: str | None) -> Iterator[Columns]:
        """All rows, as Arrow arrays."""
        del usage  # an object is no column of numbers
        named = {name: self._batch.column(name) for name in self._file.read if wanted(name)}
        yield Columns(range(len(self.lines)), named, {})

    def write(self, added: Sequence[Added]) -> None:
        """Write the batch, each row with what it gets."""
        self._file.write(self._batch, added)


def _placed(usd: str | None) -> str | None:
    """A price that twelve places hold; a finer one is rounded, half to even."""
    if usd is None or len(usd) <= _DIGITS or len(usd.partition(".")[2]) <= _DIGITS:
        return usd
    return f"{Decimal(usd).quantize(_PLACES):f}"


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
