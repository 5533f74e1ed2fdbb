"""A hedged request: a second call goes out when the first is slow, and the quicker answer counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks
from planner.routing.waits import Latency, Percentiles, percentiles, where

if TYPE_CHECKING:
    from datetime import datetime

    from planner.routing.times import Times
    from planner.tokens import Counter
    from pricing.catalog import Catalog

_STEPS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeQuestion:
    """What does a second call after a while cost, and how much shorter does it make the slow requests?"""

    __pydantic_config__: ClassVar = STRICT

    call: Call
    """The call that is always made."""
    latency: Latency
    """How long it takes."""
    hedge_after_seconds: float
    """Seconds after which the second call goes out, from 0 on."""
    second: Call | None = None
    """The second call; the same as the first where none is given."""
    second_latency: Latency | None = None
    """How long the second call takes; as the first where none is given. Both are taken as independent."""
    cancelled_billed_share: float = 1.0
    """Share of a call's cost that is billed when the other one was quicker; 1 where cancelling saves nothing."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class HedgeAnswer:
    """Extra calls, their cost in USD, and percentiles with and without the hedge.

    `extra_usd_per_second_saved` is what a second less at the 95th percentile costs a request, None where none is saved.
    """

    extra_calls_per_request: float
    second_wins_probability: float
    cost_usd: float
    single_usd: float
    extra_usd: float
    extra_usd_per_second_saved: float | None
    cost_per_month_usd: float | None
    basis: Literal["assumed"]
    single: Percentiles
    hedged: Percentiles
    call: CallCost
    second: CallCost
    warnings: tuple[str, ...]


def hedge(question: HedgeQuestion, catalog: Catalog, counter: Counter, now: datetime) -> HedgeAnswer:
    """Extra calls `P(first > t)`; the answer takes longer than x with `P(first > x)*P(second > x-t)`.

    Source: Dean and Barroso, The Tail at Scale (2013).

    Raises:
        InvalidInput: a latency that no call can have, a negative time, a share outside [0, 1].
        TokenplanError: a model that cannot be priced.
    """
    _checked(question)
    first, after = question.latency.times, question.hedge_after_seconds
    other = question.second_latency.times if question.second_latency else first
    price = Pricer(catalog, counter.once(), now, question.load)
    call = price(question.call, "call")
    second = price(question.second, "second") if question.second else call
    extra, wins = first.exceeds(after), _second_wins(first, other, after)
    unbilled = 1 - question.cancelled_billed_share
    single, again = float(call.usd), float(second.usd)
    cost = single * (1 - wins * unbilled) + again * (extra - (extra - wins) * unbilled)
    alone, hedged = percentiles(first.quantile), percentiles(lambda share: _quantile(first, other, after, share))
    saved, months = alone.p95_seconds - hedged.p95_seconds, question.requests_per_month
    told = (*call.warnings, *(second.warnings if question.second else ()))
    return HedgeAnswer(
        extra_calls_per_request=extra,
        second_wins_probability=wins,
        cost_usd=cost,
        single_usd=single,
        extra_usd=cost - single,
        extra_usd_per_second_saved=(cost - single) / saved if saved > _NOTHING else None,
        cost_per_month_usd=None if months is None else cost * months,
        basis="assumed",
        single=alone,
        hedged=hedged,
        call=call,
        second=second,
        warnings=tuple(dict.fromkeys(told)),
    )


_NOTHING: Final = 1e-9


def _checked(question: HedgeQuestion) -> None:
    checks = Checks().not_negative(hedge_after_seconds=question.hedge_after_seconds)
    checks.share(cancelled_billed_share=question.cancelled_billed_share)
    checks.at_least(0, requests_per_month=question.requests_per_month).done()
    question.latency.checked("latency")
    if question.second_latency is not None:
        question.second_latency.checked("second_latency")


def _second_wins(first: Times, second: Times, after: float) -> float:
    """`P(second + t < first)`: the mean over quantiles of the second of what the first then exceeds."""
    at = ((step + 0.5) / _STEPS for step in range(_STEPS))
    return sum(first.exceeds(after + second.quantile(share)) for share in at) / _STEPS


def _quantile(first: Times, second: Times, after: float, share: float) -> float:
    alone = first.quantile(share)
    if alone <= after:
        return alone
    return where(lambda at: first.exceeds(at) * second.exceeds(at - after), 1 - share, alone)
