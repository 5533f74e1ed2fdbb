"""The time of one call as a distribution: its mean, tail, quantiles and draws; most need no NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from math import exp, log
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from planner.laws import Constant, Exponential, Gamma, Lognormal, Sample, TruncatedNormal, Uniform
from planner.simulated import require_arrays

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from planner.laws import Law

_NORMAL: Final = NormalDist()
_AT_ONCE: Final = 4096

_Tailed: TypeAlias = Exponential | Gamma | TruncatedNormal | Uniform | Sample


class Times(Protocol):
    """How long a call takes, in seconds."""

    @property
    def mean(self) -> float:
        """The expected time."""

    def exceeds(self, seconds: float) -> float:
        """The probability that a call takes longer."""

    def quantile(self, probability: float) -> float:
        """The seconds that are not exceeded with that probability."""

    def stream(self, dice: random.Random) -> Iterator[float]:
        """Independent draws without end."""


@dataclass(frozen=True, slots=True)
class _Fixed:
    """Always the same time."""

    mean: float

    def exceeds(self, seconds: float) -> float:
        return float(seconds < self.mean)

    def quantile(self, probability: float) -> float:  # noqa: ARG002 - as all times
        return self.mean

    def stream(self, dice: random.Random) -> Iterator[float]:  # noqa: ARG002 - as all times
        return repeat(self.mean)


@dataclass(frozen=True, slots=True)
class _Lognormal:
    """`exp(mu + sigma*Z)`, by the standard library."""

    law: Lognormal

    @property
    def mean(self) -> float:
        return self.law.mean

    def exceeds(self, seconds: float) -> float:
        if seconds <= 0:
            return 1.0
        if not self.law.sigma:
            return float(seconds < exp(self.law.mu))
        return _NORMAL.cdf((self.law.mu - log(seconds)) / self.law.sigma)

    def quantile(self, probability: float) -> float:
        return exp(self.law.mu + self.law.sigma * _NORMAL.inv_cdf(probability))

    def stream(self, dice: random.Random) -> Iterator[float]:
        mu, sigma = self.law.mu, self.law.sigma
        while True:
            yield exp(dice.gauss(mu, sigma))


@dataclass(frozen=True, slots=True)
class _Any:
    """Any other law, one figure at a time."""

    law: _Tailed

    @property
    def mean(self) -> float:
        return self.law.mean

    def exceeds(self, seconds: float) -> float:
        return 1.0 if seconds < 0 else self.law.beyond(seconds)

    def quantile(self, probability: float) -> float:
        import numpy as np  # noqa: PLC0415 - an extra

        return float(self.law.quantile(np.array([probability]))[0])

    def stream(self, dice: random.Random) -> Iterator[float]:
        from numpy.random import SFC64, Generator  # noqa: PLC0415 - an extra

        own = Generator(SFC64(dice.getrandbits(64)))
        while True:
            yield from self.law.draw(own, _AT_ONCE).tolist()


def times(law: Law) -> Times:
    """The times of a law from 0 on.

    Raises:
        InvalidInput: neither constant nor lognormal, and NumPy or SciPy is missing.
    """
    if isinstance(law, Constant):
        return _Fixed(law.mean)
    if isinstance(law, Lognormal):
        return _Lognormal(law)
    assert isinstance(law, _Tailed)
    require_arrays()
    return _Any(law)
