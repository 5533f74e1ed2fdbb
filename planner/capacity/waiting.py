"""Waiting for provisioned slots: Erlang C, and how many units keep the wait short."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from math import ceil, exp, floor, log
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.checks import STRICT, Checks
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SLOTS: Final = 100_000
"""Slots up to which a queue is calculated, one by one."""
_RARE: Final = 0.01
_STEPS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuestion:
    """How long do requests wait for a free slot of provisioned units, and how many units keep the wait short?

    Give `units`, or a target: the smallest number of units that keeps `P(wait > wait_seconds)` at or under it.
    """

    __pydantic_config__: ClassVar = STRICT

    arrivals_per_second: float
    """Requests a second, arriving at random (Poisson)."""
    service_seconds: float
    """Mean seconds that a request holds a slot: yours, measured or planned."""
    slots_per_unit: int = 1
    """Requests that one unit serves at the same time; whole slots."""
    units: int | None = None
    """Units that are provisioned."""
    wait_seconds: float = 0.0
    """The wait whose probability of being passed is asked for."""
    target_wait_probability: float | None = None
    """The highest tolerable probability of waiting longer than wait_seconds, above 0 and at most 1."""


@dataclass(frozen=True, slots=True)
class UnitsWait:
    """The wait with so many units: how full they are, and how probable and how long waiting is."""

    units: int
    utilisation_share: float
    wait_probability: float
    exceeds_wait_probability: float
    mean_wait_seconds: float


@dataclass(frozen=True, slots=True)
class QueueAnswer:
    """The wait with these units, in seconds; `smallest_units` answers the target, None without one.

    `offered_load` is in erlangs: the slots that are busy on average. The 95th percentile is 0 where fewer wait.
    `by_units` goes from the fewest units that keep up to those with which one request in a hundred exceeds the wait.
    """

    units: int
    slots: int
    offered_load: float
    utilisation_share: float
    wait_probability: float
    mean_wait_seconds: float
    p95_wait_seconds: float
    exceeds_wait_probability: float
    mean_response_seconds: float
    mean_waiting_requests: float
    smallest_units: int | None
    by_units: tuple[UnitsWait, ...]
    basis: Literal["assumed"]
    assumptions: tuple[str, ...]


def erlang_c(slots: int, offered_load: float) -> float:
    """The probability that an arrival waits: `C = B / (1 - rho*(1-B))`, B by Erlang's recursion, which cannot overflow.

    `offered_load` in erlangs, below `slots`. Source: Erlang (1917); Cooper, Introduction to Queueing Theory (1981).
    """
    return next(waits for count, waits in _waits(offered_load) if count == slots)


def queue(question: QueueQuestion) -> QueueAnswer:
    """M/M/c: `P(wait > t) = C * exp(-(c-a)*t/s)`, mean wait `C*s/(c-a)`, with load `a = arrivals * s` in erlangs.

    Raises:
        InvalidInput: a number out of range, neither units nor a target, arrivals at or above the slots.
    """
    _validate(question)
    load, target = question.arrivals_per_second * question.service_seconds, question.target_wait_probability
    smallest = None if target is None else _smallest(question, load, target)
    units = question.units if question.units is not None else smallest
    assert units is not None
    _stable(question, units, load)
    slots, seconds = units * question.slots_per_unit, question.service_seconds
    waits, spare = erlang_c(slots, load), slots - load
    mean = waits * seconds / spare
    return QueueAnswer(
        units=units,
        slots=slots,
        offered_load=load,
        utilisation_share=load / slots,
        wait_probability=waits,
        mean_wait_seconds=mean,
        p95_wait_seconds=log(waits / 0.05) * seconds / spare if waits > 0.05 else 0.0,  # noqa: PLR2004 - 1 - 0.95
        exceeds_wait_probability=_exceeds(question, slots, load, waits),
        mean_response_seconds=mean + seconds,
        mean_waiting_requests=question.arrivals_per_second * mean,
        smallest_units=smallest,
        by_units=_by_units(question, load, units),
        basis="assumed",
        assumptions=(
            "Poisson arrivals, served in order; nobody gives up",
            "times in a slot are exponential; if all take equally long, the mean wait is about half as long",
        ),
    )


def _fewest(question: QueueQuestion, load: float) -> int:
    """The fewest units that keep up with the load."""
    return floor(load / question.slots_per_unit) + 1


def _stable(question: QueueQuestion, units: int, load: float) -> None:
    slots = units * question.slots_per_unit
    if load >= slots:
        raise InvalidInput(
            f"units is {units}: the load of {load:.6g} busy slots is not below its {slots}, and the queue would grow "
            f"without end; it must be at least {_fewest(question, load)}",
            loc=("units",),
            value=units,
        )


def _exceeds(question: QueueQuestion, slots: int, load: float, waits: float) -> float:
    """`P(wait > t) = C * exp(-(c-a)*t/s)`."""
    return waits * exp(-(slots - load) * question.wait_seconds / question.service_seconds)


def _by_units(question: QueueQuestion, load: float, units: int) -> tuple[UnitsWait, ...]:
    """The wait over some numbers of units, evenly spread, the asked one among them."""
    least, most = _fewest(question, load), max(units, _smallest(question, load, _RARE))
    shown = sorted({units, *(round(least + (most - least) * step / _STEPS) for step in range(_STEPS + 1))})
    slots = [each * question.slots_per_unit for each in shown]
    known = set(slots)
    waits = dict(pair for pair in takewhile(lambda pair: pair[0] <= slots[-1], _waits(load)) if pair[0] in known)
    return tuple(
        UnitsWait(
            each,
            load / at,
            waits[at],
            _exceeds(question, at, load, waits[at]),
            waits[at] * question.service_seconds / (at - load),
        )
        for each, at in zip(shown, slots, strict=True)
    )


def _validate(question: QueueQuestion) -> None:
    checks = Checks().divisor(
        arrivals_per_second=question.arrivals_per_second, service_seconds=question.service_seconds
    )
    checks.at_least(1, slots_per_unit=question.slots_per_unit, units=question.units)
    checks.not_negative(wait_seconds=question.wait_seconds)
    checks.share(target_wait_probability=question.target_wait_probability)
    checks.positive(target_wait_probability=question.target_wait_probability)
    if question.units is None and question.target_wait_probability is None:
        checks.refuse("units", None, "give units, or a target_wait_probability to find them")
    checks.done()
    most = max(question.arrivals_per_second * question.service_seconds, (question.units or 1) * question.slots_per_unit)
    if most > MOST_SLOTS:
        raise InvalidInput(f"{most:.6g} slots are too many; at most {MOST_SLOTS} are calculated", loc=("units",))


def _waits(load: float) -> Iterator[tuple[int, float]]:
    """Each number of slots above the load with its Erlang C probability."""
    blocked, slots = 1.0, 0
    while True:
        slots += 1
        blocked = load * blocked / (slots + load * blocked)
        if slots > load:
            yield slots, blocked / (1 - load / slots * (1 - blocked))


def _smallest(question: QueueQuestion, load: float, target: float) -> int:
    """The fewest units whose slots keep `P(wait > t)` at or under the target: it falls with every slot."""
    enough = next(slots for slots, waits in _waits(load) if _exceeds(question, slots, load, waits) <= target)
    return ceil(enough / question.slots_per_unit)
