"""What each row of a log costs: by the table, or, where a row sums many requests, by its sums at the rates of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from planner.actuals.libraries import np, pl
from pricing.cost import EXACT, rate_of, select
from pricing.errors import TokenplanError
from pricing.rates import STANDARD
from pricing.table import Column
from pricing.table import price as price_table
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.actuals.requests import Requests
    from planner.actuals.shapes import Shape
    from pricing.catalog import Catalog

_Done: TypeAlias = "tuple[pl.DataFrame, pl.DataFrame | None, tuple[str, ...]]"
"""Rows with their units or errors, their buckets' amounts, warnings."""

NO_MODEL: Final = "names no model; of an export that sums up, ask for it by model (group_by)"
NO_TIME: Final = "has no time; say as_of to price such rows as of one date"
_PLACES: Final = Decimal("1e-12")
_PROMPT: Final = tuple(name for name, bucket in BUCKETS.items() if bucket.prompt)
_MEAN_STEP: Final = "rows that sum many requests are priced at the context step of their mean prompt"
_NO_STEP: Final = "rows that sum many requests do not say how many; they are priced at the first context step"


@dataclass(frozen=True, slots=True)
class Priced:
    """A batch's requests with `units` (1e-12 USD, null where there is no price), `error`, and the model as resolved.

    `lines` are the buckets' own amounts, columns named like buckets, where they were asked for.
    """

    frame: pl.DataFrame
    lines: pl.DataFrame | None
    warnings: tuple[str, ...]


def price(batch: Requests, shape: Shape, catalog: Catalog, as_of: datetime | None, *, lines: bool = False) -> Priced:
    """The batch priced at each row's own time, or `as_of` where it has none.

    What failed without usage, and what a gateway answered by itself, costs nothing. A row of amounts alone has no
    units and no error. Every other row has units or an error.
    """
    frame = batch.frame
    if as_of is not None:
        frame = frame.with_columns(pl.col("at").fill_null(as_of.astimezone(UTC).replace(tzinfo=None)))
    free = (pl.col("failed") & ~pl.col("used")) | pl.col("own_cache")
    said = (
        pl.when(pl.col("wrong").is_not_null()).then(pl.col("wrong"))
        .when(free | pl.lit(shape.billed)).then(None)
        .when(~pl.col("used")).then(pl.lit("names no tokens"))
        .when(pl.col("model").is_null()).then(pl.lit(NO_MODEL))
        .when(pl.col("at").is_null()).then(pl.lit(NO_TIME))
    )  # fmt: skip
    frame = frame.with_columns(error=said, free=free, row=pl.int_range(pl.len()))
    todo = frame.filter(pl.col("error").is_null() & ~pl.col("free") & pl.lit(not shape.billed))
    work = _summed if shape.summed else _by_table
    done, parts, warnings = work(todo, catalog, lines=lines)
    done = pl.concat([done, _named_only(frame.filter("free"), catalog)])
    gratis = pl.col("free") & pl.col("wrong").is_null()
    joined = frame.join(done, on="row", how="left", maintain_order="left").with_columns(
        error=pl.coalesce("priced_error", "error"),
        units=pl.when(gratis).then(pl.lit(0, pl.Int64)).otherwise(pl.col("units")),
        model=pl.coalesce("priced_model", "model"),
        provider=pl.coalesce("priced_provider", "provider"),
    )
    return Priced(joined, parts, warnings)


