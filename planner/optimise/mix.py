"""Traffic over several models: the cheapest share of each segment on each model that keeps every promise."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import fsum, log
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, Load, Pricer
from planner.checks import STRICT, Checks
from planner.optimise.programme import Programme, Row, Solution, best_of, solve
from pricing.errors import InvalidInput, TooLarge, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_CELLS: Final = 10_000
_MINUTES: Final = 365.25 / 12 * 24 * 60
"""Minutes of a month."""
_Z95: Final = 1.6448536269514722
_CLOSE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class MixModel:
    """A model that traffic may go to."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the model is called."""
    call: Call
    """What a request costs on it: USD, or a model of the catalog with what each segment sends."""
    quality: float | None = None
    """Its quality on your own scale, for segments that do not state their own."""
    latency_p50_seconds: float | None = None
    """Median time of its answers (with p95 a lognormal)."""
    latency_p95_seconds: float | None = None
    """Seconds within which 95 % of its answers are complete."""
    tokens_per_minute: float | None = None
    """Its rate limit in tokens a minute; segments then state `tokens_per_request`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSegment:
    """A part of the traffic that is alike. Its lists hold one figure a model, in the order of the models."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the segment is called."""
    requests_per_month: float
    """Its requests a month."""
    load: Load | None = None
    """What one of its requests sends."""
    costs_usd: tuple[Decimal, ...] = ()
    """What a request costs on each model, instead of the models' own."""
    qualities: tuple[float, ...] = ()
    """Quality of each model here, instead of the models' own."""
    within_limit_shares: tuple[float, ...] = ()
    """Share of answers of each model within the latency limit, from a log, instead of p50 and p95."""
    min_quality: float | None = None
    """Lowest mean quality of this segment."""
    tokens_per_request: float | None = None
    """Tokens that count against rate limits, for each request."""
    models: tuple[str, ...] = ()
    """Names of the models that it may go to; none allows all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixQuestion:
    """Which share of each segment should go to which model, at the least cost under all constraints?"""

    __pydantic_config__: ClassVar = STRICT

    models: tuple[MixModel, ...]
    """The models; at least one."""
    segments: tuple[MixSegment, ...]
    """The traffic; at least one segment with requests."""
    min_quality: float | None = None
    """Lowest mean quality over all traffic."""
    latency_limit_seconds: float | None = None
    """Time within which `latency_share` of the answers must be complete."""
    latency_share: float = 0.95
    """Share of answers within the limit: 0.95 makes the limit a p95."""
    latency_scope: Literal["pooled", "segment"] = "pooled"
    """Whether the limit holds over all traffic or in every segment."""
    peak_factor: float = 1.0
    """The busiest minute against the mean one, for rate limits."""
    one_model_per_segment: bool = False
    """Whether each segment goes to one model as a whole (an integer programme)."""


@dataclass(frozen=True, slots=True)
class MixShare:
    """A share of a segment on a model, with its requests a month, the cost of one in USD, and its quality."""

    segment: str
    model: str
    share: float
    requests_per_month: float
    cost_usd: float
    quality: float | None


@dataclass(frozen=True, slots=True)
class MixConstraint:
    """One constraint: its limit, what the mix reaches, and the best that could be reached.

    `best_value` ignores the other constraints, `best_with_others` keeps them (None where they exclude everything). It
    binds where the mix stands at the limit and would be cheaper without it; without a mix, where no mix is left because
    of it. `shadow_price_usd` is what one unit more of the limit adds to the month's cost (negative: saves); None for
    whole segments.
    """

    constraint: str
    unit: str
    limit: float
    value: float | None
    best_value: float
    best_with_others: float | None
    binds: bool
    shadow_price_usd: float | None


@dataclass(frozen=True, slots=True)
class MixAnswer:
    """The cheapest mix, or why there is none; USD and shares None, and no shares, where nothing meets all constraints."""

    feasible: bool
    cost_per_month_usd: float | None
    cost_per_request_usd: float | None
    mean_quality: float | None
    within_limit_share: float | None
    shares: tuple[MixShare, ...]
    constraints: tuple[MixConstraint, ...]
    reasons: tuple[str, ...]
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """Figures of every segment on every model, row by row; a figure that nothing asks for may be missing."""

    weights: tuple[float, ...]
    costs: tuple[float, ...]
    qualities: tuple[float, ...] | None
    within: tuple[float, ...] | None
    models: int

    def mean(self, figures: Sequence[float]) -> tuple[float, ...]:
        """Coefficients of the mean of a figure over all traffic."""
        total = fsum(self.weights)
        return tuple(self.weights[at // self.models] / total * each for at, each in enumerate(figures))

    def segment(self, figures: Sequence[float], which: int) -> tuple[float, ...]:
        """Coefficients of the mean of a figure in one segment."""
        return tuple(each if at // self.models == which else 0.0 for at, each in enumerate(figures))


def mix(question: MixQuestion, catalog: Catalog, counter: Counter, now: datetime) -> MixAnswer:
    """`min sum w_i x_ij c_ij`, each segment's shares adding up to 1; p95 is `sum w x F_ij(L) >= .95 sum w`.

    Source: linear programming (HiGHS, Huangfu and Hall 2018); F of p50 and p95 is a lognormal's.

    Raises:
        InvalidInput: a number out of range, lists of the wrong length, a figure that a constraint needs is missing.
        TooLarge: over 10,000 pairs of segment and model, or no answer in whole segments in time.
        TokenplanError: a model that cannot be priced.
    """
    _validate(question)
    price = Pricer(catalog, counter.once(), now)
    said: list[str] = []
    table = _table(question, price, said)
    programme, rows = _programme(question), list(_rows(question, table))
    objective = [table.weights[at // table.models] * each for at, each in enumerate(table.costs)]
    found = solve(programme, objective, rows)
    constraints = tuple(_constraint(programme, objective, rows, at, found) for at in range(len(rows)))
    total = fsum(table.weights)
    return MixAnswer(
        found is not None,
        None if found is None else found.objective,
        None if found is None else found.objective / total,
        _reached(table, table.qualities, found),
        _reached(table, table.within, found),
        tuple(_shares(question, table, found)) if found else (),
        constraints,
        () if found else tuple(_reasons(constraints)),
        "assumed",
        tuple(dict.fromkeys(said)),
    )


def within(limit: float, p50: float, p95: float) -> float:
    """The share of a lognormal's answers within a limit: `Phi((ln L - ln p50) / sigma)`, `sigma = ln(p95/p50)/1.6449`."""
    from statistics import NormalDist  # noqa: PLC0415 - half the import time of this module

    if not limit:
        return 0.0
    if p50 == p95:
        return float(limit >= p50)
    return NormalDist().cdf(log(limit / p50) * _Z95 / log(p95 / p50))


