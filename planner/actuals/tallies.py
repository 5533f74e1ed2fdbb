"""Sums over a log, batch by batch: groups, rows without a price by reason, counts of values for exact percentiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from planner.actuals.libraries import pl
from pricing.errors import InvalidInput
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator

_HALF: Final = 1 << 32
_COMPACT: Final = 32
_REASONS: Final = 50
_PROMPT: Final = tuple(name for name, bucket in BUCKETS.items() if bucket.prompt)
_READS: Final = tuple(name for name in _PROMPT if "_read_" in name)
_WRITES: Final = tuple(name for name in _PROMPT if "_write_" in name)
_OUTPUT: Final = ("output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens")
PERIODS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "hour": "%Y-%m-%dT%H:00Z"}


@dataclass(slots=True)
class Sums:
    """Groups by keys, summed; memory holds the groups, not the rows."""

    by: Sequence[str]
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Add a priced batch."""
        keys = [_key(name) for name in self.by]
        self._parts.append(frame.group_by(keys).agg(_sums(frame)) if keys else frame.select(_sums(frame)))
        if len(self._parts) >= _COMPACT:
            self._parts = [self._merged()]

    def rows(self) -> list[dict[str, Any]]:
        """The groups, each its keys and sums, `units` exact."""
        if not self._parts:
            return []
        found = self._merged().to_dicts()
        for row in found:
            row["units"] = row.pop("high") * _HALF + row.pop("low")
        return found

    def _merged(self) -> pl.DataFrame:
        every = pl.concat(self._parts, how="diagonal_relaxed")
        sums = pl.all().exclude(*self.by).sum() if self.by else pl.all().sum()
        return every.group_by(self.by, maintain_order=True).agg(sums) if self.by else every.select(sums)


@dataclass(slots=True)
class LineSums:
    """What each bucket's use and cost add up to in each group, of rows that were billed."""

    by: Sequence[str]
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Add a priced batch with its lines."""
        names = [name for name in BUCKETS if name in frame.columns and name != "requests"]
        amounts = [name for name in frame.columns if name.startswith("units.")]
        wide = {name: pl.Int128 if frame[name].dtype.is_integer() else pl.Float64 for name in (*names, *amounts)}
        sums = [pl.col(name).cast(kind).sum() for name, kind in wide.items()]
        billed = frame.filter(pl.col("units").is_not_null())
        counted = pl.col("requests").fill_null(0).sum(), pl.col("requests").is_null().sum().alias("uncounted")
        self._parts.append(billed.group_by(self.by).agg(*counted, *sums))
        if len(self._parts) >= _COMPACT:
            self._parts = [self._merged()]

    def rows(self) -> list[dict[str, Any]]:
        """The groups."""
        return self._merged().sort(self.by).to_dicts() if self._parts else []

    def _merged(self) -> pl.DataFrame:
        every = pl.concat(self._parts, how="diagonal_relaxed")
        return every.group_by(self.by).agg(pl.all().exclude(*self.by).sum())


def _key(name: str) -> pl.Expr:
    return pl.col("at").dt.strftime(PERIODS[name]).alias(name) if name in PERIODS else pl.col(name)


def total(frame: pl.DataFrame, names: Sequence[str]) -> pl.Expr:
    """The sum of those columns that a frame has, row by row."""
    there = [pl.col(name) for name in names if name in frame.columns]
    return pl.sum_horizontal(there) if there else pl.lit(0, pl.Int64)


def prompt(frame: pl.DataFrame) -> pl.Expr:
    """The whole prompt, cache included."""
    return total(frame, _PROMPT)


def reads(frame: pl.DataFrame) -> pl.Expr:
    """What was read from a cache."""
    return total(frame, _READS)


def output(frame: pl.DataFrame) -> pl.Expr:
    """All that was generated, reasoning included."""
    return total(frame, _OUTPUT)


def _sums(frame: pl.DataFrame) -> list[pl.Expr]:
    units = pl.col("units").fill_null(0)
    count = pl.col("requests").fill_null(0)
    high = units // _HALF
    return [
        each.cast(pl.Int64).sum().alias(name)
        for name, each in {
            "rows": pl.col("line").is_not_null(),
            "requests": count,
            "uncounted": pl.col("requests").is_null(),
            "failed": pl.when(pl.col("failed")).then(count).otherwise(0),
            "own_cache": pl.when(pl.col("own_cache")).then(count).otherwise(0),
            "unpriced": pl.col("error").is_not_null(),
            "retries": pl.col("retries").fill_null(0),
            "prompt_tokens": prompt(frame),
            "cache_read_tokens": reads(frame),
            "cache_write_tokens": total(frame, _WRITES),
            "output_tokens": output(frame),
            "high": high,
            "low": units - high * _HALF,
        }.items()
    ] + [pl.col("reported").sum(), pl.col("reported").count().cast(pl.Int64).alias("reports")]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Rows without a price for one reason: the model as the log has it, how many, the first of them."""

    reason: str
    model: str | None
    rows: int
    first: str


