"""The rows of a part as Arrow batches of bounded size, whatever kind of file it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.bulk import textrows
from planner.bulk.arrays import pa
from planner.bulk.batch import Batch
from planner.bulk.parts import damaged, parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.bulk.parts import Part
    from planner.bulk.picks import Wanted

ROWS: Final = 1 << 18
"""Rows of a batch at most: sums of 32-bit halves of so many stay exact in a float."""

TEXTS: Final = 2000
"""Texts of a batch: as many as threads take at a time."""


def batches(part: Part, wanted: Wanted) -> Iterator[Batch]:
    """A part's rows in their order.

    Raises:
        InvalidInput: a missing or misspelt column, a damaged file.
    """
    read = {"parquet": _parquet, "csv": textrows.csv_rows, "jsonl": textrows.json_rows}[part.kind]
    most = ROWS if wanted.text is None else TEXTS
    for batch in read(part, wanted):
        yield from _sliced(batch, most)


def _sliced(batch: Batch, most: int) -> Iterator[Batch]:
    count = batch.rows.num_rows
    if count <= most:
        yield batch
        return
    for at in range(0, count, most):
        rows = batch.rows.slice(at, most)
        share = batch.bytes * rows.num_rows / count
        yield Batch(
            rows, batch.picked, batch.word, batch.places[at : at + most], () if at else batch.refused, share
        )  # fmt: skip


def _parquet(part: Part, wanted: Wanted) -> Iterator[Batch]:
    with parquet(part.path, pre_buffer=False) as file:
        schema = file.schema_arrow
    picked = wanted.of(schema.names, part.path)
    coded = [name for name in picked.read if pa.types.is_string(schema.field(name).type)] if not wanted.text else []
    size = ROWS if wanted.text is None else TEXTS * 4
    with parquet(part.path, pre_buffer=False, read_dictionary=coded) as file:
        groups = list(range(part.start, part.stop))
        rows = sum(file.metadata.row_group(group).num_rows for group in groups)
        found = file.iter_batches(size, row_groups=groups, columns=list(picked.read), use_threads=wanted.text is None)
        first = part.first + 1
        while True:
            try:
                batch = next(found, None)
            except (pa.ArrowException, OSError) as error:
                raise damaged(part.path, error) from None
            if batch is None:
                return
            count = batch.num_rows
            yield Batch(batch, picked, "row", range(first, first + count), (), part.bytes * count / max(rows, 1))
            first += count
