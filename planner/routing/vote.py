"""Asking several times: a majority of votes, independent or correlated, and at least one pass in k."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import comb, exp, lgamma
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, CallCost, Load, Pricer
from planner.checks import STRICT, Checks
from planner.routing.waits import DRAWS, Latency, Percentiles, percentiles

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_VOTES: Final = 1001
_ALMOST: Final = 1 - 2**-53
MOST_PROBLEMS: Final = 100_000
MOST_SAMPLES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteQuestion:
    """How much better is the majority of several answers than one, and what does it cost?"""

    __pydantic_config__: ClassVar = STRICT

    votes: int
    """Answers that are asked for, from 1 on."""
    correct_probability: float
    """Probability that one answer is correct, from 0 to 1; wrong answers are taken to agree (two choices)."""
    intra_class_correlation: float = 0.0
    """How much answers to one prompt err together: 0 independent, 1 all the same."""
    call: Call
    """One answer."""
    aggregator: Call | None = None
    """The call that reads all answers and decides; none costs nothing."""
    load: Load | None = None
    """What an answer's request sends, where the call does not say it."""
    latency: Latency | None = None
    """How long one answer takes; all are asked for at once."""
    aggregator_latency: Latency | None = None
    """How long the aggregator then takes; none takes no time."""
    requests_per_month: int | None = None
    """Requests a month, for the monthly figures."""
    seed: int = 1
    """Of the simulation of latencies, where there is an aggregator's."""


@dataclass(frozen=True, slots=True)
class VoteAnswer:
    """The majority against one answer; a tie of an even number is decided by a coin.

    `extra_usd_per_extra_correct` is what one more correct answer costs, None where the majority is no better.
    """

    majority_probability: float
    single_probability: float
    gain_share: float
    any_correct_probability: float
    cost_usd: float
    single_usd: float
    extra_usd_per_extra_correct: float | None
    cost_per_month_usd: float | None
    basis: Literal["assumed"]
    latency: Percentiles | None
    call: CallCost
    aggregator: CallCost | None
    warnings: tuple[str, ...]


def vote(question: VoteQuestion, catalog: Catalog, counter: Counter, now: datetime) -> VoteAnswer:
    """Binomial tail over half the votes; correlated, beta-binomial with `alpha+beta = (1-rho)/rho`.

    The slowest of n answers takes the quantile `q^(1/n)` of one; an aggregator's time is added by simulation. Source:
    Condorcet (1785); Skellam (1948) for the beta-binomial; self-consistency (Wang et al., 2022).

    Raises:
        InvalidInput: a share outside [0, 1], no vote or too many.
        TokenplanError: a model that cannot be priced.
    """
    votes, right = question.votes, question.correct_probability
    checks = Checks().at_least(1, votes=votes).at_least(0, requests_per_month=question.requests_per_month)
    checks.share(correct_probability=right, intra_class_correlation=question.intra_class_correlation)
    if votes > MOST_VOTES:
        checks.refuse("votes", votes, f"it must be at most {MOST_VOTES}")
    if question.aggregator_latency is not None and question.latency is None:
        checks.refuse("latency", None, "with aggregator_latency the answers' latency is needed")
    checks.done()
    for name in ("latency", "aggregator_latency"):
        if (given := getattr(question, name)) is not None:
            given.checked(name)
    price = Pricer(catalog, counter.once(), now, question.load)
    call = price(question.call, "call")
    seen = price(question.aggregator, "aggregator") if question.aggregator else None
    single, months = float(call.usd), question.requests_per_month
    cost = votes * single + (float(seen.usd) if seen else 0.0)
    majority = majority_correct(votes, right, question.intra_class_correlation)
    return VoteAnswer(
        majority_probability=majority,
        single_probability=right,
        gain_share=majority - right,
        any_correct_probability=1 - _exactly(0, votes, right, question.intra_class_correlation),
        cost_usd=cost,
        single_usd=single,
        extra_usd_per_extra_correct=(cost - single) / (majority - right) if majority - right > _NOTHING else None,
        cost_per_month_usd=None if months is None else cost * months,
        basis="assumed",
        latency=_latency(question),
        call=call,
        aggregator=seen,
        warnings=(*call.warnings, *(seen.warnings if seen else ())),
    )


_NOTHING: Final = 1e-9
"""Gains below this are rounding."""


