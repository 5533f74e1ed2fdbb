"""One name a provider and a model: which provider a source means, which region an id carries, who made a model."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pricing.sources.records import STANDARD
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from pricing.sources.records import Record

_GEOGRAPHY: Final = re.compile(r"(us|eu|apac|au|jp|in|ca|sa|af|me|global|us-gov|regional)\.(.+)")
_DATED: Final = re.compile(r"(.+?)[-@](20\d{6}|20\d\d-\d\d-\d\d)")
_FIRST_REVISION: Final = re.compile(r"(-v1)?(:0)?$")
_IN_REGION: Final = ("regional", "us")
_GOVERNMENT: Final = "us-gov"


@dataclass(frozen=True)
class Providers:
    """The provider table; `tables` is providers.toml as read."""

    tables: Mapping[str, Mapping[str, Any]]

    @cached_property
    def _by_source(self) -> dict[str, str]:
        return {source: name for name, table in self.tables.items() for source in table.get("sources", ())}

    def canonical(self, source_name: str) -> str:
        """Our name of a source's provider."""
        for name, table in self.tables.items():
            if source_name.startswith(tuple(table.get("source_prefixes", ()))):
                return name
        return self._by_source.get(source_name, source_name.replace("_", "-"))

    def display(self, name: str, names: Mapping[str, str]) -> str:
        """The name to show: ours, else the source's, else the id."""
        return str(self.tables.get(name, {}).get("name") or names.get(name, name))

    def is_maker(self, name: str) -> bool:
        """Whether bare model names may mean this provider's own API."""
        return bool(self.tables.get(name, {}).get("maker"))

    def prefixes(self, name: str, seen: set[str]) -> list[str]:
        """Every spelling before a slash: the name, the sources' names that were seen, and the table's."""
        table = self.tables.get(name, {})
        known = {name, *seen, *table.get("sources", ()), *table.get("prefixes", ())}
        return sorted(known)

    def maker_of(self, model: str) -> str | None:
        """The provider whose family a model id belongs to, by the longest family name that begins it."""
        bare = model.lower().rpartition("/")[2].removeprefix("openai.")
        best = max(
            (
                (len(family), name)
                for name, table in self.tables.items()
                for family in table.get("families", ())
                if bare.startswith(family)
            ),
            default=None,
        )
        return best[1] if best else None

    def place(self, record: Record) -> Record:
        """The record under our provider name; a Bedrock geography becomes the region of its prices.

        An alias with a geography is an offer, not a name: the prices hold in that region too, but for GovCloud, which
        bills a fifth over the base where genai-prices lists it among the geographies at a tenth. An alias without one
        beside a regional id says that the bare id is sold at the regional price.
        """
        provider = self.canonical(record.provider)
        if provider != "aws":
            return replace(record, provider=provider)
        match = _GEOGRAPHY.fullmatch(record.model)
        model = match[2] if match else record.model
        own = match[1] if match else None
        named = {alias: _GEOGRAPHY.fullmatch(alias) for alias in record.aliases}
        others = (geography[1] for geography in named.values() if geography and geography[1] != _GOVERNMENT)
        regions = dict.fromkeys((own, *others))
        if own and model in named:
            regions[None] = None
        sets = tuple(one if one.region else replace(one, region=region) for region in regions for one in record.sets)
        aliases = tuple(alias for alias, geography in named.items() if not geography and alias != model)
        return replace(
            record,
            provider=provider,
            model=model,
            aliases=aliases,
            sets=sets,
            uplifts=() if match else record.uplifts,
        )


def in_region(record: Record) -> Record:
    """A Bedrock record whose default offer is the regional one; for a model that is sold `global` apart from it.

    A bare id is a call inside one Region. AWS bills it as a geography, about a tenth over global; LiteLLM and
    models.dev list most bare ids at the global price.
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    https://github.com/BerriAI/litellm/issues/42679 (usage types of the AWS price list)
    """
    regions = {one.region for one in record.sets}
    here = next((region for region in _IN_REGION if region in regions), None)
    if here is None:
        return record
    kept = tuple(one for one in record.sets if one.region is not None)
    bare = (one.rates for one in record.sets if one.region is None and one.tier == STANDARD and not one.threshold[1])
    fees = {b: rate for rates in bare for b, rate in rates.items() if BUCKETS[b].unit != "million_tokens"}
    moved = (replace(one, region=None, rates={**fees, **one.rates}) for one in kept if one.region == here)
    return replace(record, sets=(*moved, *kept))


def load() -> Providers:
    """The shipped provider table."""
    return Providers(tomllib.loads(files("pricing.sources").joinpath("providers.toml").read_text("utf-8")))


def undated(model: str) -> str | None:
    """The id without its date suffix, or None when it has none."""
    match = _DATED.fullmatch(model)
    return match[1] if match else None


def key(provider: str, model: str) -> str:
    """What makes two spellings one id: case does not count, nor does the first revision mark on Bedrock."""
    return _FIRST_REVISION.sub("", model.lower(), count=1) if provider == "aws" else model.lower()
