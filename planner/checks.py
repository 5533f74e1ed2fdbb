"""Checks that many questions share: every field out of its range is named, all of them at once."""

from __future__ import annotations

from decimal import InvalidOperation
from typing import TYPE_CHECKING, Final, Self

from pricing.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from decimal import Decimal

    Number = int | float | Decimal | None

SMALLEST: Final = 1e-15
"""Divisors are above this, so that no quotient overflows."""

TINIEST: Final = 1e-60
"""What something is divided by is at least this: quotients and squares stay floats, and rounding is far larger."""

STRICT: Final = {"extra": "forbid", "use_attribute_docstrings": True}
"""`__pydantic_config__` of a question: unknown fields are refused, and the string below a field describes it."""

LARGEST: Final = 10**15
"""Figures go up to this, so that no product of a few of them overflows."""


class Checks:
    """Collects what is wrong with a question; None passes every check. `under` names where the fields lie."""

    def __init__(self, *under: str | int) -> None:
        self._under = under
        self._problems: list[Problem] = []

    def open_share(self, **values: Number) -> Self:
        """Confidences and the like: between 0 and 1, neither of them."""
        for name, value in values.items():
            if value is not None and not (_lies(value, TINIEST, 1) and value < 1):
                self.refuse(name, value, f"it must lie between 0 and 1{_from(value)}")
        return self

    def share(self, **values: Number) -> Self:
        """Shares, rates and probabilities: from 0 to 1."""
        return self._within("it must be a share from 0 to 1", 0, 1, values)

    def not_tiny(self, **values: Number) -> Self:
        """Zero, or not so small that a quotient by it overflows, on either side."""
        for name, value in values.items():
            if value is not None and value != 0 and _lies(value, -TINIEST, TINIEST):
                self.refuse(name, value, f"it must be 0, or at least {TINIEST:g}")
        return self

    def positive(self, **values: Number) -> Self:
        """Above zero and finite."""
        for name, value in values.items():
            if value is not None and not _lies(value, TINIEST, LARGEST):
                self.refuse(name, value, f"it must be a number above 0{_from(value)}{_upto(value)}")
        return self

    def not_negative(self, **values: Number) -> Self:
        """Zero or more, and finite."""
        return self._within("it must be a number from 0 on", 0, LARGEST, values)

    def at_least(self, least: int, **values: Number) -> Self:
        """`least` or more, and finite."""
        return self._within(f"it must be at least {least}", least, LARGEST, values)

    def finite(self, **values: Number) -> Self:
        """Any number, below zero too, that is not NaN and not endless."""
        return self._within("it must be a finite number", -LARGEST, LARGEST, values)

    def refuse(self, name: str, value: object, must: str) -> Self:
        """Note a field that is wrong, in words: its value, and what it must be."""
        self._problems.append(Problem((*self._under, name), f"{name} is {value}; {must}", value))
        return self

    def divisor(self, **values: Number) -> Self:
        """Above zero, and not so small that no float holds a quotient by it."""
        for name, value in values.items():
            if value is not None and value != 0 and _lies(value, 0, SMALLEST):
                self.refuse(name, value, f"it must be above {SMALLEST:g}")
        return self.positive(**values)

    def done(self) -> None:
        """Raise all that was found.

        Raises:
            InvalidInput: with a problem for each field.
        """
        if self._problems:
            raise InvalidInput.of(self._problems)

    def _within(self, must: str, least: float, most: float, values: dict[str, Number]) -> Self:
        for name, value in values.items():
            if value is not None and not _lies(value, least, most):
                self.refuse(name, value, f"{must}{_upto(value) if most == LARGEST else ''}")
        return self


def _lies(value: float | Decimal, least: float, most: float) -> bool:
    try:
        return least <= value <= most
    except InvalidOperation:  # a NaN of Decimal has no place in any order
        return False


def _from(value: float | Decimal) -> str:
    """What a refusal of something too small adds."""
    return f", and at least {TINIEST:g}" if _lies(value, 0, TINIEST) and value else ""


def _upto(value: float | Decimal) -> str:
    """What a refusal of something too large adds."""
    return f" and at most {LARGEST:g}" if _lies(value, LARGEST, float("inf")) else ""
