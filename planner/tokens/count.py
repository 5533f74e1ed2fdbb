"""What a count is: tokens with bounds, and how they were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

How = Literal["exact", "reconstructed", "estimated", "provider"]
"""`exact`: the model's own tokenizer. `reconstructed`: its tokenizer, but framing or tokenizer inferred from outside.
`estimated`: another tokenizer scaled by kind of text. `provider`: the provider's own answer."""

Level = Literal["low", "tokens", "high"]
"""A count's figure, or one of its bounds."""

Modality = Literal["text", "image", "audio", "video"]
"""What tokens are billed as, where a model prices kinds of input apart."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a prompt (`text`, `messages[2]`, `images[0]`, ...): its tokens, their bounds and what they are."""

    name: str
    tokens: int
    low: int
    high: int
    modality: Modality = "text"


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens of a prompt on a model, between `low` and `high`; the parts add up to the total.

    For an exact count the three figures are one. `encoding` is the one that counted, even in place of another.
    """

    tokens: int
    low: int
    high: int
    method: How
    encoding: str | None
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def split(self, level: Level = "tokens") -> dict[Modality, int]:
        """The tokens of each modality at the figure or at one of its bounds; what no part says is text."""
        sums: dict[Modality, int] = dict.fromkeys(MODALITIES, 0)
        for part in self.parts:
            sums[part.modality] += getattr(part, level)
        sums["text"] += getattr(self, level) - sum(sums.values())
        return sums


LEVELS: Final[tuple[Level, ...]] = ("low", "tokens", "high")

MODALITIES: Final[tuple[Modality, ...]] = ("text", "image", "audio", "video")
"""Every modality, in the order in which a cached prefix takes from them."""

_HOWS: Final[tuple[How, ...]] = ("exact", "provider", "reconstructed", "estimated")
"""From the surest on."""


def least_sure(methods: Iterable[str]) -> How:
    """The method that says the least about a sum; that of nothing is exact."""
    found = set(methods)
    return next((how for how in reversed(_HOWS) if how in found), "exact")


def combined(counts: Iterable[Count]) -> Count:
    """Several counts of one prompt as one: parts in their order, the least sure method, every note once."""
    every = tuple(counts)
    parts = tuple(part for each in every for part in each.parts)
    return Count(
        sum(part.tokens for part in parts),
        sum(part.low for part in parts),
        sum(part.high for part in parts),
        least_sure(each.method for each in every),
        next((each.encoding for each in every if each.encoding), None),
        parts,
        tuple(dict.fromkeys(note for each in every for note in each.notes)),
    )


class Asked(Protocol):
    """What asks a provider for its own count; `planner.tokens.remote.Remote` does, over the network."""

    def count(self, text: str, model: str, provider: str) -> Count:
        """A text's tokens by its provider."""

    def count_messages(self, messages: Sequence[Mapping[str, Any]], model: str, provider: str) -> Count:
        """Chat messages' tokens by their provider."""
