"""The price table of a workbook: every model, tier and prompt length of it, as the cost of a request has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.costing import CostQuestion
from planner.token_prices import ModelTerms, token_prices
from planner.when import when
from pricing.errors import InvalidInput, NotPriced
from pricing.rates import STANDARD
from pricing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.planner import Planner
    from pricing.cost import Line

BUCKETS: Final = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
)
"""What a row prices, in the order of its columns."""
HOUR: Final = "cache_write_1h_tokens"
"""Told only where an hour is on sale: another price that would stand in says nothing about a lifetime."""
TIERS: Final = (STANDARD, "batch")
PROOF: Final = 1000
"""Tokens of each bucket with which a row is proved against the cost of a request."""


@dataclass(frozen=True, slots=True)
class PriceRow:
    """USD a million tokens of each of `BUCKETS`, None where it is not sold, for prompts from that length on."""

    model: str
    provider: str
    tier: str
    from_tokens: int
    usd: tuple[Decimal | None, ...]
    cache_minimum_tokens: int | None
    context_window: int | None
    max_output_tokens: int | None
    source: str
    observed: str


def price_rows(planner: Planner, models: Sequence[str], as_of: str | None) -> list[PriceRow]:
    """The rows of these models at an instant, each model's from its shortest prompts on.

    Raises:
        InvalidInput: a model is named twice, or prices a request by more than its tokens (a fee a call, the hour).
        UnknownModel: one is not listed.
        NotPriced: one has no price then.
    """
    twice = [each for at, each in enumerate(models) if each in models[:at]]
    if twice:
        raise InvalidInput(f"models names {twice[0]!r} twice; name each once", loc=("models",), value=twice[0])
    return [row for name in models for row in _rows_of(planner, name, as_of)]


def _rows_of(planner: Planner, name: str, as_of: str | None) -> Iterator[PriceRow]:
    model = planner.catalog.resolve(name).model
    at = when(as_of, planner.clock()).at
    for tier in (each for each in TIERS if each == STANDARD or each in model.tiers):
        sets = [each for each in model.offers.get((tier, None), ()) if each.valid(at)]
        if any(each.window for each in sets):
            raise InvalidInput(
                f"{name} is priced by the hour; a price table cannot hold it", loc=("models",), value=name
            )
        for threshold in sorted({each.threshold for each in sets}) or [0]:
            yield _row(planner, name, tier, threshold, as_of)


def _row(planner: Planner, name: str, tier: str, threshold: int, as_of: str | None) -> PriceRow:
    model = planner.catalog.resolve(name).model
    lines = [_line(planner, name, tier, threshold, as_of, bucket) for bucket in BUCKETS]
    terms = ModelTerms(model=name, service_tier=tier, as_of=as_of)
    hour = token_prices(terms, max(threshold, 1), planner.catalog, planner.clock()).cache_write_1h_usd
    first = lines[0]
    assert first is not None  # a model without a price for input has raised
    row = PriceRow(
        name,
        model.provider,
        tier,
        threshold,
        tuple(
            None if each is None or (bucket == HOUR and hour is None) else each.usd_per_unit
            for bucket, each in zip(BUCKETS, lines, strict=True)
        ),
        model.cache_minimum_tokens,
        model.limits.context_window,
        model.limits.max_output_tokens,
        first.source,
        first.observed,
    )
    _prove(planner, row, as_of)
    return row


def _line(planner: Planner, name: str, tier: str, threshold: int, as_of: str | None, bucket: str) -> Line | None:
    """What one token of a bucket costs beside a prompt of that length; None where it is not sold."""
    used = replace(Usage(input_tokens=max(threshold, 1)), **{bucket: max(threshold, 1)})  # type: ignore[arg-type]  # one of BUCKETS
    try:
        found = planner.cost(CostQuestion(model=name, usage=used, service_tier=tier, as_of=as_of))
    except NotPriced:
        if bucket == BUCKETS[0]:
            raise
        return None
    return next((each for each in found.lines if each.bucket == bucket), None)


def _prove(planner: Planner, row: PriceRow, as_of: str | None) -> None:
    """Hold the row against the cost of a request with some of everything.

    Raises:
        InvalidInput: a request costs more or less than its tokens at these prices.
    """
    amounts = {name: PROOF for name, usd in zip(BUCKETS, row.usd, strict=True) if usd is not None}
    amounts["input_tokens"] = max(PROOF, row.from_tokens)
    used = replace(Usage(), **amounts)  # type: ignore[arg-type]  # of BUCKETS
    whole = planner.cost(CostQuestion(model=row.model, usage=used, service_tier=row.tier, as_of=as_of)).total_usd
    table = sum(usd * amounts[name] for name, usd in zip(BUCKETS, row.usd, strict=True) if usd is not None) / 1_000_000
    if (row.from_tokens or _short(planner, row, used)) and whole != table:
        raise InvalidInput(
            f"{row.model} costs {whole} USD where its tokens cost {table}: it is billed by more than tokens, "
            "which a price table cannot hold",
            loc=("models",),
            value=row.model,
        )


def _short(planner: Planner, row: PriceRow, used: Usage) -> bool:
    """Whether the proof's prompt is priced by this row: no longer prompt's price begins before its length."""
    sets = planner.catalog.resolve(row.model).model.offers.get((row.tier, None), ())
    return all(not row.from_tokens < each.threshold <= used.prompt_tokens for each in sets)
