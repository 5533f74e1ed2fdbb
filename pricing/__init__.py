"""What a model costs: dated, sourced facts and exact arithmetic. Knows no tokenizer, no plan, no web.

>>> from pricing import Catalog, Usage, cost
>>> from datetime import UTC, datetime
>>> catalog = Catalog()
>>> answer = cost(
...     Usage(input_tokens=1000, output_tokens=200),
...     catalog.resolve("gpt-5-mini"),
...     at=datetime(2026, 11, 23, tzinfo=UTC),
... )
>>> str(answer.total_usd)
'0.00065000'
"""

from pricing.catalog import Catalog, Provider
from pricing.cost import Cost, Line, cost
from pricing.errors import (
    AmbiguousModel,
    BadCatalog,
    InvalidInput,
    InvalidUsage,
    NoRule,
    NotCountable,
    NotPriced,
    Problem,
    TokenplanError,
    TooLarge,
    UnknownModel,
)
from pricing.names import Resolution
from pricing.rates import CatalogRef, Limits, Model, ModelRef, Rate, RateSet, Uplift, Window
from pricing.usage import BUCKETS, Bucket, Usage

__all__ = [
    "BUCKETS",
    "AmbiguousModel",
    "BadCatalog",
    "Bucket",
    "Catalog",
    "CatalogRef",
    "Cost",
    "InvalidInput",
    "InvalidUsage",
    "Limits",
    "Line",
    "Model",
    "ModelRef",
    "NoRule",
    "NotCountable",
    "NotPriced",
    "Problem",
    "Provider",
    "Rate",
    "RateSet",
    "Resolution",
    "TokenplanError",
    "TooLarge",
    "UnknownModel",
    "Uplift",
    "Usage",
    "Window",
    "cost",
]
