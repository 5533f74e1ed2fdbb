"""One part, from its file to its committed record: the same on every machine."""

from __future__ import annotations

import json
from collections import deque
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from planner.batch import shown
from planner.bulk.arrays import np, pa, pq
from planner.bulk.batch import Refused
from planner.bulk.kernel import COUNTED, PRICED, Terms, count_batch, price_batch
from planner.bulk.picks import Wanted
from planner.bulk.reading import batches
from planner.bulk.store import CannotWrite, Store
from planner.bulk.totals import Totals
from pricing.errors import BadCatalog, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from planner.bulk.batch import Batch
    from planner.bulk.parts import Part
    from planner.tokens import Counter
    from pricing.catalog import Catalog

FATAL: Final = (CannotWrite, BadCatalog)
"""What would stop every other part too."""

MONEY: Final = pa.decimal128(38, 12)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done to every part: values, so that it may travel. Counts where `wanted` names a text."""

    wanted: Wanted
    common: Terms
    by: tuple[str, ...]
    keep: tuple[str, ...]
    rows: bool
    out: str
    now: datetime

    def totals(self) -> Totals:
        """Totals with nothing in them."""
        return Totals(self.by, PRICED if self.wanted.text is None else COUNTED)

    def kernel(self, catalog: Catalog, counter: Counter | None) -> Callable[[Batch], Any]:
        """The function from a batch to its results."""
        _keep_memory()
        text, common, now = self.wanted.text, self.common, self.now
        if text is None:
            return lambda batch: price_batch(batch.rows, batch.picked, common, catalog, now)
        assert counter is not None
        return lambda batch: count_batch(batch.rows, text, common, catalog, counter, now)


def _keep_memory() -> None:
    """Let glibc keep what batches free: it asks anew what is larger than it ever saw freed, a third of the CPU time."""
    np.empty(31 << 20, np.uint8)


class NotParallel:
    """Where work is done by who asks for it, at once."""

    def map(self, function: Callable[[Batch], Any], found: Iterable[Batch]) -> Iterator[tuple[Batch, Any]]:
        """Each batch with its results."""
        return ((batch, function(batch)) for batch in found)


@dataclass(frozen=True, slots=True)
class Parallel:
    """Where threads work on a few batches ahead of who takes the results: memory stays bounded."""

    pool: Executor
    ahead: int

    def map(self, function: Callable[[Batch], Any], found: Iterable[Batch]) -> Iterator[tuple[Batch, Any]]:
        """Each batch with its results, in their order."""
        waiting: deque[tuple[Batch, Future[Any]]] = deque()
        for batch in found:
            waiting.append((batch, self.pool.submit(function, batch)))
            if len(waiting) > self.ahead:
                first, result = waiting.popleft()
                yield first, result.result()
        while waiting:
            first, result = waiting.popleft()
            yield first, result.result()


def run(
    part: Part,
    job: Job,
    kernel: Callable[[Batch], Any],
    how: Parallel | NotParallel,
    tick: Callable[[int, float], object],
) -> dict[str, Any]:
    """Work a part through and commit its record, which is returned; `tick` is told rows and bytes done.

    Raises:
        InvalidInput: the part cannot be read, or (`CannotWrite`) its results cannot be written.
    """
    store, totals = Store(job.out), job.totals()
    files: dict[str, str] = {}
    with ExitStack() as open_files:
        refused = _Refused(store, part, totals, open_files)
        written = _Rows(store, part, job, open_files) if job.rows else None
        for batch, results in how.map(kernel, batches(part, job.wanted)):
            for each in batch.refused:
                refused.put(each)
            totals.rows += len(batch.refused)
            for row in totals.add(batch, results):
                refused.put(_why(batch, results, row))
            if written is not None:
                written.put(batch, results)
            tick(batch.rows.num_rows + len(batch.refused), batch.bytes)
        for output in (refused, written):
            if output is not None:
                files |= output.finish()
    record = {"part": asdict(part), "files": files, **totals.as_json()}
    store.write(f"parts/{part.key}.json", record)
    return record


def _why(batch: Batch, results: Any, row: int) -> Refused:
    """A row of a batch that has no result, and why."""
    kind, said = (results.column(name)[row].as_py() for name in ("cost_error_type", "cost_error"))
    error = TokenplanError(said)
    values = {
        name: shown(value) for name, value in batch.rows.slice(row, 1).to_pylist()[0].items() if value is not None
    }
    return Refused(batch.place(row), _slugged(error, kind), values)


def _slugged(error: TokenplanError, slug: str) -> TokenplanError:
    error.slug = slug  # type: ignore[misc]  # of this one alone
    return error


class _Refused:
    """The side file of rows without a result; there is none where there are none."""

    def __init__(self, store: Store, part: Part, totals: Totals, stack: ExitStack) -> None:
        self._name = f"refused/{part.key}.jsonl"
        self._open = partial(stack.enter_context, store.writing(self._name))
        self._file: Any = None
        self._part, self._totals = part, totals

    def put(self, refused: Refused) -> None:
        """Write one."""
        self._totals.refuse(refused, self._part.path)
        if self._file is None:
            self._file = self._open()
        line = {
            "part": self._part.path,
            "at": refused.place,
            "type": refused.error.slug,
            "reason": str(refused.error),
            "row": refused.said,
        }
        self._file.write(f"{json.dumps(line, ensure_ascii=False, default=str)}\n".encode("utf-8", "replace"))

    def finish(self) -> dict[str, str]:
        """The file's name and hash."""
        return {self._name: self._file.digest()} if self._file is not None else {}


class _Rows:
    """Each row's number and result beside what is kept of it, as Parquet."""

    def __init__(self, store: Store, part: Part, job: Job, stack: ExitStack) -> None:
        self._name = f"rows/{part.key}.parquet"
        self._file = stack.enter_context(store.writing(self._name))
        self._writer: Any = None
        self._stack = stack
        self._keep = job.wanted.others

    def put(self, batch: Batch, results: Any) -> None:
        """Write a batch."""
        columns = {"at": pa.array(list(batch.places)[: batch.rows.num_rows], pa.int64())}
        columns |= {name: _plain(batch.rows.column(name)) for name in self._keep}
        columns |= {name: _plain(results.column(name)) for name in results.schema.names if not name.endswith("_units")}
        for name in results.schema.names:
            if name.endswith("_units"):
                columns[f"{name.removesuffix('units')}usd"] = _usd(results.column(name))
        table = pa.RecordBatch.from_pydict(columns)
        if self._writer is None:
            self._writer = self._opened(table.schema)
        self._writer.write_batch(table)

    def finish(self) -> dict[str, str]:
        """The file's name and hash."""
        if self._writer is None:
            self._writer = self._opened(pa.schema([("at", pa.int64())]))
        self._writer.close()
        return {self._name: self._file.digest()}

    def _opened(self, schema: Any) -> Any:
        """A writer that is closed before its file is, whatever happens."""
        writer = pq.ParquetWriter(self._file, schema)
        self._stack.push(lambda kind, *_: kind is not None and _closed(writer))
        return writer


def _closed(writer: Any) -> bool:
    """Close what failed already; false, so that its failure is told."""
    with suppress(OSError, pa.ArrowException):
        writer.close()
    return False


def _plain(column: Any) -> Any:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _usd(units: Any) -> Any:
    """1e-12 USD as exact decimals: the same 128 bits, read with 12 places."""
    whole = units.cast(pa.decimal128(38, 0))
    return pa.Array.from_buffers(MONEY, len(whole), whole.buffers(), whole.null_count, whole.offset)
