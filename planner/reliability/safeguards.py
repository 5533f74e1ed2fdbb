"""Safeguards around a model: a guardrail that blocks, people who review; their cost against what they prevent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

_NOTHING: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailQuestion:
    """Is a guardrail worth its price: what it prevents, less its cost and the good requests it blocks?"""

    __pydantic_config__: ClassVar = STRICT

    guardrail: Call
    """The check, made for every request."""
    bad_rate: float
    """Share of requests that are bad, from 0 to 1."""
    recall: float
    """Share of bad requests that it blocks."""
    false_positive_rate: float
    """Share of good requests that it blocks."""
    loss_usd: float
    """What a bad request that passes costs, in USD."""
    block_usd: float = 0.0
    """What blocking a good request costs, in USD."""
    load: Load | None = None
    """What the check sends, where the call does not say it."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class GuardrailAnswer:
    """The net value a request, in USD, what it is made of, and where it turns.

    `break_even_bad_rate` and `break_even_loss_usd` are where the net is 0: None where nothing is prevented;
    `block_precision` is the share of blocks that are right, None without blocks.
    """

    worth_it: bool
    net_value_usd: float
    prevented_usd: float
    guardrail_usd: float
    wrong_blocks_usd: float
    residual_loss_usd: float
    unguarded_loss_usd: float
    blocked_share: float
    block_precision: float | None
    break_even_bad_rate: float | None
    break_even_loss_usd: float | None
    net_value_per_month_usd: float | None
    basis: Literal["assumed"]
    guardrail: CallCost
    warnings: tuple[str, ...]


def guardrail(question: GuardrailQuestion, catalog: Catalog, counter: Counter, now: datetime) -> GuardrailAnswer:
    """`net = rate*recall*loss - cost - (1-rate)*false_positive_rate*block_cost` a request.

    Source: expected value over the confusion matrix.

    Raises:
        InvalidInput: a share outside [0, 1], a negative loss.
        TokenplanError: a model that cannot be priced.
    """
    bad, recall, wrong = question.bad_rate, question.recall, question.false_positive_rate
    checks = Checks().share(bad_rate=bad, recall=recall, false_positive_rate=wrong)
    checks.not_negative(loss_usd=question.loss_usd, block_usd=question.block_usd)
    checks.at_least(0, requests_per_month=question.requests_per_month).done()
    call = Pricer(catalog, counter.once(), now, question.load)(question.guardrail, "guardrail")
    cost, loss, months = float(call.usd), question.loss_usd, question.requests_per_month
    prevented, blocks = bad * recall * loss, (1 - bad) * wrong * question.block_usd
    net, blocked = prevented - cost - blocks, bad * recall + (1 - bad) * wrong
    return GuardrailAnswer(
        worth_it=net > 0,
        net_value_usd=net,
        prevented_usd=prevented,
        guardrail_usd=cost,
        wrong_blocks_usd=blocks,
        residual_loss_usd=bad * (1 - recall) * loss,
        unguarded_loss_usd=bad * loss,
        blocked_share=blocked,
        block_precision=bad * recall / blocked if blocked else None,
        break_even_bad_rate=_bad_rate(question, cost),
        break_even_loss_usd=(cost + blocks) / (bad * recall) if bad * recall > _NOTHING else None,
        net_value_per_month_usd=None if months is None else net * months,
        basis="assumed",
        guardrail=call,
        warnings=call.warnings,
    )


