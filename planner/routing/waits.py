"""How long routed requests take: a lognormal a call, calls one after the other, a mixture of the ways through."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from planner.checks import STRICT, Checks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DRAWS: Final = 20_000
_NORMAL: Final = NormalDist()
_Z95: Final = _NORMAL.inv_cdf(0.95)
_WIDEST: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a call takes to its end, as two percentiles of a lognormal: yours, or a log's; none is built in."""

    __pydantic_config__: ClassVar = STRICT

    p50_seconds: float
    """The median, in seconds, above 0."""
    p95_seconds: float
    """The 95th percentile, in seconds, not below the median."""

    @property
    def mu(self) -> float:
        """`ln p50`."""
        return log(self.p50_seconds)

    @property
    def sigma(self) -> float:
        """`ln(p95/p50)/1.6449`."""
        return log(self.p95_seconds / self.p50_seconds) / _Z95

    @property
    def mean(self) -> float:
        """`exp(mu + sigma^2/2)`."""
        return exp(self.mu + self.sigma**2 / 2)

    def checked(self, *under: str | int) -> None:
        """Refuse percentiles that no call can have.

        Raises:
            InvalidInput: not above 0, p95 below p50 or over a million times it; `under` is where they stand.
        """
        low, high = self.p50_seconds, self.p95_seconds
        checks = Checks(*under).positive(p50_seconds=low, p95_seconds=high)
        if 0 < high < low:
            checks.refuse("p95_seconds", high, f"it must not be below p50_seconds, {low}")
        if high > low * _WIDEST > 0:
            checks.refuse("p95_seconds", high, f"it must be at most a million times p50_seconds, {low}")
        checks.done()

    def exceeds(self, seconds: float) -> float:
        """The probability that a call takes longer."""
        if seconds <= 0:
            return 1.0
        if not self.sigma:
            return float(seconds < self.p50_seconds)
        return _NORMAL.cdf((self.mu - log(seconds)) / self.sigma)

    def quantile(self, probability: float) -> float:
        """The seconds that are not exceeded with that probability."""
        return exp(self.mu + self.sigma * _NORMAL.inv_cdf(probability))


class Way(NamedTuple):
    """One way through a router: how probable it is, and the calls made one after the other."""

    probability: float
    calls: tuple[Latency, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long requests take to the end, in seconds; the mean is exact.

    Percentiles come from a seeded simulation: `p95_error_seconds` is the standard error of the 95th.
    """

    mean_seconds: float
    p50_seconds: float
    p95_seconds: float
    p99_seconds: float
    p95_error_seconds: float


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Seconds that half, 95 % and 99 % of requests do not exceed, from the distributions themselves."""

    p50_seconds: float
    p95_seconds: float
    p99_seconds: float


def mixture(ways: Sequence[Way], seed: int) -> Waits:
    """A mixture of sums of independent lognormals; percentiles do not add, so they are drawn.

    The standard error of a percentile is half the distance of the order statistics one binomial error either side.
    """
    draws = random.Random(seed)  # noqa: S311 - a simulation, no secret
    chosen = draws.choices(ways, [way.probability for way in ways], k=DRAWS)
    laws = {way: [(call.mu, call.sigma) for call in way.calls] for way in ways}
    seconds = sorted(sum(exp(draws.gauss(mu, sigma)) for mu, sigma in laws[way]) for way in chosen)
    mean = sum(way.probability * sum(call.mean for call in way.calls) for way in ways)
    error = round(sqrt(DRAWS * 0.95 * 0.05))
    at = round(DRAWS * 0.95)
    half, most, nearly = (seconds[round(DRAWS * share) - 1] for share in (0.5, 0.95, 0.99))
    return Waits(mean, half, most, nearly, (seconds[at + error] - seconds[at - error]) / 2)


def percentiles(quantile: Callable[[float], float]) -> Percentiles:
    """The three that people look at."""
    return Percentiles(quantile(0.5), quantile(0.95), quantile(0.99))


def where(exceeds: Callable[[float], float], probability: float, most: float) -> float:
    """The seconds in [0, most] that are exceeded with that probability, by bisection: the inverse of `exceeds`."""
    low, high = 0.0, most
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeds(middle) > probability else (low, middle)
    return high
