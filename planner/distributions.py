"""Quantities that vary: stated by percentiles, moments, bounds or a sample, and turned into laws to draw from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import log, sqrt
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from planner.checks import STRICT, TINIEST
from planner.laws import Constant, Exponential, Gamma, Lognormal, Sample, TruncatedNormal, Uniform
from planner.short import Short, spread
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.laws import Law

Z95: Final = 1.6448536269514722
"""The 95th percentile of the standard normal."""

MOST_SAMPLES: Final = 100_000
LARGEST: Final = 1e15
"""Figures go up to this, so that no sum or product of them overflows."""
WIDEST: Final = 10.0
"""The widest lognormal by its sigma: p95 is then some ten million times p50."""

Kind = Literal["constant", "lognormal", "exponential", "gamma", "normal", "uniform", "samples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How a quantity varies: `p50` and `p95` (lognormal), `samples` of a log, `low` and `high` (uniform), or a `kind`.

    `kind` is needed for `mean` (exponential) and for `mean` with `sd` (lognormal, gamma, or normal cut off at `low`, 0
    unless given, and `high`).
    """

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("X|P50/P95|LOW..HIGH", spread)

    kind: Kind | None = None
    """The family; left out where the figures given name it: p50 and p95, samples, low and high, value."""
    value: float | None = None
    """The one value of a constant."""
    p50: float | None = None
    """The median of a lognormal."""
    p95: float | None = None
    """Its 95th percentile."""
    mean: float | None = None
    """The mean; of a normal before it is cut off."""
    sd: float | None = None
    """The standard deviation; of a normal before it is cut off."""
    low: float | None = None
    """The least value of a uniform or cut-off normal."""
    high: float | None = None
    """Their greatest value."""
    samples: tuple[float, ...] = ()
    """Values as a log has them, each as likely as another."""


Varying: TypeAlias = float | Distribution
"""A number that is known, or a distribution."""


_FORMS: Final[Mapping[frozenset[str], tuple[Kind, ...]]] = {
    frozenset({"value"}): ("constant",),
    frozenset({"p50", "p95"}): ("lognormal",),
    frozenset({"samples"}): ("samples",),
    frozenset({"low", "high"}): ("uniform",),
    frozenset({"mean"}): ("exponential",),
    frozenset({"mean", "sd"}): ("lognormal", "gamma", "normal"),
    frozenset({"mean", "sd", "low"}): ("normal",),
    frozenset({"mean", "sd", "high"}): ("normal",),
    frozenset({"mean", "sd", "low", "high"}): ("normal",),
}
"""Which figures state which families."""

_SPEAK: Final = {"constant", "samples", "uniform"}
"""Families that their figures name by themselves; so do p50 and p95."""


def law(given: Varying, *loc: str | int) -> Law:
    """What to draw from: a checked distribution of quantities from 0 on; a number is a constant.

    `loc` is where it stands in the question. A lognormal by percentiles has `mu = ln p50, sigma = ln(p95/p50)/1.6449`.

    Raises:
        InvalidInput: negative or not finite, figures that fit no family or several, p95 below p50, high below low.
    """
    if not isinstance(given, Distribution):
        return Constant(_figure(given, "value", loc))
    figures = _figures(given, loc)
    kind = _kind(given, figures, loc)
    if kind == "samples":
        return Sample(tuple(sorted(given.samples)))
    made = _MADE.get((kind, "p50" in figures), _MADE.get((kind, None)))
    assert made is not None
    try:
        return made(figures)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise InvalidInput(f"{_path(loc)}: {error}", loc=loc) from None


def constant(given: Varying) -> bool:
    """Whether a quantity is a known number."""
    return not isinstance(given, Distribution) or given.value is not None


def _figures(given: Distribution, loc: tuple[str | int, ...]) -> dict[str, float]:
    figures = {
        field.name: _figure(value, field.name, loc)
        for field in fields(given)
        if field.name not in ("kind", "samples") and (value := getattr(given, field.name)) is not None
    }
    if len(given.samples) > MOST_SAMPLES:
        raise InvalidInput(
            f"{_path(loc)}: {len(given.samples):,} samples; at most {MOST_SAMPLES:,}", loc=(*loc, "samples")
        )
    for at, value in enumerate(given.samples):
        _figure(value, f"samples[{at}]", loc)
    return figures


