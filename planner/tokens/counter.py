"""The counter: text or a chat request, a model, and back come tokens with bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt
from typing import TYPE_CHECKING, Any

from planner.tokens import engine, guard, media, registry, rendering, shapes
from planner.tokens.bounds import NOTHING, Bounds
from planner.tokens.count import Asked, Count, Part, combined
from planner.tokens.registry import Registry
from planner.tokens.request import Medium
from pricing.errors import InvalidInput, NotCountable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planner.tokens.count import How
    from planner.tokens.registry import Method, Ratio
    from planner.tokens.request import Request, Text


def _shares(text: str) -> Mapping[str, float]:
    """The kinds of text in a text, as shares."""
    from planner.tokens.kinds import shares  # noqa: PLC0415 - only estimates need it

    return shares(text)


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts offline; one text may have `max_bytes` of UTF-8. `registry` and `lengths` are called when first needed.

    `lengths` takes an encoding's name and returns the function that tells a text's number of tokens. `remote` makes
    what asks a provider for its own count, where a question wants that; without it no text leaves this machine.
    `shares` tells a text's kinds.
    """

    max_bytes: int = guard.MAX_BYTES
    registry: Callable[[], Registry] = registry.shipped
    lengths: Callable[[str], Callable[[str], int]] = engine.lengths
    remote: Callable[[], Asked] | None = None
    shares: Callable[[str], Mapping[str, float]] = _shares

    def once(self) -> Counter:
        """A counter that looks at each text once, and counts it once an encoding: for one question, then dropped."""
        return replace(self, lengths=cache(lambda encoding: cache(self.lengths(encoding))), shares=cache(self.shares))

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
        of = cache(lambda tokens: _whole(Bounds.exactly(tokens), method))  # equal counts are one and the same
        return tuple([of(self.tokens(text, method.encoding, ("texts", at))) for at, text in enumerate(texts)])

    def count_messages(self, messages: Sequence[Mapping[str, Any]], model: str, provider: str | None = None) -> Count:
        """The tokens of chat messages on a model, framing included, a part a message; their keys tell their shape.

        Raises:
            InvalidInput: a message is malformed; `loc` names message and key.
            TooLarge, NotCountable: as `count`; also for what no rule is known for.
        """
        return self.count_request(shapes.read(shapes.Given(messages=messages), None), model, provider)

    def count_request(self, request: Request, model: str, provider: str | None = None) -> Count:
        """The tokens of a request on a model: a part each for tools, messages, images, an answer's schema and priming.

        Raises:
            InvalidInput: there is nothing to count.
            TooLarge, NotCountable: as `count`; also for an image where the model has no rule for any.
        """
        method = self.registry().method(model, provider)
        items = tuple(rendering.render(request, method.framing, model))
        words = (text for item in items if not isinstance(item, Medium) for text in item.words)
        method = method.sized(sum(len(text.text) for text in words))
        sums: dict[str, Bounds] = {}
        media_counts, plain = [], True
        for item in items:
            if isinstance(item, Medium):
                media_counts.append(self._medium(item, model, provider))
            else:
                sums[item.name] = sums.get(item.name, NOTHING).plus(self._item(item, method))
                plain = plain and item.plain
        if not sums:
            raise InvalidInput("there is nothing to count: give text, messages or tools", loc=("messages",))
        parts = [bounds.part(name) for name, bounds in sums.items()]
        at = len(parts) - (parts[-1].name == "priming")
        how, notes = _request_how(method, plain=plain), _request_notes(request, method)
        said, priming = (_sum(each, method, how, notes) for each in (parts[:at], parts[at:]))
        return combined((said, *media_counts, priming))

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

    def _item(self, item: rendering.Item, method: Method) -> Bounds:
        """The tokens of one item of a request."""
        words = NOTHING
        for text in item.words:
            one = self._seamed(text, item.after, method) if item.after else self._scaled(text.text, method, text.place)
            words = words.plus(one if text.kept else Bounds(one.tokens, 0, one.high))
        words = words.times(item.scale)
        if item.ceiling is not None:
            most = self._scaled(item.ceiling, method, item.words[0].place)
            words = Bounds(words.tokens, words.low / 2, max(words.high, most.high))
        single = sum(self.tokens(word, method.encoding) for word in item.single)
        return words.plus(Bounds.exactly(single)).plus(item.around)

    def _medium(self, medium: Medium, model: str, provider: str | None) -> Count:
        """The count of what is no text; of a page, its text beside its image, as the model bills them."""
        name = rendering.named(medium)
        if not isinstance(medium.item, media.Page):
            return _sized(medium.item, name, model, provider)
        text = self.count(medium.item.text, model, provider)
        text = replace(text, parts=(replace(text.parts[0], name=name),))
        bills = media.page_text(model)
        if bills is None:
            note = f"how {model} takes PDF pages is not known; their text alone is counted"
            return replace(text, method="estimated", notes=(*text.notes, note))
        if bills != "billed":
            text = replace(text, tokens=0, low=0, parts=(replace(text.parts[0], tokens=0, low=0),))
        return combined((text, _sized(medium.item, f"{name} image", model, provider)))

    def _seamed(self, text: Text, after: str, method: Method) -> Bounds:
        """The tokens that a text adds to the one before it, which ends in `after`: an exact encoding joins them.

        No piece that an encoding splits off reaches beyond `after`, so such counts add up to that of the whole.
        """
        if method.ratios is not None:
            return self._scaled(text.text, method, text.place)
        whole = self.tokens(f"{after}{text.text}", method.encoding, text.place)
        return Bounds.exactly(whole - self.tokens(after, method.encoding))

    def _scaled(self, text: str, method: Method, place: guard.Place) -> Bounds:
        """The tokens of a text in a method's encoding, scaled by kind of text where it has ratios."""
        tokens = self.tokens(text, method.encoding, place)
        if method.ratios is None:
            return Bounds.exactly(tokens)
        return _estimate(tokens, self.shares(text), method.ratios, method.bounds)


