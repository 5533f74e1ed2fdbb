"""Where a plan breaks first: for every numeric input, the value at which each policy tips, nearest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.checks import STRICT
from planner.plans.asked import PlanQuestion
from planner.plans.check import Verdict, held
from planner.plans.evaluate import Evaluator
from planner.plans.inputs import Input, inputs
from planner.plans.plan import Policy
from planner.plans.report import Event
from pricing.errors import InvalidInput, TokenplanError
from pricing.rates import CatalogRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.tokens import Counter
    from pricing.catalog import Catalog

Stand = Mapping[str, tuple[str, float | None]]
"""Each policy's status and figure."""

UP: Final = (1.02, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
"""Multiples of an input that are looked at, the nearest first."""
DOWN: Final = (0.98, 0.9, 0.75, 0.5, 0.25, 0.1, 0.01, 0.001, 0.0)
FROM_ZERO: Final = (1e-6, 1e-4, 0.01, 0.1, 0.5, 1.0, 10.0, 100.0, 1e4, 1e6)
"""Values that an input of 0 is tried at."""
TINY: Final = 1e-12
CLOSE: Final = 1e-6
"""How near a value is found, as a share of it; where percentiles are drawn, a thousandth as near."""
HALVED: Final = 6
"""How often a way that leads to no plan is halved."""
DRAWS: Final = 4_000
"""Requests drawn at most at each value that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakpointsQuestion(PlanQuestion):
    """At which value of each input does each policy of the plan first fail?"""

    __pydantic_config__: ClassVar = STRICT

    within: float = 10.0
    """How far an input is moved at most, as a share of its value: 0.5 looks from half to one and a half of it."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """An input and the value from which on a policy fails; of a policy that fails already, from which on it holds.

    `change_share` is the way there as a share of the input's value, None from 0.
    """

    path: str
    policy: str
    tips: Literal["fails", "holds"]
    value: float
    at: float
    change_share: float | None


@dataclass(frozen=True, slots=True)
class BreakpointsAnswer:
    """Break-points by nearness, the policies as they stand, and what is dated ahead.

    `safe` are inputs that break nothing within the reach looked at.
    """

    name: str
    scenario: str | None
    breakpoints: tuple[Breakpoint, ...]
    verdicts: tuple[Verdict, ...]
    safe: tuple[str, ...]
    events: tuple[Event, ...]
    as_of: datetime
    catalog: CatalogRef
    basis: Literal["assumed"]
    warnings: tuple[str, ...]


def breakpoints(question: BreakpointsQuestion, catalog: Catalog, counter: Counter, now: datetime) -> BreakpointsAnswer:
    """Each input moved away from its value, alone, until a policy tips; then halved to the value where it does.

    Between two values looked at (2 % to ten times apart) a policy that tips twice is not seen; percentiles are drawn
    with at most 4,000 requests, at the nearest and the farthest value. Shares of one whole move together, and a
    distribution keeps its shape.

    Raises:
        InvalidInput: the plan is inconsistent or states no policies.
        TokenplanError: a model that cannot be priced, a prompt that cannot be counted.
    """
    plan = question.meant
    if not plan.policies:
        raise InvalidInput("the plan states no policies; there is nothing to break", loc=("plan", "policies"))
    if not 0 < question.within <= UP[-1]:
        raise InvalidInput(
            f"within is {question.within}; it must be above 0 and at most {UP[-1]:g}",
            loc=("within",),
            value=question.within,
        )
    evaluate = Evaluator(catalog, counter, now)
    report = evaluate(plan, scenario=question.scenario)
    answer = held(report, plan.policies)
    quick = held(evaluate(plan, spread=False), plan.policies)
    known = {each.policy for each in quick.verdicts if each.status != "unknown"}
    found: list[Breakpoint] = []
    fewer = replace(plan, draws=min(plan.draws, DRAWS))
    for spread in (False, True):
        at_hand = answer if spread is False else held(evaluate(fewer), plan.policies)
        base = _stand(each for each in at_hand.verdicts if (each.policy not in known) is spread)
        look = _Look(evaluate, {name: plan.policies[name] for name in base}, spread, base, question.within)
        for each in inputs(fewer) if base else ():
            found += look.around(each)
    broken = {each.path for each in found}
    return BreakpointsAnswer(
        answer.name,
        answer.scenario,
        tuple(sorted(found, key=lambda each: (each.change_share is None, abs(each.change_share or 0.0)))),
        answer.verdicts,
        tuple(each.path for each in inputs(plan) if each.path not in broken),
        tuple(sorted(report.events, key=lambda event: event.date)),
        answer.as_of,
        answer.catalog,
        "assumed",
        answer.warnings,
    )


def _stand(verdicts: Iterable[Verdict]) -> Stand:
    return {each.policy: (each.status, each.value) for each in verdicts if each.status != "unknown"}


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks for where policies tip; `spread` draws percentiles, which takes twenty times as long."""

    evaluate: Evaluator
    policies: Mapping[str, Policy]
    spread: bool
    base: Stand
    within: float

    def around(self, given: Input) -> Iterator[Breakpoint]:
        """The nearest break-point of each policy above and below an input's value."""
        for values in self._ways(given):
            waiting = dict(self.base)
            for near, wanted in pairwise((given.value, *values)):
                far, there = self._legal(given, near, wanted)
                if there is None or (self.spread and there == self.base):
                    break  # no plan, or an input that what is drawn does not depend on
                for name in [name for name in waiting if self._tipped(there, name)]:
                    yield self._found(given, name, near, far)
                    del waiting[name]
                if not waiting or far != wanted:
                    break

    def _legal(self, given: Input, near: float, far: float) -> tuple[float, Stand | None]:
        """A value as far away as makes a plan, and how the policies stand there."""
        for _ in range(HALVED):
            there = self._stand(given, far)
            if there is not None:
                return far, there
            far = floor((near + far) / 2) if given.whole else (near + far) / 2
        return near, None

    def _ways(self, given: Input) -> Iterator[Iterable[float]]:
        """Values above and below, the nearest first; a share's way ends at 1."""
        value = given.value
        up = [value * each for each in UP if each - 1 <= self.within + CLOSE] if value else list(FROM_ZERO)
        if 0 <= value < 1 and self._stand(given, 1.5) is None:
            up = [*(each for each in up if each < 1), 1.0]
        down = [value * each for each in DOWN if 1 - each <= self.within + CLOSE] if value else []
        for way, rounded in ((up, ceil), (down, floor)):
            looked = list(dict.fromkeys(rounded(each) for each in way)) if given.whole else way
            yield dict.fromkeys((looked[0], looked[-1])) if self.spread and looked else looked

    def _stand(self, given: Input, value: float) -> Stand | None:
        """How the policies stand with another value; None where it makes no plan."""
        try:
            report = self.evaluate(given.moved(value), spread=self.spread)
        except TokenplanError:
            return None
        return _stand(held(report, self.policies).verdicts)

    def _tipped(self, there: Stand, name: str) -> bool:
        """Whether a policy fails that passed, or passes that failed; one that cannot be evaluated there has not."""
        return name in there and there[name][0] != self.base[name][0]

    def _found(self, given: Input, name: str, near: float, far: float) -> Breakpoint:
        """The value where a policy tips between one at which it has not and one at which it has."""
        close = CLOSE * (1000 if self.spread else 1)
        while abs(far - near) > max(close * abs(far), TINY) and not (given.whole and abs(far - near) <= 1):
            middle = (near + far) / 2
            middle = floor(middle) if given.whole else middle
            there = self._stand(given, middle)
            near, far = (near, middle) if there is not None and self._tipped(there, name) else (middle, far)
        share = (far - given.value) / abs(given.value) if given.value else None
        tips: Literal["fails", "holds"] = "fails" if self.base[name][0] == "passed" else "holds"
        return Breakpoint(given.path, name, tips, given.value, far, share)
