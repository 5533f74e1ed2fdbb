"""What a month costs: requests times the parts of a request's cost, each with its factor, and what is fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from planner.distributions import law
from planner.laws import Law

if TYPE_CHECKING:
    from planner.laws import Floats
    from planner.plans.plan import Plan
    from planner.plans.report import TrafficReport

_Figure = TypeVar("_Figure", float, "Floats | float")

FACTORS = ("requests_factor", "price_factor", "input_factor", "output_factor")


class Parts(NamedTuple):
    """A request's mean cost by what it pays for, in USD, and what a month costs whatever the traffic."""

    input_usd: float
    output_usd: float
    other_usd: float
    fixed_usd: float


@dataclass(frozen=True, slots=True)
class Month:
    """`R*f_r*(f_p*(f_i*input + f_o*output) + other) + fixed`, with R requests or users times what each does."""

    parts: Parts
    requests: Law
    per_user: float
    factors: tuple[Law, ...]

    @property
    def mean(self) -> float:
        """The factors are independent, so means multiply."""
        more, price, inputs, outputs = (each.mean for each in self.factors)
        return self._usd(self.requests.mean * self.per_user * more, price, inputs, outputs)

    def drawn(self, count: int, seed: int, request_sd: float) -> Floats | float:
        """Months drawn: the inputs' uncertainty, and the requests' own noise, `sd*sqrt(R)` by the central limit.

        Raises:
            InvalidInput: NumPy or SciPy is missing.
        """
        from planner.simulated import draws  # noqa: PLC0415 - NumPy, an extra

        run = draws(count, seed)
        more, price, inputs, outputs = (run.of(each) for each in self.factors)
        requests = run.of(self.requests) * self.per_user * more
        noise = run.stream()
        usd = self._usd(requests, price, inputs, outputs)
        return usd + noise.standard_normal(count) * request_sd * requests**0.5 if request_sd else usd

    def _usd(self, requests: _Figure, price: _Figure, inputs: _Figure, outputs: _Figure) -> _Figure:
        one = price * (inputs * self.parts.input_usd + outputs * self.parts.output_usd) + self.parts.other_usd
        return requests * one + self.parts.fixed_usd


def month(plan: Plan, traffic: TrafficReport, parts: Parts) -> Month:
    """The plan's month."""
    given = plan.traffic.requests_per_month
    factors = tuple(law(getattr(plan.uncertainty, name)) for name in FACTORS)
    if given is not None:
        return Month(parts, law(given), 1.0, factors)
    assert plan.traffic.users is not None
    return Month(parts, law(plan.traffic.users), traffic.requests_per_user_per_month or 0.0, factors)
