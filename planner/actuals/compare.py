"""A plan against what happened: what the difference comes from, and whether it is within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from planner.actuals.difference import GROUPS, ZERO, Effects, Side, effects
from planner.actuals.question import LogQuestion
from planner.actuals.report import UnpricedRows
from planner.checks import STRICT, Checks
from planner.plans.plan import Plan
from planner.when import when
from pricing.errors import InvalidInput
from pricing.rates import CatalogRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.actuals.passing import Seen
    from planner.actuals.reading import Log
    from planner.plans.report import CallReport, Report
    from planner.tokens import Counter
    from pricing.catalog import Catalog

Figure = Literal[
    "cost_per_month_usd", "calls_per_month", "cost_per_call_usd", "prompt_tokens_per_call", "output_tokens_per_call",
    "cached_prompt_share",
]  # fmt: skip
_Key = tuple[str | None, str]
_PLACES: Final = Decimal("1e-9")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualsCompareQuestion(LogQuestion):
    """Where does a log differ from its plan, and why?"""

    __pydantic_config__: ClassVar = STRICT

    plan: Plan
    """The plan, with the texts of its prompts in it."""
    days: float | None = None
    """Days that the log covers; from its first to its last request unless given."""
    sample_share: float = 1.0
    """Share of all requests that the log holds, where it is a sample: 0.01 is one in a hundred."""
    max_drift: float | None = None
    """How far an actual figure may be from the planned one, either way: 0.2 is 20 %; without it nothing fails."""
    drift_of: tuple[Figure, ...] = ("cost_per_month_usd", "cost_per_call_usd")
    """Which figures `max_drift` bounds."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A difference of a month's cost in USD, by what it comes from; the five add up to `difference_usd` exactly.

    volume: more or fewer calls; mix: other models or steps; tokens: longer prompts or answers; cache: more or less of
    the prompts from a cache; price: other prices, tiers and context steps.
    """

    planned_usd: Decimal
    actual_usd: Decimal
    difference_usd: Decimal
    volume_usd: Decimal
    mix_usd: Decimal
    tokens_usd: Decimal
    cache_usd: Decimal
    price_usd: Decimal


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """One model's part, of one step where the log tells steps apart; calls are those that were billed, a month's."""

    step: str | None
    model: str
    planned_calls: float
    actual_calls: float
    parts: Parts


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure as planned and as it was; `within` is None where nothing bounds it."""

    figure: str
    planned: float
    actual: float
    drift_share: float | None
    within: bool | None


