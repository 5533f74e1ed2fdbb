"""What a context window is packed from: items of the prompt, checked and counted for a model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pricing.errors import InvalidInput, Problem, TokenplanError, one_of
from pricing.usage import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.tokens import Count, Counter
    from pricing.names import Resolution

Kind = Literal["tools", "system", "pinned", "history", "retrieved", "question"]
KINDS: Final[tuple[Kind, ...]] = ("tools", "system", "pinned", "history", "retrieved", "question")
"""Every kind, the most stable first: the order in which a window is laid out."""

_SHOWN: Final = 50
"""The most problems that one answer names."""

FIXED: Final = ("tools", "system", "pinned", "question")
"""Kinds that go in whatever else does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A part of the prompt: its `text`, or its `tokens` where they are known.

    With a `role` the text is a chat message and counts with the tokens around it. Of `history`, items of one `turn`
    (whole numbers, ascending; without any a turn begins with each message of the user) stay together, and so do all
    turns that a `group` spans, such as a tool call and its result; `needs` names the tools it calls. `retrieved`
    passages have a `score`. `pinned` history or passages always go in; `tools` with `pinned` false only if needed.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    kind: Kind
    text: str | None = None
    tokens: int | None = None
    role: str | None = None
    turn: int | None = None
    group: str | None = None
    needs: tuple[str, ...] = ()
    score: float | None = None
    pinned: bool | None = None

    @property
    def always(self) -> bool:
        """Whether it goes in whatever else does not."""
        return self.kind in FIXED if self.pinned is None else self.pinned


@dataclass(frozen=True, slots=True)
class Sized:
    """An item, its tokens with bounds, and the size that is set against the budget."""

    item: Item
    tokens: int
    low: int
    high: int
    size: int


def checked(items: Sequence[Item]) -> None:
    """Refuse items that contradict themselves or each other, all at once.

    Raises:
        InvalidInput: `loc` names item and key.
    """
    seen: dict[str, Item] = {}
    problems = []
    for at, item in enumerate(items):
        problems += [Problem(("items", at, key), f"items[{at}].{msg}", value) for key, msg, value in _wrong(item, seen)]
        seen[item.id] = item
    tools = {item.id for item in items if item.kind == "tools"}
    for at, item in enumerate(items):
        for name in item.needs:
            if name not in tools and len(problems) < _SHOWN:
                said = f"items[{at}].needs names {name!r}, which is no item of kind 'tools'; {one_of(name, tools)}"
                problems.append(Problem(("items", at, "needs"), said, name))
    if problems:
        raise InvalidInput.of(problems[:_SHOWN])


def _wrong(item: Item, seen: Mapping[str, Item]) -> Iterator[tuple[str, str, object]]:
    """What is wrong with one item: key, message, value."""
    if item.id in seen:
        yield "id", f"id is {item.id!r}, which an earlier item has", item.id
    if (item.text is None) == (item.tokens is None):
        yield "text", "text: give exactly one of text and tokens", None
    if item.tokens is not None and not 0 <= item.tokens <= LARGEST:
        yield "tokens", f"tokens is {item.tokens}; it must be from 0 to {LARGEST}", item.tokens
    if item.role is not None and item.text is None:
        yield "role", "role needs a text: tokens are taken as they are", item.role
    yield from _of_its_kind(item)


def _of_its_kind(item: Item) -> Iterator[tuple[str, str, object]]:
    """What does not go with the item's kind."""
    if item.kind not in KINDS:
        yield "kind", f"kind is {item.kind!r}; {one_of(item.kind, KINDS)}", item.kind
    for key in ("turn", "group", "needs"):
        if item.kind != "history" and getattr(item, key):
            yield key, f"{key} is for history; this is {item.kind}", getattr(item, key)
    if (item.kind == "retrieved") != (item.score is not None):
        yield "score", "score: every retrieved passage needs one, and nothing else has one", item.score
    elif item.score is not None and not math.isfinite(item.score):
        yield "score", f"score is {item.score}; it must be a finite number", str(item.score)
    if item.pinned is False and item.kind in ("system", "pinned", "question"):
        yield "pinned", f"pinned is false; {item.kind} always goes in", item.pinned


def sized(
    items: Sequence[Item], resolved: Resolution, counter: Counter, margin: float | None
) -> tuple[list[Sized], Sized | None, tuple[str, ...]]:
    """Every item counted; the tokens that a request of messages has beside them, and notes on how it was counted.

    The size of an item is the high bound of its count, or the middle and `margin` of it; given tokens are taken as are.

    Raises:
        TokenplanError: as for counting; `loc` names the item.
    """
    model, provider = resolved.model.id, resolved.model.provider
    plain = [at for at, item in enumerate(items) if item.text is not None and item.role is None]
    chat = [at for at, item in enumerate(items) if item.role is not None]
    found: dict[int, tuple[int, int, int]] = {}
    notes: dict[str, None] = {}
    framing = None
    try:
        counts = counter.count_many([items[at].text or "" for at in plain], model, provider)
        found |= {at: (c.tokens, c.low, c.high) for at, c in zip(plain, counts, strict=True)}
        notes |= {note: None for count in counts for note in count.notes}
    except TokenplanError as error:
        raise _moved(error, plain) from None
    if chat:
        framing = _chat(items, chat, found, notes, counter, model, provider)
    every = [at_margin(item, *found.get(at, (item.tokens or 0,) * 3), margin) for at, item in enumerate(items)]
    return every, framing and at_margin(_FRAMING, *framing, margin), tuple(notes)


_FRAMING: Final = Item(id="priming", kind="system", tokens=0)
"""What a request of messages has beside them."""


def _chat(
    items: Sequence[Item],
    places: Sequence[int],
    found: dict[int, tuple[int, int, int]],
    notes: dict[str, None],
    counter: Counter,
    model: str,
    provider: str,
) -> tuple[int, int, int]:
    """Count the items that are messages, into `found` and `notes`; what is left over is the request's own."""
    messages = [{"role": items[at].role, "content": items[at].text} for at in places]
    try:
        count: Count = counter.count_messages(messages, model, provider)
    except TokenplanError as error:
        raise _moved(error, places) from None
    notes |= dict.fromkeys(count.notes)
    found |= {at: (p.tokens, p.low, p.high) for at, p in zip(places, count.parts, strict=False)}
    rest = count.parts[len(places) :]
    return sum(p.tokens for p in rest), sum(p.low for p in rest), sum(p.high for p in rest)


def at_margin(item: Item, tokens: int, low: int, high: int, margin: float | None) -> Sized:
    """An item with its size: the high bound of its count, or the middle and `margin` of it where it is estimated."""
    estimated = low != high and margin is not None
    return Sized(item, tokens, low, high, math.ceil(tokens * (1 + (margin or 0))) if estimated else high)


def _moved(error: TokenplanError, places: Sequence[int]) -> TokenplanError:
    """An error of the list that was counted, with the place in the items."""
    error.problems = tuple(_moved_problem(problem, places) for problem in error.problems)
    return error


def _moved_problem(problem: Problem, places: Sequence[int]) -> Problem:
    match problem.loc:
        case (str(), int(at), *rest):
            return Problem(("items", places[at], *rest), f"items[{places[at]}]: {problem.msg}", problem.input)
    return problem