@dataclass(slots=True)
class Refused:
    """Rows without a price, by reason and model; beyond so many reasons, as one."""

    _found: dict[tuple[str, str | None], list[Any]] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, where: str) -> None:
        """Add a priced batch."""
        wrong = frame.filter(pl.col("error").is_not_null())
        if not wrong.height:
            return
        for error, model, rows, line in (
            wrong.group_by("error", "model", maintain_order=True).agg(pl.len(), pl.col("line").min()).iter_rows()
        ):
            key = (error, model)
            if key not in self._found and len(self._found) >= _REASONS:
                key = ("other reasons", None)
            self._found.setdefault(key, [0, f"{where}: line {line}"])[0] += rows

    def listed(self) -> tuple[Unpriced, ...]:
        """Each reason, the most rows first."""
        every = (Unpriced(reason, model, rows, first) for (reason, model), (rows, first) in self._found.items())
        return tuple(sorted(every, key=lambda each: -each.rows))


@dataclass(slots=True)
class Currencies:
    """The one currency in which a log reports money."""

    _first: tuple[str, str] | None = None

    def add(self, frame: pl.DataFrame, where: str) -> None:
        """Look at a batch.

        Raises:
            InvalidInput: a second currency; names where each stands.
        """
        said = frame.filter(pl.col("reported").is_not_null()).select("line", pl.col("currency").fill_null("USD"))
        for currency, line in said.group_by("currency", maintain_order=True).agg(pl.col("line").first()).iter_rows():
            place = f"{where}: line {line}"
            first, at = self._first = self._first or (currency, place)
            if currency != first:
                raise InvalidInput(
                    f"{place}: reports money in {currency}, but {at} in {first}; "
                    "one log has one currency: split it, or leave the column out with --map",
                    loc=("rows", line, "currency"),
                    value=currency,
                )

    @property
    def name(self) -> str | None:
        """The currency; None where nothing is reported."""
        return None if self._first is None else self._first[0]


@dataclass(slots=True)
class Values:
    """How often each value occurs in each group: exact percentiles whatever the number of rows."""

    by: Sequence[str]
    value: str
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Count a batch's values; nulls are none."""
        held = frame.filter(pl.col(self.value).is_not_null())
        self._parts.append(held.group_by(*self.by, self.value).agg(pl.len().cast(pl.Int64).alias("count")))
        if len(self._parts) >= _COMPACT:
            self._parts = [self._merged()]

    def _merged(self) -> pl.DataFrame:
        return pl.concat(self._parts).group_by(*self.by, self.value).agg(pl.col("count").sum())

    def groups(self) -> Iterator[tuple[tuple[Any, ...], pl.DataFrame]]:
        """Each group's values in ascending order with their counts."""
        if self._parts:
            merged = self._merged().sort(self.value)
            yield from merged.group_by(self.by, maintain_order=True) if self.by else [((), merged)]


def percentile(values: pl.DataFrame, share: float) -> float:
    """The smallest value that at least that share does not exceed (the inverse of the empirical distribution)."""
    counts = values["count"]
    reached = counts.cum_sum() >= share * int(counts.sum())
    return float(values.to_series(values.width - 2)[int(reached.arg_max() or 0)])
