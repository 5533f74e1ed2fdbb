"""The questions about a plan: its report, and whether its policies hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from planner.checks import STRICT
from planner.plans.check import CheckAnswer, held
from planner.plans.evaluate import Evaluator
from planner.plans.plan import Plan
from planner.plans.report import Report
from planner.plans.scenarios import overridden, scenario_values
from planner.wire import to_json
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog


__all__ = ["CheckAnswer", "CheckQuestion", "PlanQuestion", "Report", "ReportQuestion", "check", "report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuestion:
    """A plan, as one of its scenarios or with other values."""

    __pydantic_config__: ClassVar = STRICT

    plan: Plan
    """The plan, with the texts of its prompts in it: no file is read."""
    scenario: str | None = None
    """One of the plan's scenarios, instead of the plan as it stands."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Key path -> value, after the scenario's: `"traffic.users": 9000`."""

    @property
    def draws(self) -> int:
        """Requests that are simulated."""
        return self.plan.draws

    @property
    def meant(self) -> Plan:
        """The plan with the scenario's values and the others.

        Raises:
            InvalidInput: no such scenario or key path, or a value that the plan cannot hold.
        """
        if self.scenario is None and not self.values:
            return self.plan
        from planner.questions import of_values  # noqa: PLC0415 - pydantic, which a plan as it stands does not need

        raw = to_json(self.plan)
        assert isinstance(raw, dict)
        if self.scenario is not None:
            own = ("scenarios", self.scenario, "values")
            raw = overridden(raw, scenario_values(raw, self.scenario), *own)
        return of_values(Plan, overridden(raw, self.values, "values"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuestion(PlanQuestion):
    """What does a feature cost and take, step by step, a request, a user and a month?"""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuestion(PlanQuestion):
    """Do the plan's policies hold?"""

    __pydantic_config__: ClassVar = STRICT


def report(question: ReportQuestion, catalog: Catalog, counter: Counter, now: datetime) -> Report:
    """A plan's report: counts, prices, times and what they rest on.

    Costs are USD, times seconds. Formulas are those of the verbs: `planner.caching`, `planner.conversation`,
    `planner.reliability.attempts`, `planner.latency`, `planner.economics.margins`; percentiles are drawn.

    Raises:
        InvalidInput: the plan is inconsistent, or names a price file that was not read.
        TokenplanError: a model that cannot be priced, a prompt that cannot be counted.
    """
    return _evaluated(question, question.meant, Evaluator(catalog, counter, now))


def check(question: CheckQuestion, catalog: Catalog, counter: Counter, now: datetime) -> CheckAnswer:
    """A plan's policies held against its report; a policy that cannot be evaluated fails.

    Raises:
        InvalidInput: as `report`; also for a plan without policies, of which nothing can be said.
        TokenplanError: as `report`.
    """
    plan = question.meant
    if not plan.policies:
        raise InvalidInput("the plan states no policies; there is nothing to check", loc=("plan", "policies"))
    return held(_evaluated(question, plan, Evaluator(catalog, counter, now)), plan.policies)


def _evaluated(question: PlanQuestion, plan: Plan, evaluate: Evaluator) -> Report:
    try:
        return evaluate(plan, scenario=question.scenario)
    except TokenplanError as error:
        raise error.under("plan") from None
