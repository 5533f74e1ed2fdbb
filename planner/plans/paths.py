"""Key paths into a plan: every number by its path, and one value replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")
_BARE = "."


def numbers(value: object, *under: str) -> Iterator[tuple[str, float]]:
    """Every number of a value with its key path, in the order of the file; flags are none, samples of a log neither."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, (int, float)):
        yield joined(under), value
        return
    for key, each in children(value):
        if key != "samples":
            yield from numbers(each, *under, key)


def joined(keys: tuple[str, ...] | list[str]) -> str:
    """Keys as a path; a key with a dot or a quote in it stands in quotes, as in TOML."""
    return _BARE.join(f'"{key}"' if _BARE in key else key for key in keys)


def split(path: str) -> tuple[str, ...]:
    """A path's keys.

    Raises:
        InvalidInput: an empty key, or a quote that does not close.
    """
    keys, rest = [], path
    while True:
        if rest.startswith('"'):
            key, quote, rest = rest[1:].partition('"')
            if not quote or (rest and not rest.startswith(_BARE)):
                raise InvalidInput(f"{path!r}: a quote does not close", loc=(path,), value=path)
            keys.append(key)
            if not rest:
                break
            rest = rest[1:]
        else:
            key, dot, rest = rest.partition(_BARE)
            keys.append(key)
            if not dot:
                break
    if not all(keys):
        raise InvalidInput(f"{path!r} is no key path such as traffic.users", loc=(path,), value=path)
    return tuple(keys)


def replaced(root: _T, path: str, value: object) -> _T:
    """A frozen tree with the value at a path replaced.

    Raises:
        InvalidInput: no such path; the message names the valid keys.
    """
    try:
        return _replaced(root, split(path), value, path)  # type: ignore[no-any-return]  # of the root's own type
    except InvalidInput as error:
        raise error.under() from None


def _replaced(node: Any, keys: tuple[str, ...], value: object, path: str) -> Any:
    if not keys:
        return value
    key, *rest = keys
    if is_dataclass(node) and not isinstance(node, type):
        names = [each.name for each in fields(node)]
        if key in names:
            return replace(node, **{key: _replaced(getattr(node, key), tuple(rest), value, path)})
        raise missing(path, key, names)
    if isinstance(node, Mapping):
        if key in node:
            return {**node, key: _replaced(node[key], tuple(rest), value, path)}
        raise missing(path, key, list(node))
    if isinstance(node, tuple):
        if key.isdigit() and int(key) < len(node):
            at = int(key)
            return (*node[:at], _replaced(node[at], tuple(rest), value, path), *node[at + 1 :])
        raise missing(path, key, [str(at) for at in range(len(node))])
    raise InvalidInput(f"{path}: nothing lies below a value; {key!r} is one key too many", loc=(path,), value=path)


def missing(path: str, key: str, known: list[str]) -> InvalidInput:
    """The error of a path that leads nowhere."""
    return InvalidInput(f"{path}: no key {key!r}; {one_of(key, known)}", loc=(path,), value=path)


def children(value: object) -> Iterator[tuple[str, Any]]:
    """What lies below a value, with its key."""
    if is_dataclass(value) and not isinstance(value, type):
        yield from ((each.name, getattr(value, each.name)) for each in fields(value))
    elif isinstance(value, Mapping):
        yield from ((str(key), each) for key, each in value.items())
    elif isinstance(value, tuple):
        yield from ((str(at), each) for at, each in enumerate(value))
