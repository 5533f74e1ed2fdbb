"""What a count is: tokens with bounds, and how they were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["exact", "reconstructed", "estimated", "provider"]
"""`exact`: the model's own tokenizer. `reconstructed`: its tokenizer, but framing or tokenizer inferred from outside.
`estimated`: another tokenizer scaled by kind of text. `provider`: the provider's own answer."""

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
