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
"""Below it a figure is nothing: part of a unit, tokens of a request, USD a month."""
_FREE: Final = 1e-15
"""USD below which a request costs nothing."""


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
class ByToken:
    """The units against paying by the token, in USD; figures of a month are None where its requests are not stated.

    `break_even_utilisation_share` is the share of the units' throughput over the month from which they are cheaper;
    None with `never_pays`, where even full use costs less by the token.
    """

    break_even_requests_per_month: float | None
    break_even_utilisation_share: float | None
    never_pays: bool
    cost_per_month_usd: float | None
    savings_per_month_usd: float | None
    savings_share: float | None
    cheaper: Literal["provisioned", "pay_as_you_go"] | None
    request: CallCost


@dataclass(frozen=True, slots=True)
class ProvisionedAnswer:
    """Units to buy, what they carry, and their bill in USD a month where a unit's price is stated."""

    tokens_per_minute_at_peak: float
    units_needed: float
    units: int
    peak_utilisation_share: float
    mean_utilisation_share: float | None
    requests_per_minute_max: float
    requests_per_month_max: float
    cost_per_month_usd: float | None
    by_token: ByToken | None
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def provisioned(question: ProvisionedQuestion, catalog: Catalog, counter: Counter, now: datetime) -> ProvisionedAnswer:
    """`units = RPM * (input + cached*w_c + output*w_o) / TPM of a unit`, rounded up to the minimum and increment.

    Break-even utilisation: the units' monthly cost over what their full throughput would cost by the token.
    Source: Microsoft, "Determine PTU sizing" (normalized TPM); Google, "Calculate Provisioned Throughput requirements".

    Raises:
        InvalidInput: a number out of range, no price of a unit to compare, more requests than the peak could bring.
        TokenplanError: a model that cannot be priced.
    """
    _validate(question)
    counts, carried = _counts(question), question.tokens_per_minute_per_unit
    at_peak = question.peak_requests_per_minute * counts
    needed = at_peak / carried / question.target_utilisation_share
    units = rounded(needed, question.minimum_units, question.unit_increment)
    hours, asked = question.hours_per_month, question.requests_per_month
    per_minute = units * carried / counts
    most = per_minute * 60 * hours
    cost = None if question.unit_usd_per_hour is None else units * question.unit_usd_per_hour * hours
    by_token = None
    if question.pay_as_you_go is not None and cost is not None:
        price = Pricer(catalog, counter.once(), now, question.load)
        by_token = _by_token(price(question.pay_as_you_go, "pay_as_you_go"), cost, most, asked)
    return ProvisionedAnswer(
        tokens_per_minute_at_peak=at_peak,
        units_needed=needed,
        units=units,
        peak_utilisation_share=at_peak / (units * carried),
        mean_utilisation_share=None if asked is None else asked / most,
        requests_per_minute_max=per_minute,
        requests_per_month_max=most,
        cost_per_month_usd=cost,
        by_token=by_token,
        basis="assumed",
        warnings=by_token.request.warnings if by_token else (),
    )


def _by_token(request: CallCost, cost: float, most: float, asked: float | None) -> ByToken:
    """A month's bill of the units against that of the requests; `most` is what the units carry."""
    usd = float(request.usd)
    even = cost / usd if usd > _FREE else None
    if even is None or even > most:
        even = None
    paid = None if asked is None else usd * asked
    saved = None if paid is None else paid - cost
    return ByToken(
        break_even_requests_per_month=even,
        break_even_utilisation_share=None if even is None else even / most,
        never_pays=even is None,
        cost_per_month_usd=paid,
        savings_per_month_usd=saved,
        savings_share=saved / paid if saved is not None and paid is not None and paid > _ROUNDING else None,
        cheaper=None if saved is None else "provisioned" if saved > 0 else "pay_as_you_go",
        request=request,
    )


def rounded(needed: float, minimum: int, increment: int) -> int:
    """The fewest units on sale, `minimum + k * increment`, that are at least those needed."""
    return minimum + max(0, ceil((needed - minimum) / increment - _ROUNDING)) * increment


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
    )
    checks.share(cache_read_weight=question.cache_read_weight)
    checks.share(target_utilisation_share=question.target_utilisation_share)
    checks.divisor(
        peak_requests_per_minute=question.peak_requests_per_minute,
        tokens_per_minute_per_unit=question.tokens_per_minute_per_unit,
        target_utilisation_share=question.target_utilisation_share,
        hours_per_month=question.hours_per_month,
        requests_per_month=question.requests_per_month,
    )
    checks.at_least(1, minimum_units=question.minimum_units, unit_increment=question.unit_increment)
    if question.pay_as_you_go is not None and question.unit_usd_per_hour is None:
        checks.refuse("unit_usd_per_hour", None, "it is needed to compare with pay_as_you_go")
    checks.done()
    if _counts(question) < _ROUNDING:
        checks.refuse("input_tokens", question.input_tokens, "a request must take some throughput")
    most = question.peak_requests_per_minute * 60 * question.hours_per_month
    if question.requests_per_month is not None and question.requests_per_month > most * (1 + _ROUNDING):
        checks.refuse(
            "requests_per_month", question.requests_per_month, f"the peak, held all month, brings at most {most:.6g}"
        )
    checks.done()
