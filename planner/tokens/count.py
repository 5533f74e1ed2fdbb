"""What a count is: tokens with bounds, and how they were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

How = Literal["exact", "reconstructed", "estimated", "provider"]
"""`exact`: the model's own tokenizer. `reconstructed`: its tokenizer, but framing or tokenizer inferred from outside.
`estimated`: another tokenizer scaled by kind of text. `provider`: the provider's own answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a prompt (`text`, `messages[2]`, `priming`, ...) with its tokens and their bounds."""

    name: str
    tokens: int
    low: int
    high: int


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


class Asked(Protocol):
    """What asks a provider for its own count; `planner.tokens.remote.Remote` does, over the network."""

    def count(self, text: str, model: str, provider: str) -> Count:
        """A text's tokens by its provider."""

    def count_messages(self, messages: Sequence[Mapping[str, Any]], model: str, provider: str) -> Count:
        """Chat messages' tokens by their provider."""
