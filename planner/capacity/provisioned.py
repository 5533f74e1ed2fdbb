"""Provisioned throughput: how many units a peak needs, and from which use they are cheaper than paying as you go."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

_ROUNDING: Final = 1e-9
"""Units by which a quotient of floats may pass a whole number without a further unit being bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedQuestion:
    """How many provisioned units does a peak need, what do they cost, and when do they beat paying as you go?

    A unit's throughput, its price, minimum and increment are the provider's for the model and deployment.
    """

    __pydantic_config__: ClassVar = STRICT

    peak_requests_per_minute: float
    """Requests a minute at the peak that the units must carry."""
    input_tokens: float
    """Input tokens of a request that are not read from a cache."""
    output_tokens: float
    """Output tokens of a request, reasoning included."""
    cache_read_tokens: float = 0.0
    """Input tokens of a request that are read from a cache."""
    tokens_per_minute_per_unit: float
    """Input tokens a minute that one unit carries."""
    output_weight: float
    """Input tokens that one output token counts as (output-to-input ratio, burndown rate)."""
    cache_read_weight: float = 0.0
    """Input tokens that one cached token counts as; 0 where cached tokens take no throughput."""
    minimum_units: int = 1
    """The fewest units that are sold."""
    unit_increment: int = 1
    """Units are sold in steps of this many above the minimum."""
    target_utilisation_share: float = 1.0
    """The share of the units' throughput that the peak may take, above 0 and at most 1."""
    unit_usd_per_hour: float | None = None
    """What a unit costs an hour, under your commitment."""
    hours_per_month: float = 730.0
    """Hours a month that the units are paid for."""
    pay_as_you_go: Call | None = None
    """The same request where it is paid by the token."""
    load: Load | None = None
    """What a request sends, where pay_as_you_go does not say it."""
    requests_per_month: float | None = None
    """Requests a month in all, to compare the bills."""


@dataclass(frozen=True, slots=True)
class ProvisionedAnswer:
    """Units to buy, and the bills in USD a month; figures that need a price or a volume are None without it.

    `break_even_utilisation_share` is the share of the units' throughput over the month from which they are cheaper;
    None with `never_pays` where even full use costs more than paying as you go.
    """

    tokens_per_minute_at_peak: float
    units_needed: float
    units: int
    peak_utilisation_share: float
    requests_per_minute_max: float
    requests_per_month_max: float
    cost_per_month_usd: float | None
    break_even_requests_per_month: float | None
    break_even_utilisation_share: float | None
    never_pays: bool | None
    mean_utilisation_share: float | None
    pay_as_you_go_per_month_usd: float | None
    savings_per_month_usd: float | None
    savings_share: float | None
    cheaper: Literal["provisioned", "pay_as_you_go"] | None
    basis: Literal["assumed"]
    pay_as_you_go: CallCost | None
    warnings: tuple[str, ...]


def provisioned(question: ProvisionedQuestion, catalog: Catalog, counter: Counter, now: datetime) -> ProvisionedAnswer:
    """`units = RPM * (input + cached*w_c + output*w_o) / TPM of a unit`, rounded up to the minimum and increment.

    Break-even utilisation: the units' monthly cost over what their full throughput would cost by the token.
    Source: Microsoft, "Determine PTU sizing" (normalized TPM); Google, "Calculate Provisioned Throughput requirements".

    Raises:
        InvalidInput: a number out of range, more requests a month than the peak could bring.
        TokenplanError: a model that cannot be priced.
    """
    _validate(question)
    by_token = None
    if question.pay_as_you_go is not None:
        by_token = Pricer(catalog, counter.once(), now, question.load)(question.pay_as_you_go, "pay_as_you_go")
    counts = _counts(question)
    at_peak, carried = question.peak_requests_per_minute * counts, question.tokens_per_minute_per_unit
    needed = at_peak / carried / question.target_utilisation_share
    units = rounded(needed, question.minimum_units, question.unit_increment)
    per_minute = units * carried / counts
    per_month = per_minute * 60 * question.hours_per_month
    cost = None if question.unit_usd_per_hour is None else units * question.unit_usd_per_hour * question.hours_per_month
    even = cost / float(by_token.usd) if cost is not None and by_token is not None and by_token.usd else None
    paid = None if by_token is None or question.requests_per_month is None else _paid(question, by_token)
    compared = cost is not None and by_token is not None
    pays = even is not None and even <= per_month
    saved = None if cost is None or paid is None else paid - cost
    return ProvisionedAnswer(
        tokens_per_minute_at_peak=at_peak,
        units_needed=needed,
        units=units,
        peak_utilisation_share=at_peak / (units * carried),
        requests_per_minute_max=per_minute,
        requests_per_month_max=per_month,
        cost_per_month_usd=cost,
        break_even_requests_per_month=even if pays else None,
        break_even_utilisation_share=even / per_month if even is not None and pays else None,
        never_pays=not pays if compared else None,
        mean_utilisation_share=None if question.requests_per_month is None else question.requests_per_month / per_month,
        pay_as_you_go_per_month_usd=paid,
        savings_per_month_usd=saved,
        savings_share=saved / paid if saved is not None and paid else None,
        cheaper=None if saved is None else "provisioned" if saved > 0 else "pay_as_you_go",
        basis="assumed",
        pay_as_you_go=by_token,
        warnings=by_token.warnings if by_token else (),
    )


def rounded(needed: float, minimum: int, increment: int) -> int:
    """The fewest units on sale, `minimum + k * increment`, that are at least those needed."""
    return minimum + max(0, ceil((needed - minimum) / increment - _ROUNDING)) * increment


def _paid(question: ProvisionedQuestion, by_token: CallCost) -> float:
    return float(by_token.usd) * (question.requests_per_month or 0.0)


def _counts(question: ProvisionedQuestion) -> float:
    """What a request takes of a unit's throughput, in input tokens."""
    return (
        question.input_tokens
        + question.cache_read_tokens * question.cache_read_weight
        + question.output_tokens * question.output_weight
    )


def _validate(question: ProvisionedQuestion) -> None:
    checks = Checks().not_negative(
        input_tokens=question.input_tokens,
        output_tokens=question.output_tokens,
        cache_read_tokens=question.cache_read_tokens,
        output_weight=question.output_weight,
        unit_usd_per_hour=question.unit_usd_per_hour,
        requests_per_month=question.requests_per_month,
    )
    checks.share(cache_read_weight=question.cache_read_weight)
    checks.share(target_utilisation_share=question.target_utilisation_share)
    checks.positive(
        peak_requests_per_minute=question.peak_requests_per_minute,
        tokens_per_minute_per_unit=question.tokens_per_minute_per_unit,
        target_utilisation_share=question.target_utilisation_share,
        hours_per_month=question.hours_per_month,
    )
    checks.at_least(1, minimum_units=question.minimum_units, unit_increment=question.unit_increment)
    checks.done()
    if not _counts(question):
        checks.refuse("input_tokens", question.input_tokens, "a request must take some throughput")
    most = question.peak_requests_per_minute * 60 * question.hours_per_month
    if question.requests_per_month is not None and question.requests_per_month > most * (1 + _ROUNDING):
        checks.refuse(
            "requests_per_month", question.requests_per_month, f"the peak, held all month, brings at most {most:.6g}"
        )
    checks.done()
