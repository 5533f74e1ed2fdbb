"""Which rows share their prices: those of one model, tier and region, stretch of time and step of prompt length."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from pricing.errors import InvalidInput
from pricing.table.codes import bounds, close, reached, slices, total
from pricing.table.columns import Column
from pricing.table.keys import Keys
from pricing.table.times import stretches
from pricing.usage import PROMPT_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricing.catalog import Catalog
    from pricing.errors import TokenplanError
    from pricing.table.codes import Codes, Ints, Lazy
    from pricing.table.columns import Quantities, Text
    from pricing.table.keys import Key
    from pricing.table.terms import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """`of` numbers each row's segment, shape (rows,), below `count`; `keys` and `terms` are those that rows have."""

    of: Codes
    count: int
    keys: dict[int, Key]
    terms: dict[int, Terms | TokenplanError]


def segments(catalog: Catalog, texts: Sequence[Text], taken: Quantities, at: Ints) -> Segments:
    """Number the rows so that all of one number share their terms.

    `texts` are models, providers, service tiers and regions.

    Raises:
        InvalidInput: codes beyond their column's values.
    """
    if not len(at):
        return Segments(np.zeros(0, np.int32), 0, {}, {})
    asked, keys = _keys(catalog.remembered(Keys), texts, len(at))
    time, instants = stretches(at, [key.edges for key in keys], {each for key in keys for each in key.windows})
    begins = [0, *accumulate(key.times for key in keys)]
    table = np.concatenate([begin + key.time(instants) for begin, key in zip(begins, keys, strict=False)])
    prompt = [taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts]
    longest = sum(taken.most.get(name, 0) for name in PROMPT_BUCKETS)
    levels = sorted({level for key in keys for level in key.levels if level <= longest})
    count = begins[-1] * (len(levels) + 1)
    of, some = np.empty(len(at), np.int32), np.full(count, -1, np.int64)
    for part in slices(len(at)):
        mine = table.take(asked(part) * len(instants) + time(part), mode="clip")
        if levels:
            mine += reached(total(prompt, part), levels) * np.int64(begins[-1])
        some[mine] = np.arange(part.start, part.stop)
        of[part] = mine
    made = Segments(of, count, {}, {})
    for segment in np.flatnonzero(some >= 0).tolist():
        row, state = some[segment], segment % begins[-1]
        number = bisect_right(begins, state) - 1
        key = made.keys[segment] = keys[number]
        tokens = sum(int(column[row]) for column in prompt)
        made.terms[segment] = key.terms(state - begins[number], int(at[row]), tokens)
    return made


def _keys(known: Keys, texts: Sequence[Text], rows: int) -> tuple[Lazy, list[Key]]:
    """The number of each row's key, and the keys."""
    columns = [text for text in texts if isinstance(text, Column)]
    for column in columns:
        lowest, highest = bounds(column.codes)
        if lowest < 0 or highest >= len(column.values):
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
