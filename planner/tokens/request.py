"""A chat request as it is counted, whoever's JSON it was: messages with typed parts, tools, an answer's schema.

Readers in `planner.tokens.shapes` make it; `planner.tokens.rendering` says what it becomes on a family of models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.tokens.guard import Place
from planner.tokens.media import Item

Role = Literal["system", "developer", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words a model reads, and where they stood; `kept` is False for reasoning that a model may leave out."""

    text: str
    place: Place
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the assistant: its arguments as JSON text, its id where it has one."""

    name: Text
    arguments: Text
    id: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool answered; its name, or the id of the call it answers."""

    pieces: tuple[Text | Medium, ...]
    name: str | None
    id: str | None


@dataclass(frozen=True, slots=True)
class Medium:
    """An image, a PDF page, sound or video among the words; `page` is a page's number in its document."""

    item: Item
    place: Place
    page: int | None = None


Piece: TypeAlias = Text | Call | Result | Medium


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `plain`: its content is one text, as the published framings were measured with."""

    role: Role
    pieces: tuple[Piece, ...]
    name: Text | None
    place: Place
    plain: bool


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that may be called; `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, object]
    place: Place


@dataclass(frozen=True, slots=True)
class Schema:
    """The JSON Schema an answer must follow; `name` is what the request calls it."""

    name: str
    description: str
    schema: Mapping[str, object]
    place: Place


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a tool must be called: `auto`, `none`, `required`, or `named`, the one that must be."""

    kind: Literal["auto", "none", "required", "named"] = "auto"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything in a request that is tokens."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    choice: Choice = Choice()
    schema: Schema | None = None