def _named_only(free: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Rows that cost nothing under the names that their like are priced by; an unknown name stays as it is."""
    known: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = {(None, None): (None, None)}
    for model, provider in free.select("model", "provider").unique().iter_rows():
        try:
            found = catalog.resolve(model or "", provider).model
            known[model, provider] = (found.id, found.provider)
        except TokenplanError:
            known[model, provider] = (model, provider)
    rows = free.select("row", "model", "provider").iter_rows()
    return _done([(row, None, None, *known[model, provider]) for row, model, provider in rows])


def _buckets(frame: pl.DataFrame) -> list[str]:
    return [name for name in BUCKETS if name in frame.columns and name != "requests"]


def _by_table(todo: pl.DataFrame, catalog: Catalog, *, lines: bool) -> _Done:
    """Rows of one request each."""
    if not todo.height:
        return _done([]), None, ()
    usage = {name: todo[name].to_numpy() for name in _buckets(todo)}
    terms = {name: _column(todo[name]) for name in ("model", "provider", "service_tier", "region")}
    table = price_table(
        catalog, usage, as_of=todo["at"].to_numpy().astype("datetime64[us]"), lines=lines,
        model=terms["model"], provider=terms["provider"], service_tier=terms["service_tier"], region=terms["region"],
    )  # fmt: skip
    good = table.errors < 0
    refs = [None if each is None else each.model for each in table.chosen]
    done = pl.DataFrame({
        "row": todo["row"],
        "units": pl.Series(np.where(good, table.amounts, 0), dtype=pl.Int64),
        "priced_error": _named([str(each) for each in table.problems], table.errors),
        "priced_model": _named([None if each is None else each.id for each in refs], table.offers),
        "priced_provider": _named([None if each is None else each.provider for each in refs], table.offers),
    }).with_columns(pl.when(pl.col("priced_error").is_null()).then(pl.col("units")).alias("units"))  # fmt: skip
    said = dict.fromkeys(word for each in table.chosen if each is not None for word in each.warnings)
    parts = pl.DataFrame({"row": todo["row"], **table.lines}) if lines else None
    return done, parts, tuple(said)


def _column(texts: pl.Series) -> Column | None:
    """Texts as codes."""
    values = texts.drop_nulls().unique(maintain_order=True)
    if not len(values):
        return None
    codes = texts.cast(pl.Enum(values)).to_physical().cast(pl.Int32).fill_null(len(values))
    return Column((*values.to_list(), None), codes.to_numpy())


def _named(values: list[str | None], codes: Any) -> pl.Series:
    """Texts by code, null below 0."""
    return pl.Series([*values, None], dtype=pl.String).gather(np.where(codes < 0, len(values), codes))


_DONE: Final = {
    "row": pl.Int64,
    "units": pl.Int64,
    "priced_error": pl.String,
    "priced_model": pl.String,
    "priced_provider": pl.String,
}


def _done(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_DONE, orient="row")


def _summed(todo: pl.DataFrame, catalog: Catalog, *, lines: bool) -> _Done:
    """Rows that sum many requests: the rates of their mean request, times the sums."""
    buckets = _buckets(todo)
    rows: list[tuple[Any, ...]] = []
    parts: list[dict[str, int]] = []
    warnings: dict[str, None] = {}
    for row in todo.iter_rows(named=True):
        amounts: dict[str, int] = {}
        try:
            amounts, model, provider = _one(row, buckets, catalog, warnings)
            rows.append((row["row"], sum(amounts.values()), None, model, provider))
        except TokenplanError as refused:
            rows.append((row["row"], None, str(refused), None, None))
        parts.append({"row": row["row"], **dict.fromkeys(buckets, 0), **amounts})
    return _done(rows), pl.DataFrame(parts) if lines and parts else None, tuple(warnings)


def _one(
    row: Mapping[str, Any], buckets: list[str], catalog: Catalog, warnings: dict[str, None]
) -> tuple[dict[str, int], str, str]:
    """Each bucket's amount in 1e-12 USD, of a row that sums many requests.

    Raises:
        TokenplanError: no such model, or no price of it then.
    """
    resolved = catalog.resolve(row["model"], row["provider"])
    at, count = row["at"].replace(tzinfo=UTC), row["requests"]
    prompt = sum(row[name] for name in buckets if name in _PROMPT)
    step = row["step"] if row["step"] is not None else prompt // count if count else 0
    offer = select(
        resolved.model, row["service_tier"] or STANDARD, row["region"] or resolved.region, at=at, prompt_tokens=step
    )
    if row["step"] is None and any(each.threshold for each in resolved.model.sets):
        warnings[_MEAN_STEP if count else _NO_STEP] = None
    amounts = {}
    for name in (*buckets, "requests"):
        quantity = row[name] or 0
        if not quantity:
            continue
        _, rate, _ = rate_of(resolved.model, offer, name, quantity, at)
        if rate is None:
            continue
        each = rate.each if offer.factor is None or BUCKETS[name].per == 1 else EXACT.multiply(rate.each, offer.factor)
        amounts[name] = int((Decimal(repr(quantity)) * each / _PLACES).to_integral_value())
    return amounts, resolved.model.id, resolved.model.provider
