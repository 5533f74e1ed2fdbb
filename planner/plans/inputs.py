"""The numeric inputs of a plan, each with a way to move it that leaves a plan a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from planner.distributions import Distribution
from planner.plans.paths import children, joined, replaced
from planner.plans.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

_APART: Final = frozenset({"policies", "scenarios", "draws", "seed"})
"""Numbers that say nothing of the feature itself."""
_HEADLINES: Final = ("p50", "mean", "value", "high")
_FIGURES: Final = (*_HEADLINES, "p95", "sd", "low")
_SHARES: Final = {"routes": "share", "segments": "users_share"}
"""Where shares of one whole stand: when one moves, the others make room."""


@dataclass(frozen=True, slots=True)
class Input:
    """One number of a plan: its key path, its value, whether it is whole, and the plan with another in its place.

    A distribution is one input, by its median or mean: it is moved as a whole, keeping its shape.
    """

    path: str
    value: float
    whole: bool
    moved: Callable[[float], Plan]


def inputs(plan: Plan) -> Iterator[Input]:
    """Every numeric input, in the order of the plan; policies, scenarios and the simulation's own are none."""
    for each in fields(plan):
        if each.name not in _APART:
            yield from _below(plan, getattr(plan, each.name), (each.name,))


def _below(plan: Plan, node: Any, keys: tuple[str, ...]) -> Iterator[Input]:
    if isinstance(node, Distribution):
        yield from _distribution(plan, node, keys)
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        move = _shared if _SHARES.get(keys[-3] if len(keys) > 2 else "") == keys[-1] else _set  # noqa: PLR2004
        yield Input(joined(keys), node, isinstance(node, int), partial(move, plan, keys))
    else:
        for key, each in children(node):
            yield from _below(plan, each, (*keys, key))


def _distribution(plan: Plan, given: Distribution, keys: tuple[str, ...]) -> Iterator[Input]:
    """It as one input, by its median, mean or what else it states first; samples by their mean."""
    if (headline := next((name for name in _HEADLINES if getattr(given, name)), None)) is not None:
        move = partial(_scaled, plan, keys, given, getattr(given, headline))
        yield Input(joined((*keys, headline)), getattr(given, headline), False, move)
    elif any(given.samples):
        mean = sum(given.samples) / len(given.samples)
        yield Input(joined((*keys, "samples")), mean, False, partial(_scaled, plan, keys, given, mean))


def _set(plan: Plan, keys: tuple[str, ...], value: float) -> Plan:
    return replaced(plan, joined(keys), value)


def _scaled(plan: Plan, keys: tuple[str, ...], given: Distribution, old: float, value: float) -> Plan:
    named = (name for name in _FIGURES if getattr(given, name) is not None)
    figures = {name: getattr(given, name) * value / old for name in named}
    samples = tuple(each * value / old for each in given.samples)
    return replaced(plan, joined(keys), replace(given, samples=samples, **figures))


def _shared(plan: Plan, keys: tuple[str, ...], value: float) -> Plan:
    """One of several shares of a whole; the others keep their proportions."""
    *above, name, field = keys
    group = _at(plan, above)
    old = getattr(group[int(name)] if isinstance(group, tuple) else group[name], field)
    left = (1 - value) / (1 - old) if old < 1 else 0.0
    pairs = list(enumerate(group)) if isinstance(group, tuple) else list(group.items())
    new = {
        key: replace(each, **{field: value if str(key) == name else getattr(each, field) * left}) for key, each in pairs
    }
    return replaced(plan, joined(tuple(above)), tuple(new.values()) if isinstance(group, tuple) else new)


def _at(node: Any, keys: list[str]) -> Any:
    for key in keys:
        node = (
            node[key]
            if isinstance(node, Mapping)
            else node[int(key)]
            if isinstance(node, tuple)
            else getattr(node, key)
        )
    return node