def _table(question: MixQuestion, price: Pricer, said: list[str]) -> _Table:
    costs: list[float] = []
    for at, segment in enumerate(question.segments):
        if segment.costs_usd:
            costs.extend(map(float, segment.costs_usd))
            continue
        priced = Pricer(price.catalog, price.counter, price.now, segment.load)
        for place, model in enumerate(question.models):
            cost = priced(model.call, "models", place, "call")
            said.extend(cost.warnings)
            costs.append(float(cost.usd))
        assert len(costs) == (at + 1) * len(question.models)
    return _Table(
        tuple(each.requests_per_month for each in question.segments),
        tuple(costs),
        _figures(question, lambda segment: segment.qualities, lambda model: model.quality),
        None
        if question.latency_limit_seconds is None
        else _figures(question, lambda segment: segment.within_limit_shares, lambda model: _in_time(question, model)),
        len(question.models),
    )


def _figures(
    question: MixQuestion,
    own: Callable[[MixSegment], Sequence[float]],
    usual: Callable[[MixModel], float | None],
) -> tuple[float, ...] | None:
    """A figure of every segment on every model; None where one is not stated."""
    models = [usual(each) for each in question.models]
    found = [value for segment in question.segments for value in (own(segment) or models)]
    return None if None in found else tuple(value for value in found if value is not None)


