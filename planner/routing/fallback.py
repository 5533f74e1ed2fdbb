"""A fallback chain: when a call fails, the next one is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer, called
from planner.checks import STRICT, Checks
from planner.reliability.attempts import Attempts
from planner.routing.waits import Latency, Waits, Way, mixture
from planner.short import Short, shared

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_LINKS: Final = 10
_NOTHING: Final = 1e-12


def _link(text: str) -> dict[str, Any]:
    """`CALL@FAILED`, or `CALL`, which then lacks how often it fails."""
    call, failed = shared(text)
    return {"call": called(call)} | ({} if failed is None else {"failure_probability": failed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One call of the chain, how often it fails, and what a failure costs."""

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("CALL@FAILED", _link)

    call: Call
    """The call."""
    failure_probability: float
    """Probability that an attempt fails, from 0 to 1."""
    failed_billed_share: float = 0.0
    """Share of the cost that a failed attempt is billed; 0 where an error costs nothing."""
    attempts: int = 1
    """Attempts before the next call is asked."""
    latency: Latency | None = None
    """How long an attempt that succeeds takes; latencies are told where every call has it."""
    failed_latency: Latency | None = None
    """How long an attempt that fails takes, such as a time-out; as one that succeeds where none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackQuestion:
    """What does a request cost with fallbacks, and how often is none of them able to answer?"""

    __pydantic_config__: ClassVar = STRICT

    chain: tuple[Link, ...]
    """The calls in the order in which they are asked."""
    load: Load | None = None
    """What a request sends, for every model that does not say it itself."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""
    seed: int = 1
    """Of the simulation of latencies."""


@dataclass(frozen=True, slots=True)
class LinkCost:
    """One call: how many requests reach it and are answered by it, and what it adds to a request, in USD."""

    link: int
    reach_probability: float
    answered_share: float
    expected_attempts: float
    expected_usd: float
    call: CallCost


@dataclass(frozen=True, slots=True)
class FallbackAnswer:
    """A request with the chain and with its first call alone, in USD.

    `latency` is over all requests, those that no call answers included.
    """

    success_probability: float
    first_success_probability: float
    unanswered_per_month: float | None
    cost_usd: float
    first_usd: float
    extra_usd: float
    cost_per_success_usd: float | None
    cost_per_month_usd: float | None
    basis: Literal["assumed"]
    chain: tuple[LinkCost, ...]
    latency: Waits | None
    warnings: tuple[str, ...]


def fallback(question: FallbackQuestion, catalog: Catalog, counter: Counter, now: datetime) -> FallbackAnswer:
    """`sum_i prod_{j<i} f_j * ((1-f_i)*c_i + f_i*b_i*c_i)`; with m attempts a call fails with `f^m`.

    Failures are taken as independent. Source: expected value over a chain of trials.

    Raises:
        InvalidInput: an empty chain, a share outside [0, 1], no attempt.
        TokenplanError: a model that cannot be priced.
    """
    _checked(question)
    price = Pricer(catalog, counter.once(), now, question.load)
    reached, links = 1.0, []
    for at, link in enumerate(question.chain):
        call, tries = price(link.call, "chain", at, "call"), _tries(link)
        usd = reached * float(call.usd) * tries.billed
        links.append(LinkCost(at + 1, reached, reached * tries.success, reached * tries.expected, usd, call))
        reached *= tries.failure
    cost, first = sum(each.expected_usd for each in links), links[0].expected_usd
    months, success = question.requests_per_month, 1 - reached
    return FallbackAnswer(
        success_probability=success,
        first_success_probability=links[0].answered_share,
        unanswered_per_month=None if months is None else reached * months,
        cost_usd=cost,
        first_usd=first,
        extra_usd=cost - first,
        cost_per_success_usd=cost / success if success > _NOTHING else None,
        cost_per_month_usd=None if months is None else cost * months,
        basis="assumed",
        chain=tuple(links),
        latency=_latency(question),
        warnings=tuple(dict.fromkeys(line for each in links for line in each.call.warnings)),
    )


def _tries(link: Link) -> Attempts:
    return Attempts(link.failure_probability, link.attempts, link.failed_billed_share)


def _checked(question: FallbackQuestion) -> None:
    checks = Checks().at_least(0, requests_per_month=question.requests_per_month)
    if not 1 <= len(question.chain) <= MOST_LINKS:
        checks.refuse("chain", f"a list of {len(question.chain)}", f"a chain has 1 to {MOST_LINKS} calls")
    checks.done()
    for at, link in enumerate(question.chain):
        _tries(link).checked("chain", at, attempts="attempts")
        for name in ("latency", "failed_latency"):
            if (given := getattr(link, name)) is not None:
                given.checked("chain", at, name)


def _latency(question: FallbackQuestion) -> Waits | None:
    """A mixture over the attempt that succeeds, after all that failed before it."""
    ways: list[Way] = []
    before: list[Latency] = []
    reached = 1.0
    for link in question.chain:
        if link.latency is None:
            return None
        for _ in range(link.attempts):
            ways.append(Way(reached * (1 - link.failure_probability), (*before, link.latency)))
            before.append(link.failed_latency or link.latency)
            reached *= link.failure_probability
    return mixture([*ways, Way(reached, tuple(before))], question.seed)
