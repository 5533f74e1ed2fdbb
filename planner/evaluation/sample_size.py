"""How many items an evaluation needs."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, ceil, expm1, log, log1p, sqrt
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.checks import LARGEST, SMALLEST, STRICT, TINIEST, Checks
from planner.evaluation.normal import power_z, two_sided_z

if TYPE_CHECKING:
    from collections.abc import Mapping

Purpose = Literal["interval", "difference", "paired", "means"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeQuestion:
    """How many items are needed to know a rate to within a margin, or to tell two systems apart?"""

    __pydantic_config__: ClassVar = STRICT

    purpose: Purpose
    """interval: one rate; difference: two systems on different items; paired: both on the same items; means: scores."""
    rate: float | None = None
    """The rate expected, from 0 to 1: of the one system, or of the first of two."""
    margin: float | None = None
    """Half the width of the interval that is wanted, as a share (interval)."""
    other_rate: float | None = None
    """The rate expected of the second system (difference)."""
    first_only_rate: float | None = None
    """Share of items that only the first system gets right (paired)."""
    second_only_rate: float | None = None
    """Share of items that only the second system gets right (paired)."""
    mean_difference: float | None = None
    """The difference of mean scores to be seen (means)."""
    standard_deviation: float | None = None
    """Standard deviation of a score, or of the paired difference of scores (means)."""
    paired: bool = False
    """Whether both systems score the same items; the deviation is then that of the differences (means)."""
    population: int | None = None
    """How many items there are at all, where they are few (interval)."""
    significance: float = 0.05
    """Share of false alarms, two-sided; one less it is the interval's confidence."""
    power: float = 0.8
    """Probability of seeing a difference that is there."""


