"""Arrow IPC streams: record batches in, a record batch of costs for each, the totals in the last, empty one.

Only `pyarrow` reads data; what is read here is a message's frame, to know its size and kind before it is taken.
"""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from anyio import to_thread

from planner.batch import NAMES, known, refused
from planner.wire import to_json
from pricing.cost import EXACT
from pricing.errors import InvalidInput, TokenplanError, TooLarge
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from planner.planner import Planner

ARROW: Final = "application/vnd.apache.arrow.stream"
TOTALS: Final = "tokenplan"
"""The key under which the last batch's own metadata holds the totals, or why the stream breaks off, as JSON."""

MOST_ROWS: Final = 1 << 20
"""Rows of one record batch: nulls take no bytes, so that a limit of bytes alone would not bound them."""

_MOST_WARNINGS: Final = 100
_CONTINUES: Final = 0xFFFFFFFF
_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3
_CUT: Final = struct.pack("<Ii", _CONTINUES, 8)
"""The head of a message of 8 bytes, none of which follow: every reader of Arrow refuses a stream that ends so."""

_NO_STREAM: Final = "no Arrow IPC stream: "


class Message(NamedTuple):
    """A whole message: its bytes, what it holds, whether its body is compressed, whether it adds to a dictionary."""

    data: bytes
    kind: int
    compressed: bool = False
    delta: bool = False


async def priced_batches(chunks: AsyncIterator[bytes], planner: Planner, most: int) -> AsyncIterator[bytes]:
    """The answer's stream, a piece for each message that arrives; `most` bytes is the largest message.

    Raises:
        InvalidInput: the schema or what comes before the first answer is none of ours, or the extra `table` is not
            installed. What is wrong later breaks the answer, so that no reader takes a part for the whole.
        TooLarge: one of those passes `most`.
    """
    prices: _Prices | None = None
    begun = False
    try:
        async for message in messages(chunks, most):
            if prices is None:
                prices = await to_thread.run_sync(_Prices, message, planner, most)
                continue
            piece = await to_thread.run_sync(prices.answer, message)
            if piece:
                yield piece
                begun = True
    except TokenplanError as error:
        if prices is None or not begun:
            raise
        yield prices.broken({"stream_error": refused(error).error})
        return
    if prices is None:
        raise InvalidInput(f"{_NO_STREAM}the body is empty")
    yield prices.end(prices.totals())