@dataclass(frozen=True, slots=True)
class ActualsComparison:
    """A plan against a log, scaled to a month. `passed` is False also where rows could not be priced.

    What a plan costs beside its model calls (stores, tools, people) is in no such log, and left out on both sides.
    """

    plan: str
    shapes: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    days: float
    month: Parts
    models: tuple[ModelDifference, ...]
    drifts: tuple[Drift, ...]
    passed: bool
    why_not: tuple[str, ...]
    unpriced: tuple[UnpricedRows, ...]
    catalog: CatalogRef
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def actuals_compare(
    question: ActualsCompareQuestion, catalog: Catalog, counter: Counter, now: datetime, log: Log | None = None
) -> ActualsComparison:
    """The plan's model calls of a month against the log's, the difference taken apart by `planner.actuals.difference`.

    Calls are told apart by step and model where the log's features are the plan's steps, else by model.

    Raises:
        InvalidInput: as `actuals_report`; a log that does not say how many requests it holds, or when they were.
        TokenplanError: a plan that cannot be evaluated.
    """
    from planner.actuals.fitted import DAYS_PER_MONTH, named_hours, span_days  # noqa: PLC0415 - Polars, an extra
    from planner.actuals.passing import passed  # noqa: PLC0415 - as above
    from planner.actuals.tallies import LineSums, Sums  # noqa: PLC0415 - as above
    from planner.plans.evaluate import Evaluator  # noqa: PLC0415 - counts prompts

    Checks().positive(days=question.days, sample_share=question.sample_share).share(
        sample_share=question.sample_share
    ).not_negative(max_drift=question.max_drift).done()
    report = Evaluator(catalog, counter, now)(question.plan, spread=False)
    as_of = when(question.as_of, now).at if question.as_of is not None else None
    lines, hours = LineSums(("feature", "model")), Sums(("hour",))
    seen = passed(question, log, catalog, as_of, (hours,), lines=lines)
    days = question.days or span_days(seen, named_hours(hours.rows()))
    if not days:
        raise InvalidInput("the log has no times; say how many days it covers", loc=("days",))
    steps = any(row["feature"] in question.plan.steps for row in lines.rows())
    scale = Fraction(DAYS_PER_MONTH) / Fraction(days) / Fraction(question.sample_share)
    planned, actual = _planned(report, steps=steps), _actual(lines.rows(), scale, steps=steps)
    models = tuple(_models(planned, actual))
    drifts = tuple(_drifts(planned, actual, question))
    why_not = tuple(_why_not(drifts, seen, question))
    return ActualsComparison(
        question.plan.name, seen.shapes, seen.first, seen.last, days, _total(models), models, drifts, not why_not,
        why_not, tuple(UnpricedRows(each.reason, each.model, each.rows, each.first) for each in seen.unpriced),
        catalog.ref, "assumed", (*report.warnings, *seen.warnings, *_unmatched(planned, actual)),
    )  # fmt: skip


def _planned(report: Report, *, steps: bool) -> dict[_Key, Side]:
    found: dict[_Key, list[tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]]] = {}
    for step in report.steps:
        for call in step.calls:
            if call.model is not None and call.usd_per_call:
                found.setdefault((step.name if steps else None, call.model.id), []).append(_monthly(call))
    return {key: _merged(parts) for key, parts in found.items()}


def _monthly(call: CallReport) -> tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]:
    """A month's calls (each turn of a loop is one), and what they use and cost by bucket."""
    times = Fraction(call.usd_per_month) / Fraction(call.usd_per_call)
    used: dict[str, Fraction] = {}
    usd: dict[str, Fraction] = {}
    for line in call.lines:
        used[line.bucket] = used.get(line.bucket, ZERO) + Fraction(line.quantity) * times
        usd[line.bucket] = usd.get(line.bucket, ZERO) + Fraction(line.usd_per_month)
    return times * Fraction(call.turns), used, usd


def _merged(parts: list[tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]]) -> Side:
    used: dict[str, Fraction] = {}
    usd: dict[str, Fraction] = {}
    for _, quantities, amounts in parts:
        for bucket, quantity in quantities.items():
            used[bucket] = used.get(bucket, ZERO) + quantity
        for bucket, amount in amounts.items():
            usd[bucket] = usd.get(bucket, ZERO) + amount
    return Side(sum((calls for calls, _, _ in parts), ZERO), used, usd)


def _actual(rows: list[dict[str, Any]], scale: Fraction, *, steps: bool) -> dict[_Key, Side]:
    found: dict[_Key, list[tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]]] = {}
    for row in rows:
        if row["uncounted"]:
            raise InvalidInput(
                f"rows of {row['model']} do not say how many requests they sum; a plan is compared call by call. "
                "Give a log of single requests, or an export that counts them",
                loc=("rows",),
            )
        used = {name: Fraction(row[name]) * scale for name in GROUPS if row.get(name)}
        usd = {name: Fraction(row[f"units.{name}"], 10**12) * scale for name in GROUPS if row.get(f"units.{name}")}
        key = (row["feature"] if steps else None, row["model"])
        found.setdefault(key, []).append((row["requests"] * scale, used, usd))
    return {key: _merged(parts) for key, parts in found.items()}


