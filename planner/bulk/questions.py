"""What is asked of a bulk job, and what it answers: values without any library behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from pricing.rates import CatalogRef

PERIODS: Final = ("hour", "day", "month", "year")
"""Words of `by` that stand for a stretch of the instants (UTC) at which rows were priced."""

PRICED_AS: Final = ("model", "provider")
"""Words of `by` that stand for what rows were priced as."""

Engine = Literal["local", "ray"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bulk:
    """What every bulk job is told."""

    paths: tuple[str, ...]
    """Files, folders (read to their ends), globs, URLs such as s3://bucket/logs/."""

    provider: str | None = None
    """Who sells the model, where that is not its maker."""

    service_tier: str | None = None
    """The tier of rows that name none."""

    region: str | None = None
    """The region of rows that name none."""

    as_of: str | None = None
    """The instant of rows that name none; null is when the job began."""

    keep: tuple[str, ...] = ()
    """Other columns to write beside each row's result."""

    rows: bool = False
    """Whether each row's result is written too, as Parquet; totals always are."""

    out: str | None = None
    """The job's folder, a path or URL; a job is resumed from it. Null: a name made from the question, here."""

    engine: Engine = "local"
    """This machine, or a Ray cluster (extra `ray`)."""

    address: str | None = None
    """Where the Ray cluster is; null starts one on this machine."""

    workers: int | None = None
    """Threads on this machine; null is one a core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPriceQuestion(_Bulk):
    """What did these usage logs cost, by model, day, or any column of theirs?"""

    by: tuple[str, ...] = ("model",)
    """What totals are parted by: model, provider, hour, day, month, year, or columns."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Our names (buckets, model, provider, service_tier, region, as_of) to the columns that hold them."""

    model: str | None = None
    """The model of rows that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCountQuestion(_Bulk):
    """How many tokens has this corpus on a model, and what does it cost as input (to embed it, say)?"""

    model: str
    """The model that counts and prices."""

    column: str = "text"
    """The column that holds the texts."""

    by: tuple[str, ...] = ()
    """Columns that totals are parted by."""


@dataclass(frozen=True, slots=True)
class BulkGroup:
    """The totals of the rows that share `values`, in the order of `by`; null is a value that rows left out.

    Of a count, the bounds of tokens and cost stand beside them; of a price there are none.
    """

    values: tuple[str | None, ...]
    rows: int
    tokens: int
    total_usd: Decimal
    tokens_low: int | None = None
    tokens_high: int | None = None
    low_usd: Decimal | None = None
    high_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BulkRefusal:
    """Rows without a result, of one kind of error: how many, and the first one's place and reason."""

    type: str
    rows: int
    first: str


@dataclass(frozen=True, slots=True)
class BulkFailure:
    """A file or part that could not be worked through; what it gave is not in the totals."""

    path: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """Exact totals over all finished parts, what was refused row by row, and what failed part by part.

    `resumed` of the `parts` were finished by an earlier run. Rows that were refused are in `out`/refused, each with its
    reason. Amounts are whole 1e-12 USD a row.
    """

    out: str
    by: tuple[str, ...]
    rows: int
    refused: int
    total: BulkGroup
    groups: tuple[BulkGroup, ...]
    parts: int
    resumed: int
    failed: tuple[BulkFailure, ...]
    errors: tuple[BulkRefusal, ...]
    warnings: tuple[str, ...]
    as_of: str
    catalog: CatalogRef