@dataclass(frozen=True, slots=True)
class SampleSizeAnswer:
    """Items needed, by each method that is in use; `items` is that of the first.

    For two systems on different items the number is for each of them.
    """

    items: int
    methods: tuple[SampleSize, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleSize:
    """One method's number of items, and whose formula it is."""

    method: str
    items: int
    source: str


def sample_size(question: SampleSizeQuestion) -> SampleSizeAnswer:
    """The smallest numbers that reach the margin, or the power.

    Raises:
        InvalidInput: a figure that the purpose needs is missing, out of range, or makes no difference to be seen.
    """
    _checked(question).done()
    methods = {"interval": _interval, "difference": _difference, "paired": _paired, "means": _means}
    found = methods[question.purpose](question)
    said = [f"two-sided significance {question.significance:g}"]
    if question.purpose != "interval":
        said.append(f"power {question.power:g}")
    elif question.population is not None:
        said.append(f"drawn without replacement from {question.population} items")
    if question.purpose == "difference":
        said.append("as many items for each of the two systems")
    return SampleSizeAnswer(found[0].items, found, tuple(said))


_NEEDS: Final[Mapping[Purpose, tuple[str, ...]]] = {
    "interval": ("rate", "margin"),
    "difference": ("rate", "other_rate"),
    "paired": ("first_only_rate", "second_only_rate"),
    "means": ("mean_difference", "standard_deviation"),
}


def _checked(question: SampleSizeQuestion) -> Checks:
    shares = {name: getattr(question, name) for name in ("rate", "other_rate", "first_only_rate", "second_only_rate")}
    checks = Checks().share(**shares).not_tiny(**shares)
    checks.open_share(significance=question.significance, power=question.power, margin=question.margin)
    checks.positive(standard_deviation=question.standard_deviation).at_least(1, population=question.population)
    for name in _NEEDS[question.purpose]:
        if getattr(question, name) is None:
            checks.refuse(name, None, f"{question.purpose} needs {' and '.join(_NEEDS[question.purpose])}")
    if question.purpose == "difference" and question.rate == question.other_rate:
        checks.refuse("other_rate", question.other_rate, "it must differ from rate, or there is nothing to see")
    if question.purpose == "paired":
        first, second = question.first_only_rate, question.second_only_rate
        if first == second:
            checks.refuse("second_only_rate", second, "it must differ from first_only_rate")
        elif first is not None and second is not None and first + second > 1:
            checks.refuse("second_only_rate", second, "it and first_only_rate are shares of the same items: at most 1")
    if question.mean_difference is not None and not TINIEST <= abs(question.mean_difference) <= LARGEST:
        checks.refuse(
            "mean_difference", question.mean_difference, f"it must be a number other than 0, at most {LARGEST:g}"
        )
    return checks


def _interval(question: SampleSizeQuestion) -> tuple[SampleSize, ...]:
    """Normal `z^2 p(1-p)/d^2`; Wilson: the fewest whose score interval is no wider than 2d; both for few items."""
    assert question.rate is not None
    assert question.margin is not None
    z, p, d = two_sided_z(question.significance), question.rate, question.margin
    normal = z * z * p * (1 - p) / (d * d)
    return (
        SampleSize("wilson", _finite(_wilson(p, d, z), question.population), "Wilson (1927), width solved for n"),
        SampleSize("normal", _finite(normal, question.population), "Cochran (1977), finite population corrected"),
    )


def _wilson(p: float, d: float, z: float) -> float:
    """The n at which Wilson's half-width `z*sqrt(p(1-p)/n + z^2/4n^2)/(1+z^2/n)` is d: a quadratic in n."""
    a, b, c = d * d, 2 * d * d * z * z - z * z * p * (1 - p), z**4 * (d * d - 0.25)
    return max((-b + sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a), 0.0)


def _finite(n: float, population: int | None) -> int:
    """`n/(1+(n-1)/N)`, rounded up, at least one and at most all there are."""
    n = max(n, 1.0)
    if population is not None:
        n = min(n / (1 + (n - 1) / population), population)
    return max(1, _up(n))


def _difference(question: SampleSizeQuestion) -> tuple[SampleSize, ...]:
    """Two proportions by pooled and unpooled variance (Fleiss) and by Cohen's effect size h."""
    assert question.rate is not None
    assert question.other_rate is not None
    p, q = question.rate, question.other_rate
    z, zb, mean = two_sided_z(question.significance), power_z(question.power), (p + q) / 2
    fleiss = (z * sqrt(2 * mean * (1 - mean)) + zb * sqrt(p * (1 - p) + q * (1 - q))) ** 2 / (p - q) ** 2
    h = 2 * asin(sqrt(p)) - 2 * asin(sqrt(q))
    return (
        SampleSize("two proportions", max(2, _up(fleiss)), "Fleiss, Levin and Paik (2003), uncorrected"),
        SampleSize("cohen's h", max(2, _up(2 * (z + zb) ** 2 / (h * h))), "Cohen (1988)"),
    )


def _paired(question: SampleSizeQuestion) -> tuple[SampleSize, ...]:
    """McNemar's test: `(z*sqrt(p10+p01) + zb*sqrt(p10+p01-(p10-p01)^2))^2/(p10-p01)^2`."""
    assert question.first_only_rate is not None
    assert question.second_only_rate is not None
    a, b = question.first_only_rate, question.second_only_rate
    z, zb = two_sided_z(question.significance), power_z(question.power)
    connor = (z * sqrt(a + b) + zb * sqrt(a + b - (a - b) ** 2)) ** 2 / (a - b) ** 2
    return (SampleSize("mcnemar", max(2, _up(connor)), "Connor (1987)"),)


def _means(question: SampleSizeQuestion) -> tuple[SampleSize, ...]:
    """`(z+zb)^2 s^2/d^2`, twice that for each of two systems on different items."""
    assert question.mean_difference is not None
    assert question.standard_deviation is not None
    z, zb = two_sided_z(question.significance), power_z(question.power)
    n = ((z + zb) * question.standard_deviation / question.mean_difference) ** 2
    return (SampleSize("normal", max(2, _up(n if question.paired else 2 * n)), "Chow, Shao and Wang (2008)"),)


def _up(n: float) -> int:
    """Rounded up, but not for what the last digit of a float adds."""
    return ceil(n * (1 - 1e-12))


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectsQuestion:
    """How probable is it to see a defect of a rate in so many items, and how many items show it?"""

    __pydantic_config__: ClassVar = STRICT

    defect_rate: float
    """Share of answers with the defect, from 0 to 1."""
    items: int
    """Answers that are looked at."""
    confidence: float = 0.95
    """Probability with which it should be seen, between 0 and 1."""


@dataclass(frozen=True, slots=True)
class DefectsAnswer:
    """The probability of seeing it at least once, the items for the confidence, and what none seen would mean.

    `items_needed` is None for a defect that never happens. `rate_if_none_seen` is the highest rate that is compatible
    with no defect in `items`; `rule_of_three` is the well-known `3/items` for 95 %.
    """

    seen_probability: float
    items_needed: int | None
    rate_if_none_seen: float
    rule_of_three: float


def defects(question: DefectsQuestion) -> DefectsAnswer:
    """`1-(1-d)^n`, and its inverses `n = ln(1-c)/ln(1-d)`, `d = 1-(1-c)^(1/n)`. Source: Hanley, Lippman-Hand (1983).

    Raises:
        InvalidInput: a rate or confidence out of range, no items.
    """
    checks = Checks().share(defect_rate=question.defect_rate).at_least(1, items=question.items)
    checks.open_share(confidence=question.confidence)
    if 0 < question.defect_rate < SMALLEST:
        checks.refuse("defect_rate", question.defect_rate, f"it must be 0 or at least {SMALLEST:g}")
    checks.done()
    d, n, missed = question.defect_rate, question.items, 1 - question.confidence
    needed = None if d == 0 else 1 if d == 1 else max(1, _up(log(missed) / log1p(-d)))
    seen = 1.0 if d == 1 else -expm1(n * log1p(-d))
    return DefectsAnswer(seen, needed, -expm1(log(missed) / n), min(3 / n, 1.0))
