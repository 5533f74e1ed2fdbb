"""Chat messages in OpenAI's shape, read strictly: what cannot be counted is named, never left out in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from planner.tokens.guard import Place, brief, spell
from pricing.errors import InvalidInput, NotCountable

ROLES: Final = ("system", "developer", "user", "assistant")
"""Roles whose messages are text."""

_TOOL_ROLES: Final = ("tool", "function")
_KEYS: Final = ("role", "content", "name")
_NOT_YET: Final = (
    "tool_calls",
    "tool_call_id",
    "function_call",
    "audio",
    "refusal",
    "annotations",
    "reasoning_content",
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: every text in it with its place (role and name too), its name; `whole`: the content is one text."""

    texts: tuple[tuple[str, Place], ...]
    name: str | None
    whole: bool


def read(messages: object) -> tuple[Message, ...]:
    """The messages, checked.

    Raises:
        InvalidInput: not a list of messages, none at all, or a key or value that no message has.
        NotCountable: tool calls, tool answers, images, audio, files: not text.
    """
    if not isinstance(messages, Sequence) or isinstance(messages, str | bytes) or not messages:
        raise InvalidInput("messages must be a list of at least one message", loc=("messages",), value=messages)
    return tuple(_message(message, ("messages", at)) for at, message in enumerate(messages))


def _message(message: object, place: Place) -> Message:
    """One message, checked."""
    if not isinstance(message, Mapping):
        raise InvalidInput(f"{spell(place)} must be an object with role and content", loc=place, value=message)
    for key, value in message.items():
        _check_key(key, value, place)
    role, role_place = _role(message, place)
    contents, whole = _content(message.get("content"), (*place, "content"))
    name = message.get("name")
    if name is None:
        return Message(((role, role_place), *contents), None, whole)
    named = (_string(name, (*place, "name")), (*place, "name"))
    return Message(((role, role_place), *contents, named), named[0], whole)


def _check_key(key: str, value: object, place: Place) -> None:
    """Refuse a key that no message has, and one whose tokens are not counted yet unless it is empty."""
    if key in _KEYS:
        return
    if key not in _NOT_YET:
        raise InvalidInput(
            f"{spell(place)} has the key {key!r}; valid: {', '.join(_KEYS)}", loc=(*place, key), value=value
        )
    if value:
        raise NotCountable(
            f"{spell((*place, key))} is not text; only role, content and name are counted so far",
            loc=(*place, key),
            value=value,
        )


def _role(message: Mapping[str, Any], place: Place) -> tuple[str, Place]:
    """The role and its place."""
    role, at = message.get("role"), (*place, "role")
    if role in _TOOL_ROLES:
        raise NotCountable(f"{spell(at)} is {role!r}; messages of tools are not counted so far", loc=at, value=role)
    if role not in ROLES:
        raise InvalidInput(f"{spell(at)} is {brief(role)}; valid: {', '.join(ROLES)}", loc=at, value=role)
    return str(role), at


def _content(content: object, place: Place) -> tuple[list[tuple[str, Place]], bool]:
    """The texts of a content, and whether it is a single one."""
    if isinstance(content, str):
        return [(content, place)], True
    if not isinstance(content, Sequence) or isinstance(content, bytes) or not content:
        raise InvalidInput(
            f"{spell(place)} is {brief(content)}; it must be a string or a list of text parts", loc=place, value=content
        )
    return [_part(part, (*place, at)) for at, part in enumerate(content)], len(content) == 1


def _part(part: object, place: Place) -> tuple[str, Place]:
    """The text of one content part."""
    kind = part.get("type") if isinstance(part, Mapping) else None
    if not isinstance(part, Mapping) or not isinstance(kind, str):
        raise InvalidInput(f'{spell(place)} must be {{"type": "text", "text": ...}}', loc=place, value=part)
    if kind != "text":
        at = (*place, "type")
        raise NotCountable(f"{spell(at)} is {kind!r}; only parts of type 'text' are counted so far", loc=at, value=kind)
    for key in part:
        if key not in ("type", "text"):
            raise InvalidInput(
                f"{spell(place)} has the key {key!r}; valid: type, text", loc=(*place, key), value=part[key]
            )
    return _string(part.get("text"), (*place, "text")), (*place, "text")


def _string(value: object, place: Place) -> str:
    """A string, or the error that names its place."""
    if not isinstance(value, str):
        raise InvalidInput(f"{spell(place)} is {brief(value)}; it must be a string", loc=place, value=value)
    return value
