"""What comes in: texts as codes, quantities checked, and the errors of single rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from pricing.errors import InvalidInput, InvalidUsage, Problem, one_of
from pricing.table.codes import Codes, Ints, highest, same, slices
from pricing.usage import BUCKETS, LARGEST, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pricing.errors import TokenplanError

Table: TypeAlias = "NDArray[Any]"

UNPRICED: Final = int(np.iinfo(np.int64).min)
"""The amount of a row that has no price: a sum that takes it for money is absurd at once, never merely low."""

AMOUNTS: Final = tuple(name for name in BUCKETS if isinstance(getattr(Usage(), name), Decimal))
"""The buckets whose quantities may have decimals."""

_MICRO: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // _MICRO
_LATEST: Final = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // _MICRO


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of texts as its distinct values and, for each row, the index of its value; shape (rows,)."""

    values: tuple[str | None, ...]
    codes: Codes

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Column:
        """A column from a text, or None, for each row.

        Raises:
            InvalidInput: a value is no text.
        """
        known: dict[str | None, int] = {}
        codes = np.fromiter((known.setdefault(text, len(known)) for text in texts), np.int32)
        for value in known:
            if value is not None and type(value) is not str:
                raise InvalidInput(f"a column of texts holds {value!r}; each must be a text or None", value=value)
        return cls(tuple(known), codes)


Text: TypeAlias = Column | str | None


class Errors:
    """Each row's error, the first that was found; -1 where there is none."""

    def __init__(self, rows: int) -> None:
        self.codes: Codes = same(np.int32(-1), rows)
        self.problems: list[TokenplanError] = []
        self._known: dict[tuple[type, str], int] = {}

    def add(self, error: TokenplanError) -> int:
        """The code of an error; errors that say the same share one."""
        code = self._known.setdefault((type(error), str(error)), len(self.problems))
        if code == len(self.problems):
            self.problems.append(error)
        return code

    def put(self, rows: Ints | Sequence[int], codes: Codes | int) -> None:
        """Mark rows that have no error yet."""
        at = np.asarray(rows, np.int64)
        if not self.codes.flags.writeable:  # most tables have no error, and need no memory for it
            self.codes = self.codes.copy()
        free = self.codes[at] < 0
        self.codes[at[free]] = codes if isinstance(codes, int) else codes[free]


@dataclass(frozen=True, slots=True)
class Quantities:
    """The columns as they are counted: whole ones, the largest of each, and those with decimals."""

    counts: dict[str, Ints] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Table] = field(default_factory=dict)

    def usage(self, row: int) -> Usage:
        """One row as the scalar path takes it."""
        values: dict[str, Any] = {name: int(column[row]) for name, column in self.counts.items()}
        values |= {name: decimal(column[row]) for name, column in self.parts.items()}
        return Usage(**values)


@dataclass(frozen=True, slots=True)
class Instants:
    """The rows' instants, shape (rows,), and the first and last of them, in microseconds since 1970."""

    of: Ints
    low: int
    high: int


def one_length(usage: Mapping[str, Table], texts: Mapping[str, Text], as_of: object) -> int:
    """The length of all columns.

    Raises:
        InvalidInput: an unknown bucket, no column, or columns of several lengths.
    """
    for name in usage:
        if name not in BUCKETS:
            raise InvalidInput(f"unknown bucket {name!r}; {one_of(name, BUCKETS)}", loc=("usage", name), value=name)
    lengths = {name: len(column) for name, column in usage.items()}
    lengths |= {name: len(text.codes) for name, text in texts.items() if isinstance(text, Column)}
    lengths |= {"as_of": len(as_of)} if isinstance(as_of, np.ndarray) else {}
    if not lengths:
        raise InvalidInput("no column: give at least one, such as input_tokens", loc=("usage",))
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InvalidInput(f"columns must have one length; they have {said}", loc=("usage",))
    return next(iter(lengths.values()))


