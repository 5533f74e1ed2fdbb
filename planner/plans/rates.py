"""A plan's peak against the rate limits of an account, as `planner.capacity` counts them."""

from __future__ import annotations

from dataclasses import fields
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from planner.capacity.limits import CapacityQuestion, capacity
from planner.plans.plan import RateLimits
from planner.plans.report import RateReport
from pricing.errors import InvalidInput, TokenplanError, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.plans.assembly import StepCosts
    from planner.plans.costs import Call
    from planner.plans.plan import Plan
    from pricing.catalog import Catalog

_READ = ("cache_read_tokens",)
_WRITTEN = ("cache_write_5m_tokens", "cache_write_1h_tokens")
_ANSWERED = ("output_tokens", "reasoning_tokens")


class _Used(NamedTuple):
    """A call of a model: how often a request makes it, attempts and turns counted, and its step's limit on answers."""

    often: float
    call: Call
    most: float | None

    def tokens(self, *buckets: str) -> float:
        """Tokens of those buckets in one call of the model."""
        report = self.call.report
        return sum(line.quantity for line in report.lines if line.bucket in buckets) / report.turns


def rates(plan: Plan, steps: Sequence[StepCosts], peak: float, catalog: Catalog) -> Iterator[RateReport]:
    """Each limited model: its calls a second at the peak against what the account allows for calls of their mean size.

    Raises:
        InvalidInput: limits of a model that no step calls, or that the provider does not set.
    """
    for name, limits in plan.limits.items():
        used = [each for step in steps for each in _calls(step) if each.call.way.served.model == name]
        if not used:
            names = {call.way.served.model or "" for step in steps for call in step.calls}
            raise InvalidInput(
                f"limits are stated for {name!r}, which no step calls; {one_of(name, sorted(names))}",
                loc=("limits", name),
                value=name,
            )
        try:
            yield _rate(name, limits, used, peak, catalog)
        except TokenplanError as error:
            raise error.under("limits", name) from None


def _calls(costs: StepCosts) -> Iterator[_Used]:
    taken = costs.step.share * costs.step.calls
    for call in costs.calls:
        often = taken * call.report.share * call.attempts.expected * call.report.turns
        yield _Used(often, call, costs.step.max_output_tokens)


def _rate(name: str, limits: RateLimits, used: Sequence[_Used], peak: float, catalog: Catalog) -> RateReport:
    often = sum(each.often for each in used)

    def mean(*buckets: str) -> int:
        return ceil(sum(each.often * each.tokens(*buckets) for each in used) / often) if often else 0

    most = [each.most for each in used if each.most is not None]
    answer = mean(*_ANSWERED)
    found = capacity(
        CapacityQuestion(
            model=name,
            provider=used[0].call.way.served.provider,
            input_tokens=mean("input_tokens"),
            output_tokens=answer,
            cache_read_tokens=mean(*_READ),
            cache_write_tokens=mean(*_WRITTEN),
            max_tokens=max(answer, ceil(max(most))) if len(most) == len(used) else None,
            **{field.name: getattr(limits, field.name) for field in fields(RateLimits)},
        ),
        catalog,
    )
    calls = peak * often
    return RateReport(
        name,
        found.counting,
        found.binds,
        calls,
        found.requests_per_second_max,
        1 - calls / found.requests_per_second_max,
        found.limits,
        found.warnings,
    )
