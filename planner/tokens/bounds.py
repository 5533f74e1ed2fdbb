"""A number of tokens that is known within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final, Self

from planner.tokens.count import Part


@dataclass(frozen=True, slots=True)
class Bounds:
    """Tokens and their bounds, as real numbers until a part is made of them; sums add up bound by bound."""

    tokens: float
    low: float
    high: float

    @classmethod
    def exactly(cls, tokens: float) -> Self:
        """A number that is known."""
        return cls(tokens, tokens, tokens)

    @classmethod
    def of(cls, told: float | list[float]) -> Self:
        """From JSON: a number, or `[tokens, low, high]`."""
        return cls(*told) if isinstance(told, list) else cls.exactly(told)

    def plus(self, other: Bounds) -> Self:
        """The sum of two."""
        return type(self)(self.tokens + other.tokens, self.low + other.low, self.high + other.high)

    def times(self, factor: Bounds) -> Self:
        """Scaled by a factor that has bounds itself."""
        return type(self)(self.tokens * factor.tokens, self.low * factor.low, self.high * factor.high)

    def part(self, name: str) -> Part:
        """A part in whole tokens: bounds outwards, at least one token where there is text."""
        tokens = max(round(self.tokens), 0)
        return Part(name, tokens, min(tokens, max(floor(self.low), 1)), max(tokens, ceil(self.high)))


NOTHING: Final = Bounds.exactly(0)
"""No tokens at all."""

ONCE: Final = Bounds.exactly(1)
"""The factor that changes nothing."""
