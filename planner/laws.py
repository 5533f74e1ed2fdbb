"""Families of distributions: their means, quantiles and draws; NumPy and SciPy are the extra `planning`."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import exp, pi, sqrt
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


class Law(Protocol):
    """A distribution ready for use: its mean, quantiles at probabilities, and independent draws."""

    @property
    def mean(self) -> float:
        """The expected value."""

    def quantile(self, at: Floats) -> Floats:
        """The values that are not exceeded with these probabilities."""

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Independent values."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    mean: float

    def quantile(self, at: Floats) -> Floats:
        """The value, at any probability."""
        import numpy as np  # noqa: PLC0415 - an extra

        return np.full(len(at), self.mean)

    def draw(self, random: np.random.Generator, count: int) -> Floats:  # noqa: ARG002 - as every law
        """The value, so many times."""
        import numpy as np  # noqa: PLC0415 - an extra

        return np.full(count, self.mean)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """`exp(mu + sigma*Z)`."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        """`exp(mu + sigma^2/2)`."""
        return exp(self.mu + self.sigma**2 / 2)

    def quantile(self, at: Floats) -> Floats:
        """`exp(mu + sigma*z)`."""
        import numpy as np  # noqa: PLC0415 - an extra

        found: Floats = np.exp(self.mu + self.sigma * _normal_quantile(at))
        return found

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """A column of normals and one `exp` over it: NumPy's own `lognormal` takes an `exp` a value."""
        import numpy as np  # noqa: PLC0415 - an extra

        values = random.standard_normal(count)
        values *= self.sigma
        values += self.mu
        return np.exp(values, out=values)


_FEW: Final = 4096
"""Values up to which the standard library is quicker than SciPy with its import of half a second; both are exact."""


def _normal_quantile(at: Floats) -> Floats:
    """The standard normal's inverse distribution function."""
    import numpy as np  # noqa: PLC0415 - an extra

    if len(at) > _FEW or not np.all((at > 0) & (at < 1)):
        from scipy.special import ndtri  # noqa: PLC0415 - an extra

        found: Floats = ndtri(at)
        return found
    return _few_quantiles(tuple(at.tolist()))


@lru_cache(maxsize=16)
def _few_quantiles(at: tuple[float, ...]) -> Floats:
    """The same for few values: a plan is evaluated at the same probabilities over and over."""
    from statistics import NormalDist  # noqa: PLC0415 - only percentiles need it

    import numpy as np  # noqa: PLC0415 - an extra

    found = np.array(list(map(NormalDist().inv_cdf, at)))
    found.flags.writeable = False
    return found


@dataclass(frozen=True, slots=True)
class Exponential:
    """The wait for a random event."""

    mean: float

    def quantile(self, at: Floats) -> Floats:
        """`-mean * ln(1-p)`."""
        import numpy as np  # noqa: PLC0415 - an extra

        return -self.mean * np.log1p(-at)

    def beyond(self, value: float) -> float:
        """The probability of more than a value from 0 on: `exp(-value/mean)`."""
        return exp(-value / self.mean) if self.mean else 0.0

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Independent values."""
        return random.exponential(self.mean, count)


@dataclass(frozen=True, slots=True)
class Gamma:
    """Of shape k and scale theta; the mean is their product."""

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        """`k*theta`."""
        return self.shape * self.scale

    def quantile(self, at: Floats) -> Floats:
        """The inverse of the regularised incomplete gamma function."""
        from scipy.special import gammaincinv  # noqa: PLC0415 - an extra

        found: Floats = self.scale * gammaincinv(self.shape, at)
        return found

    def beyond(self, value: float) -> float:
        """The probability of more than a value from 0 on: the regularised upper incomplete gamma function."""
        from scipy.special import gammaincc  # noqa: PLC0415 - an extra

        return float(gammaincc(self.shape, value / self.scale))

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Independent values."""
        return random.gamma(self.shape, self.scale, count)


@dataclass(frozen=True, slots=True)
class TruncatedNormal:
    """A normal of mean `mu` and deviation `sigma`, given that it lies from `low` to `high`."""

    mu: float
    sigma: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        """`mu + sigma*(phi(a)-phi(b))/(Phi(b)-Phi(a))`."""
        a, b = self._ends
        below, upto = self._masses
        rise = (exp(-a * a / 2) - exp(-b * b / 2)) / sqrt(2 * pi)
        return min(max(self.mu + self.sigma * rise / (upto - below), self.low), self.high)

    def quantile(self, at: Floats) -> Floats:
        """By the inverse: `mu + sigma*Phi^-1(Phi(a) + p*(Phi(b)-Phi(a)))`."""
        import numpy as np  # noqa: PLC0415 - an extra
        from scipy.special import ndtri  # noqa: PLC0415 - an extra

        below, upto = self._masses
        found: Floats = self.mu + self.sigma * ndtri(below + at * (upto - below))
        return np.clip(found, self.low, self.high)

    def beyond(self, value: float) -> float:
        """The probability of more than a value: `(Phi(b)-Phi(z))/(Phi(b)-Phi(a))` between the ends."""
        from scipy.special import ndtr  # noqa: PLC0415 - an extra

        below, upto = self._masses
        return float(min(max((upto - ndtr((value - self.mu) / self.sigma)) / (upto - below), 0.0), 1.0))

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Quantiles at random probabilities."""
        return self.quantile(random.random(count))

    @property
    def _ends(self) -> tuple[float, float]:
        return (self.low - self.mu) / self.sigma, (self.high - self.mu) / self.sigma

    @property
    def _masses(self) -> tuple[float, float]:
        from scipy.special import ndtr  # noqa: PLC0415 - an extra

        a, b = self._ends
        return float(ndtr(a)), float(ndtr(b))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anywhere from `low` to `high`."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    def quantile(self, at: Floats) -> Floats:
        """A straight line between the ends."""
        return self.low + (self.high - self.low) * at

    def beyond(self, value: float) -> float:
        """The probability of more than a value: what is left of the way to the upper end."""
        if value >= self.high:
            return 0.0
        return 1.0 if value < self.low else (self.high - value) / (self.high - self.low)

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Independent values."""
        return random.uniform(self.low, self.high, count)


@dataclass(frozen=True, slots=True)
class Sample:
    """Values as they were seen, in ascending order; each draw is one of them."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their average."""
        return sum(self.values) / len(self.values)

    def quantile(self, at: Floats) -> Floats:
        """The values themselves, as draws give them: the inverse of their distribution function, no line between."""
        import numpy as np  # noqa: PLC0415 - an extra

        found: Floats = np.quantile(self.values, at, method="inverted_cdf")
        return found

    def beyond(self, value: float) -> float:
        """The share of values above one."""
        return 1 - bisect_right(self.values, value) / len(self.values)

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Values of the sample, with replacement."""
        import numpy as np  # noqa: PLC0415 - an extra

        return np.asarray(self.values)[random.integers(0, len(self.values), count)]
