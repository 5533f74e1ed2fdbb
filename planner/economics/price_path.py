"""What a call costs over the months ahead: on each day at which a listed or an assumed price changes, anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING, ClassVar

from planner.checks import STRICT
from planner.when import when
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.calls import Call, Pricer


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A change of model prices that you assume."""

    __pydantic_config__: ClassVar = STRICT

    at: str
    """The day from which it holds, ISO 8601."""
    change_share: float
    """-0.3 is 30 % cheaper, 0.1 is 10 % dearer than before; several add up by multiplication."""


@dataclass(frozen=True, slots=True)
class PricePath:
    """One call over time: its cost in USD from each instant on, ascending."""

    steps: tuple[tuple[datetime, float], ...]

    def mean(self, begin: datetime, end: datetime) -> float:
        """The cost averaged over the time from `begin` to before `end`."""
        ends = [at for at, _ in self.steps[1:]] + [datetime.max.replace(tzinfo=UTC)]
        spans = zip(self.steps, ends, strict=True)
        weighed = fsum(usd * _overlap(at, until, begin, end) for (at, usd), until in spans)
        return weighed / (end - begin).total_seconds()


def _overlap(at: datetime, until: datetime, begin: datetime, end: datetime) -> float:
    return max(0.0, (min(until, end) - max(at, begin)).total_seconds())


def _day(change: PriceChange, at: int, begin: datetime) -> datetime:
    try:
        return when(change.at, begin, "at").at
    except InvalidInput as error:
        raise error.under("price_changes", at) from None


class PricePaths:
    """Prices the calls over some months; collects what must be said and when prices change."""

    def __init__(self, price: Pricer, begin: datetime, end: datetime, assumed: Sequence[PriceChange]) -> None:
        self._price, self._begin, self._end = price, begin, end
        self._assumed = sorted((_day(each, at, begin), each.change_share) for at, each in enumerate(assumed))
        self._changed: set[datetime] = set()
        self.said: list[str] = []

    def of(self, call: Call, *key: str | int) -> PricePath:
        """The call's cost from each instant on at which a listed or an assumed price changes."""
        listed = {self._begin} if call.model is None or call.as_of else {self._begin, *self._listed(call.model, call)}
        usd = {at: float(self._cost(call, at, *key)) for at in sorted(listed)}
        steps: list[tuple[datetime, float]] = []
        for at in sorted(listed | {at for at, _ in self._assumed if self._begin < at < self._end}):
            base = usd[max(each for each in usd if each <= at)]
            factor = 1.0
            for since, change in self._assumed:
                factor *= 1 + change if since <= at else 1
            steps.append((at, base * factor))
        self._changed |= {at for (_, was), (at, now) in pairwise(steps) if was != now}
        return PricePath(tuple(steps))

    def changes(self) -> tuple[str, ...]:
        """The days on which a price that is used changes, in order."""
        return tuple(f"{at:%Y-%m-%d}" for at in sorted(self._changed))

    def _cost(self, call: Call, at: datetime, *key: str | int) -> float:
        found = replace(self._price, now=at)(call, *key)
        self.said.extend(found.warnings)
        return float(found.usd)

    def _listed(self, name: str, call: Call) -> Iterator[datetime]:
        """When the model's listed prices begin or end within the months; its retirement is said."""
        model = self._price.catalog.resolve(name, call.provider).model
        if model.retires is not None and f"{self._begin:%Y-%m-%d}" < model.retires < f"{self._end:%Y-%m-%d}":
            self.said.append(f"{model.id} retires on {model.retires}, within the months looked at")
        for each in model.sets:
            for at in (each.valid_from, each.valid_to):
                if at is not None and self._begin < at < self._end:
                    yield at
