"""Which keys a plan has: its types walked along a key path, for the nearest of a mistyped one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints


def known(kind: type, path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that may stand at a path below a type; none where any may, or nothing lies there."""
    found = _dataclasses(kind)
    for key in path:
        found = [each for one in found for each in _below(one, key)]
    return tuple(dict.fromkeys(field.name for each in found if is_dataclass(each) for field in fields(each)))


def _below(kind: Any, key: str | int) -> list[Any]:
    """The types that may lie below a key."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return _dataclasses(hints[str(key)]) if key in hints else []
    arguments = get_args(kind)
    return _dataclasses(arguments[1] if get_origin(kind) is Mapping else arguments[0]) if arguments else []


def _dataclasses(hint: Any) -> list[Any]:
    """Dataclasses and their containers in a type: of a union, those that are not plain values."""
    if is_dataclass(hint) or get_origin(hint) in (Mapping, tuple):
        return [hint]
    return [found for each in get_args(hint) for found in _dataclasses(each)]