async def messages(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[Message]:
    """The messages of a stream, each whole, to its end mark or the end of the bytes.

    Raises:
        InvalidInput: bytes that are no message, or a message cut short.
        TooLarge: a message of more than `most` bytes.
    """
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while (size := _size(held, most)) is not None:
            if not size:
                return
            if len(held) < size:
                break
            yield _message(bytes(held[:size]))
            del held[:size]
    if held:
        raise InvalidInput(f"{_NO_STREAM}it ends in the midst of a message")


class _Prices:
    """What prices one stream: the reader fed with whole messages, the writer, and the running totals."""

    def __init__(self, schema: Message, planner: Planner, most: int) -> None:
        try:
            import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - only who sends Arrow needs it

            from pricing.arrow import ADDED, MONEY  # noqa: PLC0415
        except ImportError:
            raise InvalidInput("Arrow needs NumPy and pyarrow: pip install 'tokenplan[table]'") from None
        if schema.kind != _SCHEMA:
            raise InvalidInput(f"{_NO_STREAM}it does not begin with a schema")
        self._pa, self._planner, self._now, self._most = pa, planner, planner.clock(), most
        self._fed = io.BytesIO(schema.data)
        try:
            self._reader = pa.ipc.open_stream(pa.PythonFile(self._fed, mode="r"))
            self._names: list[str] = self._reader.schema.names
        except (pa.ArrowException, OSError, ValueError) as error:  # of names that are no UTF-8, too
            raise InvalidInput(f"{_NO_STREAM}{str(error)[:300]}") from None
        _checked(self._names)
        _empty(self._fed)
        self._out = io.BytesIO()
        self._schema = pa.schema([(name, MONEY if name == "cost_usd" else pa.string()) for name in ADDED])
        self._writer = pa.ipc.new_stream(self._out, self._schema)
        self._added = self._count = self._priced = 0
        self._total = EXACT.create_decimal(0)
        self._warnings: dict[str, None] = {}

    def answer(self, message: Message) -> bytes:
        """The costs of a record batch; nothing of a dictionary, which belongs to the batches after it."""
        if message.compressed:
            raise InvalidInput("compressed record batches are not taken; write the stream without compression")
        if message.kind == _DICTIONARY:
            self._added += len(message.data) if message.delta else 0
            self._fed.write(message.data)
            if max(self._added, self._fed.tell()) > self._most:
                raise TooLarge(f"dictionaries have grown beyond {self._most} bytes")
            return b""
        if message.kind != _BATCH:
            raise InvalidInput(f"{_NO_STREAM}after the schema come dictionaries and record batches only")
        batch = self._batch(message.data)
        self._writer.write_batch(self._costs(batch))
        return self._written()

    def totals(self) -> dict[str, object]:
        """What the whole stream costs."""
        return {
            "count": self._count,
            "priced": self._priced,
            "refused": self._count - self._priced,
            "total_usd": self._total,
            "warnings": list(self._warnings),
            "catalog": self._planner.catalog.ref,
        }

    def end(self, said: Mapping[str, object]) -> bytes:
        """An empty batch with the last words, and the end mark."""
        self._last(said)
        self._writer.close()
        return self._written()

    def broken(self, said: Mapping[str, object]) -> bytes:
        """An empty batch with the reason, and a message cut short: a stream that merely stops counts as whole."""
        self._last(said)
        return self._written() + _CUT

    def _last(self, said: Mapping[str, object]) -> None:
        empty = self._pa.RecordBatch.from_pylist([], schema=self._schema)
        self._writer.write_batch(empty, custom_metadata={TOTALS: json.dumps(to_json(said))})

    def _batch(self, data: bytes) -> Any:
        self._fed.write(data)
        self._fed.seek(0)
        try:
            batch = self._reader.read_next_batch()
            if batch.num_rows > MOST_ROWS:
                raise TooLarge(f"a record batch has {batch.num_rows} rows; send at most {MOST_ROWS} in one")
            batch.validate(full=True)  # offsets and codes of strangers
        except (self._pa.ArrowException, OSError, ValueError, StopIteration) as error:
            raise InvalidInput(f"record batch after row {self._count}: {str(error)[:300]}") from None
        _empty(self._fed)
        return batch

    def _costs(self, batch: Any) -> Any:
        from planner import columns  # noqa: PLC0415 - needs NumPy
        from pricing import arrow  # noqa: PLC0415

        taken = columns.read({name: batch.column(name) for name in self._names}, self._now)
        table = columns.priced(taken, self._planner.catalog)
        self._count += batch.num_rows
        self._priced += int((table.errors < 0).sum())
        self._total = EXACT.add(self._total, columns.exact_total(table))
        for said in columns.warnings(taken, table, self._planner.catalog, self._now):
            if len(self._warnings) < _MOST_WARNINGS:
                self._warnings[said] = None
        return self._pa.RecordBatch.from_arrays([*arrow.added(table)], schema=self._schema)

    def _written(self) -> bytes:
        data = self._out.getvalue()
        _empty(self._out)
        return data


def _empty(file: io.BytesIO) -> None:
    file.seek(0)
    file.truncate()


def _checked(names: list[str]) -> None:
    """Columns of strange names are refused: a misspelt bucket would silently cost nothing."""
    known(dict.fromkeys(names), (*NAMES, *BUCKETS), "column")
    if len(set(names)) < len(names):
        raise InvalidInput(f"a column stands twice in {', '.join(names)}", loc=("columns",))
    if "model" not in names:
        raise InvalidInput(f"no column is 'model'; the columns are {', '.join(names) or '(none)'}", loc=("columns",))


def _size(held: bytearray, most: int) -> int | None:
    """The bytes of the first message; None until its head has come, 0 at the end mark."""
    head = 8 if held[:4] == b"\xff\xff\xff\xff" else 4  # before Arrow 0.15 a message began with its size
    if len(held) < head:
        return None
    metadata: int = struct.unpack_from("<i", held, head - 4)[0]
    if metadata == 0:
        return 0
    if metadata < 0:
        raise InvalidInput(f"{_NO_STREAM}a message's size is {metadata}")
    if head == 4 and metadata > most:  # noqa: PLR2004 - other bytes, read as the size of an old stream's message
        raise InvalidInput(f"{_NO_STREAM}it begins with no message")
    if head + metadata > most:
        raise _too_large(head + metadata, most)
    if len(held) < head + metadata:
        return None
    size = head + metadata + _Table.root(bytes(held[head : head + metadata])).number("<q", 3)
    if size < head + metadata:
        raise InvalidInput(f"{_NO_STREAM}a message's body has a negative size")
    if size > most:
        raise _too_large(size, most)
    return size


def _too_large(size: int, most: int) -> TooLarge:
    return TooLarge(f"a record batch of {size} bytes is larger than {most}; send smaller ones", loc=("body",))


def _message(data: bytes) -> Message:
    """What a whole message holds, by Arrow's Message.fbs."""
    head = 8 if data.startswith(b"\xff\xff\xff\xff") else 4
    root = _Table.root(data[head:])
    kind = root.number("<B", 1)
    holds = root.table(2)
    if kind == _DICTIONARY:
        return Message(data, kind, holds.table(1).has(3), bool(holds.number("<?", 2)))
    return Message(data, kind, kind == _BATCH and holds.has(3))


class _Table(NamedTuple):
    """A table of a FlatBuffer: fields by number, absent ones being 0."""

    data: bytes
    at: int

    @classmethod
    def root(cls, data: bytes) -> _Table:
        """The table that a buffer begins with."""
        return cls(data, cls(data, 0).unpacked("<I", 0))

    def unpacked(self, kind: str, at: int) -> int:
        """A number at a place.

        Raises:
            InvalidInput: the place lies outside.
        """
        try:
            (found,) = struct.unpack_from(kind, self.data, at) if at >= 0 else (None,)
        except struct.error:
            found = None
        if found is None:
            raise InvalidInput(f"{_NO_STREAM}a message's metadata is damaged")
        return int(found)

    def place(self, field: int) -> int:
        """Where a field stands; 0 where it is absent."""
        slots = self.at - self.unpacked("<i", self.at)
        slot = 4 + 2 * field
        offset = self.unpacked("<H", slots + slot) if slot < self.unpacked("<H", slots) else 0
        return self.at + offset if offset else 0

    def has(self, field: int) -> bool:
        """Whether a field is there."""
        return self.place(field) > 0

    def number(self, kind: str, field: int) -> int:
        """A number; 0 where it is absent."""
        at = self.place(field)
        return self.unpacked(kind, at) if at else 0

    def table(self, field: int) -> _Table:
        """A table inside."""
        at = self.place(field)
        return _Table(self.data, at + self.unpacked("<I", at))
