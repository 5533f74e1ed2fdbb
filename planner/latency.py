"""How long a user waits: a pipeline of hops, to the first visible token and to the end, against a budget."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from planner.checks import STRICT, Checks
from planner.distributions import Distribution
from planner.latency_hops import MOST_HOPS, Generation, Hop, leaves, parts, pipeline
from planner.simulated import CURVE, ROUNDING, averaged, check_run, draws, over_share, ranked, share_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.latency_hops import Drawn
    from planner.laws import Floats

_Named: TypeAlias = list[tuple[Hop, tuple[str | int, ...]]]

MOST_DRAWN: Final = 10_000_000
"""Draws times hops of one question: a second or so."""
ENOUGH: Final = {0.95: 20, 0.99: 100}
"""Values that a sample needs before a percentile is not its largest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyQuestion:
    """How long do users wait for the first visible token and for the end, and how often longer than the budget?

    No latency is built in: every time is yours or your log's.
    """

    __pydantic_config__: ClassVar = STRICT

    hops: tuple[Hop, ...]
    """The hops of a request, one after another; a hop may hold serial, parallel or alternative hops."""
    budget_seconds: float | None = None
    """The longest that a request may take to the end."""
    first_token_budget_seconds: float | None = None
    """The longest that the first visible token may take."""
    draws: int = 100_000
    """Requests to simulate, 1,000 to 1,000,000."""
    seed: int = 1
    """The same seed gives the same figures."""


@dataclass(frozen=True, slots=True)
class TimeSpread:
    """A time's mean and percentiles in seconds; a `_standard_error` is that of the simulation, not of your figures."""

    mean_seconds: float
    mean_standard_error_seconds: float
    p50_seconds: float
    p50_standard_error_seconds: float
    p95_seconds: float
    p95_standard_error_seconds: float
    p99_seconds: float
    p99_standard_error_seconds: float


@dataclass(frozen=True, slots=True)
class NaiveSum:
    """What adding up the hops' own percentiles says (the longest of parallel ones): percentiles do not add."""

    p50_seconds: float
    p95_seconds: float
    p99_seconds: float


@dataclass(frozen=True, slots=True)
class TimeBreach:
    """How often a budget is exceeded."""

    budget_seconds: float
    breach_probability: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class HopTime:
    """One hop: `taken_probability`, its mean and p95 when taken, its share of the mean to the end.

    `verdict` holds its p95 against its part of the budget, `allotted_seconds`; `over_probability` is how often it takes
    longer. A hop beside a slower parallel one has only that share of the mean in which it is the slowest.
    """

    name: str
    taken_probability: float
    mean_seconds: float
    p95_seconds: float
    mean_share: float
    allotted_seconds: float | None
    over_probability: float | None
    verdict: Literal["within", "over"] | None
    basis: Literal["stated", "log"]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """That share of requests is no slower."""

    request_share: float
    first_visible_token_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class LatencyAnswer:
    """The wait to the first visible token and to the end, the budgets, and what each hop adds."""

    first_visible_token: TimeSpread
    end: TimeSpread
    naive_sum: NaiveSum
    first_token_budget: TimeBreach | None
    budget: TimeBreach | None
    hops: tuple[HopTime, ...]
    curve: tuple[CurvePoint, ...]
    draws: int
    seed: int
    basis: Literal["assumed"]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def latency(question: LatencyQuestion) -> LatencyAnswer:
    """Simulate the pipeline: serial hops convolve, parallel ones take the maximum, alternatives mix.

    Times are in seconds. A call takes `queue + TTFT + (N-1)*TPOT`, its first visible token `queue + TTFT +
    reasoning*TPOT`, with `TTFT = a + b*uncached_input_tokens`; standard errors are those of order statistics.

    Raises:
        InvalidInput: no hops, a hop of no or several forms, a probability, budget or distribution that is none.
    """
    named = _validate(question)
    run = draws(question.draws, question.seed)
    root = pipeline(question.hops, run)
    end = _column(root.end, run.count)
    first = end if root.first is root.end else _column(root.first, run.count)
    order, added = ranked(end), _added(root).tolist()
    begun = order if first is end else ranked(first)
    return LatencyAnswer(
        first_visible_token=_spread(first, begun.at, begun.errors),
        end=_spread(end, order.at, order.errors),
        naive_sum=NaiveSum(*added[1:]),
        first_token_budget=_breach(first, question.first_token_budget_seconds),
        budget=_breach(end, question.budget_seconds),
        hops=tuple(_hop_times(question, root, added[0], float(end.mean()))),
        curve=tuple(map(CurvePoint, CURVE, begun.curve, order.curve)),
        draws=run.count,
        seed=question.seed,
        basis="assumed",
        assumptions=tuple(_assumptions(question)),
        warnings=tuple(_warnings(named)),
    )


