"""Costs beside the rows of a Polars, pandas or Arrow table. Needs the extra `table`.

Which column is what goes by name: `model`, `provider`, `service_tier`, `region`, `as_of`, and the billing buckets. A
null in a bucket means that it is not used; a null provider, tier or region is the default. Other columns are left
alone. Added are

| column | what |
|---|---|
| `cost_usd` | exact decimal with 12 places (Polars `Decimal(38, 12)`, Arrow and pandas `decimal128(38, 12)`) |
| `cost_error` | why the row has no price; null where it has |
| `cost_model`, `cost_provider` | what the row was priced as; null where nothing is sold under its terms |
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pricing.errors import InvalidInput, one_of
from pricing.usage import BUCKETS

try:
    import narwhals as nw
    import numpy as np
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
    import pyarrow.compute as pc  # type: ignore[import-untyped]
except ImportError:
    raise InvalidInput("frames need narwhals, NumPy and pyarrow: pip install 'tokenplan[table]'") from None

from pricing.catalog import Catalog
from pricing.table import Column
from pricing.table import price as price_table
from pricing.table.columns import AMOUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pricing.table import Priced

Frame = TypeVar("Frame")

ADDED: Final = ("cost_usd", "cost_error", "cost_model", "cost_provider")
MONEY: Final = pa.decimal128(38, 12)


def price(
    df: Frame,
    catalog: Catalog | None = None,
    *,
    model: str = "model",
    provider: str = "provider",
    service_tier: str = "service_tier",
    region: str = "region",
    as_of: str | datetime = "as_of",
    usage: Mapping[str, str] | None = None,
) -> Frame:
    """The same table with `cost_usd`, `cost_error`, `cost_model` and `cost_provider` added; see `pricing.table.price`.

    The texts name columns; of these only `model` must be there. `as_of` names a column of instants or dates, UTC where
    it has no zone, or is one instant for all rows. `usage` maps buckets to the columns that hold them; left out, the
    columns that are named like buckets do.

    Raises:
        InvalidInput: no Polars, pandas or Arrow table, a column that is missing or of a wrong type, or one that the
            answer would overwrite. What is wrong with a row stands in its `cost_error`.
    """
    held = _opened(df)
    columns = held.columns
    for name in ADDED:
        if name in columns:
            raise InvalidInput(f"the table has a column {name!r} already; drop or rename it", loc=(name,))
    optional = {"provider": provider, "service_tier": service_tier, "region": region}
    texts = {key: _texts(held, name) if name in columns or name != key else None for key, name in optional.items()}
    answer = price_table(
        catalog or Catalog(),
        {bucket: _quantities(held, bucket, name) for bucket, name in _buckets(columns, usage).items()},
        model=_texts(held, model),
        provider=texts["provider"],
        service_tier=texts["service_tier"],
        region=texts["region"],
        as_of=as_of if isinstance(as_of, datetime) else _instants(held, as_of),
    )
    return _with(held, dict(zip(ADDED, _added(answer), strict=True)))  # type: ignore[no-any-return]  # the frame given


def _opened(df: object) -> nw.DataFrame[Any]:
    try:
        held: nw.DataFrame[Any] = nw.from_native(df, eager_only=True)
    except TypeError:
        held = None  # type: ignore[assignment]
    if held is None or not (held.implementation.is_polars() or held.implementation.is_pandas() or _is_arrow(held)):
        raise InvalidInput(
            f"{type(df).__name__} is no table to price; give a Polars or pandas DataFrame (collect a LazyFrame first) "
            "or a pyarrow Table",
            loc=("df",),
        )
    return held


def _is_arrow(held: nw.DataFrame[Any]) -> bool:
    return bool(held.implementation.is_pyarrow())


def _buckets(columns: list[str], usage: Mapping[str, str] | None) -> dict[str, str]:
    """Which column holds which bucket."""
    found = {name: name for name in BUCKETS if name in columns} if usage is None else dict(usage)
    for bucket in found:
        if bucket not in BUCKETS:
            raise InvalidInput(
                f"unknown bucket {bucket!r}; {one_of(bucket, BUCKETS)}", loc=("usage", bucket), value=bucket
            )
    if not found:
        raise InvalidInput(
            f"no column is named like a billing bucket; name one of {', '.join(BUCKETS)}, or say usage=", loc=("usage",)
        )
    return found


def _arrow(held: nw.DataFrame[Any], name: str) -> Any:
    """A column as one Arrow array."""
    if name not in held.columns:
        raise InvalidInput(f"the table has no column {name!r}; {one_of(name, held.columns)}", loc=(name,), value=name)
    try:
        column = held.get_column(name).to_arrow()
    except (pa.ArrowException, TypeError) as error:
        raise InvalidInput(f"column {name!r} mixes types: {error}", loc=(name,)) from None
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def _wrong(name: str, column: Any, wanted: str) -> InvalidInput:
    return InvalidInput(
        f"column {name!r} holds {column.type}; it must hold {wanted}", loc=(name,), value=str(column.type)
    )


def _texts(held: nw.DataFrame[Any], name: str) -> Column:
    column = _arrow(held, name)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if column.null_count == len(column):  # of whatever type: pandas makes floats of nothing
        return Column((None,), np.zeros(len(column), np.int32))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        raise _wrong(name, column, "text")
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.large_string()).dictionary_encode()
    values = encoded.dictionary.to_pylist()
    codes = encoded.indices.cast(pa.int32()).fill_null(len(values))
    return Column((*values, None), codes.to_numpy(zero_copy_only=False))


def _quantities(held: nw.DataFrame[Any], bucket: str, name: str) -> NDArray[Any]:
    """A bucket's column, 0 for null. Floats that are all whole are counts: pandas makes them of integers with gaps."""
    column = _arrow(held, name)
    kind = column.type
    if column.null_count == len(column):
        return np.zeros(len(column), np.int64)
    if pa.types.is_integer(kind):
        return column.fill_null(0).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
    if pa.types.is_decimal(kind) and bucket in AMOUNTS:
        return np.array([0 if each is None else each for each in column.to_pylist()], object)
    if not pa.types.is_floating(kind):
        raise _wrong(name, column, "numbers" if bucket in AMOUNTS else "integers")
    floats = column.fill_null(0.0).to_numpy(zero_copy_only=False)
    if bucket in AMOUNTS:
        return floats  # type: ignore[no-any-return]
    if not (floats == np.floor(floats)).all() or (np.abs(floats) > 2.0**53).any():
        raise _wrong(name, column, "integers; some of its values are no whole numbers")
    return floats.astype(np.int64)  # type: ignore[no-any-return]


