"""OpenAI's Responses items: messages, function calls and their outputs, reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.tokens.guard import Place, spell
from planner.tokens.request import Call, Medium, Message, Result, Text
from planner.tokens.shapes.media import file_part, image_part
from planner.tokens.shapes.openai_chat import ROLES
from planner.tokens.shapes.reading import items, kind_of, known, mapping, optional, string, uncounted
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

_ITEMS: Final = ("message", "function_call", "function_call_output", "reasoning")
_TEXTS: Final = {
    "input_text": "text",
    "output_text": "text",
    "text": "text",
    "refusal": "refusal",
    "summary_text": "text",
}
_CONTENT: Final = "a string or a list of parts such as input_text"


def messages(value: object, place: Place) -> tuple[Message, ...]:
    """An input: a text, or a list of items.

    Raises:
        InvalidInput: neither, an empty list, or a key or value that no item has.
        NotCountable: an image without its size, a file, an item of a hosted tool.
    """
    if isinstance(value, str):
        return (Message("user", (Text(value, place),), None, place, plain=True),)
    every = items(value, place, "a string or a list of at least one item")
    if not every:
        raise InvalidInput(f"{spell(place)} must be a list of at least one item", loc=place, value=value)
    return tuple(_item(each, (*place, at)) for at, each in enumerate(every))


def _item(value: object, place: Place) -> Message:
    """One item as a message."""
    item = mapping(value, place, "an object with role and content, or with a type")
    kind = "message" if "role" in item else kind_of(item, place, _ITEMS)
    if kind == "message":
        return _message(item, place)
    if kind == "function_call":
        return Message("assistant", (_call(item, place),), None, place, plain=False)
    if kind == "function_call_output":
        return Message("tool", (_output(item, place),), None, place, plain=False)
    if kind == "reasoning":
        return Message("assistant", _reasoning(item, place), None, place, plain=False)
    raise uncounted(kind, (*place, "type"), kind, ", ".join(_ITEMS))


def _message(item: Mapping[str, object], place: Place) -> Message:
    """A message item."""
    known(item, place, ("role", "content"), ("type", "id", "status", "phase"))
    role = string(item.get("role"), (*place, "role"))
    if role not in ("system", "developer", "user", "assistant"):
        at = (*place, "role")
        raise InvalidInput(f"{spell(at)} is {role!r}; valid: system, developer, user, assistant", loc=at, value=role)
    pieces = _content(item.get("content"), (*place, "content"))
    return Message(ROLES[role], pieces, None, place, plain=len(pieces) == 1)


def _content(value: object, place: Place) -> tuple[Text | Medium, ...]:
    """A text, or a list of parts."""
    if isinstance(value, str):
        return (Text(value, place),)
    parts = items(value, place, _CONTENT)
    return tuple(piece for at, each in enumerate(parts) for piece in _part(each, (*place, at)))


def _part(value: object, place: Place) -> tuple[Text | Medium, ...]:
    """One part of a content, which is several pieces only where it is a document."""
    part = mapping(value, place, "an object with a type")
    kind = kind_of(part, place, (*_TEXTS, "input_image", "input_file"))
    if kind in _TEXTS:
        key = _TEXTS[kind]
        known(part, place, ("type", key), ("annotations", "logprobs"))
        return (Text(string(part.get(key), (*place, key)), (*place, key)),)
    if kind == "input_image":
        return (image_part(part, place),)
    if kind == "input_file":
        return file_part(part, place)
    raise uncounted(kind, (*place, "type"), kind, ", ".join((*_TEXTS, "input_image", "input_file")))


def _call(item: Mapping[str, object], place: Place) -> Call:
    """A `function_call` item."""
    known(item, place, ("type", "call_id", "name", "arguments"), ("id", "status", "namespace"))
    name = Text(string(item.get("name"), (*place, "name")), (*place, "name"))
    words = Text(string(item.get("arguments"), (*place, "arguments")), (*place, "arguments"))
    return Call(name, words, optional(item.get("call_id"), (*place, "call_id")) or None)


def _output(item: Mapping[str, object], place: Place) -> Result:
    """A `function_call_output` item."""
    known(item, place, ("type", "call_id", "output"), ("id", "status"))
    pieces = _content(item.get("output"), (*place, "output"))
    return Result(pieces, None, optional(item.get("call_id"), (*place, "call_id")) or None)


def _reasoning(item: Mapping[str, object], place: Place) -> tuple[Text, ...]:
    """A `reasoning` item: its summary may or may not be read again."""
    known(item, place, ("type", "summary", "content"), ("id", "status", "encrypted_content"))
    found = [*_parts_of(item, "summary", place), *_parts_of(item, "content", place)]
    return tuple(Text(each.text, each.place, kept=False) for each in found if isinstance(each, Text))


def _parts_of(item: Mapping[str, object], key: str, place: Place) -> tuple[Text | Medium, ...]:
    """The parts under a key that may be missing."""
    return () if item.get(key) is None else _content(item[key], (*place, key))
