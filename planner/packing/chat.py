"""A provider's request as items of a window: what always goes in, the turns of the history, the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.packing.items import Item, Sized, at_margin
from planner.tokens.rendering import spelled
from planner.tokens.request import Call, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.packing.items import Kind
    from planner.tokens import Counter, Part
    from planner.tokens.request import Message, Request
    from pricing.names import Resolution


def sized_request(
    request: Request, resolved: Resolution, counter: Counter, margin: float | None
) -> tuple[list[Sized], Sized | None, tuple[str, ...]]:
    """The parts of a request as items, each with its tokens on the model; what a request has beside them; notes.

    Tools, system messages, an answer's schema and the last message always go in; that is the question where it is the
    user's. The rest is history: a turn begins with each message of the user, and calls stay with their results.

    Raises:
        TokenplanError: as for counting.
    """
    count = counter.count_request(request, resolved.model.id, resolved.model.provider)
    rows = {spelled(message.place): row for message, row in zip(request.messages, _rows(request.messages), strict=True)}
    items, framing = [], None
    for part in count.parts:
        if part.name == "priming":
            framing = _sized(Item(id=part.name, kind="system", tokens=part.tokens), part, margin)
        else:
            items.append(_sized(_item(part, rows), part, margin))
    return items, framing, count.notes


def _rows(messages: Sequence[Message]) -> list[tuple[Kind, int, str | None, bool]]:
    """Each message's kind, turn, group and whether it always goes in."""
    groups = _groups(messages)
    found: list[tuple[Kind, int, str | None, bool]] = []
    turn = 0
    for at, message in enumerate(messages):
        turn += message.role == "user"
        last = at == len(messages) - 1
        if message.role in ("system", "developer"):
            found.append(("system", turn, None, True))
        elif last and message.role == "user" and at not in groups:
            found.append(("question", turn, None, True))
        else:
            found.append(("history", turn, groups.get(at), last))
    return found


def _groups(messages: Sequence[Message]) -> dict[int, str]:
    """The group of each message with a call or a result: that of the call's id, or of its tool where it has none."""
    groups: dict[str, str] = {}
    found: dict[int, str] = {}
    for at, message in enumerate(messages):
        pieces = [piece for piece in message.pieces if isinstance(piece, Call | Result)]
        keys = [piece.id or (piece.name.text if isinstance(piece, Call) else piece.name) or "" for piece in pieces]
        if keys:
            group = next((groups[key] for key in keys if key in groups), f"calls of {spelled(message.place)}")
            groups |= dict.fromkeys(keys, group)
            found[at] = group
    return found


def _item(part: Part, rows: Mapping[str, tuple[Kind, int, str | None, bool]]) -> Item:
    """A part's item: of a message, or of what lies among its words (an image); tools and schemas always go in."""
    if part.name.startswith("tools"):
        return Item(id=part.name, kind="tools", tokens=part.tokens)
    owner = next((name for name in rows if part.name == name or part.name.startswith((f"{name}.", f"{name} "))), None)
    if owner is None:
        return Item(id=part.name, kind="system", tokens=part.tokens)
    kind, turn, group, always = rows[owner]
    if kind != "history":
        return Item(id=part.name, kind=kind, tokens=part.tokens)
    return Item(id=part.name, kind=kind, tokens=part.tokens, turn=turn, group=group, pinned=True if always else None)


def _sized(item: Item, part: Part, margin: float | None) -> Sized:
    return at_margin(item, part.tokens, part.low, part.high, margin)