def majority_correct(votes: int, right: float, correlation: float) -> float:
    """The probability that over half the votes are correct, with half of that of a tie."""
    over = sum(_exactly(k, votes, right, correlation) for k in range(votes // 2 + 1, votes + 1))
    tie = _exactly(votes // 2, votes, right, correlation) / 2 if votes % 2 == 0 else 0.0
    return min(1.0, over + tie)


def _exactly(k: int, votes: int, right: float, correlation: float) -> float:
    """The probability of k correct votes: binomial, beta-binomial, or all alike."""
    if correlation >= 1 or right in (0, 1):
        return {0: 1 - right, votes: right}.get(k, 0.0) if votes > 0 else 1.0
    spread = (1 - correlation) / correlation if correlation else float("inf")
    if spread > _INDEPENDENT:
        return comb(votes, k) * right**k * (1 - right) ** (votes - k)
    alpha, beta = right * spread, (1 - right) * spread
    if not min(alpha, beta) > 0:
        return {0: 1 - right, votes: right}.get(k, 0.0)
    return comb(votes, k) * exp(_log_beta(k + alpha, votes - k + beta) - _log_beta(alpha, beta))


_INDEPENDENT: Final = 1e9
"""From this `alpha+beta` on, logarithms of gamma functions lose more than the correlation changes."""


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _latency(question: VoteQuestion) -> Percentiles | None:
    if question.latency is None:
        return None
    times, votes, last = question.latency.times, question.votes, question.aggregator_latency
    if last is None:
        return percentiles(lambda share: times.quantile(share ** (1 / votes)))
    dice = random.Random(question.seed)  # noqa: S311 - a simulation, no secret
    then = last.times.stream(dice)
    drawn = sorted(times.quantile(min((1 - dice.random()) ** (1 / votes), _ALMOST)) + next(then) for _ in range(DRAWS))
    return percentiles(lambda share: drawn[round(DRAWS * share) - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class PassAtKQuestion:
    """How probable is it that at least one of k answers passes, estimated from samples of each problem?"""

    __pydantic_config__: ClassVar = STRICT

    samples: int
    """Answers drawn for each problem."""
    passed: tuple[int, ...]
    """For each problem, how many of them passed."""
    attempts: int
    """k, from 1 to `samples`."""
    call: Call | None = None
    """One answer, for costs."""
    load: Load | None = None
    """What an answer's request sends, where the call does not say it."""


@dataclass(frozen=True, slots=True)
class PassAtKAnswer:
    """pass@k and pass@1 over all problems, and what k answers cost, in USD.

    `cost_per_solved_problem_usd` is None where nothing passes.
    """

    pass_probability: float
    single_probability: float
    problems: int
    cost_usd: float | None
    cost_per_solved_problem_usd: float | None
    basis: Literal["assumed"]
    call: CallCost | None
    warnings: tuple[str, ...]


def pass_at_k(question: PassAtKQuestion, catalog: Catalog, counter: Counter, now: datetime) -> PassAtKAnswer:
    """The mean over problems of `1 - C(n-c, k)/C(n, k)`, which is unbiased. Source: Chen et al. (2021), Codex.

    Raises:
        InvalidInput: no problem, k over the samples, more passed than were drawn.
        TokenplanError: a model that cannot be priced.
    """
    n, k = question.samples, question.attempts
    checks = Checks().at_least(1, samples=n, attempts=k)
    if n > MOST_SAMPLES:
        checks.refuse("samples", n, f"it must be at most {MOST_SAMPLES}")
    if k > n:
        checks.refuse("attempts", k, f"it must be at most samples, {n}")
    if not 1 <= len(question.passed) <= MOST_PROBLEMS:
        checks.refuse("passed", f"a list of {len(question.passed)}", f"give 1 to {MOST_PROBLEMS} problems")
    for at, count in enumerate(question.passed):
        if not 0 <= count <= n:
            checks.refuse("passed", count, f"problem {at}: it must lie between 0 and samples, {n}")
    checks.done()
    found = {count: _passes(n, count, k) for count in set(question.passed)}
    share = sum(found[count] for count in question.passed) / len(question.passed)
    call = Pricer(catalog, counter.once(), now, question.load)(question.call, "call") if question.call else None
    cost = k * float(call.usd) if call else None
    return PassAtKAnswer(
        pass_probability=share,
        single_probability=sum(question.passed) / len(question.passed) / n,
        problems=len(question.passed),
        cost_usd=cost,
        cost_per_solved_problem_usd=cost / share if cost is not None and share else None,
        basis="assumed",
        call=call,
        warnings=call.warnings if call else (),
    )


def _passes(n: int, passed: int, k: int) -> float:
    """`1 - prod_{i=n-c+1..n} (1 - k/i)`: the quotient of binomials as the product that never overflows."""
    if n - passed < k:
        return 1.0
    missed = 1.0
    for i in range(n - passed + 1, n + 1):
        missed *= 1 - k / i
    return 1 - missed
