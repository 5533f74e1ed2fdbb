"""What a request becomes for a family of models: named items, each of words and of the tokens around them.

The family's framing is data (`framings.json`); this module only says which figure stands where.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from planner.tokens import typescript
from planner.tokens.bounds import NOTHING, ONCE, Bounds
from planner.tokens.guard import Place, spell
from planner.tokens.registry import lookup
from planner.tokens.request import Call, Medium, Message, Request, Result, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from planner.tokens.framing import Framing, Prompts, ToolRule
    from planner.tokens.request import Piece, Schema, Tool

_SYSTEM: Final = ("system", "developer")
_UNNAMED: Final = Bounds(1, 0, 10)
"""The name of a tool whose call is not in the request."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a count: `words` scaled by `scale`, single words as they are, and the tokens `around` them.

    `after` is what stands before the words in the same text: tokens may join across the seam. `ceiling` is a longer way
    to write the words: their count is at most that of it. `plain`: as the published figures were measured.
    """

    name: str
    words: tuple[Text, ...] = ()
    single: tuple[str, ...] = ()
    around: Bounds = NOTHING
    scale: Bounds = ONCE
    after: str = ""
    ceiling: str | None = None
    plain: bool = True


def render(request: Request, framing: Framing, model: str) -> Iterator[Item | Medium]:
    """The parts of a request, in its order: tools, messages, images and sound among them, answer schema, priming."""
    names = {call.id: call.name.text for call in _calls(request) if call.id is not None}
    if request.tools:
        yield from _tools(request, framing.tools, model)
    messages = request.messages
    if request.tools and framing.tools.form == "typescript":
        messages = _joined(messages)
    for message in messages:
        yield from _message(message, framing, names)
    if request.schema is not None:
        yield _schema(request.schema, framing)
    if messages:
        yield Item("priming", around=framing.priming)


def _message(message: Message, framing: Framing, names: Mapping[str, str]) -> Iterator[Item | Medium]:
    """A message, and apart from it what is no text."""
    results = [piece for piece in message.pieces if isinstance(piece, Result)]
    others = [piece for piece in message.pieces if not isinstance(piece, Result)]
    item = Item(spelled(message.place), plain=message.plain)
    if others or not results:
        item = _frame(message, others, item, framing)
    for result in results:
        item = _answered(result, item, framing, names, message.place)
    yield item
    yield from _media(message.pieces)


def _frame(message: Message, pieces: Sequence[Piece], item: Item, framing: Framing) -> Item:
    """The item of a message's own words, with its frame, name and calls."""
    calls = [piece for piece in pieces if isinstance(piece, Call)]
    apart = framing.system if message.role in _SYSTEM else None
    around = framing.message if apart is None else apart
    words = [piece for piece in pieces if isinstance(piece, Text)]
    if message.name is not None:
        words, around = [*words, message.name], around.plus(framing.name)
    for call in calls:
        words, around = [*words, call.name, call.arguments], around.plus(framing.call)
    if len(calls) > 1:
        around = around.plus(framing.parallel).plus(framing.parallel_each.times(Bounds.exactly(len(calls))))
    single = (message.role,) if framing.roles and apart is None else ()
    return replace(item, words=tuple(words), single=single, around=around)


def _answered(result: Result, item: Item, framing: Framing, names: Mapping[str, str], message: Place) -> Item:
    """An item with a tool's answer added; a tool whose name is not known may have one."""
    name = result.name or names.get(result.id or "")
    words = tuple(piece for piece in result.pieces if isinstance(piece, Text))
    around = item.around.plus(framing.result)
    if result.name is None:
        around = around.plus(framing.by_id if name else _UNNAMED)
    if name:
        words = (*words, Text(name, message))
    return replace(item, words=(*item.words, *words), around=around)


def media(messages: Iterable[Message]) -> Iterator[Medium]:
    """What is no text in messages, in their order."""
    return (medium for message in messages for medium in _media(message.pieces))


def _media(pieces: Iterable[Piece]) -> Iterator[Medium]:
    """What is no text, in messages and in tools' answers."""
    for piece in pieces:
        if isinstance(piece, Medium):
            yield piece
        elif isinstance(piece, Result):
            yield from _media(piece.pieces)


