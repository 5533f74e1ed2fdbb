"""Which uncertain input matters most: one at a time through a whole model, and in closed form for lognormals."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from planner.laws import Constant, Lognormal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from planner.laws import Law

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
_STANDARD: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class TornadoRow:
    """The month with one input at its 10th and 90th percentile and every other at its median.

    `log_variance_share` is the input's part of the log-variance, where the closed form holds.
    """

    input: str
    low: float
    high: float
    low_usd: float
    high_usd: float
    swing_usd: float
    log_variance_share: float | None


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The month as the lognormal that a product of lognormals is, without the noise of its requests."""

    p50_usd: float
    p95_usd: float
    p99_usd: float
    sigma: float
    breach_probability: float | None


def tornado(
    laws: Mapping[str, Law], month_usd: Callable[[Mapping[str, float]], float], closed: ClosedForm | None
) -> tuple[TornadoRow, ...]:
    """One input at a time at its 10th and 90th percentile, the widest swing first."""
    at = {name: _at(each) for name, each in laws.items()}
    middle = {name: median for name, (_, median, _) in at.items()}
    rows = []
    for name, (low, _, high) in at.items():
        if isinstance(laws[name], Constant):
            continue
        least, most = (month_usd({**middle, name: value}) for value in (low, high))
        rows.append(TornadoRow(name, low, high, least, most, abs(most - least), _share(laws[name], closed)))
    return tuple(sorted(rows, key=lambda row: -row.swing_usd))


def closed_form(laws: Iterable[Law], one_usd: float, budget: float | None) -> ClosedForm | None:
    """`one_usd` times a product of lognormals: `mu` and `sigma^2` add; None where a factor is not lognormal.

    P(cost > budget) is `1 - Phi((ln budget - mu)/sigma)`.
    """
    mu, variance = log(one_usd) if one_usd > 0 else 0.0, 0.0
    for each in laws:
        if isinstance(each, Lognormal):
            mu, variance = mu + each.mu, variance + each.sigma**2
        elif isinstance(each, Constant) and each.mean > 0:
            mu += log(each.mean)
        else:
            return None
    if not variance or one_usd <= 0:
        return None
    sigma = sqrt(variance)
    p50, p95, p99 = (exp(mu + sigma * _STANDARD.inv_cdf(p)) for p in (0.5, 0.95, 0.99))
    breach = None if budget is None else _STANDARD.cdf((mu - log(budget)) / sigma)
    return ClosedForm(p50, p95, p99, sigma, breach)


def _at(each: Law) -> tuple[float, float, float]:
    import numpy as np  # noqa: PLC0415 - an extra

    low, middle, high = each.quantile(np.array([LOW, MIDDLE, HIGH])).tolist()
    return low, middle, high


def _share(each: Law, closed: ClosedForm | None) -> float | None:
    return each.sigma**2 / closed.sigma**2 if closed and isinstance(each, Lognormal) else None
