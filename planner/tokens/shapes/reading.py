"""What every reader of a request uses: values of the right type, or an error that names place, value and cure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from planner.tokens.guard import Place, brief, spell
from pricing.errors import InvalidInput, NotCountable, TooLarge, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_DEEP: Final = 64
"""Levels of objects and lists that a request may nest; no provider takes schemas a third as deep."""

MOST_VALUES: Final = 1_000_000
"""Objects, lists and plain values that a request may hold."""

CACHE_MARKS: Final = ("cache_control",)
"""Keys on any part that say how it is billed, not what it is."""


def check_size(value: object, place: Place) -> None:
    """Refuse what is nested too deep (or holds itself) or holds too many values; no recursion, whatever comes.

    Raises:
        TooLarge: over `MOST_DEEP` levels or `MOST_VALUES` values.
        InvalidInput: a key of an object that is no string.
    """
    level, seen = [value], 0
    for _ in range(MOST_DEEP + 1):
        seen += len(level)
        if seen > MOST_VALUES:
            raise TooLarge(f"{spell(place)} holds over {MOST_VALUES} values", loc=place, value=seen)
        level = [inner for each in level for inner in _inside(each, place)]
        if not level:
            return
    raise TooLarge(f"{spell(place)} is nested over {MOST_DEEP} levels deep", loc=place, value=MOST_DEEP)


def _inside(value: object, place: Place) -> Iterable[object]:
    """The values directly inside one."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise InvalidInput(f"{spell(place)} holds the key {brief(key)}; keys are strings", loc=place)
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def mapping(value: object, place: Place, what: str = "an object") -> Mapping[str, object]:
    """A JSON object."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{spell(place)} is {brief(value)}; it must be {what}", loc=place, value=value)
    return value


def items(value: object, place: Place, what: str) -> Sequence[object]:
    """A JSON list."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise InvalidInput(f"{spell(place)} is {brief(value)}; it must be {what}", loc=place, value=value)
    return value


def string(value: object, place: Place) -> str:
    """A string."""
    if not isinstance(value, str):
        raise InvalidInput(f"{spell(place)} is {brief(value)}; it must be a string", loc=place, value=value)
    return value


def optional(value: object, place: Place) -> str:
    """A string, empty where there is none."""
    return "" if value is None else string(value, place)


def known(value: Mapping[str, object], place: Place, valid: Iterable[str], ignored: Iterable[str] = ()) -> None:
    """Refuse a key that is neither read nor known to hold no tokens."""
    names = tuple(valid)
    allowed = {*names, *ignored, *CACHE_MARKS}
    for key in value:
        if key not in allowed:
            raise InvalidInput(
                f"{spell(place) or 'the request'} has the key {brief(key)}; {one_of(str(key), names)}",
                loc=(*place, key),
                value=value[key],
            )


def kind_of(part: Mapping[str, object], place: Place, valid: Iterable[str]) -> str:
    """The `type` of a part or item."""
    at = (*place, "type")
    if "type" not in part:
        raise InvalidInput(f"{spell(place)} has no type; valid: {', '.join(valid)}", loc=at)
    return string(part["type"], at)


def uncounted(what: str, place: Place, value: object, valid: str) -> NotCountable:
    """The error for a part that is well formed and has no rule."""
    return NotCountable(
        f"{spell(place)} is {brief(what)}, which is not counted; counted: {valid}", loc=place, value=value
    )


def as_json(value: object, place: Place) -> str:
    """A value as JSON text.

    Raises:
        InvalidInput: it holds something that is no JSON.
    """
    try:
        return json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{spell(place)} is no JSON: {error}", loc=place) from None


def _plain(value: object) -> object:
    """Mappings and sequences of other kinds as dict and list."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")
