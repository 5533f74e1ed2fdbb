"""OpenAI's chat messages, and Mistral's, which are the same with fewer kinds of parts and an answer's beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from planner.tokens.guard import Place, brief, spell
from planner.tokens.request import Call, Medium, Message, Result, Role, Text
from planner.tokens.shapes.media import audio_part, file_part, image_part
from planner.tokens.shapes.reading import items, known, mapping, optional, string, uncounted
from pricing.errors import InvalidInput

ROLES: Final[Mapping[str, Role]] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
"""Roles by the name they have in messages."""

_KEYS: Final = (
    "role",
    "content",
    "name",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "refusal",
    "reasoning_content",
)
_NO_TOKENS: Final = ("annotations", "prefix", "weight", "id")
_UNCOUNTED: Final = ("audio",)
_PARTS: Final = ("text", "image_url", "input_audio", "file", "refusal")


def messages(value: object, place: Place) -> tuple[Message, ...]:
    """Chat messages, checked.

    Raises:
        InvalidInput: not a list of messages, none at all, or a key or value that no message has.
        NotCountable: an image without its size, a file by its id.
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        raise InvalidInput(f"{place[-1]} must be a list of at least one message", loc=place, value=value)
    return tuple(_message(each, (*place, at)) for at, each in enumerate(value))


def _message(value: object, place: Place) -> Message:
    """One message."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{spell(place)} must be an object with role and content", loc=place, value=value)
    known(value, place, _KEYS, (*_NO_TOKENS, *_UNCOUNTED))
    for key in _UNCOUNTED:
        if value.get(key):
            raise uncounted(key, (*place, key), value[key], ", ".join(_KEYS))
    role = _role(value.get("role"), (*place, "role"))
    name = value.get("name")
    named = None if name is None else Text(string(name, (*place, "name")), (*place, "name"))
    if role == "tool":
        answer = tuple(each for each in _content(value, place, required=True) if isinstance(each, Text | Medium))
        id_ = optional(value.get("tool_call_id"), (*place, "tool_call_id")) or None
        return Message(role, (Result(answer, named.text if named else None, id_),), None, place, plain=False)
    calls = (*_calls(value, place), *_old_call(value, place))
    more = (*_extra(value, "reasoning_content", place, kept=False), *_extra(value, "refusal", place, kept=True))
    pieces = _content(value, place, required=not calls and not more)
    plain = not calls and not more and (isinstance(value.get("content"), str) or len(pieces) == 1)
    return Message(role, (*more, *pieces, *calls), named, place, plain)


def _role(value: object, place: Place) -> Role:
    """The role; an unknown one lists those there are."""
    if not isinstance(value, str) or value not in ROLES:
        raise InvalidInput(f"{spell(place)} is {brief(value)}; valid: {', '.join(ROLES)}", loc=place, value=value)
    return ROLES[value]


def _extra(value: Mapping[str, object], key: str, place: Place, *, kept: bool) -> tuple[Text, ...]:
    """A text beside the content, where there is one."""
    text = optional(value.get(key), (*place, key))
    return (Text(text, (*place, key), kept),) if text else ()


def _content(value: Mapping[str, object], message: Place, *, required: bool) -> tuple[Text | Medium, ...]:
    """The content, which may be missing where a message calls tools."""
    content, place = value.get("content"), (*message, "content")
    if isinstance(content, str):
        return (Text(content, place),)
    if content is None and not required:
        return ()
    parts = items(content, place, "a string or a list of text parts")
    if not parts and required:
        raise InvalidInput(f"{spell(place)} is []; it must be a string or a list of text parts", loc=place, value=[])
    return tuple(piece for at, each in enumerate(parts) for piece in _part(each, (*place, at)))


def _part(value: object, place: Place) -> tuple[Text | Medium, ...]:
    """One part of a content, which is several pieces only where it is a document."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(kind, str):
        raise InvalidInput(f'{spell(place)} must be {{"type": "text", "text": ...}}', loc=place, value=value)
    if kind in ("text", "refusal"):
        known(value, place, ("type", kind))
        return (Text(string(value.get(kind), (*place, kind)), (*place, kind)),)
    if kind == "image_url":
        return (image_part(value, place),)
    if kind == "input_audio":
        return (audio_part(value, place),)
    if kind == "file":
        return file_part(value, place)
    raise uncounted(kind, (*place, "type"), kind, ", ".join(_PARTS))


def _calls(value: Mapping[str, object], message: Place) -> tuple[Call, ...]:
    """The tool calls of an assistant message."""
    place = (*message, "tool_calls")
    calls = value.get("tool_calls")
    if calls is None:
        return ()
    return tuple(_call(each, (*place, at)) for at, each in enumerate(items(calls, place, "a list of tool calls")))


def _call(value: object, place: Place) -> Call:
    """One tool call: a function's, or a custom tool's with its input as text."""
    call = mapping(value, place, "an object with id, type and function")
    known(call, place, ("id", "type", "function", "custom"), ("index",))
    key, text = ("custom", "input") if "custom" in call else ("function", "arguments")
    return _function(call.get(key), (*place, key), text, optional(call.get("id"), (*place, "id")) or None)


def _old_call(value: Mapping[str, object], place: Place) -> tuple[Call, ...]:
    """The call of an assistant message in the form before tools."""
    if value.get("function_call") is None:
        return ()
    return (_function(value["function_call"], (*place, "function_call"), "arguments", None),)


def _function(value: object, place: Place, text: str, id_: str | None) -> Call:
    """A function's name and its arguments, which are JSON text."""
    function = mapping(value, place, f"an object with name and {text}")
    known(function, place, ("name", text))
    name, words = string(function.get("name"), (*place, "name")), string(function.get(text), (*place, text))
    return Call(Text(name, (*place, "name")), Text(words, (*place, text)), id_)
