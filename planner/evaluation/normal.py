"""Quantiles of the standard normal, as tests and intervals take them."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

_STANDARD: Final = NormalDist()


def two_sided_z(significance: float) -> float:
    """What a standard normal exceeds, either way, in that share of cases: 1.96 for 0.05."""
    return -_STANDARD.inv_cdf(significance / 2)


def power_z(power: float) -> float:
    """What a standard normal stays below with that probability: 0.84 for 0.8."""
    return _STANDARD.inv_cdf(power)


def two_sided_p(z: float) -> float:
    """How probable a standard normal at least as far from zero is."""
    return 2 * _STANDARD.cdf(-abs(z))
