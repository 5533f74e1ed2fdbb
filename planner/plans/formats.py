"""The formats of a plan file: TOML, YAML and JSON as plain values, with the lines of their keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from planner import strict_json
from planner.plans import positions
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_NODES: Final = 100_000
"""Values that a plan may hold; a YAML alias counts as often as it stands there."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's values, and what tells the lines of its keys."""

    values: dict[str, Any]
    lines: Callable[[], positions.Lines]


def parse(text: str, suffix: str) -> Parsed:
    """A plan's text by its file's suffix.

    Raises:
        InvalidInput: another suffix, a text that does not parse, no table at its top, a date where none may be.
    """
    reader = _READERS.get(suffix.lower())
    if reader is None:
        raise InvalidInput(f"a plan is a file {', '.join(_READERS)}; {suffix or 'no suffix'!r} is none of them")
    values, lines = reader(text)
    if not isinstance(values, dict):
        raise InvalidInput(f"a plan is a table of keys; this is a {type(values).__name__}")
    values.pop("$schema", None)  # which is for editors
    left = [MOST_NODES]
    return Parsed(_plain(values, left), lines)


def _toml(text: str) -> tuple[Any, Callable[[], positions.Lines]]:
    import tomllib  # noqa: PLC0415 - one of three

    try:
        return tomllib.loads(text), lambda: positions.of_toml(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"no TOML: {error}") from None


def _json(text: str) -> tuple[Any, Callable[[], positions.Lines]]:
    try:
        return strict_json.loads(text), lambda: positions.of_json(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"no JSON: {error}") from None


def _yaml(text: str) -> tuple[Any, Callable[[], positions.Lines]]:
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError:
        raise InvalidInput("a YAML plan needs PyYAML: pip install 'tokenplan[yaml]'") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise InvalidInput("the file is empty")
        _once(node)
        return yaml.load(text, Loader=yaml.SafeLoader), lambda: dict(positions.of_yaml(node))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = str(error).replace("\n", " ")
        raise InvalidInput(f"no YAML: {said}") from None


def _once(node: Any) -> None:
    """Refuse a key that stands twice: PyYAML would keep the last one."""
    todo, seen = [node], set()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if each.id == "mapping":
            names: set[object] = set()
            for key, value in each.value:
                if key.value in names and key.id == "scalar":
                    line = key.start_mark.line + 1
                    raise InvalidInput(f"line {line}: the key {key.value!r} stands twice", loc=(key.value,))
                names.add(key.value if key.id == "scalar" else id(key))
                todo.append(value)
        elif each.id == "sequence":
            todo.extend(each.value)


def _plain(value: Any, left: list[int]) -> Any:
    """JSON values alone: dates become text, keys are texts, and nobody unfolds a bomb of aliases."""
    left[0] -= 1
    if left[0] < 0:
        raise InvalidInput(f"the plan holds more than {MOST_NODES:,} values")
    if isinstance(value, dict):
        return {_key(key): _plain(each, left) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, left) for each in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise InvalidInput(f"a {type(value).__name__} has no place in a plan: {value!r}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise InvalidInput(f"the key {key!r} must be a text; write it in quotes")
    return key


_READERS: Final[Mapping[str, Callable[[str], tuple[Any, Callable[[], positions.Lines]]]]] = {
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
}
SUFFIXES: Final = tuple(_READERS)
