"""Which rows share their prices: those of one model, tier and region, stretch of time and step of prompt length."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from pricing.errors import InvalidInput
from pricing.table.codes import close, highest, reached, slices, total
from pricing.table.columns import Column
from pricing.table.keys import Keys
from pricing.table.times import stretches
from pricing.usage import PROMPT_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pricing.catalog import Catalog
    from pricing.errors import TokenplanError
    from pricing.table.codes import Codes, Ints, Lazy
    from pricing.table.columns import Instants, Quantities, Text
    from pricing.table.keys import Key
    from pricing.table.terms import Terms


class Segments:
    """The rows numbered so that all of one number share their terms.

    `of` is each row's segment, shape (rows,), below `count`; `keys` and `terms` are those of the segments met so far.
    """

    def __init__(self, catalog: Catalog, texts: Sequence[Text], taken: Quantities, at: Instants) -> None:
        """Of models, providers, service tiers and regions, instants and prompt lengths.

        Raises:
            InvalidInput: codes beyond their column's values.
        """
        self.of: Codes = np.empty(len(at.of), np.int32)
        self.keys: dict[int, Key] = {}
        self.terms: dict[int, Terms | TokenplanError] = {}
        self._at = at.of
        self._prompt = [taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts]
        self._key, self._keys = _keys(catalog.remembered(Keys), texts, len(at.of))
        windows = dict.fromkeys(window for key in self._keys for window in key.windows)
        self._time, stretch = stretches(at, [key.edges for key in self._keys], windows)
        self._begins = [0, *accumulate(key.times for key in self._keys)]
        self._by_time = np.concatenate(
            [begin + key.time(stretch) for begin, key in zip(self._begins, self._keys, strict=False)]
        )
        self._width = len(stretch)
        longest = sum(taken.most.get(name, 0) for name in PROMPT_BUCKETS)
        self._levels = sorted({level for key in self._keys for level in key.levels if level <= longest})
        self.count = self._begins[-1] * (len(self._levels) + 1)
        self._met = np.zeros(self.count, bool)

    def numbered(self) -> Iterator[tuple[slice, Ints, list[int]]]:
        """The rows by the chunk: which they are, the segment of each, and the segments that were not met before."""
        for part in slices(len(self.of)):
            mine = self._by_time.take(self._key(part) * self._width + self._time(part), mode="clip")
            if self._levels:
                mine += reached(total(self._prompt, part), self._levels) * np.int64(self._begins[-1])
            self.of[part] = mine
            new = [] if self._met.take(mine, mode="clip").all() else self._meet(mine, part.start)
            yield part, mine, new

    def _meet(self, mine: Ints, start: int) -> list[int]:
        """Find the terms of the segments that a chunk's rows are the first to have."""
        some = np.full(self.count, -1, np.int64)
        some[mine] = np.arange(start, start + len(mine))
        new: list[int] = np.flatnonzero((some >= 0) & ~self._met).tolist()
        for segment in new:
            row, state = int(some[segment]), segment % self._begins[-1]
            number = bisect_right(self._begins, state) - 1
            key = self.keys[segment] = self._keys[number]
            tokens = sum(int(column[row]) for column in self._prompt)
            self.terms[segment] = key.terms(state - self._begins[number], int(self._at[row]), tokens)
        self._met[new] = True
        return new


def _keys(known: Keys, texts: Sequence[Text], rows: int) -> tuple[Lazy, list[Key]]:
    """The number of each row's key, and the keys."""
    columns = [text for text in texts if isinstance(text, Column)]
    for column in columns:
        if highest(column.codes) >= len(column.values):
            raise InvalidInput(
                f"codes must lie from 0 to {len(column.values) - 1}; they are indices into the column's values"
            )
    size = prod(len(column.values) for column in columns)
    if size > np.iinfo(np.int64).max:
        raise InvalidInput("the columns of texts have too many values each: their combinations pass 64 bits")
    numbers, some = close(_joined(columns, size), rows, size)
    asked = [
        [text.values[code] for code in text.codes[some].tolist()] if isinstance(text, Column) else [text] * len(some)
        for text in texts
    ]
    return numbers, [known.key(each) for each in zip(*asked, strict=True)]


def _joined(columns: Sequence[Column], size: int) -> Lazy:
    """One number for the codes of all columns, which are its digits."""
    kind = np.int32 if size <= np.iinfo(np.int32).max else np.int64

    def joined(part: slice) -> Ints:
        number = np.zeros(part.stop - (part.start or 0), kind)
        for column in columns:
            number *= len(column.values)
            number += column.codes[part]
        return number.astype(np.int64)

    return joined