def _length(text: object) -> int:
    """The characters of a text; what is none is refused when it is counted."""
    return len(text) if isinstance(text, str) else 0


def _estimate(
    tokens: int, found: Mapping[str, float], ratios: Mapping[str, Ratio], bounds: tuple[float, float] | None
) -> Bounds:
    """Scale by the ratio of each kind; the bounds widen for few tokens (1/sqrt) and for mixtures."""
    middle = sum(share * ratios[kind].middle for kind, share in found.items())
    low = sum(share * ratios[kind].low for kind, share in found.items())
    high = sum(share * ratios[kind].high for kind, share in found.items())
    if bounds:
        low, high = min(low, middle * bounds[0]), max(high, middle * bounds[1])
    unsure = 1 / sqrt(tokens or 1) + 0.1 * (1 - max(found.values()))
    return Bounds(tokens * middle, tokens * low * max(0.0, 1 - unsure), tokens * high * (1 + unsure))


def _whole(bounds: Bounds, method: Method) -> Count:
    """The count of one text."""
    return _sum([bounds.part("text")], method, method.how, _notes(method))


def _sum(parts: Iterable[Part], method: Method, how: How, notes: tuple[str, ...]) -> Count:
    """A count of parts that add up."""
    every = tuple(parts)
    tokens, low, high = (sum(getattr(part, level) for part in every) for level in ("tokens", "low", "high"))
    return Count(tokens, low, high, how, method.encoding, every, notes)


def _sized(item: media.Item, name: str, model: str, provider: str | None) -> Count:
    """The count of an image, a page's image, sound or video."""
    found = media.count(item, model, provider)
    part = Part(name, found.tokens, found.low, found.high, found.modality)
    return Count(found.tokens, found.low, found.high, found.how, None, (part,), (found.note,) if found.note else ())


def _request_how(method: Method, *, plain: bool) -> How:
    """Exact only where text and framing both are: a documented framing and one text a message."""
    if method.how != "exact":
        return method.how
    return "exact" if plain and method.framing.documented else "reconstructed"


def _notes(method: Method) -> tuple[str, ...]:
    """What a reader should know of an estimate."""
    if method.how == "exact":
        return ()
    return (method.note or f"estimated from {method.encoding} by kind of text ({method.source})",)


def _request_notes(request: Request, method: Method) -> tuple[str, ...]:
    """The notes of a method, of its framing where that is not documented, and of its rule for tools."""
    notes = list(_notes(method))
    if request.messages and not method.framing.documented:
        notes.append(f"tokens around messages: {method.framing.source}")
    if request.tools:
        notes.append(f"tools: {method.framing.tools.source}")
    return tuple(notes)