def _joined(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """With a line end after the first system message, where tools follow in the same message."""
    for at, message in enumerate(messages):
        if message.role in _SYSTEM and message.pieces and isinstance(message.pieces[-1], Text):
            last = message.pieces[-1]
            longer = replace(message, pieces=(*message.pieces[:-1], replace(last, text=f"{last.text}\n")))
            return (*messages[:at], longer, *messages[at + 1 :])
    return messages


def _tools(request: Request, rule: ToolRule, model: str) -> Iterator[Item]:
    """What tools bring along, then each tool."""
    prompts = lookup(rule.prompts, model) or rule.once
    around = _chosen(request, rule, prompts)
    if any(message.role in _SYSTEM for message in request.messages):
        saved = rule.system_saves
        around = around.plus(Bounds(-saved.tokens, -saved.tokens, -saved.tokens))
    named = (Text(request.choice.name, ("tool_choice",)),) if request.choice.kind == "named" else ()
    if rule.form != "typescript":
        yield Item("tools", named if rule.named != NOTHING else (), around=around, plain=False)
        yield from (_as_json(tool, rule) for tool in request.tools)
        return
    head = Text(typescript.HEAD, ("tools",))
    foot = Item("", (Text(typescript.FOOT, ("tools",)),), after=";\n\n")
    yield Item("tools", (head, *named), around=around, plain=False)
    yield from _as_types(request.tools, rule)
    yield replace(foot, name="tools", plain=False)


def _chosen(request: Request, rule: ToolRule, prompts: Prompts) -> Bounds:
    """The tokens that tools bring along under a tool choice."""
    kind = request.choice.kind
    if kind in ("auto", "none"):
        return prompts.free.plus(rule.none) if kind == "none" else prompts.free
    return prompts.required.plus(rule.named if kind == "named" else rule.required)


def _as_types(tools: tuple[Tool, ...], rule: ToolRule) -> Iterator[Item]:
    """Each tool as a TypeScript type, after the one before it."""
    after = typescript.HEAD[-4:]
    for tool in tools:
        text = typescript.declaration(tool, nested=rule.nested)
        ceiling = None if typescript.plain(tool.schema) else f"{text}{_json(tool)}"
        yield Item(
            spelled(tool.place), (Text(text, tool.place),), (), rule.each, rule.scale, after, ceiling, plain=False
        )
        after = ";\n\n"


def _as_json(tool: Tool, rule: ToolRule) -> Item:
    """A tool as JSON, in the wrapping its family is known for."""
    return Item(
        spelled(tool.place),
        (Text(_FORMS[rule.form].format(_json(tool)), tool.place),),
        (),
        rule.each,
        rule.scale,
        plain=False,
    )


_FORMS: Final = {
    "function_tag": "<function>{}</function>",
    "function_json": '{{"type": "function", "function": {}}}',
    "declaration_json": "{}",
}


def _json(tool: Tool) -> str:
    """A tool as JSON; what it has not is left out."""
    told = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
    return _dumps({key: value for key, value in told.items() if value})


def _schema(schema: Schema, framing: Framing) -> Item:
    """An answer's schema: its description and JSON without blanks."""
    written = json.dumps(schema.schema, ensure_ascii=False, default=dict, separators=(",", ":"))
    text = f"{schema.description}\n{written}" if schema.description else written
    return Item("response_format", (Text(text, schema.place),), (), framing.schema, framing.schema_scale, plain=False)


def _dumps(value: object) -> str:
    """JSON with blanks after colons and commas, as models are shown it."""
    return json.dumps(value, ensure_ascii=False, default=dict)


def _calls(request: Request) -> Iterator[Call]:
    """Every tool call of a request."""
    return (piece for message in request.messages for piece in message.pieces if isinstance(piece, Call))


def named(medium: Medium) -> str:
    """The name of what is no text: its place, and a page's number."""
    return spelled(medium.place) if medium.page is None else f"{spelled(medium.place)} page {medium.page}"


def spelled(place: Place) -> str:
    """A part's name: its place in the request, whether that was given whole or in parts."""
    return spell(place[1:] if place[0] == "request" else place)
