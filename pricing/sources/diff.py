"""What differs between two catalogs at an instant: prices that moved, models that came, went or lost their price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pricing.catalog import Catalog
    from pricing.rates import Model, RateSet

LARGE: Final = Decimal("0.5")
"""A move by more than this share, either way, is more often a mistake of a feed than news."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One price that differs: USD per the bucket's unit under its conditions, and new divided by old."""

    provider: str
    model: str
    bucket: str
    conditions: tuple[str, ...]
    old_usd: Decimal
    new_usd: Decimal
    factor: float

    @property
    def large(self) -> bool:
        """Whether the move is over 50 % of the old price, up or down."""
        return abs(self.new_usd - self.old_usd) > LARGE * self.old_usd


@dataclass(frozen=True, slots=True)
class Named:
    """A model, and the service tiers it is about; none where it is about all of it."""

    provider: str
    model: str
    tiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """From one catalog to another, at one instant.

    `vanished` models are no longer listed, `emptied` ones have lost a price that they had, whole or by tier.
    """

    before: str
    after: str
    moved: tuple[Moved, ...]
    appeared: tuple[Named, ...]
    vanished: tuple[Named, ...]
    emptied: tuple[Named, ...]

    @property
    def alarming(self) -> tuple[str, ...]:
        """The models, as provider/model, whose change must be accepted by a person."""
        names = [f"{each.provider}/{each.model}" for each in self.moved if each.large]
        names += [f"{each.provider}/{each.model}" for each in (*self.vanished, *self.emptied)]
        return tuple(dict.fromkeys(names))


def diff(before: Catalog, after: Catalog, at: datetime) -> Diff:
    """What differs from one catalog to another in the prices that hold at an instant.

    Raises:
        BadCatalog: an entry of either is damaged.
    """
    old, new = ({(m.provider, m.id): m for m in catalog.models()} for catalog in (before, after))
    both = [(model, new[key]) for key, model in old.items() if key in new]
    emptied = (Named(m.provider, m.id, lost) for m, n in both if (lost := _lost(m, n, at)))
    return Diff(
        before.ref.version,
        after.ref.version,
        tuple(sorted((move for m, n in both for move in _moves(m, n, at)), key=_size)),
        tuple(Named(*key) for key in new if key not in old),
        tuple(Named(*key) for key in old if key not in new),
        tuple(emptied),
    )


def _size(move: Moved) -> tuple[float, str, str]:
    """Sorts the largest moves first."""
    ratio = max(move.factor, 1 / move.factor) if move.factor else float("inf")
    return -ratio, move.provider, move.model


def _current(model: Model, at: datetime) -> dict[tuple[object, ...], RateSet]:
    return {
        (each.tier, each.region, each.prompt_above, each.prompt_from, each.window): each
        for each in model.sets
        if each.valid(at)
    }


def _moves(old: Model, new: Model, at: datetime) -> Iterator[Moved]:
    ours, theirs = _current(old, at), _current(new, at)
    for key in ours.keys() & theirs.keys():
        for bucket, rate in ours[key].rates.items():
            other = theirs[key].rates.get(bucket)
            if other is None or other.usd_per_unit == rate.usd_per_unit:
                continue
            was, now = rate.usd_per_unit, other.usd_per_unit
            factor = float(now / was) if was else float("inf")
            words = tuple(each for each in theirs[key].conditions if not each.startswith(("from=", "until=")))
            yield Moved(old.provider, old.id, bucket, words, was, now, factor)


def _lost(old: Model, new: Model, at: datetime) -> tuple[str, ...]:
    """The tiers and regions that had a price and have none, and the buckets that lost theirs in those that stay."""
    had, has = ({(e.tier, e.region) for e in model.sets if e.valid(at)} for model in (old, new))
    found = {_offer(*key) for key in had - has}
    found |= {f"{bucket} of {_offer(*key)}" for key in had & has for bucket in _gone(old, new, key, at)}
    return tuple(sorted(found))


def _gone(old: Model, new: Model, key: tuple[str, str | None], at: datetime) -> set[str]:
    """The buckets that an offer priced, under whatever conditions, and no longer does."""
    before, after = (
        {bucket for each in model.sets if each.valid(at) and (each.tier, each.region) == key for bucket in each.rates}
        for model in (old, new)
    )
    return before - after


def _offer(tier: str, region: str | None) -> str:
    return f"{tier} in {region}" if region else tier
