"""Puts a newly built catalog over the installed one: what changed begins, what it replaces ends, history stays.

The sources of a build state today's prices and, at best, some of the past. What the installed catalog said of any
instant up to the day it was last observed is never changed (docs/adr/0005).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pricing.sources import compare, emit
from pricing.sources.corrections import CORRECTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pricing.sources.build import Draft

Line = dict[str, Any]
_SHAPE: Final = ("prompt_above", "prompt_from", "hours", "weekdays", "except_holidays", "rates", "free")


def append(old: Draft, new: Draft, at: str, fresh: Collection[str]) -> Draft:
    """The new catalog over the old one, as of an ISO 8601 UTC instant; the same input gives the same draft.

    `fresh` are the projects that the new figures come from: what another source said is kept.
    """
    conflicts = _decided(old.conflicts)
    doubts: list[dict[str, Any]] = []
    backed = {(provider, model.lower()) for provider, model in new.backed}
    entries: dict[str, dict[str, dict[str, Any]]] = {}
    for provider in sorted({*old.entries, *new.entries}):
        ours = old.entries.get(provider, {})
        theirs = _spelled(new.entries.get(provider, {}), ours)
        models = {}
        for model in sorted({*ours, *theirs}):
            decided = conflicts.get((provider, model), {})
            turn = _Turn(at, f"{old.observed}T00:00:00Z", fresh, decided, (provider, model.lower()) in backed)
            models[model] = turn.model(ours.get(model), theirs.get(model))
            doubts += [{"provider": provider, "model": model, **doubt} for doubt in turn.doubts]
        entries[provider] = _unambiguous(models)
    kept = [row for row in old.sources if row["name"] not in {each["name"] for each in new.sources}]
    rows = {_key(row): row for row in (*old.conflicts, *new.conflicts, *doubts)}
    return replace(
        new,
        entries=entries,
        sources=[*new.sources, *kept],
        calendars={**old.calendars, **new.calendars},
        names={**old.names, **new.names},
        prefixes={name: sorted({*old.prefixes.get(name, ()), *new.prefixes.get(name, ())}) for name in entries},
        conflicts=[rows[key] for key in sorted(rows)],
    )


def _spelled(theirs: Mapping[str, dict[str, Any]], ours: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The new models under the ids that the installed catalog spells otherwise only in case."""
    known = {model.lower(): model for model in ours}
    return {known.get(model.lower(), model): entry for model, entry in theirs.items()}


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["provider"], row["model"], row["bucket"]


def _decided(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, set[Decimal]]]:
    """By model and bucket, the figures among which a conflict was decided."""
    found: dict[tuple[str, str], dict[str, set[Decimal]]] = {}
    for row in rows:
        values = found.setdefault((row["provider"], row["model"]), {})
        values[row["bucket"]] = {Decimal(value) for value in row["values"].values()}
    return found


