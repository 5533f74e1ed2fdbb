"""Which rows share their prices: those of one model, tier and region, stretch of time and step of prompt length."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from pricing.errors import InvalidInput
from pricing.table.codes import bounds, close, one_row, same, slices
from pricing.table.columns import Column
from pricing.table.keys import Keys
from pricing.table.times import stretches
from pricing.usage import PROMPT_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricing.catalog import Catalog
    from pricing.errors import TokenplanError
    from pricing.table.codes import Ints, Numbers
    from pricing.table.columns import Quantities, Text
    from pricing.table.keys import Key
    from pricing.table.terms import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """`of` numbers each row's segment, shape (rows,), below `count`; `keys` and `terms` are those that rows have."""

    of: Ints
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
        return Segments(at, 0, {}, {})
    asked, keys = _keys(catalog.remembered(Keys), texts, len(at))
    time, instants = stretches(at, [key.edges for key in keys], {each for key in keys for each in key.windows})
    level, prompts = _levels([taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts], keys, len(at))
    begins = [0, *accumulate(key.states for key in keys)]
    by_time = np.concatenate([begin + key.by_time(instants) for begin, key in zip(begins, keys, strict=False)])
    by_level = np.concatenate([key.by_level(prompts) for key in keys])
    of = np.empty(len(at), np.int64)
    for part in slices(len(at)):
        key, mine = asked[part].astype(np.int64), of[part]
        by_time.take(key * len(instants) + time[part], out=mine, mode="clip")
        if len(prompts) > 1:
            mine += by_level.take(key * len(prompts) + level[part], mode="clip")
    return _with_terms(of, begins, keys, taken, at)


def _keys(known: Keys, texts: Sequence[Text], rows: int) -> tuple[Numbers, list[Key]]:
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
    numbers, some = close(_joined(columns, size, rows), size)
    asked = [
        [text.values[code] for code in text.codes[some].tolist()] if isinstance(text, Column) else [text] * len(some)
        for text in texts
    ]
    return numbers, [known.key(each) for each in zip(*asked, strict=True)]


def _joined(columns: Sequence[Column], size: int, rows: int) -> Numbers:
    """One number for the codes of all columns, which are its digits."""
    if not columns:
        return same(0, rows)
    number: Numbers = columns[0].codes
    for column in columns[1:]:
        number = number * np.int64(len(column.values)) + column.codes
    return number


def _levels(columns: Sequence[Ints], keys: Sequence[Key], rows: int) -> tuple[Numbers, Ints]:
    """The step of each row's prompt length, and the least prompt length of every step."""
    high = sum(int(column.max()) for column in columns)
    levels = sorted({level for key in keys for level in key.levels.tolist() if level <= high})
    if not levels:
        return same(0, rows), np.zeros(1, np.int64)
    found = np.zeros(rows, np.int16)
    for part in slices(rows):
        prompt = sum(column[part] for column in columns)
        for level in levels:
            found[part] += prompt >= level
    return found, np.array([0, *levels])


def _with_terms(of: Ints, begins: Sequence[int], keys: Sequence[Key], taken: Quantities, at: Ints) -> Segments:
    """The segments with the keys and the terms of those that have rows."""
    made = Segments(of, begins[-1], {}, {})
    rows = one_row(of, made.count)
    prompt = [taken.counts[name] for name in PROMPT_BUCKETS if name in taken.counts]
    for segment in np.flatnonzero(rows >= 0).tolist():
        row, number = rows[segment], bisect_right(begins, segment) - 1
        key = made.keys[segment] = keys[number]
        tokens = sum(int(column[row]) for column in prompt)
        made.terms[segment] = key.terms(segment - begins[number], int(at[row]), tokens)
    return made