def _instants(held: nw.DataFrame[Any], name: str) -> NDArray[np.datetime64]:
    """A column of times as UTC; a null is NaT, which is its row's error."""
    if name not in held.columns:
        raise InvalidInput(
            f"the table has no column {name!r}; say as_of=, the name of a column of times or one datetime for all rows",
            loc=("as_of",),
            value=name,
        )
    column = _arrow(held, name)
    if column.null_count == len(column):
        return np.full(len(column), np.datetime64("NaT", "us"))
    if not (pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)):
        raise _wrong(name, column, "dates or times; parse texts first")
    zone = getattr(column.type, "tz", None)  # Arrow keeps zoned times as UTC
    micros = pc.cast(column, pa.timestamp("us", tz=zone), safe=False).cast(pa.int64())
    least = np.iinfo(np.int64).min  # what NaT is
    return micros.fill_null(int(least)).to_numpy(zero_copy_only=False).view("datetime64[us]")  # type: ignore[no-any-return]


def _added(answer: Priced) -> Iterable[Any]:
    """The new columns as Arrow arrays, in the order of `ADDED`."""
    good = answer.errors < 0
    wide = np.zeros((len(good), 2), np.int64)  # 128-bit integers, the low half first
    wide[:, 0] = np.where(good, answer.amounts, 0)
    valid = pa.py_buffer(np.packbits(good, bitorder="little").tobytes())
    yield pa.Array.from_buffers(MONEY, len(good), [valid, pa.py_buffer(wide.tobytes())])
    yield _decoded(answer.errors, [str(each) for each in answer.problems])
    models = [None if each is None else each.model for each in answer.chosen]
    yield _decoded(answer.offers, [each.id if each else None for each in models])
    yield _decoded(answer.offers, [each.provider if each else None for each in models])


def _decoded(codes: NDArray[Any], values: list[str | None]) -> Any:
    """Texts by code; null below 0."""
    return pa.array([*values, None], pa.string()).take(pa.array(np.where(codes < 0, len(values), codes)))


def _with(held: nw.DataFrame[Any], added: dict[str, Any]) -> Any:
    """The frame as it was given, with the new columns in its own kind of arrays."""
    native = held.to_native()
    if _is_arrow(held):
        for name, column in added.items():
            native = native.append_column(name, column)
        return native
    library: Any = held.implementation.to_native_namespace()
    if held.implementation.is_polars():
        return native.with_columns(**{name: library.from_arrow(column) for name, column in added.items()})
    kinds = {name: library.arrays.ArrowExtensionArray(pa.chunked_array([column])) for name, column in added.items()}
    return native.assign(**{name: library.Series(kind, index=native.index) for name, kind in kinds.items()})
