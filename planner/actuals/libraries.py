"""The one place that asks whether the extra `actuals` is installed."""

from __future__ import annotations

from pricing.errors import InvalidInput

try:
    import numpy as np
    import polars as pl
except ImportError:
    raise InvalidInput("usage logs need Polars and NumPy: pip install 'tokenplan[actuals]'") from None

__all__ = ["np", "pl"]