def _validate(question: LatencyQuestion) -> _Named:
    checks = Checks().positive(
        budget_seconds=question.budget_seconds, first_token_budget_seconds=question.first_token_budget_seconds
    )
    check_run(checks, question.draws, question.seed)
    named = list(leaves(question.hops, "hops"))
    if not 1 <= len(named) <= MOST_HOPS:
        checks.refuse("hops", f"of {len(named)}", f"1 to {MOST_HOPS} hops")
    elif len(named) * question.draws > MOST_DRAWN:
        checks.refuse("draws", question.draws, f"at most {MOST_DRAWN // len(named):,} with {len(named)} hops")
    stated = [hop.budget_share for hop, _ in named if hop.budget_share is not None]
    if stated and question.budget_seconds is None:
        checks.refuse("budget_seconds", None, "shares of a budget need one")
    if sum(share for share in stated if share > 0) > 1 + 1e-9:
        checks.refuse("hops", f"with budget shares that sum to {sum(stated):g}", "they must not pass 1")
    checks.done()
    return named


def _column(times: Floats | float, count: int) -> Floats:
    import numpy as np  # noqa: PLC0415 - an extra

    return times if isinstance(times, np.ndarray) else np.full(count, float(times))


def _spread(values: Floats, at: Sequence[float], errors: Sequence[float]) -> TimeSpread:
    return TimeSpread(*averaged(values), *(figure for pair in zip(at, errors, strict=True) for figure in pair))


def _breach(values: Floats, budget: float | None) -> TimeBreach | None:
    if budget is None:
        return None
    share = over_share(values, budget)
    return TimeBreach(budget, share, share_error(share, len(values)))


def _added(drawn: Drawn) -> Floats:
    """Mean, p50, p95 and p99 as if they all added; of parallel and alternative hops the worst, optional hops taken."""
    import numpy as np  # noqa: PLC0415 - an extra

    inner = [_added(each) for each in drawn.inner]
    if inner:
        found: Floats = np.sum(inner, axis=0) if drawn.hop.serial else np.max(inner, axis=0)
        return found
    if drawn.law is not None:
        return np.array([drawn.law.mean, *drawn.law.quantile(np.array([0.5, 0.95, 0.99]))])
    if not isinstance(drawn.own, np.ndarray):
        return np.full(4, float(drawn.own))
    return np.array([drawn.own.mean(), *ranked(drawn.own).at])


def _hop_times(question: LatencyQuestion, root: Drawn, path: float, whole: float) -> Iterator[HopTime]:
    """Each hop against its part of the budget: the stated share, or its mean when taken over that of the whole path."""
    found, budget = list(parts(root)), question.budget_seconds
    split = all(part.drawn.hop.budget_share is None for part in found)
    for part in found:
        hop = part.drawn.hop
        mean, _, p95, _ = _added(part.drawn).tolist()
        share = hop.budget_share if not split else mean / path if path else 0.0
        allotted = None if budget is None or share is None else budget * share
        yield HopTime(
            name=hop.name or ".".join(map(str, part.drawn.loc)),
            taken_probability=part.taken,
            mean_seconds=mean,
            p95_seconds=p95,
            mean_share=part.seconds / whole if whole else 0.0,
            allotted_seconds=allotted,
            over_probability=None if allotted is None else over_share(part.drawn.own, allotted),
            verdict=None if allotted is None else "over" if p95 > allotted * (1 + ROUNDING) else "within",
            basis="log" if any(_samples(hop)) else "stated",
        )


def _samples(hop: Hop) -> Iterator[tuple[str, int]]:
    """The samples that a hop rests on: the field's name and how many values."""
    held = {"seconds": hop.seconds}
    if hop.generation is not None:
        held = {field.name: getattr(hop.generation, field.name) for field in fields(Generation)}
    for name, given in held.items():
        if isinstance(given, Distribution) and given.samples:
            yield name, len(given.samples)


def _assumptions(question: LatencyQuestion) -> Iterator[str]:
    yield "hops are independent of each other, and times of requests too"
    yield "the last hop of a series is the one that the user sees begin; what stands before it is waited for in full"
    if question.budget_seconds is not None and all(hop.budget_share is None for hop, _ in leaves(question.hops)):
        yield "no hop states its share of the budget; it is split by their means"
    yield "no latency is built in: figures are the question's own (stated), or samples of its log (log)"


def _warnings(named: _Named) -> Iterator[str]:
    for hop, loc in named:
        for name, count in _samples(hop):
            few = [f"p{percent:.0f}" for share, least in ENOUGH.items() if count < least and (percent := share * 100)]
            if few:
                where = hop.name or ".".join(map(str, loc))
                yield f"{where}: {name} has {count} samples; {' and '.join(few)} rest on the largest of them"
