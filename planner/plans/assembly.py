"""A plan's report put together: totals, percentiles, margins, dated events, and what all of it stands on."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from planner.economics.margins import Unit
from planner.plans.costs import Call
from planner.plans.monthly import Month, Parts
from planner.plans.monthly import month as month_of
from planner.plans.paths import joined
from planner.plans.rates import rates
from planner.plans.report import (
    Assumption,
    Breach,
    Event,
    Report,
    RevenueReport,
    SegmentReport,
    Spread,
    StepReport,
)
from planner.plans.steps import Step
from planner.plans.validity import befores
from planner.plans.volume import months
from planner.simulated import over_share, share_error
from pricing.errors import InvalidInput, NotPriced
from pricing.usage import BUCKETS, PROMPT_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from planner.laws import Floats
    from planner.plans.charges import Charges
    from planner.plans.drawn import Requests
    from planner.plans.plan import Plan
    from planner.plans.report import TrafficReport
    from planner.when import When
    from pricing.rates import ModelRef

AHEAD: Final = timedelta(days=366)
"""How far ahead dated events are looked for."""

NOT_DRAWN: Final = "not simulated"
NEXT_TO_NOTHING: Final = 5e-4


@dataclass(frozen=True, slots=True)
class StepCosts:
    """A step worked out: its calls, what else a request pays there, and how often it succeeds."""

    name: str
    step: Step
    calls: tuple[Call, ...]
    other_usd: float
    success: float

    @property
    def usd(self) -> float:
        """What the step costs a request of the plan on average."""
        return sum(each.report.usd_per_request for each in self.calls) + self.other_usd


def assembled(
    plan: Plan,
    traffic: TrafficReport,
    steps: tuple[StepCosts, ...],
    charges: Charges,
    at: When,
    later: Callable[[datetime], float],
    *,
    spread: bool,
    scenario: str | None,
) -> Report:
    """The report of a plan whose steps are worked out; `later` tells a request's cost at another instant."""
    drawn, why = _drawn(plan, steps, charges) if spread else (None, NOT_DRAWN)
    request = sum(each.usd for each in steps)
    fixed = sum(each.step.usd_per_month for each in steps)
    costs = month_of(plan, traffic, _parts(steps))
    months_drawn = None if drawn is None else _month_drawn(costs, plan, drawn)
    month = _spread(months_drawn, costs.mean, why)
    planned = request * traffic.requests_per_month + fixed
    unit = _unit(plan, traffic, month.mean, fixed)
    waits = drawn.waits if drawn else None
    return Report(
        name=plan.name,
        about=plan.about,
        scenario=scenario,
        as_of=at.at,
        catalog=charges.catalog.ref,
        traffic=traffic,
        cost_per_request_usd=_spread(drawn.usd if drawn else None, request, why),
        planned_usd_per_user_per_month=None if not traffic.users else planned / traffic.users,
        planned_usd_per_month=planned,
        cost_per_user_usd=_divided(month, traffic.users),
        cost_per_month_usd=month,
        first_token_seconds=None if waits is None else _timed(waits.first),
        end_seconds=None if waits is None else _timed(waits.end),
        why_no_latency=why if drawn is None else drawn.why_not,
        steps=tuple(_steps(plan, traffic, steps, drawn)),
        revenue=_revenue(plan, unit),
        segments=tuple(_segments(plan, unit, month.mean, fixed, traffic)),
        rates=tuple(rates(plan, steps, traffic.peak_requests_per_second, charges.catalog)),
        months=tuple(months(plan.traffic, traffic.requests_per_month, request, fixed)),
        events=tuple(_events(steps, charges, request, later)),
        breaches=tuple(_breaches(plan, traffic, drawn, months_drawn, why)),
        assumptions=tuple(_assumptions(steps)),
        basis="assumed",
        warnings=tuple(dict.fromkeys((*at.warnings(hourly=False), *_warnings(steps)))),
    )


def _drawn(plan: Plan, steps: tuple[StepCosts, ...], charges: Charges) -> tuple[Requests | None, str | None]:
    from planner.plans.drawn import requests  # noqa: PLC0415 - NumPy, an extra

    try:
        return requests(plan, steps, charges), None
    except InvalidInput as error:
        if "pip install" not in str(error):
            raise
        return None, str(error)


def _spread(values: object, mean: float | None, why: str | None) -> Spread:
    if values is None:
        assert mean is not None
        return Spread(mean, None, None, None, why=why)
    from planner.plans.drawn import spread  # noqa: PLC0415 - NumPy, an extra

    return spread(values, mean)  # type: ignore[arg-type]  # drawn columns


def _timed(values: Floats | float) -> Spread:
    """A time's spread; its mean is that of the draws."""
    return _spread(values, float(getattr(values, "mean", lambda: values)()), None)


