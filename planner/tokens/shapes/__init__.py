"""Requests as providers' APIs take them, read into one neutral request: who wrote the JSON is not who counts it.

A shape is a table of a body's keys. Keys that hold no tokens (temperature, stream, ...) are listed too, so that none is
passed over by chance; any other key is an error. Without a stated shape it is told by keys that only one shape has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from planner.tokens.guard import Place, brief, spell
from planner.tokens.request import Choice, Message, Request, Schema
from planner.tokens.shapes import anthropic, gemini, openai_chat, openai_responses
from planner.tokens.shapes.declared import answer_schema, choice, tools
from planner.tokens.shapes.detect import detect
from planner.tokens.shapes.reading import check_size, mapping
from pricing.errors import InvalidInput, nearest, one_of

ShapeName: TypeAlias = Literal["openai_chat", "openai_responses", "anthropic", "gemini", "mistral"]
Reader: TypeAlias = Callable[[object, Place], tuple[Message, ...]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which keys of a body hold messages, system prompt, tools, choice and answer schema, and which hold no tokens."""

    read_messages: Reader
    read_system: Reader
    messages: str
    system: tuple[str, ...]
    tools: tuple[str, ...]
    choice: tuple[str, ...]
    schema: tuple[str, ...]
    settings: frozenset[str]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that hold tokens."""
        return (self.messages, *self.system, *self.tools, *self.choice, *self.schema)


@dataclass(frozen=True, slots=True)
class Given:
    """The parts of a request, each in its provider's spelling, before they are read."""

    messages: object = None
    system: object = None
    tools: object = None
    choice: object = None
    schema: object = None


def read_body(body: object, shape: ShapeName | None, place: Place) -> Request:
    """A provider's whole request body.

    Raises:
        InvalidInput: a key that the shape does not have, a malformed value, or a shape that cannot be told.
        TooLarge: nested too deep, or too many values.
        NotCountable: a part without a rule.
    """
    check_size(body, place)
    told = mapping(body, place, "a request body")
    name = shape or detect(told, place)
    rule = SHAPES[name]
    found = {str(key): each for key, each in told.items()}
    if name == "gemini":
        found = {gemini.camel(key): each for key, each in found.items()}
    for key in found:
        if key not in rule.keys and key not in rule.settings:
            close = nearest(key, (*rule.keys, *rule.settings), 2)
            cure = f"nearest: {', '.join(close)}" if close else f"valid: {', '.join(rule.keys)}"
            raise InvalidInput(
                f"{spell(place)} has the key {brief(key)}, which {name} has not; {cure}",
                loc=(*place, key),
                value=found[key],
            )
    if found.get(rule.messages) is None:
        at = (*place, rule.messages)
        raise InvalidInput(f"{spell(place)} has no {rule.messages}, where {name} holds messages", loc=at)

    def first(keys: tuple[str, ...]) -> tuple[object, Place]:
        return next(((found[key], (*place, key)) for key in keys if found.get(key) is not None), (None, place))

    system, system_place = first(rule.system)
    declared, tools_place = first(rule.tools)
    schema, schema_place = first(rule.schema)
    return Request(
        (
            *(() if system is None else rule.read_system(system, system_place)),
            *rule.read_messages(found[rule.messages], (*place, rule.messages)),
        ),
        () if declared is None else tools(declared, tools_place),
        choice(*first(rule.choice)),
        _gemini_schema(schema, schema_place) if name == "gemini" else answer_schema(schema, schema_place),
    )


def read(given: Given, shape: ShapeName | None) -> Request:
    """A request whose parts were given apart; their places are the names of the parts.

    Raises:
        InvalidInput, TooLarge, NotCountable: as `read_body`.
    """
    for name in ("messages", "system", "tools", "schema"):
        check_size(getattr(given, name), (_PLACES[name],))
    rule = SHAPES[shape or detect({"messages": given.messages}, ())]
    system = () if given.system is None else rule.read_system(given.system, ("system",))
    messages = () if given.messages is None else rule.read_messages(given.messages, ("messages",))
    return Request(
        (*system, *messages),
        () if given.tools is None else tools(given.tools, ("tools",)),
        choice(given.choice, ("tool_choice",)) if given.choice is not None else Choice(),
        answer_schema(given.schema, ("response_format",)),
    )


def shape_named(name: str | None) -> ShapeName | None:
    """A shape by its name.

    Raises:
        InvalidInput: no such shape; the message lists those there are.
    """
    if name is not None and name not in SHAPES:
        raise InvalidInput(f"shape is {brief(name)}; {one_of(str(name), SHAPES)}", loc=("shape",), value=name)
    return name  # type: ignore[return-value]  # a key of SHAPES


def _gemini_schema(value: object, place: Place) -> Schema | None:
    """The schema inside Gemini's `generationConfig`, whose other keys are settings."""
    if value is None:
        return None
    config = {gemini.camel(str(key)): each for key, each in mapping(value, place).items()}
    key = next((each for each in ("responseSchema", "responseJsonSchema") if config.get(each) is not None), None)
    return None if key is None else answer_schema(config[key], (*place, key))


_PLACES: Final = {"messages": "messages", "system": "system", "tools": "tools", "schema": "response_format"}
_SAMPLING: Final = "model temperature top_p stream seed stop metadata service_tier user store"
_OPENAI: Final = (
    f"{_SAMPLING} parallel_tool_calls safety_identifier prompt_cache_key prompt_cache_retention stream_options "
    "top_logprobs verbosity"
)


def _shape(read_messages: Reader, keys: tuple[str, tuple[str, ...], tuple[str, ...]], settings: str) -> Shape:
    """A shape by its keys (messages, system, choice) and its settings; tools and schema have one key in most."""
    messages, system, choices = keys
    return Shape(
        read_messages, anthropic.system, messages, system, ("tools",), choices, ("response_format",),
        frozenset(settings.split()),
    )  # fmt: skip


SHAPES: Final[Mapping[ShapeName, Shape]] = {
    "openai_chat": replace(
        _shape(
            openai_chat.messages,
            ("messages", (), ("tool_choice", "function_call")),
            f"{_OPENAI} max_tokens max_completion_tokens n logprobs logit_bias presence_penalty frequency_penalty "
            "reasoning_effort modalities audio prediction",
        ),
        tools=("tools", "functions"),
    ),
    "openai_responses": replace(
        _shape(
            openai_responses.messages,
            ("input", ("instructions",), ("tool_choice",)),
            f"{_OPENAI} max_output_tokens max_tool_calls reasoning include truncation background",
        ),
        schema=("text",),
    ),
    "anthropic": replace(
        _shape(
            anthropic.messages,
            ("messages", ("system",), ("tool_choice",)),
            f"{_SAMPLING} max_tokens top_k stop_sequences thinking anthropic_version anthropic_beta inference_geo "
            "speed cache_control",
        ),
        schema=("output_config", "output_format"),
    ),
    "gemini": replace(
        _shape(
            gemini.messages,
            ("contents", ("systemInstruction",), ("toolConfig",)),
            "model safetySettings labels",
        ),
        read_system=gemini.system,
        schema=("generationConfig",),
    ),
    "mistral": _shape(
        openai_chat.messages,
        ("messages", (), ("tool_choice",)),
        f"{_SAMPLING} max_tokens random_seed safe_prompt prompt_mode n presence_penalty frequency_penalty "
        "parallel_tool_calls guardrails reasoning_effort",
    ),
}
"""Every shape by its name; a key that names tokens kept elsewhere (`previous_response_id`) is refused."""
