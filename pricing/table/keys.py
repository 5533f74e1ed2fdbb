"""What texts mean: one model, tier and region as asked, and where its prices change. A catalog remembers its keys."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from pricing.cost import RETIRES_SOON_DAYS
from pricing.errors import TokenplanError
from pricing.names import Resolution
from pricing.rates import STANDARD, Window
from pricing.table.codes import Ints
from pricing.table.columns import instant, micros_of
from pricing.table.terms import Terms, terms
from pricing.table.times import is_open

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricing.catalog import Catalog
    from pricing.rates import Calendar, RateSet

Texts: TypeAlias = tuple[str | None, ...]
"""Model, provider, service tier and region, as asked."""

_REMEMBERED: Final = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """What one combination of texts resolved to, and where its prices may change.

    `edges` are instants in microseconds, `levels` the first prompt lengths of context tiers. Between them no price
    differs while the same windows are open: an instant lies in one of `times` states.
    """

    resolved: Resolution | TokenplanError
    tier: str
    region: str | None
    edges: Ints
    levels: tuple[int, ...] = ()
    windows: tuple[Window, ...] = ()
    _terms: dict[tuple[int, int], Terms | TokenplanError] = field(default_factory=dict)

    @property
    def times(self) -> int:
        """How many states of time there are."""
        return (len(self.edges) + 1) << len(self.windows)

    def time(self, at: Ints) -> Ints:
        """The state of each of some instants."""
        state = self.edges.searchsorted(at, side="right") << len(self.windows)
        for bit, window in enumerate(self.windows):
            state += is_open(window, at) << bit
        return state

    def terms(self, time: int, at: int, prompt_tokens: int) -> Terms | TokenplanError:
        """The terms in a state of time and at a prompt length, chosen at an instant of that state if not yet known."""
        if isinstance(self.resolved, TokenplanError):
            return self.resolved
        state = time, bisect_right(self.levels, prompt_tokens)
        found = self._terms.get(state)
        if found is None:
            found = self._terms[state] = terms(self.resolved, self.tier, self.region, instant(at), prompt_tokens)
        return found


class Keys:
    """The keys of one catalog, those asked for of late remembered with their terms."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[Texts, Key] = {}

    def key(self, texts: Texts) -> Key:
        """The key of a combination of texts; one that means nothing holds its error, and is not remembered."""
        found = self._known.get(texts)
        if found is None:
            found = self._key(*texts)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            if not isinstance(found.resolved, TokenplanError):
                self._known[texts] = found
        return found

    def _key(self, model: str | None, provider: str | None, tier: str | None, region: str | None) -> Key:
        tier = tier or STANDARD
        try:
            resolved = self._catalog.resolve(model, provider)  # type: ignore[arg-type]  # None is refused there
        except TokenplanError as error:
            return Key(error, tier, region, np.zeros(0, np.int64))
        region = region or resolved.region
        sets = _within_reach(resolved, tier, region)
        edges = sorted({micros_of(each) for each in _turns(resolved, sets)})
        levels = sorted({each.threshold for each in sets if each.threshold})
        windows = dict.fromkeys(each.window for each in sets if each.window)
        return Key(resolved, tier, region, np.array(edges, np.int64), tuple(levels), tuple(windows))


def _within_reach(resolved: Resolution, tier: str, region: str | None) -> list[RateSet]:
    """The sets that the scalar path may look at: those of the tier, and the standard ones whose fees it borrows."""
    places = dict.fromkeys((name, place) for name in (tier, STANDARD) for place in (region, None))
    return [each for place in places for each in resolved.model.offers.get(place, ())]


def _turns(resolved: Resolution, sets: list[RateSet]) -> Iterator[datetime]:
    """The instants at which prices or warnings may change."""
    for each in sets:
        yield from (at for at in (each.valid_from, each.valid_to) if at is not None)
        if each.window and each.window.holidays:
            yield _after(each.window.holidays)
    if resolved.model.retires:
        gone = datetime.combine(date.fromisoformat(resolved.model.retires), datetime.min.time(), UTC)
        yield from (gone, gone - timedelta(days=RETIRES_SOON_DAYS))


def _after(calendar: Calendar) -> datetime:
    """The first instant whose holidays a calendar does not know."""
    day = calendar.covers_through + timedelta(days=1)
    return datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=calendar.utc_offset_hours)
