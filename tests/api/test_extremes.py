"""Questions of the right shape with figures that nobody has: no fault, no NaN, and money stays money."""

from __future__ import annotations

import copy
import json
import os
import random
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from planner.examples import examples
from planner.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES: Final = int(os.environ.get("TOKENPLAN_FUZZ", "1"))
"""How many times as many questions to ask; a gate asks few and always the same."""
TRIES: Final = 6
SIZES: Final = (0.0, 1.0, 5e-324, 1e-60, 1e-15, 1e-6, 0.5, 1 - 2**-53, 1 + 2**-52, 2.0, 1e6, 1e15, 1e300, 1.7e308)
COUNTS: Final = (0, 1, 2, 3, 10, 100, 10**6, 2**31, 10**9, 10**15, 2**63, 10**30)
LENGTHS: Final = (0, 1, 2, 30, 1000)
TEXTS: Final = ("", "gpt-5-mini", "claude-sonnet-4-5", "2026-11-25", "9999-12-31T23:59:59Z", "0001-01-01", "ä" * 200)
DEEPEST: Final = 4

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all figures in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from leaves(each, (*path, key))
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def objects(kind: Any, value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The objects in a body with their types: an object of a union is of the first type that has its fields."""
    kinds = [each for each in alternatives(kind) if is_dataclass(each)]
    if isinstance(value, dict) and kinds:
        own = next((each for each in kinds if value.keys() <= {field.name for field in fields(each)}), kinds[0])
        yield path, own
        hints = get_type_hints(own)
        for name, each in value.items():
            yield from objects(hints.get(name), each, (*path, name))
    if isinstance(value, list):
        for inner in (get_args(each)[0] for each in alternatives(kind) if get_origin(each) is tuple):
            for at, each in enumerate(value):
                yield from objects(inner, each, (*path, at))


def alternatives(kind: Any) -> tuple[Any, ...]:
    """The types of a union."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def of(kind: Any, dice: random.Random, depth: int = 0) -> Any:
    """A value of a type, as JSON has it: its figures are extreme ones."""
    kind = dice.choice(alternatives(kind))
    if get_origin(kind) is Literal:
        return dice.choice(get_args(kind))
    if get_origin(kind) is tuple:
        inner, count = get_args(kind)[0], dice.choice(LENGTHS if depth == 0 else LENGTHS[:3])
        return [of(inner, dice, depth + 1)] * (count if depth < DEEPEST else min(count, 1))
    if is_dataclass(kind):
        asked = [field for field in fields(kind) if needed(field) or (depth < DEEPEST and dice.random() < 0.3)]
        hints = get_type_hints(kind)
        return {field.name: of(hints[field.name], dice, depth + 1) for field in asked}
    plain = {bool: (True, False), int: COUNTS, float: SIZES, Decimal: [f"{each!r}" for each in SIZES], str: TEXTS}
    return dice.choice(plain[kind]) if kind in plain else None if kind is NoneType else {}


def needed(field: Any) -> bool:
    """Whether a field has no default."""
    return field.default is MISSING and field.default_factory is MISSING


def put(body: Any, path: Path, value: Any) -> None:
    """Set what stands at a path."""
    *above, last = path
    for step in above:
        body = body[step]
    body[last] = value


def at(body: Any, path: Path) -> Any:
    """What stands at a path."""
    for step in path:
        body = body[step]
    return body


def changed(kind: type, body: Any, dice: random.Random) -> Any:
    """A body with some figures, fields or lists made extreme."""
    body = copy.deepcopy(body)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        deed = dice.random()
        if deed < 0.5 and (found := list(leaves(body))):
            path = dice.choice(found)
            put(body, path, dice.choice(COUNTS if isinstance(at(body, path), int) else SIZES))
        elif deed < 0.9:
            path, own = dice.choice(list(objects(kind, body)))
            field = dice.choice(fields(own))
            put(body, (*path, field.name), of(get_type_hints(own)[field.name], dice))
        else:
            every = dice.choice((0, 1, 2, 10**15))
            for path in leaves(body):
                put(body, path, every)
    return body


def refuse(constant: str) -> None:
    """NaN and infinity are no JSON."""
    raise AssertionError(constant)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.path)
def test_extreme_figures_are_answered_or_refused(client, verb):
    """Whatever its figures, a question is answered with numbers or refused with words; never is it a fault of ours."""
    dice = random.Random(verb.path)
    bodies = [shown["value"] for shown in examples(verb.path).asked.values()]
    for _ in range(TIMES * TRIES):
        body = changed(verb.question_type, dice.choice(bodies), dice)
        reply = client.post(verb.path, content=json.dumps(body))
        assert reply.status_code in (200, 413, 422), (reply.status_code, reply.text, json.dumps(body)[:3000])
        json.loads(reply.content, parse_constant=refuse)
