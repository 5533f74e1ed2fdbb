"""Exact totals of results by group, a batch at a time, and their sum over parts: integers of any size."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from planner.bulk.arrays import np, pa, pc
from planner.bulk.kernel import WARNINGS
from planner.bulk.questions import PERIODS
from pricing.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from planner.bulk.batch import Batch, Refused

    Group = tuple[str | None, ...]

MOST_GROUPS: Final = 1_000_000
_MOST_WARNINGS: Final = 100
_DENSE: Final = 1 << 20
_LARGE: Final = 1 << 40
_EXACT: Final = 1 << 53
_HOUR: Final = 3_600_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS: Final = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(slots=True)
class Totals:
    """Sums of `measures` by the values of `by`, rows without a result by kind of error, what prices said.

    A group's sums are its rows, then one a measure.
    """

    by: tuple[str, ...]
    measures: tuple[str, ...]
    rows: int = 0
    refused: int = 0
    groups: dict[Group, list[int]] = field(default_factory=dict)
    errors: dict[str, list[Any]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)

    def add(self, batch: Batch, results: Any) -> Sequence[int]:
        """Add a batch's results; the rows of it that have none are returned, to be kept with their reasons."""
        import json  # noqa: PLC0415

        units = results.column("cost_units")
        self.rows += len(units)
        self.warn(batch.picked.notes)
        self.warn(json.loads(results.schema.metadata[WARNINGS]))
        good = np.ones(len(units), bool) if not units.null_count else units.is_valid().to_numpy(zero_copy_only=False)
        codes, labels = _grouped(self.by, batch.rows, results)
        size = int(codes.max()) + 1 if len(codes) else 0
        if not good.all():
            codes = codes[good]
        counts = np.bincount(codes, minlength=size)
        sums = [_sums(codes, results.column(name), good, size) for name in self.measures]
        for code in np.flatnonzero(counts).tolist():
            self.put(labels(code), (int(counts[code]), *(each(code) for each in sums)))
        return np.flatnonzero(~good).tolist()

    def put(self, group: Group, sums: Iterable[int]) -> None:
        """Add to one group.

        Raises:
            TooLarge: more groups than a person or a driver can hold.
        """
        held = self.groups.get(group)
        if held is None:
            if len(self.groups) >= MOST_GROUPS:
                raise TooLarge(
                    f"totals by {', '.join(self.by)} have more than {MOST_GROUPS} groups; part them by fewer columns",
                    loc=("by",),
                    value=list(self.by),
                )
            self.groups[group] = list(sums)
            return
        for at, more in enumerate(sums):
            held[at] += more

    def refuse(self, refused: Refused, path: str) -> None:
        """Count a row without a result."""
        self.refused += 1
        slug = refused.error.slug
        self.errors.setdefault(slug, [0, f"{path}, {refused.place}: {refused.error}"])[0] += 1

    def warn(self, said: Iterable[str]) -> None:
        """Keep what is said, each once, and no more than a hundred."""
        for each in said:
            if len(self.warnings) < _MOST_WARNINGS:
                self.warnings[each] = None

    def as_json(self) -> dict[str, Any]:
        """The totals as a part's record holds them."""
        return {
            "rows": self.rows,
            "refused": self.refused,
            "groups": [[list(group), *sums] for group, sums in sorted(self.groups.items(), key=_ordered)],
            "errors": self.errors,
            "warnings": list(self.warnings),
        }

    def merge(self, record: dict[str, Any]) -> None:
        """Add a part's record."""
        self.rows += record["rows"]
        self.refused += record["refused"]
        for group, *sums in record["groups"]:
            self.put(tuple(group), sums)
        for slug, (count, first) in record["errors"].items():
            self.errors.setdefault(slug, [0, first])[0] += count
        self.warn(record["warnings"])

    def total(self) -> list[int]:
        """The sums over all groups."""
        width = len(self.measures) + 1
        return [sum(sums[at] for sums in self.groups.values()) for at in range(width)]


def _ordered(item: tuple[Group, list[int]]) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in item[0]]


