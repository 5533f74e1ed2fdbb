"""What judged items say: intervals of a rate, two systems compared, a judge's errors corrected."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, lgamma, log, log1p, sqrt
from typing import ClassVar, Final, Literal

from planner.checks import STRICT, Checks
from planner.evaluation.normal import two_sided_p, two_sided_z
from pricing.errors import InvalidInput

MOST_ITEMS: Final = 10**8
"""Above this the exact interval would hold a server up; nobody judges as many."""

_NEGLIGIBLE: Final = 1e-18
"""The share of a sum below which a term no longer changes it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of a rate or of a difference, and whose formula it is."""

    method: str
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalQuestion:
    """Between which rates does the truth lie, given so many successes among the judged items?"""

    __pydantic_config__: ClassVar = STRICT

    successes: int
    """Items judged good."""
    items: int
    """Items judged."""
    significance: float = 0.05
    """One less the confidence, between 0 and 1."""


@dataclass(frozen=True, slots=True)
class IntervalAnswer:
    """The observed rate and its interval by each method; Wilson's is the one to quote."""

    rate: float
    intervals: tuple[Interval, ...]


def interval(question: IntervalQuestion) -> IntervalAnswer:
    """Wilson's score interval, Clopper and Pearson's exact one, the normal approximation.

    Raises:
        InvalidInput: no items or more than MOST_ITEMS, more successes than items, a significance out of range.
    """
    checks = _counts(question.items, "items", successes=question.successes)
    if question.items > MOST_ITEMS:
        checks.refuse("items", question.items, f"it must be at most {MOST_ITEMS}")
    checks.open_share(significance=question.significance).done()
    k, n, z = question.successes, question.items, two_sided_z(question.significance)
    p = k / n
    half = z * sqrt(p * (1 - p) / n)
    low, high = wilson(p, n, z)
    exact = clopper_pearson(k, n, question.significance)
    return IntervalAnswer(
        p,
        (
            Interval("wilson", low, high, "Wilson (1927)"),
            Interval("exact", *exact, "Clopper and Pearson (1934)"),
            Interval("normal", max(0.0, p - half), min(1.0, p + half), "normal approximation, clipped to [0, 1]"),
        ),
    )


def wilson(p: float, n: int, z: float) -> tuple[float, float]:
    """Wilson's score interval of a rate p among n items."""
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (0.0 if p == 0 else middle - half), (1.0 if p == 1 else middle + half)


def clopper_pearson(k: int, n: int, significance: float) -> tuple[float, float]:
    """The exact interval: the rates at which so many, or so few, successes have half the significance."""

    def solve(least: int) -> float:
        """The rate at which `least` or more successes have the probability wanted."""
        wanted = significance / 2 if least == k else 1 - significance / 2
        low, high = 0.0, 1.0
        for _ in range(100):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (middle, high) if at_least_successes(least, n, middle) < wanted else (low, middle)
        return (low + high) / 2

    return (0.0 if k == 0 else solve(k)), (1.0 if k == n else solve(k + 1))


def at_least_successes(k: int, n: int, p: float) -> float:
    """The probability of k or more successes in n, each of probability p; summed from the likely end on.

    Each term is the one before it times a factor below one, so the sum ends where terms no longer count: after some
    multiple of the square root of n, however large n is.
    """
    if p <= 0 or p >= 1:
        return float(p > 0 or k <= 0)
    if k > n * p:
        return min(1.0, _tail(k, n, p))
    return 1.0 if k <= 0 else max(0.0, 1 - _tail(n - k + 1, n, 1 - p))


def _tail(k: int, n: int, p: float) -> float:
    """The probability of k or more successes where k is above the mean."""
    if k > n:
        return 0.0
    term = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))
    total, odds = 0.0, p / (1 - p)
    while term > total * _NEGLIGIBLE:
        total += term
        term *= (n - k) / (k + 1) * odds
        k += 1
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemsQuestion:
    """Is the second system better than the first?

    On the same items give the four counts; on different items each system's successes and items.
    """

    __pydantic_config__: ClassVar = STRICT

    both: int | None = None
    """Items that both systems get right (same items)."""
    first_only: int | None = None
    """Items that only the first gets right (same items)."""
    second_only: int | None = None
    """Items that only the second gets right (same items)."""
    neither: int | None = None
    """Items that neither gets right (same items)."""
    first_successes: int | None = None
    """Items that the first gets right (different items)."""
    first_items: int | None = None
    """Items that the first was judged on (different items)."""
    second_successes: int | None = None
    """Items that the second gets right (different items)."""
    second_items: int | None = None
    """Items that the second was judged on (different items)."""
    significance: float = 0.05
    """Share of false alarms, two-sided, between 0 and 1."""


