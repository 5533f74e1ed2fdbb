"""Traffic over several models: the cheapest share of each segment on each model that keeps every promise."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, log
from typing import TYPE_CHECKING, Final, Literal

from planner.calls import Pricer
from planner.optimise.programme import Programme, Row, Solution, best_of, solve
from planner.optimise.traffic import MixQuestion, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from planner.optimise.traffic import MixModel, MixSegment
    from planner.tokens import Counter
    from pricing.catalog import Catalog

_MINUTES: Final = 365.25 / 12 * 24 * 60
"""Minutes of a month."""
_Z95: Final = 1.6448536269514722
_CLOSE: Final = 1e-6


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

    `best_value` ignores the other constraints, `best_with_others` keeps them: None where they exclude everything, and
    beside a mix of whole segments, where it takes long to prove. It binds where the mix would be cheaper without it (of
    whole segments: where a cheaper one is found at once); without a mix, where none is left because of it.
    `shadow_price_usd` is what one unit more of the limit adds to the month's cost (negative: saves); None for whole
    segments.
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
    """The cheapest mix in USD, or why there is none: figures are then None, and there are no shares."""

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
        TooLarge: too many pairs of segment and model, or no answer in whole segments in time.
        TokenplanError: a model that cannot be priced.
    """
    validate(question)
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
    """The share of a lognormal within a limit: `Phi((ln L - ln p50) / sigma)`, `sigma = ln(p95/p50) / 1.6449`."""
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
    alone = best_of(programme, row, ())
    kept = None if found and programme.whole else best_of(programme, row, others)
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
    """Whether the mix would be cheaper without the row; among shares a row with room never makes it so."""
    room = row.sign * (row.value(found.shares) - row.limit)
    if not programme.whole and room > _CLOSE * max(1.0, abs(row.limit)):
        return False
    without = solve(programme, objective, others, proven=not programme.whole)
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
        yield "no constraint is to blame alone: several pairs of them exclude each other"
