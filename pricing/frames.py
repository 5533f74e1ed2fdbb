"""Costs beside the rows of a Polars, pandas or Arrow table. Needs the extra `table`.

Which column is what goes by name: `model`, `provider`, `service_tier`, `region`, `as_of`, and the billing buckets. A
null is as if its row had left the value out. Other columns are left alone, with a warning for one that may have been
meant as one of these (`tier`, `prompt_tokens`). Added are the columns of `pricing.arrow`:
`cost_usd` (Polars `Decimal(38, 12)`, Arrow and pandas `decimal128(38, 12)`), `cost_error`, `cost_model` and
`cost_provider`.
"""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pricing.errors import InvalidInput, one_of
from pricing.usage import BUCKETS

try:
    import narwhals as nw
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
except ImportError:
    raise InvalidInput("frames need narwhals, NumPy and pyarrow: pip install 'tokenplan[table]'") from None

from pricing import arrow
from pricing.arrow import ADDED
from pricing.catalog import Catalog
from pricing.headers import meant
from pricing.table import price as price_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

Frame = TypeVar("Frame")


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
    texts = {
        key: arrow.texts(name, _arrow(held, name)) if name in columns or name != key else None
        for key, name in optional.items()
    }
    buckets = _buckets(columns, usage)
    answer = price_table(
        catalog or Catalog(),
        {bucket: _quantities(held, bucket, name) for bucket, name in buckets.items()},
        model=arrow.texts(model, _arrow(held, model)),
        provider=texts["provider"],
        service_tier=texts["service_tier"],
        region=texts["region"],
        as_of=as_of if isinstance(as_of, datetime) else _instants(held, as_of),
    )
    _warn_of_others(columns, {model, provider, service_tier, region, str(as_of), *buckets.values()})
    return _with(held, dict(zip(ADDED, arrow.added(answer), strict=True)))  # type: ignore[no-any-return]  # the frame given


def _warn_of_others(columns: Iterable[str], priced: set[str]) -> None:
    """A warning for each column that no price depends on but that may have been meant to."""
    for name in columns:
        if name not in priced and (ours := meant(name)):
            option = f"usage={{{ours!r}: {name!r}}}" if ours in BUCKETS else f"{ours}={name!r}"
            warnings.warn(f"column {name!r} is not priced; if it is meant as {ours}, say {option}", stacklevel=3)


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


def _quantities(held: nw.DataFrame[Any], bucket: str, name: str) -> NDArray[Any]:
    """A bucket's column; of floats, all must be counts."""
    column = _arrow(held, name)
    values, fractions = arrow.quantities(name, bucket, column)
    if len(fractions):
        raise arrow.wrong_type(name, column, "integers; some of its values are no whole numbers")
    return values


def _instants(held: nw.DataFrame[Any], name: str) -> NDArray[np.datetime64]:
    """A column of times; a null is NaT, which is its row's error."""
    if name not in held.columns:
        raise InvalidInput(
            f"the table has no column {name!r}; say as_of=, the name of a column of times or one datetime for all rows",
            loc=("as_of",),
            value=name,
        )
    return arrow.instants(name, _arrow(held, name))


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