@dataclass(frozen=True, slots=True)
class SystemsAnswer:
    """Both rates, their difference (second less first) with an interval, the p-value and what it means."""

    first_rate: float
    second_rate: float
    difference: float
    interval: Interval
    p_value: float
    test: str
    verdict: Literal["second is better", "first is better", "not told apart"]


_SAME: Final = ("both", "first_only", "second_only", "neither")
_APART: Final = ("first_successes", "first_items", "second_successes", "second_items")


def systems(question: SystemsQuestion) -> SystemsAnswer:
    """Paired: exact McNemar test, Wald interval with Agresti and Min's adjustment. Unpaired: pooled z test, Newcombe.

    Raises:
        InvalidInput: neither or both forms, negative counts, more successes than items.
    """
    Checks().open_share(significance=question.significance).done()
    given = [name for name in (*_SAME, *_APART) if getattr(question, name) is not None]
    form = _SAME if given and given[0] in _SAME else _APART
    if set(given) != set(form):
        raise InvalidInput(
            f"give {', '.join(_SAME)} for the same items, or {', '.join(_APART)} for different ones; "
            f"given: {', '.join(given) or 'none'}",
            loc=(next((name for name in form if name not in given), form[0]),),
        )
    return _paired(question) if form is _SAME else _unpaired(question)


def _paired(question: SystemsQuestion) -> SystemsAnswer:
    a, b, c, d = (getattr(question, name) for name in _SAME)
    Checks().at_least(0, both=a, first_only=b, second_only=c, neither=d).done()
    n = a + b + c + d
    if n == 0:
        raise InvalidInput("no items: all four counts are 0", loc=("both",))
    z = two_sided_z(question.significance)
    b_, c_, n_ = b + 0.5, c + 0.5, n + 2
    middle, half = (c_ - b_) / n_, z * sqrt(b_ + c_ - (c_ - b_) ** 2 / n_) / n_
    p_value = _exact_mcnemar(b, c)
    return SystemsAnswer(
        (a + b) / n,
        (a + c) / n,
        (c - b) / n,
        Interval("adjusted wald", max(-1.0, middle - half), min(1.0, middle + half), "Agresti and Min (2005)"),
        p_value,
        "exact McNemar test on the items that only one gets right",
        _verdict(c - b, p_value, question.significance),
    )


def _exact_mcnemar(b: int, c: int) -> float:
    """Twice the tail of a fair coin over the discordant items, at most 1."""
    n, k = b + c, min(b, c)
    return min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n) if n <= _EXACT else two_sided_p((b - c) / sqrt(n))


_EXACT: Final = 5000
"""Discordant items up to which the exact tail is summed; beyond, the normal one is the same to many digits."""


def _unpaired(question: SystemsQuestion) -> SystemsAnswer:
    k1, n1, k2, n2 = (getattr(question, name) for name in _APART)
    _counts(n1, "first_items", first_successes=k1).done()
    _counts(n2, "second_items", second_successes=k2).done()
    p, q, z = k1 / n1, k2 / n2, two_sided_z(question.significance)
    pooled = (k1 + k2) / (n1 + n2)
    error = sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    (l1, u1), (l2, u2) = wilson(p, n1, z), wilson(q, n2, z)
    low, high = q - p - sqrt((q - l2) ** 2 + (u1 - p) ** 2), q - p + sqrt((u2 - q) ** 2 + (p - l1) ** 2)
    p_value = two_sided_p((q - p) / error) if error else 1.0
    return SystemsAnswer(
        p, q, q - p, Interval("newcombe", low, high, "Newcombe (1998), method 10"), p_value,
        "pooled z test of two rates", _verdict(q - p, p_value, question.significance),
    )  # fmt: skip