def _divided(whole: Spread, by: float | None) -> Spread | None:
    if not by:
        return None

    figures = {field.name: getattr(whole, field.name) for field in fields(Spread) if field.name != "why"}
    parts: dict[str, Any] = {name: None if figure is None else figure / by for name, figure in figures.items()}
    return replace(whole, **parts)


def _parts(steps: Sequence[StepCosts]) -> Parts:
    """A request's cost by what it pays for."""
    sums = {"input": 0.0, "output": 0.0, "other": sum(each.other_usd for each in steps)}
    for call in (call for each in steps for call in each.calls):
        for line in call.report.lines:
            sums[_part(line.bucket)] += line.usd_per_request
    return Parts(sums["input"], sums["output"], sums["other"], sum(each.step.usd_per_month for each in steps))


def _part(bucket: str) -> str:
    if bucket in PROMPT_BUCKETS:
        return "input"
    return "output" if BUCKETS[bucket].unit == "million_tokens" else "other"


def _month_drawn(month: Month, plan: Plan, drawn: Requests) -> Floats | float:
    from planner.plans.drawn import deviation  # noqa: PLC0415 - NumPy, an extra

    return month.drawn(plan.draws, plan.seed, deviation(drawn.usd))


def _breaches(
    plan: Plan, traffic: TrafficReport, drawn: Requests | None, month: Floats | float | None, why: str | None
) -> Iterator[Breach]:
    """How often each policy's budget is exceeded, of figures that are drawn as a whole."""
    waits = None if drawn is None else drawn.waits
    columns = {
        "cost_per_request_usd": None if drawn is None else drawn.usd,
        "cost_per_month_usd": month,
        "cost_per_user_usd": None if month is None or not traffic.users else month / traffic.users,
        "first_token_seconds": None if waits is None else waits.first,
        "end_seconds": None if waits is None else waits.end,
    }
    for name, policy in plan.policies.items():
        if policy.breach_probability_at_most is None or policy.step or policy.figure not in columns:
            continue
        assert policy.at_most is not None
        values = columns[policy.figure]
        said = why if drawn is None else drawn.why_not or "the plan states no users"
        if values is None:
            yield Breach(name, None, why=said)
        else:
            share = over_share(values, policy.at_most)
            yield Breach(name, share, share_error(share, plan.draws))


def _steps(
    plan: Plan, traffic: TrafficReport, steps: Sequence[StepCosts], drawn: Requests | None
) -> Iterator[StepReport]:
    before, whole = befores(plan.steps), sum(each.usd for each in steps)
    for each in steps:
        step, waits = each.step, drawn.steps.get(each.name) if drawn else None
        month = each.usd * traffic.requests_per_month + step.usd_per_month
        yield StepReport(
            name=each.name,
            kind=step.kind,
            about=step.about,
            share=step.share,
            calls_per_request=step.calls,
            background=step.background,
            after=before[each.name],
            calls=tuple(call.report for call in each.calls),
            other_usd_per_request=each.other_usd,
            other_usd_per_month=each.other_usd * traffic.requests_per_month,
            usd_per_request=each.usd,
            fixed_usd_per_month=step.usd_per_month,
            usd_per_user_per_month=month / traffic.users if traffic.users else None,
            usd_per_month=month,
            cost_share=each.usd / whole if whole else 0.0,
            success_probability=each.success,
            seconds=None if waits is None else _timed(waits.end),
        )


def _unit(plan: Plan, traffic: TrafficReport, month_usd: float, fixed: float) -> Unit | None:
    """What a user costs and pays, as `planner.economics` has it."""
    users, each = traffic.users, traffic.requests_per_user_per_month
    if plan.revenue is None or not users or not each:
        return None
    request = (month_usd - fixed) / users / each
    other = plan.revenue.other_usd_per_user_per_month + fixed / users
    return Unit(request, each, other, 1, plan.revenue.payment)


def _revenue(plan: Plan, unit: Unit | None) -> RevenueReport | None:
    if unit is None or plan.revenue is None:
        return None
    price, target = plan.revenue.price_usd_per_user_per_month, plan.revenue.target_gross_margin_share
    left = unit.contribution(price)
    return RevenueReport(
        price,
        unit.request * unit.requests + unit.other,
        left,
        left / price if price else None,
        None if target is None else unit.price(target),
        unit.cap(price, 0.0),
    )


