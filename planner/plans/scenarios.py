"""Scenarios: values of a plan replaced by key path, checked as those of the plan itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.plans.paths import missing, split
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def scenario_values(plan: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A scenario's values with those of the scenarios it extends, of a plan as JSON values.

    Raises:
        InvalidInput: no such scenario, or a scenario that extends itself.
    """
    known = plan.get("scenarios") or {}
    chain: list[str] = []
    at: str | None = name
    while at is not None:
        loc = ("scenarios", chain[-1], "extends") if chain else ("scenarios",)
        if at in chain:
            raise InvalidInput(f"scenarios extend each other: {' extends '.join([*chain, at])}", loc=loc, value=at)
        if at not in known:
            raise InvalidInput(f"there is no scenario {at!r}; {one_of(at, known)}", loc=loc, value=at)
        chain.append(at)
        at = known[at].get("extends")
    found: dict[str, Any] = {}
    for each in reversed(chain):
        found.update(known[each].get("values") or {})
    return found


def overridden(plan: Mapping[str, Any], values: Mapping[str, Any], *loc: str) -> dict[str, Any]:
    """A plan as JSON values with others by key path; a last key may be new, what lies above it must be there.

    Raises:
        InvalidInput: a path that leads nowhere.
    """
    found = dict(plan)
    for path, value in values.items():
        try:
            found = _set(found, split(path), value, path)
        except InvalidInput as error:
            raise InvalidInput(str(error), loc=(*loc, path), value=path) from None
    return found


def _set(node: Any, keys: tuple[str, ...], value: Any, path: str) -> Any:
    key, *rest = keys
    if isinstance(node, list):
        if not key.isdigit() or int(key) >= len(node):
            raise missing(path, key, [str(at) for at in range(len(node))])
        at = int(key)
        own = _set(node[at], tuple(rest), value, path) if rest else value
        return [*node[:at], own, *node[at + 1 :]]
    if not isinstance(node, dict):
        raise InvalidInput(f"{path}: nothing lies below a value; {key!r} is one key too many")
    if not rest:
        kept = {name: each for name, each in node.items() if not (key == "file" and name == "text")}
        return {**kept, key: value}
    if key not in node or node[key] is None:
        if len(rest) > 1 or node.get(key, 0) is not None:
            raise missing(path, key, list(node))
        return {**node, key: {rest[0]: value}}
    return {**node, key: _set(node[key], tuple(rest), value, path)}