def _models(planned: Mapping[_Key, Side], actual: Mapping[_Key, Side]) -> Iterator[ModelDifference]:
    """Each model's part, the largest differences first."""
    found = []
    for key, each in effects(planned, actual).items():
        old, new = planned.get(key, Side()), actual.get(key, Side())
        found.append(ModelDifference(*key, float(old.calls), float(new.calls), _parts(old.total, new.total, each)))
    yield from sorted(found, key=lambda each: (-abs(each.parts.difference_usd), str(each.step), each.model))


def _parts(planned: Fraction, actual: Fraction, each: Effects) -> Parts:
    """To nine places, and what rounding leaves in the largest part: they add up exactly."""
    before, after = _usd(planned), _usd(actual)
    parts = dict(zip(Effects._fields, map(_usd, each), strict=True))
    largest = max(parts, key=lambda name: abs(parts[name]))
    parts[largest] += after - before - sum(parts.values())
    return Parts(before, after, after - before, *parts.values())


def _usd(amount: Fraction) -> Decimal:
    return Decimal(round(amount * 10**9)) * _PLACES


def _total(models: tuple[ModelDifference, ...]) -> Parts:
    names = Parts.__dataclass_fields__
    return Parts(*(sum((getattr(each.parts, name) for each in models), Decimal(0)) for name in names))


def _figures(sides: Mapping[_Key, Side]) -> dict[str, float]:
    calls = sum((side.calls for side in sides.values()), ZERO)
    usd = sum((side.total for side in sides.values()), ZERO)
    sums: dict[str, Fraction] = {"prompt": ZERO, "output": ZERO, "cached": ZERO}
    for side in sides.values():
        for bucket, quantity in side.used.items():
            if GROUPS[bucket] in sums:
                sums[GROUPS[bucket]] += quantity
            if "_read_" in bucket:
                sums["cached"] += quantity
    per_call = {name: float(amount / calls) if calls else 0.0 for name, amount in {**sums, "usd": usd}.items()}
    cached = float(sums["cached"] / sums["prompt"]) if sums["prompt"] else 0.0
    return {
        "cost_per_month_usd": float(usd), "calls_per_month": float(calls), "cost_per_call_usd": per_call["usd"],
        "prompt_tokens_per_call": per_call["prompt"], "output_tokens_per_call": per_call["output"],
        "cached_prompt_share": cached,
    }  # fmt: skip


def _drifts(
    planned: Mapping[_Key, Side], actual: Mapping[_Key, Side], question: ActualsCompareQuestion
) -> Iterator[Drift]:
    old, new = _figures(planned), _figures(actual)
    for name, was in old.items():
        drift = new[name] / was - 1 if was else None
        bound = question.max_drift if name in question.drift_of else None
        within = None if bound is None else drift is not None and abs(drift) <= bound
        yield Drift(name, was, new[name], drift, within)


def _why_not(drifts: tuple[Drift, ...], seen: Seen, question: ActualsCompareQuestion) -> Iterator[str]:
    """Why the check fails; what could not be priced might be any amount."""
    if question.max_drift is None:
        return
    for each in drifts:
        if each.within is False:
            said = "planned at 0" if each.drift_share is None else f"{each.drift_share:+.1%} from the plan"
            yield f"{each.figure} is {each.actual:.6g}, {said}; at most {question.max_drift:.1%} either way"
    rows = sum(each.rows for each in seen.unpriced)
    if rows:
        yield f"{rows} rows have no price: what they cost is not known"


def _unmatched(planned: Mapping[_Key, Side], actual: Mapping[_Key, Side]) -> Iterator[str]:
    for key in actual:
        if key not in planned:
            yield f"not planned, so all of it is mix: {_named(key)}"
    for key in planned:
        if key not in actual:
            yield f"planned, but not in the log: {_named(key)}"


def _named(key: _Key) -> str:
    return key[1] if key[0] is None else f"{key[0]} on {key[1]}"
