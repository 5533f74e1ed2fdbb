"""What a log's column holds as counts, numbers, texts or instants, and which of its rows hold something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from planner.actuals.libraries import pl
from pricing.usage import LARGEST

Reading: TypeAlias = Callable[[pl.Series], tuple[pl.Series, pl.Series]]
"""A column -> its values, null where there is none, and which rows are refused."""

UNITS: Final = {"ms": 0.001, "cents": 0.01}
_STAMP: Final = pl.Datetime("us")
_FORMS: Final = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d")
_SCALES: Final = ((1e11, 1_000_000.0), (1e14, 1_000.0), (1e17, 1.0), (float("inf"), 0.001))
"""Epochs below each bound are in seconds, milliseconds, microseconds, nanoseconds: factors to microseconds."""


def counts(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A whole number from 0 on."""
    if column.dtype.is_integer():
        found = column.cast(pl.Int64, strict=False)
    else:
        number, _ = numbers(column)
        found = without(number, number != number.floor()).cast(pl.Int64, strict=False)
    found = without(found, (found < 0) | (found > LARGEST))
    return found, found.is_null() & ~_nothing(column)


def numbers(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A finite number."""
    if column.dtype == pl.Boolean:
        found = pl.Series([None] * len(column), dtype=pl.Float64)
    else:
        cells = column.str.strip_chars() if column.dtype == pl.String else column
        found = cells.cast(pl.Float64, strict=False)
        found = without(found, ~found.is_finite())
    return found, found.is_null() & ~_nothing(column)


def texts(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A text; an empty one is none."""
    found = column.cast(pl.String, strict=False).str.strip_chars()
    found = without(found, found == "")
    return found, pl.repeat(value=False, n=len(column), eager=True)


def instants(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """An instant in UTC, where it has no zone."""
    if column.dtype == pl.Date:
        found = column.cast(_STAMP)
    elif isinstance(column.dtype, pl.Datetime):
        zoned = column.dtype.time_zone is not None
        found = (column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else column).cast(_STAMP)
    elif column.dtype == pl.String:
        cells = column.str.strip_chars()
        found = _written(cells)
        found = found.zip_with(found.is_not_null(), _epoch(cells.cast(pl.Float64, strict=False)))
    else:
        found = _epoch(column.cast(pl.Float64, strict=False))
    return found, found.is_null() & ~_nothing(column)


def _written(cells: pl.Series) -> pl.Series:
    """ISO 8601 texts; the two usual forms at once, what is left one by one."""
    bare = cells.str.replace(r"(Z|\+00:?00| UTC)$", "").str.replace(" ", "T", literal=True)
    found = bare.str.to_datetime(_FORMS[0], time_unit="us", strict=False)
    for form in _FORMS[1:]:
        found = found.zip_with(found.is_not_null(), bare.str.to_date(form, strict=False).cast(_STAMP))
    left = found.is_null() & cells.is_not_null()
    if not left.any():
        return found
    alone = [_parsed(text) if wanted else None for text, wanted in zip(cells.to_list(), left.to_list(), strict=True)]
    return found.zip_with(~left, pl.Series(alone, dtype=_STAMP))


def _parsed(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except OverflowError:
        return None


def _epoch(number: pl.Series) -> pl.Series:
    size = number.abs()
    micros = pl.Series([None] * len(number), dtype=pl.Float64)
    for bound, factor in reversed(_SCALES):
        micros = micros.zip_with(size >= bound, number * factor)
    return micros.cast(pl.Int64, strict=False).cast(_STAMP)


def _nothing(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column.is_null() | (column.str.strip_chars() == "")
    if column.dtype.is_float():
        return column.is_null() | column.is_nan()
    return column.is_null()


WANTED: Final[dict[Reading, str]] = {
    counts: f"it must be a whole number from 0 to {LARGEST}",
    numbers: "it must be a number",
    texts: "it must be a text",
    instants: "it must be an ISO 8601 instant, or seconds, milliseconds, microseconds or nanoseconds since 1970",
}
"""What a message says of each reading."""


def without(column: pl.Series, where: pl.Series) -> pl.Series:
    """A column without the values of some rows."""
    return column.zip_with(~where.fill_null(value=False), column.clear(len(column)))