def ordered(groups: Iterable[tuple[Group, list[int]]]) -> list[tuple[Group, list[int]]]:
    """Groups by their values, rows that left one out last."""
    return sorted(groups, key=_ordered)


def _sums(codes: NDArray[Any], column: Any, good: NDArray[np.bool_], size: int) -> Callable[[int], int]:
    """A function from a group's code to its exact sum; values that are large are summed in halves."""
    values = (column.fill_null(0) if column.null_count else column).to_numpy(zero_copy_only=False)
    values = values if len(codes) == len(values) else values[good]
    most = int(values.max()) if values.size else 0
    if most < _LARGE:
        found = _added(codes, values, most, size)
        return lambda code: int(found[code])
    low, high = (_added(codes, half, 1 << 32, size) for half in (values & 0xFFFFFFFF, values >> 32))
    return lambda code: int(low[code]) + (int(high[code]) << 32)


def _added(codes: NDArray[Any], values: NDArray[np.int64], most: int, size: int) -> NDArray[np.int64]:
    """Sums by code: floats add integers exactly as long as the sum stays below 2^53, so no longer at a time."""
    step = _EXACT // max(most, 1)
    found = np.zeros(size, np.int64)
    for at in range(0, len(codes), step):
        part = slice(at, at + step)
        found += np.bincount(codes[part], weights=values[part], minlength=size).astype(np.int64)
    return found


def _grouped(by: Sequence[str], rows: Any, results: Any) -> tuple[NDArray[Any], Any]:
    """Each row's group as a code, and the function from a code to the group's values."""
    parted = [_parted(name, rows, results) for name in by]
    codes = np.zeros(results.num_rows, np.int64)
    span = 1
    for each, labels in parted:
        codes = codes * len(labels) + each if span > 1 else codes + each
        span *= len(labels)
    sizes = [len(labels) for _, labels in parted]
    found = np.arange(span)
    if span > _DENSE:
        found, codes = np.unique(codes, return_inverse=True)

    def labelled(code: int) -> Group:
        left, values = int(found[code]), []
        for size, (_, labels) in zip(reversed(sizes), reversed(parted), strict=True):  # the last turns fastest
            left, at = divmod(left, size)
            values.append(labels[at])
        return tuple(reversed(values))

    return codes, labelled


def _parted(name: str, rows: Any, results: Any) -> tuple[NDArray[np.int64], Sequence[str | None]]:
    """One of `by` as codes and the values that they stand for."""
    if name in PERIODS:
        return _periods(name, results.column("cost_at"))
    if name == "provider":
        return _codes(results.column("cost_provider"))
    if name == "model":
        codes, models = _codes(results.column("cost_model"))
        providers = results.column("cost_provider").dictionary.to_pylist()
        return codes, [each and f"{seller}/{each}" for each, seller in zip(models, [*providers, None], strict=True)]
    column = rows.column(name)
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    codes, labels = _codes(column)
    return codes, [each if each is None else str(each) for each in labels]


def _codes(column: Any) -> tuple[NDArray[np.int64], list[Any]]:
    labels = [*column.dictionary.to_pylist(), None]
    codes = column.indices
    if codes.null_count:
        codes = codes.fill_null(len(labels) - 1)
    return codes.to_numpy(zero_copy_only=False), labels


def _periods(name: str, at: Any) -> tuple[NDArray[np.int64], Sequence[str]]:
    """Instants by the hour, day, month or year (UTC) that they lie in."""
    micros = at.cast(pa.int64()).to_numpy(zero_copy_only=False)
    length = _HOUR if name == "hour" else 24 * _HOUR
    numbers = micros // length
    least = int(numbers.min()) if len(numbers) else 0
    numbers -= least
    count = int(numbers.max()) + 1 if len(numbers) else 1
    if count > _DENSE:
        values = pc.strftime(at, _FORMS[name]).dictionary_encode()
        return _codes(values)
    days = [(_EPOCH + timedelta(microseconds=(least + each) * length)).strftime(_FORMS[name]) for each in range(count)]
    return numbers, days
