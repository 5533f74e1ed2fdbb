"""Linear and integer programmes of shares: the least cost under rows `a·x >= b`, by HiGHS (SciPy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pricing.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME_LIMIT_SECONDS: Final = 10.0
AT_ONCE_SECONDS: Final = 0.2
GAP: Final = 1e-4
"""How far, relative to the best, the cost of whole shares may stay from it."""
_TINY: Final = 1e-9
_SOLVED: Final = 0
_STOPPED: Final = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A constraint `coefficients·x >= least`; where `sign` is -1 it was an upper limit in the question's own words."""

    name: str
    unit: str
    coefficients: tuple[float, ...]
    least: float
    sign: int = 1

    @property
    def limit(self) -> float:
        """The limit in the question's own words."""
        return self.sign * self.least

    def value(self, shares: Sequence[float]) -> float:
        """What the shares reach, in the question's own words."""
        return self.sign * sum(a * x for a, x in zip(self.coefficients, shares, strict=True))


@dataclass(frozen=True, slots=True)
class Programme:
    """Shares x of `groups` (each a range of variables that add up to 1), of which the `closed` ones are 0."""

    groups: tuple[range, ...]
    closed: frozenset[int]
    whole: bool

    @property
    def size(self) -> int:
        """Variables."""
        return self.groups[-1].stop


@dataclass(frozen=True, slots=True)
class Solution:
    """The shares, the objective, and how it moves when each row's `least` grows by one (None for whole shares)."""

    shares: tuple[float, ...]
    objective: float
    prices: tuple[float | None, ...]


def solve(
    programme: Programme, objective: Sequence[float], rows: Sequence[Row], *, proven: bool = True
) -> Solution | None:
    """The shares with the least objective; None where none meet all rows, or unless `proven` none was found at once.

    Objective and rows are scaled to at most 1, because HiGHS works to an absolute tolerance of 1e-7.

    Raises:
        InvalidInput: SciPy is not installed.
        TooLarge: whole shares were not settled within the time limit.
    """
    linprog, sparse, np = _solver()
    scale = max(map(abs, objective), default=0.0) or 1.0
    scales = [max(abs(each.least), *map(abs, each.coefficients)) or 1.0 for each in rows]
    groups = [at for at, group in enumerate(programme.groups) for _ in group]
    above = [[a / -by for a in each.coefficients] for each, by in zip(rows, scales, strict=True)]
    found = linprog(
        np.array(objective) / scale,
        A_ub=sparse.csr_array(np.array(above)) if rows else None,
        b_ub=[each.least / -by for each, by in zip(rows, scales, strict=True)] if rows else None,
        A_eq=sparse.csr_array((np.ones(programme.size), (groups, range(programme.size)))),
        b_eq=np.ones(len(programme.groups)),
        bounds=np.array([(0, 0 if at in programme.closed else 1) for at in range(programme.size)]),
        method="highs",
        integrality=int(programme.whole),
        options={
            "time_limit": TIME_LIMIT_SECONDS if proven else AT_ONCE_SECONDS,
            **({"mip_rel_gap": GAP} if programme.whole else {}),
        },
    )
    if found.status == _STOPPED and proven:
        raise TooLarge(f"no best mix of whole segments within {TIME_LIMIT_SECONDS:g} s", loc=("one_model_per_segment",))
    if found.status not in (_SOLVED, _STOPPED) or found.x is None:
        return None
    shares = tuple(0.0 if x < _TINY else min(1.0, float(x)) for x in found.x)
    return Solution(shares, float(found.fun) * scale, _prices(programme, found, scale, scales))


def _prices(programme: Programme, found: Any, scale: float, scales: Sequence[float]) -> tuple[float | None, ...]:
    """Shadow prices: a row's marginal is against `-least`, so the sign turns."""
    if programme.whole:
        return (None,) * len(scales)
    return tuple(-float(m) * scale / by + 0.0 for m, by in zip(found.ineqlin.marginals, scales, strict=True))


def best_of(programme: Programme, row: Row, rows: Sequence[Row]) -> float | None:
    """The best that a row's value can reach while the other rows are met; None where they cannot be."""
    if not rows:
        open_to = ([at for at in group if at not in programme.closed] for group in programme.groups)
        return row.sign * sum(max(row.coefficients[at] for at in places) for places in open_to)
    found = solve(programme, [-each for each in row.coefficients], rows)
    return None if found is None else row.sign * -found.objective


def _solver() -> tuple[Any, Any, Any]:
    try:
        import numpy as np  # noqa: PLC0415 - an extra
        from scipy import sparse  # noqa: PLC0415 - an extra
        from scipy.optimize import linprog  # noqa: PLC0415 - an extra
    except ImportError:
        raise InvalidInput("a mix needs NumPy and SciPy: pip install 'tokenplan[planning]'") from None
    return linprog, sparse, np
