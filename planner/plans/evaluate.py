"""A plan evaluated: counts, prices and times put together into a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from planner.distributions import law
from planner.plans.assembly import StepCosts, assembled
from planner.plans.charges import Charges
from planner.plans.costs import Costs, Scale, attempts_of
from planner.plans.sizes import Sizes
from planner.plans.validity import validate
from planner.plans.volume import volume
from planner.plans.ways import fallbacks, ways
from planner.reliability.attempts import Attempts
from planner.tokens import Counter
from planner.when import when
from pricing.catalog import Catalog
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plans.costs import Call
    from planner.plans.plan import Plan
    from planner.plans.report import Report, TrafficReport
    from planner.plans.steps import Step


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates plans over one catalog, counter and instant; each prompt is counted once, however often plans change.

    `evaluate = Evaluator(catalog, counter, now)`, then `evaluate(plan)` and `evaluate(plan.with_value(...))`.
    """

    catalog: Catalog
    counter: Counter
    now: datetime
    _sizes: list[Sizes] = field(default_factory=list)
    _charges: dict[datetime, Charges] = field(default_factory=dict)

    def __call__(self, plan: Plan, *, spread: bool = True, scenario: str | None = None) -> Report:
        """The plan's report; without `spread` nothing is drawn and percentiles are None.

        Raises:
            InvalidInput: the plan is inconsistent; each problem has its key path.
            TokenplanError: a model that cannot be priced, a prompt that cannot be counted.
        """
        validate(plan)
        if plan.prices is not None and self.catalog.prices is None:
            raise InvalidInput(
                f"prices names {plan.prices!r}, which was not read; over HTTP the server's own price file holds",
                loc=("prices",),
                value=plan.prices,
            )
        at = when(plan.as_of, self.now)
        traffic = volume(plan.traffic)
        steps = tuple(self.costs(plan, traffic, at.at))
        later = partial(self._later, plan, traffic)
        return assembled(plan, traffic, steps, self._charged(at.at), at, later, spread=spread, scenario=scenario)

    def costs(self, plan: Plan, traffic: TrafficReport, at: datetime) -> Iterator[StepCosts]:
        """Each step's costs on average, at the prices of an instant."""
        costs = Costs(self._sized(), self._charged(at))
        for name, step in plan.steps.items():
            yield _step(costs, name, step, traffic)

    def _later(self, plan: Plan, traffic: TrafficReport, at: datetime) -> float:
        """What a request costs at the prices of another instant."""
        return sum(each.usd for each in self.costs(plan, traffic, at))

    def _sized(self) -> Sizes:
        if not self._sizes:
            self._sizes.append(Sizes(self.counter.once()))
        return self._sizes[0]

    def _charged(self, at: datetime) -> Charges:
        if at not in self._charges:
            self._charges[at] = Charges(self.catalog, at)
        return self._charges[at]


def _step(costs: Costs, name: str, step: Step, traffic: TrafficReport) -> StepCosts:
    taken = step.share * step.calls
    calls: list[Call] = []
    success = 1.0
    if step.prompt is not None or step.routes:
        success = 0.0
        for way in ways(name, step):
            scale = Scale(traffic.requests_per_month, traffic.arrivals_per_hour, traffic.users, taken * way.share)
            call = costs.call(way, step, scale, attempts_of(way))
            calls.append(call)
            reach = call.attempts.failure
            for rank, (served, plan) in enumerate(zip(fallbacks(step), step.fallbacks, strict=True), 1):
                tries = Attempts(plan.failure_probability, plan.attempts, plan.failed_billed_share)
                if reach:
                    calls.append(costs.fallback(served, call, step, reach, tries, scale, rank))
                reach *= tries.failure
            success += way.share * (1 - reach) ** (law(step.loop.turns).mean if step.loop else 1)
    return StepCosts(name, step, tuple(calls), taken * _other(step), success)


def _other(step: Step) -> float:
    """What a call costs beside its tokens, on average."""
    usd = law(step.usd).mean
    if step.review is not None:
        usd += law(step.review.minutes).mean * step.review.usd_per_hour / 60
    if step.loop is not None:
        usd += law(step.loop.turns).mean * step.loop.tool_usd
    return usd
