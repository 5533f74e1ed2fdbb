"""How long routed requests take: a distribution a call, calls one after the other, a mixture of the ways through."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from planner.checks import STRICT, Checks
from planner.distributions import Z95, Varying, law
from planner.laws import Lognormal
from planner.routing.times import times
from planner.short import Short, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.routing.times import Times

DRAWS: Final = 20_000
_WIDEST: Final = 1e6


def _timed(text: str) -> dict[str, Any] | None:
    """`SECONDS`, a number or a spread."""
    try:
        return {"seconds": spread(text) or float(text)}
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a call takes to its end, yours or a log's (none is built in): lognormal percentiles, or `seconds`."""

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("SECONDS|P50/P95|LOW..HIGH", _timed)

    p50_seconds: float | None = None
    """The median, in seconds, above 0."""
    p95_seconds: float | None = None
    """The 95th percentile, in seconds, not below the median."""
    seconds: Varying | None = None
    """Its whole time instead of the two: a number, or a distribution such as a log's samples."""

    @property
    def times(self) -> Times:
        """The distribution: by percentiles a lognormal with `mu = ln p50, sigma = ln(p95/p50)/1.6449`."""
        if self.seconds is not None:
            return times(law(self.seconds, "seconds"))
        assert self.p50_seconds is not None
        assert self.p95_seconds is not None
        return times(Lognormal(log(self.p50_seconds), log(self.p95_seconds / self.p50_seconds) / Z95))

    def checked(self, *under: str | int) -> None:
        """Refuse times that no call can have; `under` is where they stand.

        Raises:
            InvalidInput: percentiles not above 0, p95 below p50 or over a million times it, no distribution, neither or
                both of percentiles and `seconds`, an extra that is not installed.
        """
        low, high = self.p50_seconds, self.p95_seconds
        checks = Checks(*under)
        for name, value in (("p50_seconds", low), ("p95_seconds", high)):
            if (value is None) == (self.seconds is None):
                checks.refuse(name, value, "give p50_seconds with p95_seconds, or seconds")
        checks.done()
        if self.seconds is not None:
            times(law(self.seconds, *under, "seconds"))
            return
        assert low is not None
        assert high is not None
        checks.positive(p50_seconds=low, p95_seconds=high)
        if 0 < high < low:
            checks.refuse("p95_seconds", high, f"it must not be below p50_seconds, {low}")
        if high > low * _WIDEST > 0:
            checks.refuse("p95_seconds", high, f"it must be at most a million times p50_seconds, {low}")
        checks.done()


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
    """A mixture of sums of independent times; percentiles do not add, so they are drawn.

    The standard error of a percentile is half the distance of the order statistics one binomial error either side.
    """
    dice = random.Random(seed)  # noqa: S311 - a simulation, no secret
    chosen = dice.choices(ways, [way.probability for way in ways], k=DRAWS)
    laws = {call: call.times for way in ways for call in way.calls}
    streams = {call: each.stream(dice) for call, each in laws.items()}
    drawn = {way: [streams[call] for call in way.calls] for way in ways}
    seconds = sorted(sum(map(next, drawn[way])) for way in chosen)
    mean = sum(way.probability * sum(laws[call].mean for call in way.calls) for way in ways)
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
