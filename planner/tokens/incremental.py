r"""Counting a text that is edited: cut where the encoding cuts in any case, each block counted once.

A line end is a sure cut when the next line is not blank and does not begin with `/`. The patterns of o200k and cl100k
end a piece there whatever stands around it: blanks with line ends match up to the last line end (`\s*[\r\n]+`), symbols
take line ends (and, in o200k, slashes) but nothing after them, and no other alternative holds one. The patterns of
r50k end one where, besides, no blank stands on either side. So the blocks' counts add up to the whole text's, and so do
those of a slice of lines, whose first and last block are counted anew. For an encoding that is not shipped the sum may
be off by one a cut; `exact` is the final pass.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from planner.tokens import encodings
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK: Final = 4096
"""Characters that a block has at least, unless the text ends: counting one takes microseconds."""

_SURE: Final = re.compile(r"\n(?!/)(?=[^\S\r\n]*\S)")
_SURE_R50K: Final = re.compile(r"(?<=\S)\n(?=[^\s/])")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_LATE: Final = ("o200k_base", "o200k_harmony", "cl100k_base")


@dataclass(frozen=True, slots=True)
class Span:
    """The tokens of a text or slice: the true figure lies within `off_by` of `tokens`."""

    tokens: int
    off_by: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of whole lines, but for the last block, whose last line may be unfinished."""

    text: str
    lines: int
    tokens: int


class Lines:
    """A text as lines, each with its line feed, whose tokens are known after each edit without counting it all.

    `length` is the encoding's function from a text to its tokens, as `Counter.lengths` gives it; its errors pass
    through and leave the text as it was. An edit costs its own length and that of the blocks around it; a slice at
    most two blocks. A text without sure cuts (one endless line) is one block.
    """

    def __init__(self, length: Callable[[str], int], encoding: str, text: str = "") -> None:
        self._length = length
        self._sure = _SURE if encoding in _LATE else _SURE_R50K
        self._a_cut = 0 if encoding in encodings.ENCODINGS else 1
        self._blocks: list[_Block] = []
        self._starts: list[int] = [0]
        self.append(text)

    def __len__(self) -> int:
        """How many lines there are; after a final line end none begins."""
        return self._starts[-1]

    @property
    def text(self) -> str:
        """The text as it stands."""
        return "".join(block.text for block in self._blocks)

    def count(self) -> Span:
        """The tokens of the whole text, added up from its blocks."""
        return Span(sum(block.tokens for block in self._blocks), self._a_cut * max(0, len(self._blocks) - 1))

    def exact(self) -> int:
        """The tokens of the whole text in one pass, whatever the encoding."""
        return self._length(self.text)

    def append(self, text: str) -> None:
        """Add text at the end; it may finish the last line or begin in the middle of one."""
        if text:
            self._splice(len(self._blocks), len(self._blocks), text)

    def replace(self, start: int, stop: int, text: str) -> None:
        """Put text in place of the lines from `start` up to `stop`; `start == stop` inserts before that line.

        Text that does not end in a line end runs on into the line after it.

        Raises:
            InvalidInput: no such lines.
        """
        self._check(start, stop)
        first, last = self._at(start), self._at(stop)
        before, after = self._cut(first, 0, start), self._cut(last, stop, None)
        self._splice(first, last + 1, before + text + after)

    def slice(self, start: int, stop: int) -> Span:
        """The tokens of the lines from `start` up to `stop`, as a text of their own.

        Raises:
            InvalidInput: no such lines.
        """
        self._check(start, stop)
        first, last = self._at(start), self._at(stop)
        if first == last:
            return Span(self._length(self._cut(first, start, stop)))
        whole = self._blocks[first + 1 : last]
        ends = [self._cut(first, start, None), self._cut(last, 0, stop)]
        tokens = sum(block.tokens for block in whole) + sum(self._length(end) for end in ends if end)
        return Span(tokens, self._a_cut * (len(whole) + sum(map(bool, ends)) - 1))

    def _check(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= len(self):
            raise InvalidInput(
                f"lines {start} to {stop} are not there; the text has {len(self)}", loc=("lines",), value=(start, stop)
            )

    def _at(self, line: int) -> int:
        """The block that holds a line; the place after the last line belongs to the last block."""
        return max(0, min(bisect_right(self._starts, line), len(self._blocks)) - 1)

    def _cut(self, at: int, start: int, stop: int | None) -> str:
        """The text of a block's lines from `start` up to `stop`, lines of the whole text; 0 and None are its ends."""
        if at >= len(self._blocks):
            return ""
        lines, first = _LINE.findall(self._blocks[at].text), self._starts[at]
        return "".join(lines[max(0, start - first) : None if stop is None else stop - first])

    def _splice(self, first: int, last: int, text: str) -> None:
        """Put text in place of some blocks. Their neighbours join in: whether a cut is sure rests on both its sides."""
        before, after = self._blocks[max(0, first - 1) : first], self._blocks[last : last + 1]
        joined = "".join([*(block.text for block in before), text, *(block.text for block in after)])
        fresh = [_Block(each, len(_LINE.findall(each)), self._length(each)) for each in self._split(joined)]
        first, last = first - len(before), last + len(after)
        self._blocks[first:last] = fresh
        del self._starts[first + 1 :]
        self._starts += [*accumulate((block.lines for block in self._blocks[first:]), initial=self._starts[-1])][1:]

    def _split(self, text: str) -> Iterator[str]:
        """Blocks of at least `BLOCK` characters, each but the last up to a sure cut."""
        start = 0
        while found := self._sure.search(text, start + BLOCK):
            yield text[start : found.end()]
            start = found.end()
        if start < len(text):
            yield text[start:]