def _figure(value: float, name: str, loc: tuple[str | int, ...]) -> float:
    if not (value == 0 or TINIEST <= value <= LARGEST):
        least = f", and at least {TINIEST:g} where it is not 0" if 0 < value < 1 else ""
        said = f"{name} is {value}; it must be a number from 0 to {LARGEST:g}{least}"
        raise InvalidInput(f"{_path(loc)}: {said}", loc=loc, value=str(value))
    return value


def _kind(given: Distribution, figures: Mapping[str, float], loc: tuple[str | int, ...]) -> Kind:
    names = frozenset(figures) | ({"samples"} if given.samples else set())
    kinds = _FORMS.get(names, ())
    if given.kind is None and len(kinds) == 1 and (kinds[0] in _SPEAK or "p50" in names):
        return kinds[0]
    if given.kind in kinds:
        return given.kind
    stated = f"kind {given.kind} with " if given.kind else ""
    said = f"{_path(loc)}: {stated}{', '.join(sorted(names)) or 'nothing'} given; "
    if kinds and given.kind is None:
        raise InvalidInput(f"{said}kind must be {' or '.join(kinds)}", loc=(*loc, "kind"))
    valid = [sorted(form) for form, made in _FORMS.items() if given.kind is None or given.kind in made]
    raise InvalidInput(f"{said}valid: {'; '.join(', '.join(each) for each in valid)}", loc=loc)


def _path(loc: tuple[str | int, ...]) -> str:
    return ".".join(map(str, loc)) or "distribution"


def _by_percentiles(given: Mapping[str, float]) -> Law:
    p50, p95 = given["p50"], given["p95"]
    if not 0 < p50 <= p95:
        raise ValueError(f"p50 is {p50}, p95 is {p95}; they must be above 0, and p95 not below p50")
    return Lognormal(log(p50), _not_too_wide((log(p95) - log(p50)) / Z95))


def _lognormal(given: Mapping[str, float]) -> Law:
    mean, sd = _positive(given, "mean"), given["sd"]
    variance = log(1 + (sd / mean) ** 2)
    return Lognormal(log(mean) - variance / 2, _not_too_wide(sqrt(variance)))


def _not_too_wide(sigma: float) -> float:
    if sigma > WIDEST:
        raise ValueError(f"the figures lie too far apart: sigma is {sigma:.3g}; at most {WIDEST:g}")
    return sigma


def _gamma(given: Mapping[str, float]) -> Law:
    mean, sd = _positive(given, "mean"), _positive(given, "sd")
    if sd > 100 * mean:
        raise ValueError(f"sd is {sd}; a gamma takes at most a hundred times the mean, {mean}")
    return Gamma((mean / sd) ** 2, sd * sd / mean)


def _normal(given: Mapping[str, float]) -> Law:
    low, high = given.get("low", 0.0), given.get("high", float("inf"))
    if not low <= given["mean"] <= high or low == high:
        raise ValueError(f"mean is {given['mean']}; it must lie between low, {low}, and high, {high}")
    return TruncatedNormal(given["mean"], _positive(given, "sd"), low, high)


def _uniform(given: Mapping[str, float]) -> Law:
    if given["high"] < given["low"]:
        raise ValueError(f"high is {given['high']}; it must not be below low, {given['low']}")
    return Uniform(given["low"], given["high"])


def _positive(given: Mapping[str, float], name: str) -> float:
    if not given[name] > 0:
        raise ValueError(f"{name} is {given[name]}; it must be above 0")
    return given[name]


_MADE: Final = {
    ("constant", None): lambda given: Constant(given["value"]),
    ("lognormal", True): _by_percentiles,
    ("lognormal", False): _lognormal,
    ("exponential", None): lambda given: Exponential(given["mean"]),
    ("gamma", None): _gamma,
    ("normal", None): _normal,
    ("uniform", None): _uniform,
}
"""How a law is made of its figures; of a lognormal, whether by percentiles."""
