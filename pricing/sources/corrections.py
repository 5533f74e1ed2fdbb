"""Hand corrections: how a figure is to be read, and what is left out; every one has a reason, a source and a date."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pricing.sources.records import STANDARD, Origin, RateSet, instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricing.sources.records import Record


@dataclass(frozen=True, slots=True)
class Corrections:
    """corrections.toml as read."""

    tables: Mapping[str, list[dict[str, Any]]]

    def apply(self, record: Record) -> Record | None:
        """The record read as its provider means it; None when it is to be dropped."""
        for rule in self._of("drop", record):
            if re.fullmatch(rule["models"], record.model):
                return None
        for rule in self._of("unprice", record):
            if re.fullmatch(rule["models"], record.model) and record.origin.project in rule["source"]:
                return replace(record, sets=(), notes=(*record.notes, f"{record.origin.source}: {rule['reason']}"))
        for rule in self._of("forget_limits", record):
            if re.fullmatch(rule["models"], record.model) and record.origin.project in rule["of"]:
                record = replace(record, context_window=None, max_input=None, max_output=None)
        sets = record.sets
        for rule in self._of("threshold", record):
            sets = tuple(_reread(one, rule) for one in sets)
        for rule in self._of("set_price", record):
            if sets and re.fullmatch(rule["models"], record.model):
                sets = tuple(_priced(sets, rule))
        return replace(record, sets=sets)

    def _of(self, kind: str, record: Record) -> list[dict[str, Any]]:
        return [rule for rule in self.tables.get(kind, ()) if rule["provider"] == record.provider]


def load() -> Corrections:
    """The shipped corrections."""
    return Corrections(tomllib.loads(files("pricing.sources").joinpath("corrections.toml").read_text("utf-8")))


def _reread(one: RateSet, rule: dict[str, Any]) -> RateSet:
    return replace(one, above=None, at_least=rule["from"]) if one.above in rule["above"] else one


def _priced(sets: tuple[RateSet, ...], rule: dict[str, Any]) -> Iterator[RateSet]:
    """The standard offer as a rule states it, from its date on; what other sets say of before, or of tiers, stays."""
    since = instant(str(rule["since"])) if "since" in rule else None
    for one in sets:
        if one.tier != STANDARD or one.region is not None:
            yield one
        elif since is not None and (one.valid_from or "") < since:
            yield replace(one, valid_to=min(filter(None, (one.valid_to, since))))
    origin = Origin(f"{rule['source']} (correction)", str(rule["date"]))
    for stated in rule["sets"]:
        rates = {bucket: Decimal(rate) for bucket, rate in stated["rates"].items()}
        yield RateSet(
            rates=rates, origin=origin, at_least=stated.get("from"), above=stated.get("above"), valid_from=since
        )
