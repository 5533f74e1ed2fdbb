"""One pass over a log: each batch read, priced, and handed to whoever sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from planner.actuals.priced import price
from planner.actuals.reading import Log
from planner.actuals.requests import requests
from planner.actuals.tallies import Currencies, Refused, Unpriced
from pricing.errors import InvalidInput
from pricing.headers import meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.actuals.batches import Batch
    from planner.actuals.libraries import pl
    from planner.actuals.question import LogQuestion
    from planner.actuals.shapes import Shape
    from pricing.catalog import Catalog


class Sink(Protocol):
    """What sums priced batches."""

    def add(self, frame: pl.DataFrame) -> None:
        """Take a batch."""


@dataclass(slots=True)
class Seen:
    """What a pass noticed: shapes, the first and last instant, rows that are no calls, rows without a price."""

    shapes: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    others: int = 0
    currency: str | None = None
    summed: bool = False
    unpriced: tuple[Unpriced, ...] = ()
    said: dict[str, None] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know, each once."""
        return tuple(self.said)

    def note(self, name: str, shape: Shape, frame: pl.DataFrame, others: int) -> None:
        """Look at a batch."""
        self.shapes = tuple(dict.fromkeys((*self.shapes, name)))
        self.others += others
        self.summed |= shape.summed
        first, last = _utc(frame["at"].min()), _utc(frame["at"].max())
        self.first = min((each for each in (self.first, first) if each is not None), default=None)
        self.last = max((each for each in (self.last, last) if each is not None), default=None)


def passed(
    question: LogQuestion,
    log: Log | None,
    catalog: Catalog,
    as_of: datetime | None,
    sinks: Iterable[Sink],
    *,
    lines: Sink | None = None,
) -> Seen:
    """Give every priced batch to the sinks; `lines` gets the batches with each bucket's own amount beside it.

    Raises:
        InvalidInput: as `Log.shaped`; no rows, rows beside files, two currencies.
    """
    if log is not None and question.rows:
        raise InvalidInput("rows are given, and files too; give one of them", loc=("rows",))
    seen, refused, currencies = Seen(), Refused(), Currencies()
    for batch, name, shape in (log or Log(rows=question.rows)).shaped(question.shape, question.map):
        read = requests(batch, shape)
        if name not in seen.shapes:
            seen.said.update(dict.fromkeys(_unread(batch, name, shape)))
        answer = price(read, shape, catalog, as_of, lines=lines is not None)
        seen.note(name, shape, answer.frame, read.others)
        seen.said.update(dict.fromkeys(answer.warnings))
        currencies.add(answer.frame, batch.where)
        refused.add(answer.frame, batch.where)
        for sink in sinks:
            sink.add(answer.frame)
        if lines is not None and answer.lines is not None:
            amounts = answer.lines.rename({each: f"units.{each}" for each in answer.lines.columns if each != "row"})
            lines.add(answer.frame.join(amounts, on="row", how="inner"))
    seen.unpriced, seen.currency = refused.listed(), currencies.name
    return seen


def _unread(batch: Batch, name: str, shape: Shape) -> Iterator[str]:
    """Columns of plain rows that may have been meant as one of ours."""
    if name != "plain":
        return
    read = {path.partition("|")[0].partition("/")[0] for paths in shape.fields.values() for path in paths}
    for column in sorted(set(batch.names) - read):
        ours = meant(column)
        if ours is not None and ours not in batch.names and ours != "as_of":
            yield f"column {column!r} is not read; if it is meant as {ours}, say --map {ours}={column}"


def _utc(at: Any) -> datetime | None:
    """An instant of a log, which is UTC without a zone."""
    return None if at is None else at.replace(tzinfo=UTC)
