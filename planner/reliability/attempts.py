"""Trying again: a call that fails is repeated, an answer that is malformed is repaired."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, expm1, log
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_ATTEMPTS: Final = 20
_NOTHING: Final = 1e-12


class Attempts(NamedTuple):
    """At most `most` independent attempts, each failing with probability `each`, a failure billed in part."""

    each: float
    most: int
    billed_share: float

    def checked(self, *under: str | int, attempts: str, failure: str = "failure_probability") -> None:
        """Refuse figures out of range; `under` is where they stand, the other two how they are called there.

        Raises:
            InvalidInput: a share outside [0, 1], no attempt or too many.
        """
        checks = Checks(*under).share(**{failure: self.each, "failed_billed_share": self.billed_share})
        if not 1 <= self.most <= MOST_ATTEMPTS:
            checks.refuse(attempts, self.most, f"it must be from 1 to {MOST_ATTEMPTS}")
        checks.done()

    @property
    def failure(self) -> float:
        """All fail: `f^m`."""
        return self.each**self.most

    @property
    def success(self) -> float:
        """One succeeds: `1-f^m`."""
        return 1 - self.failure

    @property
    def expected(self) -> float:
        """Attempts made: `(1-f^m)/(1-f)`, m when f is 1."""
        if not 0 < self.each < 1:
            return float(self.most) if self.each else 1.0
        return -expm1(self.most * log(self.each)) / (1 - self.each)

    @property
    def billed(self) -> float:
        """Attempts paid for: `(1-f^m)*(1-f+b*f)/(1-f)`, `b*m` when f is 1."""
        return self.expected * (1 - self.each + self.billed_share * self.each)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryQuestion:
    """What does a call cost when it is tried again after a failure, and how often does it succeed?"""

    __pydantic_config__: ClassVar = STRICT

    call: Call
    """One attempt."""
    failure_probability: float
    """Probability that an attempt fails, from 0 to 1; failures are taken as independent."""
    attempts: int
    """Attempts at most, the first one counted, from 1 to 20."""
    failed_billed_share: float = 0.0
    """Share of the cost that a failed attempt is billed: 0 for an error, 1 for a wrong answer in full length."""
    backoff_seconds: float = 0.0
    """Seconds waited before the second attempt."""
    backoff_factor: float = 2.0
    """How much longer each later wait is, from 1 to 10."""
    target_success_probability: float | None = None
    """The success that is wanted; the answer tells the attempts it takes."""
    load: Load | None = None
    """What a request sends, where the call does not say it."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class RetryAnswer:
    """A request with retries, in USD.

    `cost_per_success_usd` is None where no attempt succeeds; `attempts_needed` is None without a target, or where no
    number of attempts reaches it.
    """

    success_probability: float
    expected_attempts: float
    expected_backoff_seconds: float
    attempts_needed: int | None
    cost_usd: float
    single_usd: float
    cost_per_success_usd: float | None
    failures_per_month: float | None
    cost_per_month_usd: float | None
    basis: Literal["assumed"]
    call: CallCost
    warnings: tuple[str, ...]


def retry(question: RetryQuestion, catalog: Catalog, counter: Counter, now: datetime) -> RetryAnswer:
    """`E[N] = (1-f^m)/(1-f)`, success `1-f^m`, cost `c*(1-f^m)*(1-f+b*f)/(1-f)`.

    Source: geometric distribution cut off at m.

    Raises:
        InvalidInput: a share outside [0, 1], no attempt or more than 20.
        TokenplanError: a model that cannot be priced.
    """
    tries = Attempts(question.failure_probability, question.attempts, question.failed_billed_share)
    tries.checked(attempts="attempts")
    checks = Checks().not_negative(backoff_seconds=question.backoff_seconds)
    checks.share(target_success_probability=question.target_success_probability)
    checks.at_least(0, requests_per_month=question.requests_per_month)
    if not 1 <= question.backoff_factor <= 10:  # noqa: PLR2004 - what the field's description says
        checks.refuse("backoff_factor", question.backoff_factor, "it must be from 1 to 10")
    checks.done()
    call = Pricer(catalog, counter.once(), now, question.load)(question.call, "call")
    cost, months = float(call.usd) * tries.billed, question.requests_per_month
    return RetryAnswer(
        success_probability=tries.success,
        expected_attempts=tries.expected,
        expected_backoff_seconds=_waited(question),
        attempts_needed=attempts_needed(question.failure_probability, question.target_success_probability),
        cost_usd=cost,
        single_usd=float(call.usd),
        cost_per_success_usd=cost / tries.success if tries.success > _NOTHING else None,
        failures_per_month=None if months is None else tries.failure * months,
        cost_per_month_usd=None if months is None else cost * months,
        basis="assumed",
        call=call,
        warnings=call.warnings,
    )


