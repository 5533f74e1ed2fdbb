"""The closest among thousands of names, in a millisecond or two: pairs of letters pick a few, `difflib` ranks them."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from pricing.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

_PICKED: Final = 40
"""Names that are ranked in full."""


class Near:
    """Names indexed by their pairs of letters."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._sizes = [len(name) for name in self._names]
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        for at, name in enumerate(self._names):
            for pair in _pairs(name):
                self._having[pair].append(at)

    def to(self, word: str) -> tuple[str, ...]:
        """At most five of the names, the closest first; none where nothing is near.

        Those are ranked that share most pairs with the word for their length (Dice's coefficient).
        """
        shared: Counter[int] = Counter()
        for pair in _pairs(word):
            shared.update(self._having.get(pair, ()))
        scored = [(2 * count / (len(word) + self._sizes[at]), at) for at, count in shared.items()]
        scored.sort(key=itemgetter(0), reverse=True)
        return nearest(word, (self._names[at] for _, at in scored[:_PICKED]))


def _pairs(name: str) -> set[str]:
    """Each two letters that stand together, the first one with the start."""
    return {a + b for a, b in pairwise(f"^{name.lower()}")}
