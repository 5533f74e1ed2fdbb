"""Where a document is cut: spans of text that never pass a size, at the ends of lines, sentences, words or structure.

Every paragraph is counted once, in one batch; paragraphs, and sentences or words of one that has to be cut, are added
up until a chunk is full; the finished chunks are counted themselves, again in a batch, and one that is over after all
is cut anew. The sum of pieces is close to the whole because cuts stand before a blank or after a line end, where the
tokenizers' patterns cut too.

Markdown and source code are cut by semantic-text-splitter (MIT; CommonMark, tree-sitter), with the same counter.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from planner.tokens import Counter
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.tokens import Count

By = Literal["tokens", "sentences", "markdown", "code"]

LANGUAGES: Final = ("c", "cpp", "go", "java", "javascript", "python", "rust", "typescript")
"""Programming languages whose grammar is in the extra `chunks`."""

EXTRA: Final = "pip install 'tokenplan[chunks]'"

_NEAR: Final = (0.8, 1.3)
"""The share of the limit between which a structural splitter's text is counted, not judged by its length."""
_AHEAD: Final = 4096
"""The most chunks that are planned before they are counted."""

_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_SENTENCE: Final = re.compile(
    r"[.!?…][\"'”’»)\]]*(?=\s+[^\sa-z])|[。！？｡][\"'”’」』）]*"  # noqa: RUF001 - full-width marks
    r"|\n(?=[ \t]*(?:[-*+•>#|]|\d+[.)])\s)"  # a list's points are sentences
)
_LINE: Final = re.compile(r"\n+")
_WORD: Final = re.compile(r"\S(?=\s+\S)")
_CUTS: Final[dict[By, tuple[re.Pattern[str], ...]]] = {
    "sentences": (_PARAGRAPH, _SENTENCE, _LINE, _WORD),
    "tokens": (_PARAGRAPH, _WORD),
}
"""After what a document is cut, ever finer: line ends go with the line before, a blank with the word behind it."""


class Span(NamedTuple):
    """Characters `start` to `end` of the document; what lies before `fresh` repeats the chunk before."""

    start: int
    fresh: int
    end: int


class Sizer(Protocol):
    """What the counter says of texts: `pieces` roughly and quickly, `counts` as it counts, `size` against a limit."""

    def pieces(self, texts: Sequence[str]) -> Sequence[int]:
        """The tokens of each text, in the encoding that counts for the model."""

    def counts(self, texts: Sequence[str]) -> Sequence[Count]:
        """The full count of each text."""

    def size(self, count: Count) -> int:
        """What a count takes of a limit: its high bound, or the middle with a margin."""


@dataclass(frozen=True, slots=True)
class ModelSizer:
    """What the counter says for one model; `margin` widens the middle figure in place of the high bound."""

    counter: Counter
    model: str
    provider: str
    margin: float | None

    def pieces(self, texts: Sequence[str]) -> Sequence[int]:
        """The tokens of each text in the model's encoding, whose ratio to the model's own is not applied."""
        length = self.counter.lengths(self.counter.registry().method(self.model, self.provider).encoding)
        return list(map(length, texts))

    def counts(self, texts: Sequence[str]) -> Sequence[Count]:
        """The count of each text as the model's method makes it."""
        return self.counter.count_many(texts, self.model, self.provider)

    def size(self, count: Count) -> int:
        """The high bound, or the middle of an estimate with the margin."""
        if self.margin is None or count.low == count.high:
            return count.high
        return math.ceil(count.tokens * (1 + self.margin))