@dataclass(frozen=True, slots=True)
class _Turn:
    """One model at one refresh: its instant, the instant before which nothing may change, the sources that spoke.

    `decided` are the figures among which a conflict was decided, `backed` says that two fresh sources agree; `doubts`
    are the new conflicts that were found.
    """

    at: str
    observed: str
    fresh: Collection[str]
    decided: Mapping[str, set[Decimal]]
    backed: bool
    doubts: list[dict[str, Any]] = field(default_factory=list)

    def model(self, ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> dict[str, Any]:
        """The entry: what either says of it, and its prices over time."""
        if ours is None:
            return {**(theirs or {}), "listed": self.at[:10]}
        if theirs is None:
            return {**ours, "prices": [emit.ordered(line) for line in self._gone(ours["prices"])]}
        aliases = sorted({*ours.get("aliases", ()), *theirs.get("aliases", ())})
        entry = {**ours, **theirs, **({"aliases": aliases} if aliases else {})}
        offers = {_offer(line): None for line in (*ours["prices"], *theirs["prices"])}
        prices = [
            emit.ordered(line)
            for offer in offers
            for line in self._prices(
                [line for line in ours["prices"] if _offer(line) == offer],
                [line for line in theirs["prices"] if _offer(line) == offer],
            )
        ]
        return {key: entry[key] for key in entry if key != "prices"} | {"prices": prices}

    def _prices(self, ours: list[Line], theirs: list[Line]) -> list[Line]:
        """One offer's lines over time."""
        now, coming = self._current(ours), self._current(theirs)
        past = [line for line in ours if line.get("valid_to", "~") <= self.at]
        ahead = [line for line in theirs if line.get("valid_from", "") > self.at] or [
            line for line in ours if line.get("valid_from", "") > self.at and not coming
        ]
        if not coming:
            return [*past, *self._gone(now), *ahead]
        if not now:
            return [*past, *(self._since(line, self._end(past)) for line in coming), *ahead]
        if _alike(now, coming):
            return [*past, *(self._seen(line, now) for line in coming), *ahead]
        if self._stands(now, coming):
            return [*past, *now, *ahead]
        return [
            *past,
            *self._ended(now, self._turned(coming)),
            *(self._since(c, self._turned(coming)) for c in coming),
            *ahead,
        ]

    def _current(self, lines: list[Line]) -> list[Line]:
        return [each for each in lines if each.get("valid_from", "") <= self.at < each.get("valid_to", "~")]

    def _gone(self, lines: list[Line]) -> list[Line]:
        """Lines that no fresh source states any more: those that a fresh source stated end now."""
        spoken = [line for line in self._current(lines) if self._asked(line)]
        return [
            line if line not in spoken else {**line, "valid_to": self.at}
            for line in lines
            if line not in spoken or line.get("valid_from", "") < self.at
        ]

    def _turned(self, coming: list[Line]) -> str:
        """Since when the new prices hold: as their source dates them, not before the old ones were last observed."""
        dated = max((line.get("valid_from", "") for line in coming), default="")
        return max(dated, self.observed) if dated else self.at

    @staticmethod
    def _end(past: list[Line]) -> str:
        return max((line.get("valid_to", "") for line in past), default="")

    @staticmethod
    def _ended(lines: list[Line], end: str) -> list[Line]:
        return [{**line, "valid_to": end} for line in lines if line.get("valid_from", "") < end]

    @staticmethod
    def _since(line: Line, start: str) -> Line:
        return {**line, "valid_from": max(line.get("valid_from", ""), start)} if start else line

    @staticmethod
    def _seen(line: Line, now: list[Line]) -> Line:
        """The line as it is seen today, with the dates that are known of it."""
        known = next(each for each in now if _shape(each) == _shape(line))
        dates: Line = {key: known[key] for key in ("valid_from", "valid_to") if key in known}
        bare = {key: value for key, value in line.items() if key not in ("valid_from", "valid_to")}
        later: Line = {"valid_to": line["valid_to"]} if "valid_to" in line and "valid_to" not in dates else {}
        return {**bare, **dates, **later}

    def _asked(self, line: Line) -> bool:
        """Whether who stated a line was asked this time: a fresh source, or a correction, which every build decides."""
        return _project(line) in self.fresh or str(line["source"]).endswith(CORRECTED)

    def _stands(self, now: list[Line], coming: list[Line]) -> bool:
        """Whether the old prices stand against the new ones.

        They do where they go by the hour, which no feed can say, and one of them is the new one; where every figure
        that differs lost when a conflict was decided, and has not moved since; and where their own source was not
        asked and no two fresh ones agree on others: that is a conflict now, and is kept as one.
        """
        hourly = any(line.get(key) for line in now for key in ("hours", "weekdays", "except_holidays"))
        if hourly and any(_near(one["rates"], other["rates"]) for one in now for other in coming):
            return True
        moved = _moved(now, coming)
        if moved and _offer(now[0]) == (None, None) and all(new in self.decided.get(b, ()) for b, _, new, _ in moved):
            return True
        agreed = self.backed and _offer(now[0]) == (None, None)  # of tiers and regions that is not known
        if agreed or any(self._asked(line) for line in now):
            return False
        self.doubts.extend(
            {
                "bucket": bucket,
                "values": {now[0]["source"]: str(old), source: str(new)},
                "chosen": now[0]["source"],
                "reason": "one source against one that was not asked; it stands until the other moves again",
            }
            for bucket, old, new, source in moved
        )
        return True


def _moved(now: list[Line], coming: list[Line]) -> list[tuple[str, Decimal, Decimal, str]]:
    """The figures of the base offer that differ: bucket, old, new, the new one's source."""
    base, other = (
        min(lines, key=lambda line: line.get("prompt_above") or line.get("prompt_from") or 0) for lines in (now, coming)
    )
    return [
        (bucket, Decimal(rate), Decimal(other["rates"][bucket]), other["source"])
        for bucket, rate in base["rates"].items()
        if bucket in other["rates"] and other["rates"][bucket] != rate
    ]


def _project(line: Line) -> str:
    return str(line["source"]).partition(" ")[0]


def _offer(line: Line) -> tuple[str | None, str | None]:
    return line.get("tier"), line.get("region")


def _shape(line: Line, *, rates: bool = True) -> str:
    """What makes two lines the same price under the same conditions."""
    return repr([line.get(key) if key != "rates" else sorted(line[key].items()) * rates for key in _SHAPE])


def _alike(one: Sequence[Line], other: Sequence[Line]) -> bool:
    return sorted(map(_shape, one)) == sorted(map(_shape, other))


def _near(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    shared = [bucket for bucket in one if bucket in other]
    return bool(shared) and all(compare.near(Decimal(one[each]), Decimal(other[each])) for each in shared)


def _unambiguous(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The models without aliases that another model of the provider has, as id or alias."""
    claimed: dict[str, int] = {}
    for model, entry in models.items():
        for name in {model.lower(), *(alias.lower() for alias in entry.get("aliases", ()))}:
            claimed[name] = claimed.get(name, 0) + 1
    for model, entry in models.items():
        if "aliases" in entry:
            own = [name for name in entry["aliases"] if claimed[name.lower()] == 1 and name.lower() != model.lower()]
            models[model] = {**entry, "aliases": own} if own else {k: v for k, v in entry.items() if k != "aliases"}
    return models
