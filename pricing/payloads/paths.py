"""Walking a payload by the paths of `pricing.payloads.shapes`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pricing.payloads.shapes import Path

Loc = tuple[str | int, ...]
Hit = tuple[Loc, object]
Node = Mapping[str, object]


def select(node: object, path: Path, *, snake: bool) -> list[Hit]:
    """Where a path leads: each location, as keys and indices below `node`, with the value there.

    With `snake` a key is also found in its snake_case spelling, as Python clients print camelCase APIs.
    """
    if path and type(node) is dict and path[0] not in node and not (snake and snake_case(path[0]) in node):
        return []  # most figures of a table are absent; this is the quick way to know
    hits: list[Hit] = [((), node)]
    for step in path:
        hits = [found for loc, value in hits for found in _step(loc, value, step, snake=snake)]
    return hits


def _step(loc: Loc, value: object, step: str, *, snake: bool) -> list[Hit]:
    if type(value) is dict and step in value:
        return [((*loc, step), value[step])]
    if step == "*":
        return [((*loc, at), entry) for at, entry in enumerate(value)] if isinstance(value, list) else []
    if step.startswith("["):
        key, wanted = step[1:-1].split("=")
        if isinstance(value, list):
            return [((*loc, at), entry) for at, entry in enumerate(value) if _matches(entry, key, wanted)]
        return [(loc, value)] if _matches(value, key, wanted) else []
    if isinstance(value, Mapping):
        for key in (step, snake_case(step)) if snake else (step,):
            if key in value:
                return [((*loc, key), value[key])]
    return []


def _matches(entry: object, key: str, wanted: str) -> bool:
    found = entry.get(key) if isinstance(entry, Mapping) else None
    return isinstance(found, str) and found.lower() == wanted.lower()


@lru_cache(maxsize=256)
def snake_case(name: str) -> str:
    """`promptTokenCount` as `prompt_token_count`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def spelled(loc: Loc) -> str:
    """A location as one reads it: `candidates[0].tokenCount`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in loc).removeprefix(".")


def leaves(node: Node, skip: str) -> list[Hit]:
    """Every number below `node` with its location, not descending into the key `skip` nor more than six levels."""
    found: list[Hit] = []
    level: list[Hit] = [((key,), value) for key, value in node.items() if key != skip]
    for _ in range(6):  # no provider nests deeper, and a hostile payload must not cost more
        found += [hit for hit in level if type(hit[1]) in {int, float}]
        level = [((*loc, key), value) for loc, node in level for key, value in _children(node)]
    return found


def _children(node: object) -> list[tuple[str | int, object]]:
    if isinstance(node, Mapping):
        return [(key, value) for key, value in node.items() if isinstance(key, str)]
    return list(enumerate(node)) if isinstance(node, list) else []
