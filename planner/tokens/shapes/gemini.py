"""Gemini's contents of parts; names as the REST API (`functionCall`) or Google's Python client spells them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from planner.tokens.guard import Place, brief, spell
from planner.tokens.request import Call, Message, Piece, Result, Text
from planner.tokens.shapes.media import inline_data
from planner.tokens.shapes.reading import as_json, items, mapping, string, uncounted
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PARTS: Final = (
    "text", "inlineData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
)  # fmt: skip
_BESIDE: Final = ("thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata")
_ROLES: Final = {None: "user", "user": "user", "model": "assistant", "function": "tool", "system": "system"}


def messages(value: object, place: Place) -> tuple[Message, ...]:
    """Contents: a text, or a list of objects with parts.

    Raises:
        InvalidInput: neither, an empty list, or a key or value that no content has.
        NotCountable: inline data without a size, a file by its address.
    """
    if isinstance(value, str):
        return (Message("user", (Text(value, place),), None, place, plain=True),)
    every = items(value, place, "a list of at least one content with parts")
    if not every:
        raise InvalidInput(f"{spell(place)} must be a list of at least one content", loc=place, value=value)
    return tuple(_content(each, (*place, at)) for at, each in enumerate(every))


def system(value: object, place: Place) -> tuple[Message, ...]:
    """A system instruction: a text, or a content with parts."""
    if isinstance(value, str):
        return (Message("system", (Text(value, place),), None, place, plain=True),)
    told = _content(value, place)
    return (Message("system", told.pieces, None, place, told.plain),)


def camel(name: str) -> str:
    """A name of Google's Python client as the REST API spells it."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def renamed(value: object, place: Place, valid: Iterable[str], beside: Iterable[str] = ()) -> dict[str, object]:
    """An object under the REST API's names; a key beyond `valid` and `beside` is refused."""
    names = tuple(valid)
    found = {camel(str(key)): each for key, each in mapping(value, place).items()}
    for key, each in found.items():
        if key not in names and key not in beside:
            raise InvalidInput(
                f"{spell(place)} has the key {brief(key)}; {one_of(key, names)}", loc=(*place, key), value=each
            )
    return found


def _content(value: object, place: Place) -> Message:
    """One content."""
    content = renamed(value, place, ("role", "parts"))
    role = content.get("role")
    if role is not None and (not isinstance(role, str) or role not in _ROLES):
        at = (*place, "role")
        raise InvalidInput(f"{spell(at)} is {brief(role)}; valid: user, model, function", loc=at, value=role)
    parts = items(content.get("parts"), (*place, "parts"), "a list of parts")
    pieces = tuple(piece for at, each in enumerate(parts) for piece in _part(each, (*place, "parts", at)))
    plain = len(pieces) == 1 and isinstance(pieces[0], Text)
    return Message(_ROLES[role], pieces, None, place, plain)  # type: ignore[arg-type]  # checked above


def _part(value: object, place: Place) -> tuple[Piece, ...]:
    """One part, which holds one kind of data and is several pieces only where that is a document."""
    part = renamed(value, place, (*_PARTS, "fileData"), _BESIDE)
    kinds = [key for key in part if key not in _BESIDE and part[key] is not None]
    if len(kinds) != 1:
        raise InvalidInput(f"{spell(place)} must hold one of {', '.join(_PARTS)}", loc=place, value=value)
    (kind,) = kinds
    told, at = part[kind], (*place, kind)
    if kind == "text":
        return (Text(string(told, at), at, kept=part.get("thought") is not True),)
    if kind == "functionCall":
        return (_call(told, at),)
    if kind == "functionResponse":
        return (_response(told, at),)
    if kind == "inlineData":
        return inline_data(renamed(told, at, ("mimeType", "data", "displayName")), part.get("mediaResolution"), at)
    if kind == "fileData":
        raise uncounted("a file by its address", at, told, ", ".join(_PARTS))
    return (Text(as_json(mapping(told, at), at), at),)


def _call(value: object, place: Place) -> Call:
    """A `functionCall`."""
    call = renamed(value, place, ("name", "args", "id"))
    name = Text(string(call.get("name"), (*place, "name")), (*place, "name"))
    arguments = mapping(call.get("args") or {}, (*place, "args"))
    return Call(name, Text(as_json(arguments, (*place, "args")), (*place, "args")), _id(call, place))


def _response(value: object, place: Place) -> Result:
    """A `functionResponse`."""
    response = renamed(value, place, ("name", "response", "id"), ("willContinue", "scheduling"))
    answer = as_json(mapping(response.get("response"), (*place, "response")), (*place, "response"))
    name = string(response.get("name"), (*place, "name"))
    return Result((Text(answer, (*place, "response")),), name, _id(response, place))


def _id(value: Mapping[str, object], place: Place) -> str | None:
    """The id that joins a call and its response, where there is one."""
    return None if value.get("id") is None else string(value["id"], (*place, "id"))