def _in_time(question: MixQuestion, model: MixModel) -> float | None:
    limit, p50, p95 = question.latency_limit_seconds, model.latency_p50_seconds, model.latency_p95_seconds
    return None if limit is None or p50 is None or p95 is None else within(limit, p50, p95)


def _programme(question: MixQuestion) -> Programme:
    count = len(question.models)
    closed = {
        row * count + place
        for row, segment in enumerate(question.segments)
        for place, model in enumerate(question.models)
        if segment.models and model.name not in segment.models
    }
    groups = tuple(range(at * count, (at + 1) * count) for at in range(len(question.segments)))
    return Programme(groups, frozenset(closed), question.one_model_per_segment)


def _rows(question: MixQuestion, table: _Table) -> Iterator[Row]:
    if table.qualities is not None:
        if question.min_quality is not None:
            yield Row("min_quality", "quality", table.mean(table.qualities), question.min_quality)
        for at, segment in enumerate(question.segments):
            if segment.min_quality is not None:
                figures = table.segment(table.qualities, at)
                yield Row(f"min_quality of {segment.name}", "quality", figures, segment.min_quality)
    if table.within is not None:
        yield from _latency(question, table, table.within)
    for at, model in enumerate(question.models):
        if model.tokens_per_minute is not None:
            yield Row(
                f"tokens_per_minute of {model.name}",
                "tokens a minute",
                tuple(-each for each in _rates(question, table, at)),
                -model.tokens_per_minute,
                -1,
            )


def _latency(question: MixQuestion, table: _Table, figures: Sequence[float]) -> Iterator[Row]:
    if question.latency_scope == "pooled":
        yield Row("latency_share", "share", table.mean(figures), question.latency_share)
        return
    for at, segment in enumerate(question.segments):
        coefficients = table.segment(figures, at)
        yield Row(f"latency_share of {segment.name}", "share", coefficients, question.latency_share)


def _rates(question: MixQuestion, table: _Table, which: int) -> Iterator[float]:
    """Tokens a minute that a whole segment puts on one model, at the peak."""
    for segment in question.segments:
        rate = segment.requests_per_month * (segment.tokens_per_request or 0.0) * question.peak_factor / _MINUTES
        yield from (rate if place == which else 0.0 for place in range(table.models))


def _constraint(
    programme: Programme, objective: Sequence[float], rows: Sequence[Row], at: int, found: Solution | None
) -> MixConstraint:
    row, others = rows[at], [each for place, each in enumerate(rows) if place != at]
    value = None if found is None else row.value(found.shares)
    alone, kept = best_of(programme, row, ()), best_of(programme, row, others)
    assert alone is not None
    price = None if found is None else found.prices[at]
    return MixConstraint(
        row.name,
        row.unit,
        row.limit,
        value,
        alone,
        kept,
        _binds(programme, objective, row, others, found) if found else kept is not None or _short(row, alone),
        None if price is None else row.sign * price,
    )


def _short(row: Row, best: float) -> bool:
    """Whether even the best value misses the limit."""
    return row.sign * (best - row.limit) < -_CLOSE * max(1.0, abs(row.limit))


def _binds(programme: Programme, objective: Sequence[float], row: Row, others: Sequence[Row], found: Solution) -> bool:
    """Whether the mix would be cheaper without the row."""
    without = solve(programme, objective, others)
    return without is not None and without.objective < found.objective * (1 - _CLOSE)


def _reached(table: _Table, figures: Sequence[float] | None, found: Solution | None) -> float | None:
    if figures is None or found is None:
        return None
    return fsum(a * x for a, x in zip(table.mean(figures), found.shares, strict=True))


