"""Anthropic's messages: contents of typed blocks, the system prompt apart."""

from __future__ import annotations

from typing import Final

from planner.tokens.guard import Place, brief, spell
from planner.tokens.request import Call, Medium, Message, Piece, Result, Text
from planner.tokens.shapes.media import block_document, block_image
from planner.tokens.shapes.reading import as_json, items, kind_of, known, mapping, optional, string, uncounted
from pricing.errors import InvalidInput

_BLOCKS: Final = (
    "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "search_result",
)  # fmt: skip
_RESULT: Final = "a string or a list of blocks"


def messages(value: object, place: Place) -> tuple[Message, ...]:
    """Messages of typed blocks, checked.

    Raises:
        InvalidInput: not a list of messages, none at all, or a key or value that no message has.
        NotCountable: an image without its size, a document, a server tool's block.
    """
    every = items(value, place, "a list of at least one message")
    if not every:
        raise InvalidInput(f"{spell(place)} must be a list of at least one message", loc=place, value=value)
    return tuple(_message(each, (*place, at)) for at, each in enumerate(every))


def system(value: object, place: Place) -> tuple[Message, ...]:
    """A system prompt: a text, or a list of text blocks."""
    pieces = _content(value, place, ("text",))
    return (Message("system", pieces, None, place, plain=len(pieces) == 1),)


def _message(value: object, place: Place) -> Message:
    """One message."""
    message = mapping(value, place, "an object with role and content")
    known(message, place, ("role", "content"), ("id", "type", "model", "stop_reason", "stop_sequence", "usage"))
    role = message.get("role")
    if role not in ("user", "assistant", "system"):
        at = (*place, "role")
        raise InvalidInput(f"{spell(at)} is {brief(role)}; valid: user, assistant, system", loc=at, value=role)
    pieces = _content(message.get("content"), (*place, "content"), _BLOCKS)
    plain = len(pieces) == 1 and isinstance(pieces[0], Text)
    return Message(role, pieces, None, place, plain)


def _content(value: object, place: Place, valid: tuple[str, ...]) -> tuple[Piece, ...]:
    """A content as its pieces."""
    if isinstance(value, str):
        return (Text(value, place),)
    pieces: list[Piece] = []
    for at, each in enumerate(items(value, place, _RESULT)):
        pieces += _block(each, (*place, at), valid)
    return tuple(pieces)


def _block(value: object, place: Place, valid: tuple[str, ...]) -> tuple[Piece, ...]:
    """One block as its pieces; a redacted one is as long as its ciphertext allows."""
    block = mapping(value, place, "an object with a type")
    kind = kind_of(block, place, valid)
    if kind not in valid:
        raise uncounted(kind, (*place, "type"), kind, ", ".join(valid))
    if kind == "text":
        known(block, place, ("type", "text"), ("citations",))
        return (Text(string(block.get("text"), (*place, "text")), (*place, "text")),)
    if kind in ("thinking", "redacted_thinking"):
        key = "thinking" if kind == "thinking" else "data"
        known(block, place, ("type", key), ("signature",))
        return (Text(string(block.get(key), (*place, key)), (*place, key), kept=False),)
    if kind == "tool_use":
        return (_call(block, place),)
    if kind == "tool_result":
        return (_result(block, place),)
    if kind == "search_result":
        return _search_result(block, place)
    return (block_image(block, place),) if kind == "image" else block_document(block, place)


def _call(block: object, place: Place) -> Call:
    """A `tool_use` block."""
    call = mapping(block, place)
    known(call, place, ("type", "id", "name", "input"), ("caller",))
    arguments = as_json(mapping(call.get("input"), (*place, "input")), (*place, "input"))
    name = Text(string(call.get("name"), (*place, "name")), (*place, "name"))
    return Call(name, Text(arguments, (*place, "input")), optional(call.get("id"), (*place, "id")) or None)


def _result(block: object, place: Place) -> Result:
    """A `tool_result` block."""
    result = mapping(block, place)
    known(result, place, ("type", "tool_use_id", "content"), ("is_error",))
    id_ = optional(result.get("tool_use_id"), (*place, "tool_use_id")) or None
    content = result.get("content")
    inner = () if content is None else _content(content, (*place, "content"), _INNER)
    return Result(tuple(each for each in inner if isinstance(each, Text | Medium)), None, id_)


def _search_result(block: object, place: Place) -> tuple[Text, ...]:
    """A `search_result` block: source, title and texts."""
    found = mapping(block, place)
    known(found, place, ("type", "source", "title", "content"), ("citations",))
    head = tuple(Text(string(found.get(key), (*place, key)), (*place, key)) for key in ("source", "title"))
    inner = _content(found.get("content"), (*place, "content"), ("text",))
    return (*head, *(each for each in inner if isinstance(each, Text)))


_INNER: Final = ("text", "image", "document", "search_result")
"""Blocks that may stand in a tool's answer."""
