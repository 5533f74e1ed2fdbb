"""The counter: text or chat messages, a model, and back come tokens with bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Any, Self

from planner.tokens import engine, guard, messages, registry
from planner.tokens.count import Asked, Count, Part
from planner.tokens.registry import Registry
from pricing.errors import NotCountable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planner.tokens.count import How
    from planner.tokens.registry import Method, Ratio


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Tokens and their bounds, as real numbers until a part is made of them."""

    tokens: float
    low: float
    high: float

    def plus(self, tokens: int, less: int = 0, more: int = 0) -> Self:
        """With framing tokens added, which may be `less` fewer or `more` more."""
        return type(self)(self.tokens + tokens, self.low + tokens - less, self.high + tokens + more)

    def part(self, name: str) -> Part:
        """A part in whole tokens: bounds outwards, at least one token where there is text."""
        tokens = round(self.tokens)
        return Part(name, tokens, min(tokens, max(floor(self.low), 1)), max(tokens, ceil(self.high)))


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts offline; one text may have `max_bytes` of UTF-8. `registry` and `lengths` are called when first needed.

    `lengths` takes an encoding's name and returns the function that tells a text's number of tokens. `remote` makes
    what asks a provider for its own count, where a question wants that; without it no text leaves this machine.
    """

    max_bytes: int = guard.MAX_BYTES
    registry: Callable[[], Registry] = registry.shipped
    lengths: Callable[[str], Callable[[str], int]] = engine.lengths
    remote: Callable[[], Asked] | None = None

    def once(self) -> Counter:
        """A counter that counts each text once an encoding: for one question over many models, then dropped."""
        return replace(self, lengths=cache(lambda encoding: cache(self.lengths(encoding))))

    def count(self, text: str, model: str, provider: str | None = None) -> Count:
        """The tokens of one text on a model, without any chat framing.

        Raises:
            InvalidInput: `text` is not a string.
            TooLarge: it is larger than `max_bytes`.
            NotCountable: it holds a run too long for tiktoken, and the fast engine is not there.
        """
        method = self.registry().method(model, provider).sized(_length(text))
        return self._text(text, method, ("text",))

    def count_many(self, texts: Sequence[str], model: str, provider: str | None = None) -> tuple[Count, ...]:
        """The tokens of each text on a model, in their order; the first text that cannot be counted is the error.

        Raises:
            InvalidInput, TooLarge, NotCountable: as `count`, with the text's place in `loc`.
        """
        method = self.registry().method(model, provider)
        if method.ratios is not None:
            return tuple(self._text(text, method.sized(_length(text)), ("texts", at)) for at, text in enumerate(texts))
        of = cache(lambda tokens: _whole(_Bounds(tokens, tokens, tokens), method))  # equal counts are one and the same
        return tuple([of(self.tokens(text, method.encoding, ("texts", at))) for at, text in enumerate(texts)])

    def count_messages(self, messages_: Sequence[Mapping[str, Any]], model: str, provider: str | None = None) -> Count:
        """The tokens of chat messages in OpenAI's shape on a model, framing included, a part a message.

        Raises:
            InvalidInput: a message is malformed; `loc` names message and key.
            TooLarge, NotCountable: as `count`; also for tool calls, images and all that is not text.
        """
        read = messages.read(messages_)
        size = sum(len(text) for message in read for text, _ in message.texts)
        method = self.registry().method(model, provider).sized(size)
        framing = method.framing
        less, more = framing.less, framing.more
        parts = [
            self._message(message, method).plus(framing.message, less[0], more[0]).part(f"messages[{at}]")
            for at, message in enumerate(read)
        ]
        parts.append(_Bounds(0, 0, 0).plus(framing.priming, less[1], more[1]).part("priming"))
        return _sum(parts, method, _messages_how(method, read), _messages_notes(method))

    def tokens(self, text: str, encoding: str, place: guard.Place = ("text",)) -> int:
        """The exact number of tokens of ordinary text in an encoding; special tokens in it count as the text they are.

        Raises:
            InvalidInput, TooLarge, NotCountable: as `count`.
        """
        guard.check(text, self.max_bytes, place)
        try:
            return self.lengths(encoding)(text)
        except NotCountable as error:
            raise guard.located(error, place) from error

    def _text(self, text: str, method: Method, place: guard.Place) -> Count:
        """The count of one text by a method."""
        return _whole(self._scaled(text, method, place), method)

    def _message(self, message: messages.Message, method: Method) -> _Bounds:
        """Role, name and texts of a message, before framing."""
        every = _Bounds(0, 0, 0)
        for text, place in message.texts:
            one = self._scaled(text, method, place)
            every = _Bounds(every.tokens + one.tokens, every.low + one.low, every.high + one.high)
        if message.name is None:
            return every
        return every.plus(method.framing.name)

    def _scaled(self, text: str, method: Method, place: guard.Place) -> _Bounds:
        """The tokens of a text in a method's encoding, scaled by kind of text where it has ratios."""
        tokens = self.tokens(text, method.encoding, place)
        if method.ratios is None:
            return _Bounds(tokens, tokens, tokens)
        return _estimate(tokens, text, method.ratios, method.bounds)


def _length(text: object) -> int:
    """The characters of a text; what is none is refused when it is counted."""
    return len(text) if isinstance(text, str) else 0


def _estimate(tokens: int, text: str, ratios: Mapping[str, Ratio], bounds: tuple[float, float] | None) -> _Bounds:
    """Scale by the ratio of each kind; the bounds widen for few tokens (1/sqrt) and for mixtures."""
    from planner.tokens.kinds import shares  # noqa: PLC0415 - only estimates need it

    found = shares(text)
    middle = sum(share * ratios[kind].middle for kind, share in found.items())
    low = sum(share * ratios[kind].low for kind, share in found.items())
    high = sum(share * ratios[kind].high for kind, share in found.items())
    if bounds:
        low, high = min(low, middle * bounds[0]), max(high, middle * bounds[1])
    unsure = 1 / sqrt(tokens or 1) + 0.1 * (1 - max(found.values()))
    return _Bounds(tokens * middle, tokens * low * max(0.0, 1 - unsure), tokens * high * (1 + unsure))


def _whole(bounds: _Bounds, method: Method) -> Count:
    """The count of one text."""
    return _sum([bounds.part("text")], method, method.how, _notes(method))


def _sum(parts: Iterable[Part], method: Method, how: How, notes: tuple[str, ...]) -> Count:
    """A count of parts that add up."""
    every = tuple(parts)
    tokens, low, high = (sum(figures) for figures in zip(*((p.tokens, p.low, p.high) for p in every), strict=True))
    return Count(tokens, low, high, how, method.encoding, every, notes)


def _messages_how(method: Method, read: Sequence[messages.Message]) -> How:
    """Exact only where text and framing both are: a documented framing and one text a message."""
    if method.how != "exact":
        return method.how
    plain = all(message.whole for message in read)
    return "exact" if plain and method.framing.documented else "reconstructed"


def _notes(method: Method) -> tuple[str, ...]:
    """What a reader should know of an estimate."""
    if method.how == "exact":
        return ()
    return (method.note or f"estimated from {method.encoding} by kind of text ({method.source})",)


def _messages_notes(method: Method) -> tuple[str, ...]:
    """The notes of a method and of its framing where that is not documented."""
    if method.framing.documented:
        return _notes(method)
    return (*_notes(method), f"tokens around messages: {method.framing.source}")
