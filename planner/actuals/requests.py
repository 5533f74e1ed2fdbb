"""A batch of any shape as columns of one meaning: when, which model, for whom, which buckets, how long, how ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.actuals import values
from planner.actuals.libraries import pl
from planner.actuals.shapes import PROVIDERS, TERMS, TIERS
from pricing.table.columns import AMOUNTS
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Collection

    from planner.actuals.batches import Batch
    from planner.actuals.shapes import Shape

TOKENS: Final = tuple(name for name, bucket in BUCKETS.items() if bucket.unit == "million_tokens")
_PARTS: Final = {
    "cached": "cache_read_tokens", "write": "cache_write_5m_tokens", "write_1h": "cache_write_1h_tokens",
    "reasoning": "reasoning_tokens", "cached_audio": "cache_audio_read_tokens",
}  # fmt: skip
"""Roles that are a bucket once they are taken out of their total."""
_TOTALS: Final = (
    ("prompt", "input_tokens", ("cached", "write", "write_1h")),
    ("output", "output_tokens", ("reasoning",)),
    ("audio", "input_audio_tokens", ("cached_audio",)),
)
"""Totals, the bucket of what is left of each, and the parts that may stand inside."""
_COUNTS: Final = ("prompt", "output", "audio", *_PARTS)
_ONE: Final = ("1", "true", "hit", "yes")


@dataclass(frozen=True, slots=True)
class Requests:
    """Rows of one meaning, and how many rows were none (`others`: spans of tools, empty buckets).

    Columns: `line`, `at`, the terms, `requests` (null where the log does not say), `retries`, `failed`, `own_cache`,
    `seconds`, `first_token_seconds`, `reported`, `currency`, `step` (a prompt length in the rows' context step),
    `used` (whether it names any quantity), `wrong` (why a row cannot be read), and the buckets that occur.
    """

    frame: pl.DataFrame
    others: int


class _Reader:
    """One batch while its columns are read; what is wrong with a row is noted, the first fault stays."""

    def __init__(self, batch: Batch, shape: Shape) -> None:
        self.batch = batch
        self.shape = shape
        self.wrong = self._none(pl.String)

    def read(self, role: str, read: values.Reading) -> pl.Series | None:
        """What the role's paths hold, the first that says something row by row; None where none is there."""
        found: pl.Series | None = None
        for path in self.shape.fields.get(role, ()):
            name, _, unit = path.partition("|")
            column = self.batch.column(name)
            if column is None:
                continue
            taken, refused = read(column)
            taken = taken * values.UNITS[unit] if unit else taken
            self.refuse(refused, pl.format("{} is {}; {}", pl.lit(name), column, pl.lit(values.WANTED[read])))
            found = taken if found is None else found.zip_with(found.is_not_null(), taken)
        return found

    def refuse(self, rows: pl.Series, said: pl.Expr) -> None:
        """Note what is wrong with some rows."""
        if rows.any():
            words = pl.select(pl.when(rows).then(said)).to_series()
            self.wrong = self.wrong.zip_with(self.wrong.is_not_null(), words)

    def text(self, role: str) -> pl.Series:
        """A text, null where there is none."""
        found = self.read(role, values.texts)
        return self._none(pl.String) if found is None else found

    def number(self, role: str) -> pl.Series:
        """A duration or an amount."""
        found = self.read(role, values.numbers)
        return self._none(pl.Float64) if found is None else found

    def instant(self, role: str) -> pl.Series:
        """A UTC instant."""
        found = self.read(role, values.instants)
        return self._none(pl.Datetime("us")) if found is None else found

    def _none(self, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
        return pl.repeat(None, len(self.batch.lines), dtype=kind, eager=True)


def requests(batch: Batch, shape: Shape) -> Requests:
    """The batch's rows by the shape's fields."""
    reader = _Reader(batch, shape)
    counts = {
        role: reader.read(role, values.numbers if role in AMOUNTS else values.counts)
        for role in (*_COUNTS, *BUCKETS)
        if role in shape.fields
    }
    given = {role: column for role, column in counts.items() if column is not None}
    buckets = _buckets(reader, given)
    at, ended = reader.instant("at"), reader.instant("ended")
    held = {
        "line": pl.Series(batch.lines, dtype=pl.Int64),
        "at": at,
        **{name: reader.text(name) for name in TERMS},
        "requests": _per_row(reader),
        "retries": _retries(reader),
        "seconds": _seconds(reader.number("seconds"), at, ended, summed=shape.summed),
        "first_token_seconds": _seconds(
            reader.number("first_token_seconds"), at, reader.instant("first_token_at"), summed=shape.summed
        ),
        "reported": reader.number("reported"),
        "currency": reader.text("currency").str.to_uppercase(),
        "step": reader.text("context_window"),
        "failed": reader.text("status").is_in(shape.failures).fill_null(value=False)
        | reader.text("error").is_not_null(),
        "own_cache": reader.text("own_cache").str.to_lowercase().is_in(_ONE).fill_null(value=False),
        "kind": reader.text("kind"),
        **buckets,
    }
    frame = pl.DataFrame({**held, "wrong": reader.wrong, "used": _any(list(given.values()), len(at))})
    return _kept(_tidied(frame), shape)


def _buckets(reader: _Reader, given: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Totals without what stands inside them, and the parts as their buckets."""
    found = {name: column.fill_null(0) for name, column in given.items() if name in BUCKETS and name != "requests"}
    for role, bucket in _PARTS.items():
        if role in given:
            found[bucket] = given[role].fill_null(0)
    for total, bucket, parts in _TOTALS:
        if total in given:
            held = [part for part in parts if part in given and (part in reader.shape.inside or part == "cached_audio")]
            found[bucket] = _less(reader, total, held, given)
    return found


def _less(reader: _Reader, total: str, parts: list[str], given: dict[str, pl.Series]) -> pl.Series:
    """A total less its parts; a part larger than its whole is the row's fault."""
    rest = given[total].fill_null(0)
    for part in parts:
        rest = rest - given[part].fill_null(0)
    said = f"{' + '.join(parts)} are more tokens than the {total} that holds them"
    reader.refuse(rest < 0, pl.lit(said))
    return rest.clip(lower_bound=0)


def _per_row(reader: _Reader) -> pl.Series:
    found = reader.read("requests", values.counts)
    ones = pl.repeat(None if reader.shape.summed else 1, len(reader.batch.lines), dtype=pl.Int64, eager=True)
    return ones if found is None else found if reader.shape.summed else found.fill_null(1)


def _retries(reader: _Reader) -> pl.Series:
    """How often a row's request was tried again: said as such, or a row for each further attempt."""
    retries, attempt = reader.read("retries", values.counts), reader.read("attempt", values.counts)
    if attempt is not None:
        further = (attempt > 1).cast(pl.Int64)
        return further if retries is None else retries.fill_null(0) + further
    return pl.repeat(None, len(reader.batch.lines), dtype=pl.Int64, eager=True) if retries is None else retries


def _seconds(said: pl.Series, at: pl.Series, until: pl.Series, *, summed: bool) -> pl.Series:
    """A duration as said, else between two instants; a time bucket is no duration."""
    if summed:
        return said.clear(len(said))
    between = (until - at).dt.total_microseconds() / 1e6
    found = said.zip_with(said.is_not_null(), between)
    return values.without(found, found < 0)


def _among(texts: pl.Series, words: Collection[str]) -> pl.Series:
    return texts.is_in(list(words)).fill_null(value=False)


def _any(columns: list[pl.Series], rows: int) -> pl.Series:
    """Which rows name a quantity at all."""
    found = pl.repeat(value=False, n=rows, eager=True)
    for column in columns:
        found = found | column.is_not_null()
    return found


def _tidied(frame: pl.DataFrame) -> pl.DataFrame:
    """Others' words for providers, tiers, regions and models as the catalog's."""
    return frame.with_columns(
        pl.col("provider").replace(PROVIDERS),
        pl.col("service_tier").str.to_lowercase().replace(TIERS),
        pl.col("region").replace({"not_available": None}),
        pl.col("model").str.split(", ").list.first(),  # a line item is a model and what of it
        pl.when(pl.col("step").str.contains(r"^(0|≤|<)")).then(0)
        .otherwise(pl.col("step").str.extract(r"(\d+)").cast(pl.Int64) * 1000 + 1).alias("step"),
    )  # fmt: skip


def _kept(frame: pl.DataFrame, shape: Shape) -> Requests:
    """Without the rows that are no model calls, or time buckets in which nothing happened."""
    calls = pl.lit(value=True)
    if shape.kinds:
        calls = pl.col("kind").is_in(shape.kinds) | (pl.col("kind").is_null() & pl.col("used"))
    if shape.summed:
        calls = calls & (pl.col("used") | pl.col("reported").is_not_null() | pl.col("wrong").is_not_null())
    kept = frame.filter(calls).drop("kind")
    return Requests(kept, frame.height - kept.height)