def _bad_rate(question: GuardrailQuestion, cost: float) -> float | None:
    """`(c + f*B)/(r*L + f*B)`; None where even a rate of 1 does not pay."""
    blocks = question.false_positive_rate * question.block_usd
    whole = question.recall * question.loss_usd
    return (cost + blocks) / (whole + blocks) if whole > cost and whole + blocks > _NOTHING else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQuestion:
    """What does a human in the loop cost, and is it worth it?"""

    __pydantic_config__: ClassVar = STRICT

    llm: Call
    """The model's call, made for every request."""
    reviewed_share: float
    """Share of requests that people look at, from 0 to 1."""
    minutes: float
    """Minutes that a person takes for one request."""
    wage_usd_per_hour: float
    """What an hour of a reviewer costs, all included."""
    manual_minutes: float | None = None
    """Minutes that a person takes without the model, to compare with."""
    error_rate: float | None = None
    """Share of the model's answers that are wrong; needed for what review prevents."""
    reviewed_error_rate: float | None = None
    """Share of wrong answers among those that are reviewed, where the doubtful ones are picked; as all, else."""
    caught_share: float = 1.0
    """Share of wrong answers that a reviewer sees."""
    error_usd: float | None = None
    """What a wrong answer that gets through costs, in USD."""
    hours_per_reviewer_month: float = 120.0
    """Hours that one reviewer reviews a month, for the head count."""
    load: Load | None = None
    """What the model's call sends, where it does not say it."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """A request with review, in USD, beside people alone and the model alone.

    `break_even_reviewed_share` is the share up to which model and review are cheaper than people alone; the errors'
    figures are None where no error rate is given.
    """

    cost_usd: float
    llm_usd: float
    review_usd: float
    manual_usd: float | None
    savings_share: float | None
    break_even_reviewed_share: float | None
    residual_error_rate: float | None
    prevented_usd: float | None
    net_value_usd: float | None
    review_hours_per_month: float | None
    reviewers: float | None
    cost_per_month_usd: float | None
    basis: Literal["assumed"]
    llm: CallCost
    warnings: tuple[str, ...]


def review(question: ReviewQuestion, catalog: Catalog, counter: Counter, now: datetime) -> ReviewAnswer:
    """`llm + share*minutes*wage/60` a request; prevented is `share * errors * caught * cost of one`.

    Source: expected value.

    Raises:
        InvalidInput: a share outside [0, 1], a negative number, more errors reviewed than there are.
        TokenplanError: a model that cannot be priced.
    """
    _checked_review(question)
    call = Pricer(catalog, counter.once(), now, question.load)(question.llm, "llm")
    share, wage, months = question.reviewed_share, question.wage_usd_per_hour / 60, question.requests_per_month
    each = question.minutes * wage
    cost = float(call.usd) + share * each
    manual = None if question.manual_minutes is None else question.manual_minutes * wage
    caught, residual = _errors(question)
    prevented = None if caught is None or question.error_usd is None else caught * question.error_usd
    hours = None if months is None else share * question.minutes / 60 * months
    even = (manual - float(call.usd)) / each if manual is not None and each > _NOTHING else None
    return ReviewAnswer(
        cost_usd=cost,
        llm_usd=float(call.usd),
        review_usd=share * each,
        manual_usd=manual,
        savings_share=1 - cost / manual if manual and manual > _NOTHING else None,
        break_even_reviewed_share=None if even is None or even < 0 else min(1.0, even),
        residual_error_rate=residual,
        prevented_usd=prevented,
        net_value_usd=None if prevented is None else prevented - share * each,
        review_hours_per_month=hours,
        reviewers=None if hours is None else hours / question.hours_per_reviewer_month,
        cost_per_month_usd=None if months is None else cost * months,
        basis="assumed",
        llm=call,
        warnings=call.warnings,
    )


def _checked_review(question: ReviewQuestion) -> None:
    checks = Checks().share(
        reviewed_share=question.reviewed_share,
        error_rate=question.error_rate,
        reviewed_error_rate=question.reviewed_error_rate,
        caught_share=question.caught_share,
    )
    checks.not_negative(
        minutes=question.minutes,
        wage_usd_per_hour=question.wage_usd_per_hour,
        manual_minutes=question.manual_minutes,
        error_usd=question.error_usd,
    )
    checks.at_least(1, hours_per_reviewer_month=question.hours_per_reviewer_month)
    checks.at_least(0, requests_per_month=question.requests_per_month)
    if question.error_rate is None:
        for name in ("reviewed_error_rate", "error_usd"):
            if getattr(question, name) is not None:
                checks.refuse("error_rate", None, f"{name} needs it")
    checks.done()
    errors, seen = question.error_rate, question.reviewed_error_rate
    if errors is not None and seen is not None and question.reviewed_share * seen > errors + _NOTHING:
        said = f"with reviewed_share {question.reviewed_share:g} it makes more errors than error_rate, {errors:g}"
        raise InvalidInput(f"reviewed_error_rate is {seen:g}; {said}", loc=("reviewed_error_rate",), value=seen)


def _errors(question: ReviewQuestion) -> tuple[float | None, float | None]:
    """The share of requests whose error is caught, and of those whose error gets through."""
    errors = question.error_rate
    if errors is None:
        return None, None
    among = errors if question.reviewed_error_rate is None else question.reviewed_error_rate
    caught = question.reviewed_share * among * question.caught_share
    return caught, max(0.0, errors - caught)
