"""Answers as JSON, once for every face: what HTTP sends is what `--json` prints.

Money is a plain decimal string without trailing zeros, an instant is ISO 8601 in UTC, a float is a float. Fields keep
their names; a field that is None is written as null.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def plain(amount: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def instant(at: datetime) -> str:
    """A UTC instant as ISO 8601, with Z."""
    return at.isoformat().replace("+00:00", "Z")


def to_json(answer: object) -> Json:
    """A frozen answer as JSON values.

    Raises:
        TypeError: a value of a type that answers do not use.
    """
    kind = type(answer)
    if kind in _AS_IT_IS:
        return answer  # type: ignore[return-value]  # what the line above says
    write = _WRITERS.get(kind)
    if write is not None:
        return write(answer)
    return {name: to_json(getattr(answer, name)) for name in _names(kind)}  # type: ignore[arg-type]  # types hash


def dumps(answer: object, *, indent: int | None = None) -> str:
    """A frozen answer as JSON text."""
    return json.dumps(to_json(answer), ensure_ascii=False, indent=indent, allow_nan=False)


@cache
def _names(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no answer type")
    return tuple(field.name for field in fields(kind))


def _list(values: Iterable[object]) -> Json:
    return [to_json(each) for each in values]


def _table(values: Mapping[object, object]) -> Json:
    return {str(key): to_json(value) for key, value in values.items()}


_AS_IT_IS: Final = frozenset((str, int, float, bool, type(None)))
_WRITERS: Final[Mapping[type, Callable[[Any], Json]]] = {
    Decimal: plain,
    list: _list,
    tuple: _list,
    dict: _table,
    datetime: instant,
    date: date.isoformat,
}
