"""Arrow arrays as `pricing.table` takes columns, and its answer as Arrow arrays. Needs the extra `table`.

A null is as if its row had left the value out. The answer's columns are

| column | what |
|---|---|
| `cost_usd` | exact decimal with 12 places, `decimal128(38, 12)` |
| `cost_error` | why the row has no price; null where it has |
| `cost_model`, `cost_provider` | what the row was priced as; null where nothing is sold under its terms |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pricing.errors import InvalidInput
from pricing.usage import Usage

try:
    import numpy as np
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
    import pyarrow.compute as pc  # type: ignore[import-untyped]
except ImportError:
    raise InvalidInput("Arrow columns need NumPy and pyarrow: pip install 'tokenplan[table]'") from None

from pricing.table import Column
from pricing.table.columns import AMOUNTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pricing.table import Priced

Array: TypeAlias = Any
"""A `pyarrow.Array`; the library ships no types."""

ADDED: Final = ("cost_usd", "cost_error", "cost_model", "cost_provider")
MONEY: Final = pa.decimal128(38, 12)
_WHOLE_FLOATS: Final = 2.0**53


def texts(name: str, column: Array) -> Column:
    """A column of texts.

    Raises:
        InvalidInput: it holds something else.
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if column.null_count == len(column):  # of whatever type: pandas makes floats of nothing
        return Column((None,), np.zeros(len(column), np.int32))
    if not is_text(kind):
        raise wrong_type(name, column, "text")
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.large_string()).dictionary_encode()
    values = encoded.dictionary.to_pylist()
    codes = encoded.indices.cast(pa.int32()).fill_null(len(values))
    return Column((*values, None), codes.to_numpy(zero_copy_only=False))


def quantities(name: str, bucket: str, column: Array) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """A bucket's column, and the rows whose floats are no counts, which are 0 in it.

    Floats that are whole are counts: pandas makes them of integers with gaps.

    Raises:
        InvalidInput: it holds something else than quantities.
    """
    none = np.empty(0, np.intp)
    default = getattr(Usage(), bucket)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if column.null_count == len(column):
        return np.full(len(column), int(default), np.int64), none
    if pa.types.is_integer(kind):
        return (column.fill_null(int(default)) if column.null_count else column).to_numpy(zero_copy_only=False), none
    if pa.types.is_decimal(kind) and kind.scale == 0:  # as some databases export integers
        try:
            return column.cast(pa.int64()).fill_null(int(default)).to_numpy(zero_copy_only=False), none
        except pa.ArrowInvalid:
            raise wrong_type(name, column, "integers; some of its values pass 64 bits") from None
    if pa.types.is_decimal(kind) and bucket in AMOUNTS:
        return np.array([default if each is None else each for each in column.to_pylist()], object), none
    if not pa.types.is_floating(kind):
        raise wrong_type(name, column, "numbers" if bucket in AMOUNTS else "integers")
    floats = column.fill_null(float(default)).to_numpy(zero_copy_only=False)
    if bucket in AMOUNTS:
        return floats, none
    whole = (floats == np.floor(floats)) & (np.abs(floats) <= _WHOLE_FLOATS)
    return np.where(whole, floats, 0).astype(np.int64), np.flatnonzero(~whole)


def instants(name: str, column: Array) -> NDArray[np.datetime64]:
    """A column of times or dates as UTC, where it has no zone; a null is NaT.

    Raises:
        InvalidInput: it holds something else.
    """
    if column.null_count == len(column):
        return np.full(len(column), np.datetime64("NaT", "us"))
    if not is_time(column.type):
        raise wrong_type(name, column, "dates or times; parse texts first")
    zone = getattr(column.type, "tz", None)  # Arrow keeps zoned times as UTC
    micros = pc.cast(column, pa.timestamp("us", tz=zone), safe=False).cast(pa.int64())
    least = np.iinfo(np.int64).min  # what NaT is
    filled = micros.fill_null(int(least)) if micros.null_count else micros
    return filled.to_numpy(zero_copy_only=False).view("datetime64[us]")  # type: ignore[no-any-return]


def is_text(kind: Any) -> bool:
    """Whether an Arrow type is one of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_time(kind: Any) -> bool:
    """Whether an Arrow type holds instants or days."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def is_date(kind: Any) -> bool:
    """Whether an Arrow type holds days without a time."""
    return bool(pa.types.is_date(kind))


def wrong_type(name: str, column: Array, wanted: str) -> InvalidInput:
    """The error of a column that holds something else than is wanted."""
    return InvalidInput(
        f"column {name!r} holds {column.type}; it must hold {wanted}", loc=(name,), value=str(column.type)
    )


def added(answer: Priced) -> Iterator[Array]:
    """The answer's columns, in the order of `ADDED`."""
    good = answer.errors < 0
    wide = np.zeros((len(good), 2), np.int64)  # 128-bit integers, the low half first
    wide[:, 0] = np.where(good, answer.amounts, 0)
    valid = pa.py_buffer(np.packbits(good, bitorder="little").tobytes())
    yield pa.Array.from_buffers(MONEY, len(good), [valid, pa.py_buffer(wide.tobytes())])
    yield decoded(answer.errors, [str(each) for each in answer.problems])
    models = [None if each is None else each.model for each in answer.chosen]
    yield decoded(answer.offers, [each.id if each else None for each in models])
    yield decoded(answer.offers, [each.provider if each else None for each in models])


def decoded(codes: NDArray[Any], values: list[str | None]) -> Array:
    """Texts by code; null below 0."""
    return pa.array([*values, None], pa.string()).take(pa.array(np.where(codes < 0, len(values), codes)))
