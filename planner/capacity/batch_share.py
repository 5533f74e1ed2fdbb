"""Batches: what is saved when a share of the requests can wait for the provider's batch tier."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShareQuestion:
    """What does a request cost on average when a share of the requests goes to the batch tier?"""

    __pydantic_config__: ClassVar = STRICT

    batch_share: float
    """Share of requests that can wait for a batch, from 0 to 1."""
    call: Call
    """One request that is answered at once."""
    load: Load | None = None
    """What a request sends, where the call does not say it."""
    batch_discount_share: float | None = None
    """The batch tier's discount on a request, from 0 to 1, instead of the catalog's batch prices."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class BatchShareAnswer:
    """A request on average against all of them answered at once, in USD."""

    cost_usd: float
    all_at_once_usd: float
    all_batch_usd: float
    batch_discount_share: float
    savings_usd: float
    savings_share: float
    cost_per_month_usd: float | None
    savings_per_month_usd: float | None
    basis: Literal["assumed"]
    call: CallCost
    batch: CallCost | None
    warnings: tuple[str, ...]


def batch_share(question: BatchShareQuestion, catalog: Catalog, counter: Counter, now: datetime) -> BatchShareAnswer:
    """`C * (1 - b*d)`, with the discount d from the model's own batch prices unless it is stated.

    Raises:
        InvalidInput: a share outside [0, 1], a stated cost without a discount, a call that is a batch already.
        NotPriced: the model sells no batch tier.
    """
    _validate(question)
    price = Pricer(catalog, counter.once(), now, question.load)
    at_once = price(question.call, "call")
    batch = None
    if question.batch_discount_share is None:
        batch = price(replace(question.call, service_tier="batch"), "call")
    cost = float(at_once.usd)
    discount = question.batch_discount_share if batch is None else 1 - float(batch.usd) / cost if cost else 0.0
    assert discount is not None
    share, months = question.batch_share * discount, question.requests_per_month
    return BatchShareAnswer(
        cost_usd=cost * (1 - share),
        all_at_once_usd=cost,
        all_batch_usd=cost * (1 - discount),
        batch_discount_share=discount,
        savings_usd=cost * share,
        savings_share=share,
        cost_per_month_usd=None if months is None else cost * (1 - share) * months,
        savings_per_month_usd=None if months is None else cost * share * months,
        basis="assumed",
        call=at_once,
        batch=batch,
        warnings=tuple(dict.fromkeys((*at_once.warnings, *(batch.warnings if batch else ())))),
    )


def _validate(question: BatchShareQuestion) -> None:
    checks = Checks().share(batch_share=question.batch_share, batch_discount_share=question.batch_discount_share)
    checks.at_least(0, requests_per_month=question.requests_per_month)
    if question.call.usd is not None and question.batch_discount_share is None:
        checks.refuse("batch_discount_share", None, "a call stated in usd needs the discount")
    if question.call.service_tier == "batch":
        checks.refuse("call", "on the batch tier", "it must be the request that is answered at once")
    checks.done()