def _shares(question: MixQuestion, table: _Table, found: Solution) -> Iterator[MixShare]:
    for at, share in enumerate(found.shares):
        if share:
            segment, model = question.segments[at // table.models], question.models[at % table.models]
            quality = None if table.qualities is None else table.qualities[at]
            requests = share * segment.requests_per_month
            yield MixShare(segment.name, model.name, share, requests, table.costs[at], quality)


def _reasons(constraints: Sequence[MixConstraint]) -> Iterator[str]:
    """Why there is no mix: each constraint that binds, and what could be reached."""
    for each in constraints:
        if each.binds and each.best_with_others is not None:
            reach = f"{each.best_with_others:.6g} is the best while the other constraints are kept"
            yield f"{each.constraint} asks for {each.limit:.6g} {each.unit}; {reach}"
        elif each.binds:
            yield f"{each.constraint} asks for {each.limit:.6g} {each.unit}; {each.best_value:.6g} is the best of all"
    if not any(each.binds for each in constraints):
        yield "no one constraint is to blame: several exclude each other, and dropping any one leaves the others in conflict"


def _validate(question: MixQuestion) -> None:
    cells = len(question.models) * len(question.segments)
    if cells > MOST_CELLS:
        raise TooLarge(f"{cells:,} pairs of segment and model; at most {MOST_CELLS:,}", loc=("segments",))
    checks = Checks().finite(min_quality=question.min_quality).share(latency_share=question.latency_share)
    checks.not_negative(latency_limit_seconds=question.latency_limit_seconds).positive(peak_factor=question.peak_factor)
    for name, given in (("models", question.models), ("segments", question.segments)):
        names = [each.name for each in given]
        if not names or len(set(names)) < len(names):
            checks.refuse(name, names, "name at least one, and each once")
    checks.done()
    for at, model in enumerate(question.models):
        _refuse_model(model, at)
    for at, segment in enumerate(question.segments):
        _refuse_segment(question, segment, at)
    if not any(each.requests_per_month for each in question.segments):
        raise InvalidInput("requests_per_month is 0 in every segment; there is no traffic to mix", loc=("segments",))


def _refuse_model(model: MixModel, at: int) -> None:
    checks = Checks("models", at).finite(quality=model.quality)
    p50, p95 = model.latency_p50_seconds, model.latency_p95_seconds
    checks.positive(latency_p50_seconds=p50, latency_p95_seconds=p95, tokens_per_minute=model.tokens_per_minute)
    if (p50 is None) != (p95 is None):
        checks.refuse("latency_p95_seconds", p95, "p50 and p95 go together")
    elif p50 is not None and p95 is not None and p95 < p50:
        checks.refuse("latency_p95_seconds", p95, f"it must not be below the p50 of {p50}")
    checks.done()


def _refuse_segment(question: MixQuestion, segment: MixSegment, at: int) -> None:
    checks = Checks("segments", at).finite(min_quality=segment.min_quality)
    checks.not_negative(requests_per_month=segment.requests_per_month, tokens_per_request=segment.tokens_per_request)
    for name in ("costs_usd", "qualities", "within_limit_shares"):
        _refuse_list(checks, name, getattr(segment, name), len(question.models))
    names = [each.name for each in question.models]
    for name in segment.models:
        if name not in names:
            checks.refuse("models", repr(name), f"it must be a model's name; {one_of(name, names)}")
    for needed, said in _missing(question, segment):
        checks.refuse(needed, None, said)
    checks.done()


def _refuse_list(checks: Checks, name: str, values: Sequence[float | Decimal], models: int) -> None:
    if values and len(values) != models:
        checks.refuse(name, f"{len(values)} figures", f"it must hold one for each of the {models} models")
    for value in values:
        if name == "costs_usd":
            checks.not_negative(costs_usd=value)
        elif name == "qualities":
            checks.finite(qualities=value)
        else:
            checks.share(within_limit_shares=value)


def _missing(question: MixQuestion, segment: MixSegment) -> Iterable[tuple[str, str]]:
    """What a constraint needs and neither the segment nor every model states."""
    quality = any(each.min_quality is not None for each in (question, *question.segments))
    if quality and not segment.qualities and any(each.quality is None for each in question.models):
        yield "qualities", "a lowest quality needs it here, or the quality of every model"
    timed = question.latency_limit_seconds is not None
    if timed and not segment.within_limit_shares and any(each.latency_p50_seconds is None for each in question.models):
        yield "within_limit_shares", "a latency limit needs it here, or p50 and p95 of every model"
    if segment.tokens_per_request is None and any(each.tokens_per_minute is not None for each in question.models):
        yield "tokens_per_request", "a rate limit needs it"
