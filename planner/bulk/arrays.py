"""The one place that asks whether the extra `bulk` is installed."""

from __future__ import annotations

from pricing.errors import InvalidInput

try:
    import numpy as np
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
    import pyarrow.compute as pc  # type: ignore[import-untyped]
    import pyarrow.fs as pafs  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
except ImportError:
    raise InvalidInput("bulk jobs need NumPy and pyarrow: pip install 'tokenplan[bulk]'") from None

__all__ = ["np", "pa", "pafs", "pc", "pq"]
