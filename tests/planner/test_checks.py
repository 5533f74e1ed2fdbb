"""What every question refuses: figures too large, too small, or none."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import pytest

from planner.checks import Checks
from pricing import InvalidInput

KINDS = ("open_share", "positive", "divisor")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [5e-324, 1e-61, nan, inf, -inf, 1e16, Decimal("NaN"), Decimal("1e-70")])
def test_what_no_arithmetic_bears_is_refused(kind, value):
    """Too small for a quotient by it, too large for a product, or no number: named with its value."""
    with pytest.raises(InvalidInput, match="figure is"):
        getattr(Checks("part"), kind)(figure=value).done()


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_figure_is_one(kind):
    """Rounding leaves figures of 1e-17: no check takes them for a mistake, but a divisor must be larger."""
    for value in (1e-14, None) if kind == "divisor" else (1e-17, Decimal("1e-17"), None):
        getattr(Checks(), kind)(figure=value).done()


def test_a_tiny_figure_says_what_would_do():
    """The refusal tells the least figure that is taken, and where 0 is."""
    with pytest.raises(InvalidInput, match="price is 5e-324; it must be 0, or at least 1e-60"):
        Checks().not_tiny(price=5e-324).done()
    with pytest.raises(InvalidInput, match="months is 5e-324; it must be a number above 0, and at least 1e-60"):
        Checks().positive(months=5e-324).done()
