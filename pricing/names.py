"""What a model name means: the rules from a requested name to a listed id, first match wins, none guesses.

| rule | example |
|---|---|
| exact, alias, case | `gpt-5-mini`, a listed alias, `GPT-5-Mini` |
| region profile | `us.anthropic.claude-…-v1:0`, `eu/gpt-5-mini`: the base id, sold in that region |
| fine-tuned | `ft:gpt-4.1-mini-2025-04-14:acme::id`: the listed `ft:` price, never the base's |
| date spelling | `…-20250807` and `…@20250807` for a listed `…-2025-08-07` |
| version suffix | the first revision, `…-v1` or `…-v1:0`, said or left out on a Bedrock id; `…-v2` is another model |
| dated suffix | a snapshot date on a listed id of which no other snapshot is listed |
| only snapshot | an undated id of which exactly one dated snapshot is listed |
| latest | `X-latest` for a listed X, or X's newest dated snapshot |
| path | what APIs wrap around an id: a Bedrock ARN, `bedrock/invoke/…`, `models/…`, `publishers/google/models/…` |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pricing.rates import CatalogRef, Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


_DATED: Final = re.compile(r"^(?P<base>.+?)[-@](?P<date>20\d{2}-?\d{2}-?\d{2})(?P<version>-v\d+(?::\d+)?)?$")
_LATEST: Final = "-latest"
_VENDOR: Final = re.compile(r"(?:us-gov\.)?[a-z][a-z0-9]*\.[a-z]")
_FIRST_REVISION: Final = re.compile(r"(?:-v1)?(?::0)?$")
_REGION: Final = re.compile(
    r"^(?P<region>us-gov|global-standard|us|eu|apac|au|jp|in|ca|sa|af|me|global|regional|[a-z]{2}(?:-gov)?-[a-z]+-\d)"
    r"(?P<mark>[./])(?P<rest>.+)$"
)


_WRAPPED: Final = re.compile(
    r"^(?:arn:aws[\w-]*:(?P<aws>bedrock):[\w-]*:\d*:(?:inference-profile|foundation-model)/"
    r"|(?P<bedrock>bedrock)/(?:invoke|converse)/|(?P<google>models)/|publishers/(?P<vertex>[\w-]+)/models/)(?P<rest>.+)$"
)


def unwrapped(name: str) -> tuple[str, str] | None:
    """The provider and the id inside a name that an API has wrapped a path around; None where there is no such path."""
    found = _WRAPPED.match(name)
    if found is None:
        return None
    provider = next(key for key in ("aws", "bedrock", "google", "vertex") if found[key])
    return ("aws" if provider == "bedrock" else provider), found["rest"]


@dataclass(frozen=True, slots=True)
class Match:
    """A listed id, the rule that found it, the region the name implied, and what the caller should know."""

    id: str
    rule: str
    region: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """A requested name with the model it means, the rule that fired and the catalog it was looked up in."""

    model: Model
    requested: str
    rule: str
    region: str | None
    catalog: CatalogRef
    warnings: tuple[str, ...] = ()


class Ambiguous(Exception):
    """Several listed ids answer to one rule."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__()
        self.choices = tuple(sorted(choices))