def quantities(usage: Mapping[str, Table], rows: int, errors: Errors) -> Quantities:
    """The columns checked, each row one request if nothing else is said.

    A quantity out of range is its row's error and counts as 0.

    Raises:
        InvalidInput: a column's dtype or shape holds no quantities.
    """
    taken = Quantities()
    wrong: dict[int, list[Problem]] = defaultdict(list)
    usage = {"requests": same(np.int64(1), rows), **usage}
    for name in (name for name in BUCKETS if name in usage):
        column = np.asarray(usage[name])
        whole = column.dtype.kind in "iu"
        if column.ndim != 1 or not (whole or (name in AMOUNTS and column.dtype.kind in "fO")):
            raise InvalidInput(
                f"{name} is {column.dtype} of shape {column.shape}; it must be one column of "
                + ("integers, floats or Decimals" if name in AMOUNTS else "integers"),
                loc=("usage", name),
            )
        if name in AMOUNTS:
            taken.parts[name] = _amounts(name, column, wrong)
        else:
            _count(name, column, taken, wrong)
    for row, problems in wrong.items():
        errors.put([row], errors.add(InvalidUsage.of(problems)))
    return taken


def _count(name: str, column: Table, taken: Quantities, wrong: dict[int, list[Problem]]) -> None:
    high = highest(column)
    if high > LARGEST:
        beyond = (column < 0) | (column > LARGEST)
        for row in np.flatnonzero(beyond).tolist():
            wrong[row].append(_no_quantity(name, int(column[row])))
        column = np.where(beyond, 0, column)
        high = int(column.max())
    if high or name == "requests":
        taken.counts[name], taken.most[name] = column.astype(np.int64, copy=False), high


def _amounts(name: str, column: Table, wrong: dict[int, list[Problem]]) -> Table:
    """A column of quantities with decimals, each the decimal that was meant; out of range is 0 and an error."""
    exact = np.empty(len(column), object)
    for row, given in enumerate(column.tolist()):
        value = decimal(given)
        if not value.is_finite() or not 0 <= value <= LARGEST:
            wrong[row].append(_no_quantity(name, given))
            value = Decimal(0)
        exact[row] = value
    return exact


def decimal(value: object) -> Decimal:
    """The decimal that a number's shortest text says; NaN where it is none."""
    if isinstance(value, Decimal):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if number else Decimal("NaN")


def _no_quantity(name: str, value: object) -> Problem:
    kind = "a decimal number" if name in AMOUNTS else "a whole number"
    shown = value if isinstance(value, int | float | Decimal) else str(value)
    return Problem(("usage", name), f"{name} is {shown!r}; it must be {kind} from 0 to {LARGEST}", shown)


def instants(as_of: Table | datetime, rows: int, errors: Errors) -> Instants:
    """The rows' instants; a missing one, or one beyond the years 1 to 9999, is its row's error and stands as 1970.

    Raises:
        InvalidInput: no column of datetime64.
    """
    if isinstance(as_of, datetime):
        micros = micros_of(as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC))
        return Instants(same(np.int64(micros), rows), micros, micros)
    if as_of.dtype.kind != "M" or as_of.ndim != 1:
        raise InvalidInput(f"as_of is {as_of.dtype}; it must be one column of datetime64", loc=("as_of",))
    at: Ints = as_of.astype("datetime64[us]", copy=False).view(np.int64)
    low, high = _bounds(at)
    if low < _EARLIEST or high > _LATEST:
        wrong = (at < _EARLIEST) | (at > _LATEST)  # NaT is the least integer
        error = InvalidInput("as_of is missing (NaT) or lies beyond the years 1 to 9999", loc=("as_of",))
        errors.put(np.flatnonzero(wrong), errors.add(error))
        at = np.where(wrong, 0, at)
        low, high = _bounds(at)
    return Instants(at, low, high)


def _bounds(column: Ints) -> tuple[int, int]:
    """The lowest and the highest; 0 where there is none."""
    ends = [(int(column[part].min()), int(column[part].max())) for part in slices(len(column))]
    return min((low for low, _ in ends), default=0), max((high for _, high in ends), default=0)


def micros_of(at: datetime) -> int:
    """An instant as microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


def instant(micros: int) -> datetime:
    """Microseconds since 1970 as an instant."""
    return _EPOCH + timedelta(microseconds=micros)
