"""What goes in where not everything fits: by rank, or exactly the set of the highest total score (0/1 knapsack)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pricing.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_STATES: Final = 1_000_000
"""Sets that the exact choice may look at: a few seconds."""


def by_rank(sizes: Sequence[int], ranking: Iterable[int], room: int) -> set[int]:
    """Take what fits in the order of `ranking`, and go on past what does not.

    Of all sets that fit this is the first in lexicographic order of the ranks, so more room never loses a better rank
    for a worse one.
    """
    taken = set()
    for at in ranking:
        if sizes[at] <= room:
            taken.add(at)
            room -= sizes[at]
    return taken


def optimal(sizes: Sequence[int], scores: Sequence[float], room: int) -> set[int]:
    """The set of the highest total score that fits; among equals the smallest, then the one first in order.

    Keeps the sets that no other beats in both size and score (Nemhauser and Ullmann, Management Science 15, 1969), and
    drops those that could not reach the best one known with all that is left. `scores` are not negative.

    Raises:
        TooLarge: more than `MOST_STATES` sets had to be looked at.
    """
    left = [0.0]
    for score in reversed(scores):
        left.append(left[-1] + score)
    left.reverse()
    states = [_State(0, 0.0, None)]
    best, looked_at = 0.0, 0
    for at, (size, score) in enumerate(zip(sizes, scores, strict=True)):
        grown = [_State(s.size + size, s.score + score, (at, s)) for s in states if s.size + size <= room]
        states = [s for s in _frontier(states, grown) if s.score + left[at + 1] >= best]
        best = max(best, states[-1].score)
        looked_at += len(states)
        if looked_at > MOST_STATES:
            raise TooLarge(
                f"{len(sizes)} items are too many for the exact choice: over {MOST_STATES} sets at item {at}; "
                "choose by score or density",
                loc=("retrieved_by",),
                value="optimal",
            )
    return set(_members(states[-1]))


class _State(NamedTuple):
    """A set: its size and score, and its last item with the set before that."""

    size: int
    score: float
    last: tuple[int, _State] | None


def _frontier(old: Sequence[_State], new: Sequence[_State]) -> Iterator[_State]:
    """Both, by size, without those that a smaller or equal one matches in score."""
    top = -1.0
    for state in sorted((*old, *new), key=lambda s: (s.size, -s.score)):
        if state.score > top:
            top = state.score
            yield state


def _members(state: _State) -> Iterator[int]:
    last = state.last
    while last is not None:
        yield last[0]
        last = last[1].last
