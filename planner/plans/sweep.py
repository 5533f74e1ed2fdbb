"""A plan over the values of one or two of its inputs: a table of figures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Final

from planner.checks import STRICT
from planner.plans.asked import PlanQuestion
from planner.plans.difference import figures_of
from planner.plans.evaluate import Evaluator
from planner.plans.plan import Plan
from planner.plans.scenarios import overridden
from planner.questions import of_values
from planner.wire import to_json
from pricing.errors import InvalidInput, Problem, TokenplanError

if TYPE_CHECKING:
    from datetime import datetime

    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST: Final = 1000
"""Points of a sweep."""
MOST_AXES: Final = 2
POINTS: Final = 9
"""Points between two bounds unless said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One input and the values it takes: a list of them, or some points from `low` to `high`."""

    __pydantic_config__: ClassVar = STRICT

    path: str
    """The input by its key path: `traffic.users`, `steps.answer.model`."""
    values: tuple[float | str | bool, ...] = ()
    """Its values: numbers, or texts such as models."""
    low: float | None = None
    """The first of evenly spaced values."""
    high: float | None = None
    """The last of them."""
    points: int = POINTS
    """How many of them, from 2 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepQuestion(PlanQuestion):
    """What becomes of a plan's figures when one or two of its inputs take other values?"""

    __pydantic_config__: ClassVar = STRICT

    axes: tuple[Axis, ...]
    """One input or two."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One point: the values taken, and the plan's figures there by name, or why there are none."""

    values: tuple[float | str | bool, ...]
    figures: dict[str, float]
    error: str | None


@dataclass(frozen=True, slots=True)
class SweepAnswer:
    """The inputs that were swept and a point for each combination, the last input changing first."""

    paths: tuple[str, ...]
    points: tuple[SweepPoint, ...]


def sweep(question: SweepQuestion, catalog: Catalog, counter: Counter, now: datetime) -> SweepAnswer:
    """Every combination evaluated; a value with which the plan is none is told in its row.

    Raises:
        InvalidInput: no input or too many, no values, too many points, a path that leads nowhere, no value that
            makes a plan.
    """
    values = _values(question.axes)
    paths = tuple(axis.path for axis in question.axes)
    plain: Any = to_json(question.meant)
    evaluate = Evaluator(catalog, counter, now)
    points = tuple(_point(plain, dict(zip(paths, each, strict=True)), evaluate) for each in product(*values))
    if all(each.error for each in points):
        raise InvalidInput(f"no value of {' and '.join(paths)} makes a plan: {points[0].error}", loc=("axes",))
    return SweepAnswer(paths, points)


def _values(axes: tuple[Axis, ...]) -> list[tuple[float | str | bool, ...]]:
    problems = []
    if not 1 <= len(axes) <= MOST_AXES:
        problems.append(Problem(("axes",), f"there are {len(axes)} axes; give one or two", len(axes)))
    if len({axis.path for axis in axes}) < len(axes):
        problems.append(Problem(("axes",), f"{axes[0].path} is swept twice", axes[0].path))
    for at, axis in enumerate(axes):
        ranged = axis.low is not None and axis.high is not None and axis.low < axis.high and axis.points > 1
        if bool(axis.values) == ranged or (axis.values and (axis.low, axis.high) != (None, None)):
            said = f"{axis.path}: give values, or low below high with at least 2 points"
            problems.append(Problem(("axes", at), said, axis.path))
    count = prod(len(axis.values) or axis.points for axis in axes)
    if not problems and count > MOST:
        problems.append(Problem(("axes",), f"there are {count:,} points; at most {MOST:,} are evaluated", count))
    if problems:
        raise InvalidInput.of(problems)
    return [axis.values or _spaced(axis) for axis in axes]


def _spaced(axis: Axis) -> tuple[float, ...]:
    assert axis.low is not None
    assert axis.high is not None
    last = axis.points - 1
    return (*(axis.low + (axis.high - axis.low) * at / last for at in range(last)), axis.high)


def _point(plain: dict[str, Any], values: dict[str, Any], evaluate: Evaluator) -> SweepPoint:
    at = tuple(values.values())
    changed = overridden(plain, values, "axes")
    try:
        return SweepPoint(at, figures_of(evaluate(of_values(Plan, changed))), None)
    except TokenplanError as error:
        return SweepPoint(at, {}, str(error))