def _segments(
    plan: Plan, unit: Unit | None, month_usd: float, fixed: float, traffic: TrafficReport
) -> Iterator[SegmentReport]:
    users, each = traffic.users, traffic.requests_per_user_per_month
    request = (month_usd - fixed) / users / each if users and each else 0.0
    for segment in plan.traffic.segments:
        many = segment.requests_per_user_per_month
        left = (
            None
            if unit is None or plan.revenue is None
            else unit.contribution(plan.revenue.price_usd_per_user_per_month, many)
        )
        cost = request * many + fixed / (users or 1)
        yield SegmentReport(segment.name, segment.users_share, many, cost, left)


def _events(
    steps: Sequence[StepCosts], charges: Charges, request: float, later: Callable[[datetime], float]
) -> Iterator[Event]:
    """Announced prices and retirements of the plan's models within `AHEAD`, the nearest first."""
    used: dict[tuple[str, str], list[tuple[str, Call]]] = {}
    for each in steps:
        for call in each.calls:
            assert call.report.model is not None
            used.setdefault((call.report.model.provider, call.report.model.id), []).append((each.name, call))
    found = []
    for key, calls in used.items():
        model, ref = charges.catalog.model(*key), calls[0][1].report.model
        assert ref is not None
        names = tuple(dict.fromkeys(name for name, _ in calls))
        begins = {each.valid_from for each in model.sets if each.valid_from is not None}
        dates = sorted(each for each in begins if charges.at < each <= charges.at + AHEAD)
        found += [_price_event(date, ref, names, request, later) for date in dates]
        if model.retires is not None:
            text = (
                f"{model.id} {'retires' if model.retires > f'{charges.at:%Y-%m-%d}' else 'retired'} on {model.retires}"
            )
            found.append(Event(model.retires, "retirement", ref, names, text, None))
    yield from sorted(found, key=lambda each: each.date)


def _price_event(
    date: datetime, model: ModelRef, steps: tuple[str, ...], request: float, later: Callable[[datetime], float]
) -> Event:
    day = f"{date:%Y-%m-%d}"
    try:
        change = later(date) / request - 1 if request else None
    except NotPriced:
        return Event(day, "price", model, steps, f"{model.id}: what the plan buys is not sold from then on", None)
    said = "nothing" if change is None or abs(change) < NEXT_TO_NOTHING else f"{change:+.1%}"
    return Event(day, "price", model, steps, f"{model.id}: announced prices change a request's cost by {said}", change)


def _assumptions(steps: Sequence[StepCosts]) -> Iterator[Assumption]:
    """What is stated, estimated or unknown, by key path."""
    for each in steps:
        for call in each.calls:
            if not call.rank:
                yield from _call_assumptions(call)
        if not each.step.background and each.step.latency is None and not _all_timed(each):
            yield Assumption(f"steps.{each.name}.latency", "unknown", "no latency is stated")


def _call_assumptions(call: Call) -> Iterator[Assumption]:
    way, report = call.way, call.report
    prompt = joined(way.prompt_at)
    assert report.prompt is not None
    assert way.prompt is not None
    if report.prompt.method == "stated":
        yield Assumption(f"{prompt}.tokens", "stated", f"{report.prompt.tokens:.0f} tokens on average")
    elif report.prompt.method == "estimated":
        said = f"{report.prompt.tokens:.0f} tokens, {report.prompt.low:.0f} to {report.prompt.high:.0f}"
        yield Assumption(prompt, "estimated", f"{said}: no tokenizer of {report.model.id if report.model else ''}")
    for name, sample in way.prompt.variables.items():
        if sample.tokens is not None:
            yield Assumption(f"{prompt}.variables.{name}.tokens", "stated", "tokens as stated, without a sample")
    yield Assumption(way.where("output_tokens"), "stated", f"{report.output_tokens:.0f} tokens on average")
    if way.cache is not None and way.cache.hit_rate is None:
        said = f"hit rate {report.cache_hit_rate or 0:.3f} of random arrivals"
        yield Assumption(f"{way.where('cache')}.hit_rate", "estimated", said)
    if report.fit is not None:
        for name in report.fit.unknown:
            yield Assumption(way.where("model"), "unknown", f"{name} of the model is not known")


def _all_timed(costs: StepCosts) -> bool:
    return bool(costs.calls) and all(call.way.latency is not None for call in costs.calls)


def _warnings(steps: Sequence[StepCosts]) -> Iterator[str]:
    """Each warning once, with the steps it is about."""
    found: dict[str, list[str]] = {}
    for each in steps:
        for call in each.calls:
            for said in (*call.report.warnings, *_unfit(call)):
                found.setdefault(said, []).append(each.name)
    for said, names in found.items():
        yield f"{', '.join(dict.fromkeys(names))}: {said}"


def _unfit(call: Call) -> Iterator[str]:
    if call.report.fit is not None and call.report.fit.fits is False:
        assert call.report.model is not None
        yield f"the longest prompts do not fit {call.report.model.id}"
