"""Which items go into a window that has no room for all: fixed ones, then turns and passages by policy, and why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from planner.packing import knapsack
from planner.packing.items import Sized
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


Reason = Literal["no_room", "older_turns", "duplicate", "below_min_score", "summarised", "not_needed"]
By = Literal["score", "density", "optimal"]
Policy = Literal["newest_first", "score_first"]


@dataclass(frozen=True, slots=True)
class Left:
    """An item that stayed out: the reason as a stable word, and in words."""

    sized: Sized
    reason: Reason
    detail: str


@dataclass(slots=True)
class Selection:
    """What is in so far, what stayed out, and the room that is left."""

    room: int
    kept: dict[str, Sized] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def cost(self, items: Iterable[Sized]) -> int:
        """What items add that are not in yet."""
        new = {each.item.id: each.size for each in items if each.item.id not in self.kept}
        return sum(new.values())

    def take(self, items: Iterable[Sized]) -> None:
        """Put items in."""
        every = list(items)
        self.room -= self.cost(every)
        self.kept |= {each.item.id: each for each in every}

    def leave(self, items: Iterable[Sized], reason: Reason, detail: str) -> None:
        """Keep items out."""
        self.left += [Left(each, reason, detail) for each in items]


Turn = tuple[Sized, ...]
"""Items of the history that stay together."""


def turns(history: Sequence[Sized]) -> list[Turn]:
    """The history in turns, oldest first.

    Items of one `turn` belong together; where none has any, a turn begins at each message of the user, and an item
    without a role is one of its own. Turns that a `group` spans are one, with all that lies between.

    Raises:
        InvalidInput: turns are given to some items only, or do not ascend.
    """
    ends = {each.item.group: at for at, each in enumerate(history)}
    starts, reach, open_starts = [], -1, _starts(history)
    for at, each in enumerate(history):
        if at in open_starts and at > reach:
            starts.append(at)
        reach = max(reach, at if each.item.group is None else ends[each.item.group])
    edges = [*starts, len(history)]
    return [tuple(history[a:b]) for a, b in pairwise(edges)]


def _starts(history: Sequence[Sized]) -> set[int]:
    """Where a turn begins, groups aside."""
    numbers = [each.item.turn for each in history]
    if all(number is None for number in numbers):
        return {at for at, each in enumerate(history) if not at or each.item.role in (None, "user")}
    for at, number in enumerate(numbers):
        before = numbers[at - 1] if at else number
        if number is None or before is None or number < before:
            raise InvalidInput(
                f"item {history[at].item.id!r} has turn {number} after {before}; turns ascend, "
                "and every item of the history has one or none has",
                loc=("items", "turn"),
                value=number,
            )
    return {at for at, number in enumerate(numbers) if not at or number != numbers[at - 1]}


def with_tools(turn: Turn, tools: Mapping[str, Sized]) -> list[Sized]:
    """A turn and the tools, by their ids, that it calls."""
    return [*turn, *(tools[name] for each in turn for name in each.item.needs)]


def choose_history(into: Selection, every: Sequence[Turn], tools: Mapping[str, Sized]) -> None:
    """Newest turns first, whole, without a gap; a turn that does not fit keeps all older ones out.

    Turns with a pinned item are in already.
    """
    open_turns = [turn for turn in every if turn[0].item.id not in into.kept]
    while open_turns:
        turn = open_turns.pop()
        needed = into.cost(with_tools(turn, tools))
        if needed > into.room:
            into.leave(turn, "no_room", f"its turn takes {needed} tokens; {into.room} were left")
            break
        into.take(with_tools(turn, tools))
    for turn in reversed(open_turns):
        into.leave(turn, "older_turns", "a newer turn did not fit; older ones go with it")


def choose_retrieved(into: Selection, passages: Sequence[Sized], by: By, min_score: float | None) -> None:
    """The passages that go in, each text once: by score, by score a token, or the set of the highest total score."""
    rest = _worth(into, passages, min_score)
    sizes, scores = [each.size for each in rest], [each.item.score or 0.0 for each in rest]
    if by == "optimal":
        taken = knapsack.optimal(sizes, scores, into.room)
    else:
        worth = scores if by == "score" else [score / max(size, 1) for score, size in zip(scores, sizes, strict=True)]
        taken = knapsack.by_rank(sizes, sorted(range(len(rest)), key=lambda at: -worth[at]), into.room)
    into.take(rest[at] for at in sorted(taken))
    for at, each in enumerate(rest):
        if at not in taken:
            why = f"it takes {each.size} tokens; those chosen by {by} leave {into.room}"
            into.leave([each], "no_room", why)


def _worth(into: Selection, passages: Sequence[Sized], min_score: float | None) -> list[Sized]:
    """The passages to choose from: not pinned, no text twice (the best score stays), none under `min_score`."""
    seen = {each.item.text: each.item.id for each in into.kept.values() if each.item.text is not None}
    worth: set[str] = set()
    for each in sorted(passages, key=lambda each: -(each.item.score or 0.0)):
        text, score = each.item.text, each.item.score or 0.0
        if each.item.id in into.kept:
            continue
        if text in seen:
            into.leave([each], "duplicate", f"the same text as {seen[text]!r}")
        elif min_score is not None and score < min_score:
            into.leave([each], "below_min_score", f"its score {score:g} is under {min_score:g}")
        else:
            worth.add(each.item.id)
            seen |= {} if text is None else {text: each.item.id}
    return [each for each in passages if each.item.id in worth]
