"""What a log cost: by model, day, feature or user, beside what the log itself says, and what could not be priced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from planner.actuals.question import LogQuestion
from planner.checks import STRICT, Checks
from planner.when import when
from pricing.rates import CatalogRef

if TYPE_CHECKING:
    from planner.actuals.reading import Log
    from pricing.catalog import Catalog

Key = Literal["model", "provider", "day", "month", "hour", "feature", "user", "service_tier"]
_APART: Final = Decimal("0.01")
_PERIODS: Final = ("month", "day", "hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualsReportQuestion(LogQuestion):
    """What a log cost, grouped."""

    __pydantic_config__: ClassVar = STRICT

    by: tuple[Key, ...] = ("model",)
    """What the groups are by: model, provider, day, month, hour (UTC), feature, user, service_tier."""
    most: int = 1000
    """Groups shown, the dearest first; what is left is summed up as one."""


@dataclass(frozen=True, slots=True)
class Group:
    """The requests of one group; a key is None where the groups are not by it, or the log does not say.

    `cost_usd` is priced by the catalog, `reported` what the log says. Rows without a price are in neither.
    """

    model: str | None
    provider: str | None
    day: str | None
    month: str | None
    hour: str | None
    feature: str | None
    user: str | None
    service_tier: str | None
    rows: int
    requests: int
    failed_requests: int
    unpriced_rows: int
    prompt_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cost_usd: Decimal
    cost_share: float | None
    reported: Decimal | None


@dataclass(frozen=True, slots=True)
class UnpricedRows:
    """Rows without a price, for one reason: how many, and where the first of them stands."""

    reason: str
    model: str | None
    rows: int
    first: str


@dataclass(frozen=True, slots=True)
class ActualsReport:
    """A log priced: every row is in `rows`, and either in a cost, among the unpriced, or in `other_rows`.

    `requests_known` is False where rows sum requests without saying how many. `other_rows` are no model calls: spans
    of tools, time buckets in which nothing happened.
    """

    shapes: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    rows: int
    other_rows: int
    requests: int
    requests_known: bool
    failed_requests: int
    own_cache_requests: int
    unpriced_rows: int
    cost_usd: Decimal
    reported: Decimal | None
    reported_currency: str | None
    groups: tuple[Group, ...]
    groups_left: int
    unpriced: tuple[UnpricedRows, ...]
    catalog: CatalogRef
    warnings: tuple[str, ...]


def actuals_report(
    question: ActualsReportQuestion, catalog: Catalog, now: datetime, log: Log | None = None
) -> ActualsReport:
    """What the log's requests cost at the prices of their own dates, in one pass.

    `log` stands for files; without it the question's rows are the log.

    Raises:
        InvalidInput: no rows, no known shape, a column that is missing, a damaged file, two currencies.
    """
    from planner.actuals.passing import passed  # noqa: PLC0415 - Polars is loaded by who asks
    from planner.actuals.tallies import Sums  # noqa: PLC0415 - as above

    Checks().at_least(1, most=question.most).done()
    as_of = when(question.as_of, now).at if question.as_of is not None else None
    keys = tuple(dict.fromkeys(question.by))
    sums, whole = Sums(keys), Sums(())
    seen = passed(question, log, catalog, as_of, (sums, whole))
    total = next(iter(whole.rows()), None) or _nothing()
    groups = sorted(sums.rows(), key=lambda row: (-row["units"], -row["reported"], [str(row[key]) for key in keys]))
    listed, rest = groups[: question.most], groups[question.most :]
    listed.sort(key=lambda row: [str(row[key]) for key in keys if key in _PERIODS])  # the dearest first within each
    if rest:
        listed.append({name: sum(row[name] for row in rest) for name in rest[0] if name not in keys})
    return ActualsReport(
        seen.shapes, seen.first, seen.last, total["rows"] + seen.others, seen.others, total["requests"],
        total["uncounted"] == 0, total["failed"], total["own_cache"], total["unpriced"], _usd(total["units"]),
        _reported(total), seen.currency, tuple(_group(row, total["units"]) for row in listed), len(rest),
        tuple(UnpricedRows(each.reason, each.model, each.rows, each.first) for each in seen.unpriced),
        catalog.ref, (*seen.warnings, *_apart(total, seen.currency)),
    )  # fmt: skip


def _nothing() -> dict[str, Any]:
    return {
        **dict.fromkeys(("rows", "requests", "uncounted", "failed", "own_cache", "unpriced", "units", "reports"), 0),
        "reported": 0.0,
    }


def _group(row: dict[str, Any], units: int) -> Group:
    return Group(
        model=row.get("model"), provider=row.get("provider"), day=row.get("day"), month=row.get("month"),
        hour=row.get("hour"), feature=row.get("feature"), user=row.get("user"), service_tier=row.get("service_tier"),
        rows=row["rows"], requests=row["requests"], failed_requests=row["failed"], unpriced_rows=row["unpriced"],
        prompt_tokens=row["prompt_tokens"], cache_read_tokens=row["cache_read_tokens"],
        cache_write_tokens=row["cache_write_tokens"], output_tokens=row["output_tokens"],
        cost_usd=_usd(row["units"]), cost_share=row["units"] / units if units else None, reported=_reported(row),
    )  # fmt: skip


def _usd(units: int) -> Decimal:
    return Decimal(units).scaleb(-12)


def _reported(row: dict[str, Any]) -> Decimal | None:
    """What a log says, its floats summed: nine places are what they are good for."""
    return Decimal(repr(round(row["reported"], 9))) if row["reports"] else None


def _apart(total: dict[str, Any], currency: str | None) -> tuple[str, ...]:
    """Whether what the log says and what the catalog prices are more than 1 % apart."""
    if currency != "USD" or not total["units"]:
        return ()
    priced, said = _usd(total["units"]), _reported(total)
    assert said is not None
    if abs(said - priced) <= _APART * priced:
        return ()
    hint = "negotiated prices belong in a price file of yours, else look at the models that differ"
    return (f"the log says {_short(said)} USD where its requests are priced at {_short(priced)}: {hint}",)


def _short(usd: Decimal) -> str:
    return f"{usd:,.2f}" if usd >= 1 else f"{usd:.2g}"