class _Piece(NamedTuple):
    """Some characters, their tokens, and by which of the cuts they were made: one past the last is a part of a word."""

    start: int
    end: int
    tokens: int
    level: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The most tokens of a chunk, how many of them may repeat the chunk before, whether white space at ends is kept."""

    tokens: int
    overlap: int = 0
    lossless: bool = True


Sized = tuple[Span, "Count"]


def split(text: str, by: By, limits: Limits, sizer: Sizer, language: str | None = None) -> list[Sized]:
    """The chunks of a document in order, each with its count; none is over the limit.

    Without overlap and with `lossless` the spans follow each other without a gap from the first character to the last.

    Raises:
        InvalidInput: a single character is over the limit, an unknown language, or the extra `chunks` is missing.
    """
    if by in _CUTS:
        return _Filling(text, limits, sizer, _CUTS[by]).chunks()
    return _structured(text, limits, sizer, language)


@dataclass(slots=True)
class _Filling:
    """One document being cut: a stack of pieces to come, and the pieces of the chunk before for the overlap."""

    text: str
    limits: Limits
    sizer: Sizer
    cuts: tuple[re.Pattern[str], ...]
    stack: list[_Piece] = field(default_factory=list)

    def chunks(self) -> list[Sized]:
        """Plan some chunks ahead, count them, keep those before the first that is over, and go on from there."""
        self.stack = self._cut(0, len(self.text), 0)[::-1]
        done: list[Sized] = []
        tail: list[_Piece] = []
        scale, cap, ahead = 1.0, 0, 64
        while self.stack:
            planned = list(self._plan(tail, int(self.limits.tokens * scale), cap, ahead))
            counted = self._counted(planned)
            over = next((at for at, (_, c) in enumerate(counted) if self._over(c)), None)
            kept = len(planned) if over is None else over
            done += counted[:kept]
            tail = planned[kept - 1][0] + planned[kept - 1][1] if kept else tail
            cap, ahead = 0, min(ahead * 2, _AHEAD)
            if over is not None:
                for _, fresh in reversed(planned[over:]):
                    self.stack += reversed(fresh)
                cap, ahead = self._smaller(planned[over], counted[over][1]), 4
            if kept:
                scale = self._scale(planned[kept - 1], counted[kept - 1][1])
        return [(span, count) for span, count in done if self.limits.lossless or span.start < span.end]

    def _plan(
        self, tail: list[_Piece], usual: int, first: int, most: int
    ) -> Iterator[tuple[list[_Piece], list[_Piece]]]:
        """Up to `most` chunks as (repeated, fresh) pieces; the first holds at most `first` tokens where that is set."""
        for _ in range(most):
            if not self.stack:
                return
            cap = max(1, first or usual)
            repeated = self._repeated(tail, min(cap - 1, self.limits.overlap * cap // self.limits.tokens))
            fresh = self._fill(repeated, cap)
            tail, first = repeated + fresh, 0
            yield repeated, fresh

    def _fill(self, repeated: list[_Piece], cap: int) -> list[_Piece]:
        """Take pieces from the stack while they fit; a paragraph that does not is cut, anything finer only if alone."""
        fresh: list[_Piece] = []
        room = cap - sum(piece.tokens for piece in repeated)
        while self.stack:
            piece = self.stack[-1]
            if piece.tokens <= room:
                fresh.append(self.stack.pop())
                room -= piece.tokens
            elif piece.level == 0 or self._long_run(piece):
                room -= self._refine(cap)
            elif fresh:
                break
            elif repeated:
                room += repeated.pop(0).tokens
            elif piece.end - piece.start > 1:
                room -= self._refine(cap)
            else:  # nothing finer: the count of the chunk says whether it is within the limit
                return [self.stack.pop()]
        return fresh

    def _repeated(self, tail: list[_Piece], room: int) -> list[_Piece]:
        """The last pieces of the chunk before that fit the overlap."""
        stack, kept = list(tail) if room else [], []
        while stack:
            piece = stack.pop()
            if piece.tokens <= room:
                kept.append(piece)
                room -= piece.tokens
            elif piece.level == 0:
                stack += self._cut(piece.start, piece.end, 1)
            else:
                break
        return kept[::-1]

    def _long_run(self, piece: _Piece) -> bool:
        return piece.level == len(self.cuts) and piece.end - piece.start > _SHORT

    def _refine(self, cap: int) -> int:
        """Cut the next piece finer, a run without blanks in halves; the tokens by which the pieces may be off."""
        piece = self.stack.pop()
        level = piece.level + 1
        if level < len(self.cuts):
            shared = piece.tokens <= cap and self.cuts[level] is not _WORD
            self.stack += reversed(self._shared(piece) if shared else self._cut(piece.start, piece.end, level))
            return cap // 100 if shared else 0
        middle = (piece.start + piece.end) // 2
        self.stack += self._pieces([(middle, piece.end), (piece.start, middle)], len(self.cuts))
        return 0

    def _shared(self, piece: _Piece) -> list[_Piece]:
        """The sentences of a paragraph, its tokens shared out by length: cheaper than counting so few anew."""
        each = piece.tokens / (piece.end - piece.start)
        ranges = self._ranges(piece.start, piece.end, piece.level + 1)
        return [_Piece(start, end, round((end - start) * each), piece.level + 1) for start, end in ranges]

    def _cut(self, start: int, end: int, level: int) -> list[_Piece]:
        return self._pieces(self._ranges(start, end, level), level)

    def _ranges(self, start: int, end: int, level: int) -> list[tuple[int, int]]:
        ends = [match.end() for match in self.cuts[level].finditer(self.text, start, end)]
        if start < end and ends[-1:] != [end]:
            ends.append(end)
        return list(zip([start, *ends], ends, strict=False))

    def _pieces(self, spans: list[tuple[int, int]], level: int) -> list[_Piece]:
        tokens = self.sizer.pieces([self.text[start:end] for start, end in spans])
        return [_Piece(start, end, count, level) for (start, end), count in zip(spans, tokens, strict=True)]

    def _counted(self, planned: list[tuple[list[_Piece], list[_Piece]]]) -> list[Sized]:
        spans = [
            _span(self.text, Span((repeated or fresh)[0].start, fresh[0].start, fresh[-1].end), self.limits.lossless)
            for repeated, fresh in planned
        ]
        return _counted(self.text, spans, self.sizer)

    def _over(self, count: Count) -> bool:
        return self.sizer.size(count) > self.limits.tokens

    def _smaller(self, chunk: tuple[list[_Piece], list[_Piece]], count: Count) -> int:
        """What the pieces of a chunk that was over may sum to when it is cut anew."""
        told = sum(piece.tokens for pieces in chunk for piece in pieces)
        wanted = min(told - 1, told * self.limits.tokens // self.sizer.size(count))
        repeated, fresh = chunk
        alone = not repeated and fresh[-1].end - fresh[0].start == 1
        if told <= 1 or alone:
            raise self._too_small(fresh[0].start)
        return max(1, wanted)

    def _too_small(self, at: int) -> InvalidInput:
        return InvalidInput(
            f"limit_tokens is {self.limits.tokens}; the character {self.text[at]!r} at {at} alone may take more",
            loc=("limit_tokens",),
            value=self.limits.tokens,
        )

    def _scale(self, chunk: tuple[list[_Piece], list[_Piece]], count: Count) -> float:
        """How many tokens of pieces make one token of size, as the last chunk shows; near 1 it is left at that."""
        told, size = sum(piece.tokens for pieces in chunk for piece in pieces), self.sizer.size(count)
        return 1.0 if not size or abs(told - size) * 50 <= size else told / size


def _structured(text: str, limits: Limits, sizer: Sizer, language: str | None) -> list[Sized]:
    """Cut by Markdown's blocks (no `language`) or a language's syntax."""
    whole = sizer.size(sizer.counts([text])[0]) if text else 0
    near = _Near(sizer, limits.tokens, whole / max(1, len(text)))
    spans = _spans(text, limits, near, language)
    done: list[Sized] = []
    for span, count in _counted(text, [_span(text, each, limits.lossless) for each in spans], sizer):
        if sizer.size(count) > limits.tokens:
            done += _resplit(text, span, limits, sizer)
        elif limits.lossless or span.start < span.end:
            done.append((span, count))
    return done


def _resplit(text: str, span: Span, limits: Limits, sizer: Sizer) -> Iterator[Sized]:
    """A chunk that its length alone let pass: its fresh text at the ends of words, without repeating anything."""
    inner = Limits(limits.tokens, 0, limits.lossless)
    for part, count in _Filling(text[span.fresh : span.end], inner, sizer, _CUTS["sentences"]).chunks():
        moved = (at + span.fresh for at in part)
        yield Span(*moved), count


@dataclass(frozen=True, slots=True)
class _Near:
    """The size of a text as a structural splitter asks for it: by length where it is far from the limit."""

    sizer: Sizer
    limit: int
    ratio: float

    def __call__(self, text: str) -> int:
        guess = len(text) * self.ratio
        if _NEAR[0] * self.limit <= guess <= _NEAR[1] * self.limit or len(text) < _SHORT:
            return self.sizer.size(self.sizer.counts([text])[0])
        return round(guess)


_SHORT: Final = 24
"""Characters of which the length tells nothing."""


def _spans(text: str, limits: Limits, size: Callable[[str], int], language: str | None) -> list[Span]:
    """What the library cuts."""
    try:
        library = import_module("semantic_text_splitter")
    except ImportError:
        raise InvalidInput(f"cutting Markdown and code needs an extra: {EXTRA}", loc=("by",)) from None
    how = {"overlap": limits.overlap, "trim": False}
    if language is None:
        splitter = library.MarkdownSplitter.from_callback(size, limits.tokens, **how)
    else:
        splitter = library.CodeSplitter.from_callback(_grammar(language), size, limits.tokens, **how)
    spans: list[Span] = []
    for start, chunk in splitter.chunk_indices(text):
        end = start + len(chunk)
        spans.append(Span(start, max(start, spans[-1].end if spans else 0), end))
    return spans


def _grammar(language: str) -> object:
    if language not in LANGUAGES:
        raise InvalidInput(
            f"language is {language!r}; {one_of(language, LANGUAGES)}", loc=("language",), value=language
        )
    try:
        module = import_module(f"tree_sitter_{language}")
    except ImportError:
        raise InvalidInput(f"cutting {language} needs an extra: {EXTRA}", loc=("language",), value=language) from None
    make: Callable[[], object] = getattr(module, "language", None) or getattr(module, f"language_{language}")
    return make()


def _counted(text: str, spans: Sequence[Span], sizer: Sizer) -> list[Sized]:
    return list(zip(spans, sizer.counts([text[span.start : span.end] for span in spans]), strict=True))


def _span(text: str, span: Span, lossless: bool) -> Span:
    """A span without the white space at its ends, unless nothing may be lost."""
    if lossless:
        return span
    part = text[span.start : span.end]
    start = span.start + len(part) - len(part.lstrip())
    end = max(start, span.start + len(part.rstrip()))
    return Span(start, min(max(start, span.fresh), end), end)
