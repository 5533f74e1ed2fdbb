"""What simulations share: seeded draws, percentiles with their Monte Carlo error, the bounds of a run."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from planner.laws import Constant
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np

    from planner.checks import Checks
    from planner.laws import Floats, Law

Random: TypeAlias = "np.random.Generator"

ROUNDING: Final = 1e-12
"""Relative distance within which a figure is taken to meet its budget."""

FEWEST: Final = 1_000
MOST: Final = 1_000_000
CURVE: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995)
"""Probabilities at which a curve is told."""


@dataclass(frozen=True, slots=True)
class Draws:
    """So many draws of every law, each law from a stream of its own: what one takes does not move the others."""

    count: int
    random: Random

    def of(self, law: Law) -> Floats | float:
        """Independent draws; of a constant the number itself."""
        own = self.stream()
        return law.mean if isinstance(law, Constant) else law.draw(own, self.count)

    def uniform(self) -> Floats:
        """Draws from 0 to 1."""
        return self.stream().random(self.count)

    def stream(self) -> Random:
        """A generator of its own for the next quantity."""
        return self.random.spawn(1)[0]


def require_arrays() -> None:
    """Look for NumPy and SciPy.

    Raises:
        InvalidInput: one is missing.
    """
    if find_spec("numpy") is None or find_spec("scipy") is None:  # importing SciPy takes half a second
        raise InvalidInput("distributions and simulations need NumPy and SciPy: pip install 'tokenplan[planning]'")


def draws(count: int, seed: int) -> Draws:
    """Seeded draws.

    Raises:
        InvalidInput: NumPy or SciPy is missing.
    """
    require_arrays()
    from numpy.random import SFC64, Generator  # noqa: PLC0415 - an extra

    return Draws(count, Generator(SFC64(seed)))  # a sixth quicker than NumPy's default


def check_run(checks: Checks, count: int, seed: int) -> None:
    """Refuse a run with too few draws to mean anything, too many to wait for, or a negative seed."""
    if not FEWEST <= count <= MOST:
        checks.refuse("draws", count, f"it must be from {FEWEST:,} to {MOST:,}")
    checks.at_least(0, seed=seed)


class Ranked(NamedTuple):
    """What the order of some draws tells: percentiles, their standard errors, and the curve at `CURVE`."""

    at: tuple[float, ...]
    errors: tuple[float, ...]
    curve: tuple[float, ...]


def ranked(values: Floats, at: tuple[float, ...] = (0.5, 0.95, 0.99)) -> Ranked:
    """Percentiles of draws, in one partial sort.

    A standard error is half the distance between the values whose ranks lie one binomial deviation, `sqrt(n*p*(1-p))`,
    to either side: no density is needed (David and Nagaraja, Order Statistics, 7.1).
    """
    import numpy as np  # noqa: PLC0415 - an extra

    count, last = len(values), len(values) - 1
    low, high = ([round(p * last + side * sqrt(count * p * (1 - p))) for p in at] for side in (-1, 1))
    ranks = np.clip([*(round(p * last) for p in (*at, *CURVE)), *low, *high], 0, last)
    found: list[float] = np.partition(values, np.unique(ranks))[ranks].tolist()
    own, more, curve = len(at), len(CURVE), found[len(at) : len(at) + len(CURVE)]
    ends = zip(found[own + more : 2 * own + more], found[2 * own + more :], strict=True)
    return Ranked(tuple(found[:own]), tuple((high - low) / 2 for low, high in ends), tuple(curve))


def averaged(values: Floats) -> tuple[float, float]:
    """The mean and its standard error, 0 where no more than rounding varies."""
    mean, error = float(values.mean()), float(values.std()) / sqrt(len(values))
    return mean, error if error > ROUNDING * mean else 0.0


def over_share(values: Floats | float, budget: float) -> float:
    """The share of draws over a budget, by more than the rounding of their sum."""
    import numpy as np  # noqa: PLC0415 - an extra

    return float(np.mean(values > budget * (1 + ROUNDING)))


def share_error(share: float, count: int) -> float:
    """The standard error of a share of so many draws: `sqrt(p*(1-p)/n)`."""
    return sqrt(share * (1 - share) / count)
