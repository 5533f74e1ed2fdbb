"""Whose shape a request has, by keys that only one shape uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from planner.tokens.guard import Place, spell
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.tokens.shapes import ShapeName

_BODY: Final[Mapping[str, ShapeName]] = {
    "contents": "gemini",
    "input": "openai_responses",
    "instructions": "openai_responses",
    "max_output_tokens": "openai_responses",
    "system": "anthropic",
    "stop_sequences": "anthropic",
    "anthropic_version": "anthropic",
    "thinking": "anthropic",
    "top_k": "anthropic",
    "output_config": "anthropic",
    "max_completion_tokens": "openai_chat",
    "functions": "openai_chat",
    "random_seed": "mistral",
    "safe_prompt": "mistral",
    "prompt_mode": "mistral",
}
_MESSAGE: Final[Mapping[str, ShapeName]] = {
    "parts": "gemini",
    "tool_calls": "openai_chat",
    "tool_call_id": "openai_chat",
    "function_call": "openai_chat",
    "call_id": "openai_responses",
    "summary": "openai_responses",
    "prefix": "mistral",
}
_PART: Final[Mapping[str, ShapeName]] = {
    "image_url": "openai_chat",
    "input_audio": "openai_chat",
    "file": "openai_chat",
    "input_text": "openai_responses",
    "output_text": "openai_responses",
    "input_image": "openai_responses",
    "input_file": "openai_responses",
    "image": "anthropic",
    "document": "anthropic",
    "tool_use": "anthropic",
    "tool_result": "anthropic",
    "thinking": "anthropic",
    "redacted_thinking": "anthropic",
    "search_result": "anthropic",
}
_ROLE: Final[Mapping[str, ShapeName]] = {"tool": "openai_chat", "function": "openai_chat", "model": "gemini"}
_SUBSHAPES: Final = {frozenset(("openai_chat", "mistral")): "mistral"}


def detect(body: Mapping[str, object], place: Place) -> ShapeName:
    """The one shape whose own keys are used; OpenAI's chat where none is, as plain messages mean the same in all.

    Raises:
        InvalidInput: keys of several shapes.
    """
    signs: dict[ShapeName, str] = {}
    for shape, sign in _signs(body):
        signs.setdefault(shape, sign)
    if len(signs) > 1:
        together: Literal["mistral"] | None = _SUBSHAPES.get(frozenset(signs))  # type: ignore[assignment]  # the table's
        if together is None:
            told = ", ".join(f"{sign} of {shape}" for shape, sign in signs.items())
            raise InvalidInput(
                f"{spell(place) or 'messages'} mixes shapes: {told}; say which with shape", loc=("shape",)
            )
        return together
    return next(iter(signs), "openai_chat")


def _signs(body: Mapping[str, object]) -> Iterator[tuple[ShapeName, str]]:
    """Every key that is one shape's own, with that shape."""
    yield from ((_BODY[key], key) for key in body if key in _BODY)
    tools = body.get("tools")
    if isinstance(tools, list) and any(isinstance(tool, Mapping) and "input_schema" in tool for tool in tools):
        yield "anthropic", "input_schema"
    messages = body.get("messages")
    if not isinstance(messages, Sequence) or isinstance(messages, str | bytes):
        return
    for message in messages:
        if isinstance(message, Mapping):
            yield from _message_signs(message)


def _message_signs(message: Mapping[str, object]) -> Iterator[tuple[ShapeName, str]]:
    """The signs in one message: its keys that are not empty, its role, the types of its parts."""
    yield from ((_MESSAGE[key], key) for key, value in message.items() if key in _MESSAGE and value)
    role, content = message.get("role"), message.get("content")
    if isinstance(role, str) and role in _ROLE:
        yield _ROLE[role], f"role {role}"
    if isinstance(content, Sequence) and not isinstance(content, str | bytes):
        for part in content:
            kind = part.get("type") if isinstance(part, Mapping) else None
            if isinstance(kind, str) and kind in _PART:
                yield _PART[kind], f"part {kind}"
