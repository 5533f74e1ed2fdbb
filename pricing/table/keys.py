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
    from collections.abc import Iterator, Sequence

    from pricing.catalog import Catalog
    from pricing.rates import Calendar, RateSet

Texts: TypeAlias = tuple[str | None, ...]
"""Model, provider, service tier and region, as asked."""

State: TypeAlias = int | tuple[int, ...]
"""What is the same throughout a stretch of time, for one key."""

_REMEMBERED: Final = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """What one combination of texts resolved to, and where its prices may change.

    `edges` are instants in microseconds, `levels` the first prompt lengths of context tiers. No price differs between
    them while the same windows are open.
    """

    resolved: Resolution | TokenplanError
    tier: str
    region: str | None
    edges: Ints
    levels: tuple[int, ...] = ()
    windows: tuple[Window, ...] = ()
    _terms: dict[tuple[State, int], Terms | TokenplanError] = field(default_factory=dict)

    def states(self, at: Ints) -> tuple[Ints, Sequence[State]]:
        """The place of each instant's state among states: how many edges it has reached, and which windows are open."""
        edges = self.edges.searchsorted(at, side="right")
        if not self.windows:
            return edges, range(len(self.edges) + 1)
        places: dict[State, int] = {}
        signs = zip(edges.tolist(), *(is_open(window, at).tolist() for window in self.windows), strict=True)
        return np.array([places.setdefault(sign, len(places)) for sign in signs]), list(places)

    def terms(self, state: State, at: int, prompt_tokens: int) -> Terms | TokenplanError:
        """The terms of a state at a prompt length, chosen at an instant of that state if they are not known yet."""
        if isinstance(self.resolved, TokenplanError):
            return self.resolved
        place = state, bisect_right(self.levels, prompt_tokens)
        found = self._terms.get(place)
        if found is None:
            found = self._terms[place] = terms(self.resolved, self.tier, self.region, instant(at), prompt_tokens)
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