def attempts_needed(failure: float, target: float | None) -> int | None:
    """The fewest attempts that succeed with that probability: `ceil(ln(1-target)/ln f)`; None where none does."""
    if target is None:
        return None
    if failure <= 1 - target:
        return 1
    if failure == 1 or target == 1:
        return None
    found = ceil(log(1 - target) / log(failure))
    return found - 1 if 1 - failure ** (found - 1) >= target else found


def _waited(question: RetryQuestion) -> float:
    """Wait i is reached when the i attempts before it failed: `sum_i f^i * w * g^(i-1)`."""
    f, w, g = question.failure_probability, question.backoff_seconds, question.backoff_factor
    return sum(f**i * w * g ** (i - 1) for i in range(1, question.attempts))


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairQuestion:
    """What does a schema-repair loop cost: an answer that does not validate goes back with the error?"""

    __pydantic_config__: ClassVar = STRICT

    call: Call
    """The first call, which is always paid."""
    repair: Call
    """One repair: it sends the malformed answer and the error, and writes the answer anew."""
    malformed_probability: float
    """Probability that the first answer does not validate, from 0 to 1."""
    repair_failure_probability: float
    """Probability that a repaired answer does not validate either, from 0 to 1."""
    repairs: int
    """Repairs at most, from 1 to 20."""
    fallback: Call | None = None
    """The call for answers that stay malformed, taken to be valid; none leaves them so."""
    load: Load | None = None
    """What a request sends, for every call that does not say it itself."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""


@dataclass(frozen=True, slots=True)
class RepairAnswer:
    """A request with its repairs, in USD, beside asking the first call again as often as repairs are made.

    `start_over_valid_probability` and `start_over_usd` are those of asking again: what the loop must beat.
    """

    valid_probability: float
    first_valid_probability: float
    expected_repairs: float
    cost_usd: float
    single_usd: float
    repairs_usd: float
    fallback_usd: float
    cost_per_valid_usd: float | None
    start_over_valid_probability: float
    start_over_usd: float
    malformed_per_month: float | None
    cost_per_month_usd: float | None
    basis: Literal["assumed"]
    call: CallCost
    repair: CallCost
    fallback: CallCost | None
    warnings: tuple[str, ...]


def repair(question: RepairQuestion, catalog: Catalog, counter: Counter, now: datetime) -> RepairAnswer:
    """`C = c + f0*c_r*(1-f^m)/(1-f) + f0*f^m*c_b`, valid `1-f0*f^m` without a fallback.

    Every repair is paid in full: a malformed answer is billed. Source: geometric distribution cut off at m.

    Raises:
        InvalidInput: a share outside [0, 1], no repair or more than 20.
        TokenplanError: a model that cannot be priced.
    """
    tries = Attempts(question.repair_failure_probability, question.repairs, 1.0)
    tries.checked(attempts="repairs", failure="repair_failure_probability")
    checks = Checks().share(malformed_probability=question.malformed_probability)
    checks.at_least(0, requests_per_month=question.requests_per_month).done()
    price = Pricer(catalog, counter.once(), now, question.load)
    call, mended = price(question.call, "call"), price(question.repair, "repair")
    last = price(question.fallback, "fallback") if question.fallback else None
    single, first = float(call.usd), question.malformed_probability
    repairs = first * tries.expected
    left = first * tries.failure
    spent, saved = repairs * float(mended.usd), left * float(last.usd) if last else 0.0
    cost, valid = single + spent + saved, 1.0 if last else 1 - left
    again, months = Attempts(first, question.repairs + 1, 1.0), question.requests_per_month
    told = (*call.warnings, *mended.warnings, *(last.warnings if last else ()))
    return RepairAnswer(
        valid_probability=valid,
        first_valid_probability=1 - first,
        expected_repairs=repairs,
        cost_usd=cost,
        single_usd=single,
        repairs_usd=spent,
        fallback_usd=saved,
        cost_per_valid_usd=cost / valid if valid > _NOTHING else None,
        start_over_valid_probability=again.success,
        start_over_usd=single * again.billed,
        malformed_per_month=None if months is None else (1 - valid) * months,
        cost_per_month_usd=None if months is None else cost * months,
        basis="assumed",
        call=call,
        repair=mended,
        fallback=last,
        warnings=tuple(dict.fromkeys(told)),
    )
