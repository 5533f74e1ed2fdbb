"""Hand corrections: how a figure is to be read, and what is left out; every one has a reason, a source and a date.

A `set_price` states the figures that it found wrong (`was`). A source that says something else is left alone; when
none says it any more, the correction has lapsed and is reported. One that ends (`until`) is history and cannot lapse.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import STANDARD, Origin, RateSet, instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricing.sources.records import Record

Rule = Mapping[str, Any]
CORRECTED: Final = "(correction)"
"""How the source of a price set by hand ends."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """corrections.toml as read."""

    tables: Mapping[str, list[dict[str, Any]]]

    def apply(self, record: Record) -> Record | None:
        """The record read as its provider means it; None when it is to be dropped."""
        for _ in self._of("drop", record):
            return None
        for rule in self._of("unprice", record):
            if record.origin.project in rule["source"]:
                return replace(record, sets=(), notes=(*record.notes, f"{record.origin.source}: {rule['reason']}"))
        for rule in self._of("forget_limits", record):
            if record.origin.project in rule["of"]:
                record = replace(record, context_window=None, max_input=None, max_output=None)
        for rule in self._of("drop_alias", record):
            own = tuple(alias for alias in record.aliases if not re.fullmatch(rule["aliases"], alias))
            record = replace(record, aliases=own)
        for rule in self._of("threshold", record):
            record = replace(record, sets=tuple(_reread(one, rule) for one in record.sets))
        for rule in self._of("set_price", record):
            record = replace(record, sets=tuple(_priced(record.sets, rule, _regions(record, rule))))
        return record

    def lapsed(self, records: Iterable[Record]) -> list[str]:
        """The prices set by hand over a figure that none of the sources says any more, each with its reason."""
        said = [record for record in records if record.sets]
        found = []
        for rule in self.tables.get("set_price", ()):
            about = [record for record in said if _names(rule, record)]
            if about and not any(_regions(record, rule) for record in about):
                found.append(f"{rule['provider']}/{rule['models']}: {rule['reason']}")
        return found

    def _of(self, kind: str, record: Record) -> list[dict[str, Any]]:
        return [rule for rule in self.tables.get(kind, ()) if _names(rule, record)]


def load() -> Corrections:
    """The shipped corrections."""
    return Corrections(tomllib.loads(files("pricing.sources").joinpath("corrections.toml").read_text("utf-8")))


def _names(rule: Rule, record: Record) -> bool:
    return bool(rule["provider"] == record.provider and re.fullmatch(rule.get("models", ".*"), record.model))


def _reread(one: RateSet, rule: Rule) -> RateSet:
    return replace(one, above=None, at_least=rule["from"]) if one.above in rule["above"] else one


def _regions(record: Record, rule: Rule) -> set[str | None]:
    """The regions of a record in which a rule sets the price: those that it names and where its figure is found."""
    named = {region or None for region in rule.get("regions", ("",))}
    return {one.region for one in record.sets if one.region in named and _found(one, record.origin, rule)}


def _found(one: RateSet, origin: Origin, rule: Rule) -> bool:
    """Whether a set is the one that a rule is about: its tier's, for short prompts, at a figure that it found wrong."""
    if one.tier != rule.get("tier", STANDARD) or one.windowed or one.threshold[1]:
        return False
    if "until" in rule:
        return True
    wrong = ({bucket: Decimal(rate) for bucket, rate in each.items()} for each in rule["was"])
    return one.holds(instant(origin.observed)) and any(each.items() <= one.rates.items() for each in wrong)


def _priced(sets: tuple[RateSet, ...], rule: Rule, regions: set[str | None]) -> Iterator[RateSet]:
    """A tier's offers as a rule states them, between its dates; what is said of before, after and other tiers stays."""
    since, until = (instant(str(rule[key])) if key in rule else None for key in ("since", "until"))
    tier = rule.get("tier", STANDARD)
    for one in sets:
        if one.tier != tier or one.region not in regions:
            yield one
            continue
        if since is not None and (one.valid_from or "") < since:
            yield replace(one, valid_to=min(filter(None, (one.valid_to, since))))
        if until is not None and (one.valid_to or "~") > until:
            yield replace(one, valid_from=max(filter(None, (one.valid_from, until))))
    origin = Origin(f"{rule['source']} {CORRECTED}", str(rule["date"]))
    for stated in rule["sets"]:
        rates = {bucket: Decimal(rate) for bucket, rate in stated["rates"].items()}
        above = {"at_least": stated.get("from"), "above": stated.get("above")}
        for region in sorted(regions, key=str):
            yield RateSet(
                rates=rates, origin=origin, tier=tier, region=region, valid_from=since, valid_to=until, **above
            )