class Names:
    """The ids and aliases that one provider lists, and the rules over them.

    `listed` maps every id and alias to its id.
    """

    def __init__(self, listed: Mapping[str, str]) -> None:
        self._listed = listed

    def find(self, name: str) -> Match | None:
        """The listed id that `name` means, or None.

        Raises:
            Ambiguous: two ids answer to the same rule.
        """
        if name in self._listed:
            return Match(self._listed[name], "exact" if self._listed[name] == name else "alias")
        rules: tuple[Callable[[str], Match | None], ...] = (
            self._case,
            self._region,
            self._fine_tuned,
            self._date_spelling,
            self._version,
            self._dated,
            self._only_snapshot,
            self._latest,
        )
        return next((match for rule in rules if (match := rule(name))), None)

    def _one(self, ids: Iterable[str], rule: str) -> Match | None:
        found = set(ids)
        if len(found) > 1:
            raise Ambiguous(found)
        return Match(found.pop(), rule) if found else None

    @cached_property
    def _folded(self) -> dict[str, set[str]]:
        """The ids by listed name, whatever the name's case."""
        folded: dict[str, set[str]] = {}
        for known, model in self._listed.items():
            folded.setdefault(known.lower(), set()).add(model)
        return folded

    @cached_property
    def _by_date(self) -> dict[str, list[tuple[date, str, str]]]:
        """The listed dated snapshots by undated base: date, revision after it, id."""
        found: dict[str, list[tuple[date, str, str]]] = {}
        for known, model in self._listed.items():
            if snapshot := _snapshot(known):
                found.setdefault(snapshot[0], []).append((snapshot[1], _revision(known), model))
        return found

    @cached_property
    def _first_revisions(self) -> dict[str, set[str]]:
        """The ids by listed name without its first revision."""
        bare: dict[str, set[str]] = {}
        for known, model in self._listed.items():
            bare.setdefault(_FIRST_REVISION.sub("", known), set()).add(model)
        return bare

    def _case(self, name: str) -> Match | None:
        return self._one(self._folded.get(name.lower(), ()), "case")

    def _region(self, name: str) -> Match | None:
        parts = _REGION.match(name)
        if parts is None or (parts["mark"] == "." and not has_vendor(parts["rest"])):
            return None  # a geography before a dot is Bedrock's, and stands before a vendor
        inner = self.find(parts["rest"])
        if inner is None:
            return None
        region = parts["region"].removesuffix("-standard")
        return Match(inner.id, f"region profile {region}", region, inner.warnings)

    def _fine_tuned(self, name: str) -> Match | None:
        if not name.startswith("ft:"):
            return None
        base = name.split(":")[1]
        listed = {known: model for known, model in self._listed.items() if known.startswith("ft:")}
        inner = Names({known[3:]: model for known, model in listed.items()}).find(base)
        return Match(inner.id, "fine-tuned", None, inner.warnings) if inner else None

    def _date_spelling(self, name: str) -> Match | None:
        wanted = _snapshot(name)
        if wanted is None:
            return None
        base, day = wanted
        wanted_revision = _revision(name)
        dated = self._by_date.get(base, ())
        return self._one(
            (model for when, revision, model in dated if (when, revision) == (day, wanted_revision)), "date spelling"
        )

    def _version(self, name: str) -> Match | None:
        return self._one(self._first_revisions.get(_unrevised(name), ()), "version suffix")

    def _dated(self, name: str) -> Match | None:
        wanted = _snapshot(name)
        if wanted is None or _revision(name) or self._snapshots(wanted[0]) or wanted[0].endswith(_LATEST):
            return None
        inner = self._case(wanted[0])
        if inner is None:
            return None
        warning = f"snapshot {wanted[1]} of {inner.id} is not listed itself; priced as {inner.id}"
        return Match(inner.id, "dated suffix", None, (warning,))

    def _only_snapshot(self, name: str) -> Match | None:
        return self._one(self._snapshots(_unrevised(name).lower()).values(), "only snapshot")

    def _latest(self, name: str) -> Match | None:
        if not name.lower().endswith(_LATEST):
            return None
        stated = name[: -len(_LATEST)]
        base = stated.lower()
        if base.endswith(_LATEST) or _snapshot(base):
            return None  # neither has a latest one
        for known in (stated, base):
            if known in self._listed:
                return Match(self._listed[known], "latest")
        snapshots = self._snapshots(base)
        if not snapshots:
            return None
        newest = max(snapshots)
        return Match(
            snapshots[newest], "latest", None, (f"{name} taken as the newest listed snapshot, {snapshots[newest]}",)
        )

    def _snapshots(self, base: str) -> dict[date, str]:
        """The listed dated snapshots of an undated id, by date."""
        return {when: model for when, _, model in self._by_date.get(base, ())}


def _unrevised(name: str) -> str:
    """A Bedrock id without its first revision; other names as they are."""
    return _FIRST_REVISION.sub("", name, count=1) if has_vendor(name) else name


def has_vendor(name: str) -> bool:
    """Whether a vendor's name stands before a dot, as in Bedrock ids; `qwen3.6-27b` has a version there."""
    return _VENDOR.match(name) is not None


def _revision(name: str) -> str:
    """The revision after an id's snapshot date; none where it is the first."""
    parts = _DATED.match(name.lower())
    return _FIRST_REVISION.sub("", parts["version"] or "", count=1) if parts else ""


def _snapshot(name: str) -> tuple[str, date] | None:
    """An id's undated base and its snapshot date, whatever the date's spelling; None where the date is none."""
    parts = _DATED.match(name.lower())
    if parts is None:
        return None
    try:
        return parts["base"], date.fromisoformat(parts["date"])
    except ValueError:
        return None
