"""Hand corrections: how a figure is to be read, and what is left out; every one has a reason, a source and a date."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pricing.sources.records import RateSet, Record


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
        return replace(record, sets=sets)

    def _of(self, kind: str, record: Record) -> list[dict[str, Any]]:
        return [rule for rule in self.tables.get(kind, ()) if rule["provider"] == record.provider]


def load() -> Corrections:
    """The shipped corrections."""
    return Corrections(tomllib.loads(files("pricing.sources").joinpath("corrections.toml").read_text("utf-8")))


def _reread(one: RateSet, rule: dict[str, Any]) -> RateSet:
    return replace(one, above=None, at_least=rule["from"]) if one.above in rule["above"] else one