def _verdict(
    difference: float, p_value: float, significance: float
) -> Literal["second is better", "first is better", "not told apart"]:
    if p_value >= significance or difference == 0:
        return "not told apart"
    return "second is better" if difference > 0 else "first is better"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedRateQuestion:
    """What is the true rate behind a judge that errs, given items on which a person decided too?

    Rogan and Gladen from the calibration counts; with `labelled_*` also prediction-powered inference.
    """

    __pydantic_config__: ClassVar = STRICT

    judged_good: int
    """Items that the judge alone called good."""
    judged_items: int
    """Items that the judge alone decided."""
    good_called_good: int
    """Calibration: items that are good and the judge called good."""
    good_items: int
    """Calibration: items that are good."""
    bad_called_bad: int
    """Calibration: items that are bad and the judge called bad."""
    bad_items: int
    """Calibration: items that are bad."""
    calibration_is_random: bool = False
    """Whether the calibration items are a random sample of the same traffic, as prediction-powered inference needs."""
    significance: float = 0.05
    """One less the confidence, between 0 and 1."""


@dataclass(frozen=True, slots=True)
class CorrectedRateAnswer:
    """The judge's own rate, its sensitivity and specificity, and the true rate with its interval.

    `clipped` says that the estimate left [0, 1] and was put on its edge: the calibration does not fit the items.
    """

    judged_rate: float
    sensitivity: float
    specificity: float
    corrected_rate: float
    standard_error: float
    interval: Interval
    clipped: bool
    prediction_powered: Interval | None
    warnings: tuple[str, ...]


def corrected_rate(question: CorrectedRateQuestion) -> CorrectedRateAnswer:
    """`(t + sp - 1)/(se + sp - 1)` with its variance by the delta method (Rogan and Gladen, 1978).

    Raises:
        InvalidInput: counts that do not fit, or a judge no better than chance (se + sp <= 1).
    """
    checks = _counts(question.judged_items, "judged_items", judged_good=question.judged_good)
    _counts(question.good_items, "good_items", checks, good_called_good=question.good_called_good)
    _counts(question.bad_items, "bad_items", checks, bad_called_bad=question.bad_called_bad)
    checks.open_share(significance=question.significance).done()
    t = question.judged_good / question.judged_items
    se, sp = question.good_called_good / question.good_items, question.bad_called_bad / question.bad_items
    youden = se + sp - 1
    if youden <= 0:
        raise InvalidInput(
            f"sensitivity {se:.3g} and specificity {sp:.3g} add to no more than 1: the judge tells nothing",
            loc=("good_called_good",),
            value=question.good_called_good,
        )
    raw = (t + sp - 1) / youden
    rate = min(1.0, max(0.0, raw))
    outside = f"the estimate {raw:.3g} lies outside [0, 1]: the calibration does not fit these items"
    variance = t * (1 - t) / question.judged_items
    variance += rate**2 * se * (1 - se) / question.good_items + (1 - rate) ** 2 * sp * (1 - sp) / question.bad_items
    error = sqrt(variance) / youden
    half = two_sided_z(question.significance) * error
    source = "Rogan and Gladen (1978), delta method, clipped to [0, 1]"
    return CorrectedRateAnswer(
        t, se, sp, rate, error,
        Interval("rogan-gladen", max(0.0, rate - half), min(1.0, rate + half), source),
        raw != rate,
        _prediction_powered(question) if question.calibration_is_random else None,
        (outside,) if raw != rate else (),
    )  # fmt: skip


def _prediction_powered(question: CorrectedRateQuestion) -> Interval:
    """The judge's mean plus the mean error on the labelled sample. Source: Angelopoulos et al., Science (2023)."""
    n, big = question.good_items + question.bad_items, question.judged_items
    missed, false = question.good_items - question.good_called_good, question.bad_items - question.bad_called_bad
    bias = (missed - false) / n
    spread = (missed + false) / n - bias**2
    t = question.judged_good / big
    half = two_sided_z(question.significance) * sqrt(t * (1 - t) / big + spread / n)
    return Interval(
        "prediction-powered",
        max(0.0, t + bias - half),
        min(1.0, t + bias + half),
        "Angelopoulos et al. (2023), mean estimation, clipped to [0, 1]",
    )


def _counts(items: int, name: str, checks: Checks | None = None, **parts: int) -> Checks:
    """Items at least one, and each part of them from 0 to all."""
    found = (checks or Checks()).at_least(1, **{name: items})
    for part, value in parts.items():
        if not 0 <= value <= max(items, 0):
            found.refuse(part, value, f"it must be from 0 to {name}, {items}")
    return found
