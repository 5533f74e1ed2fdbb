"""Builds the shipped catalog from pinned packages: `python -m pricing.sources.build [--wheels DIR] [--out DIR]`."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from pricing.sources import (
    check,
    corrections,
    emit,
    facts,
    fetch,
    gather,
    genai_prices,
    litellm,
    merge,
    model_prices,
    models_dev,
    naming,
    openrouter,
)
from pricing.sources.records import Origin, instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from pricing.sources.records import Record

READERS: Final[dict[str, Callable[[str, Origin], list[Record]]]] = {
    "genai-prices": genai_prices.read,
    "litellm": litellm.read,
    "model-prices": model_prices.read,
    "models-dev": models_dev.read,
    "openrouter": openrouter.read,
}
NAMES: Final = {"models-dev": models_dev.provider_names, "genai-prices": genai_prices.provider_names}
DATA: Final = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Built:
    """A catalog as texts by file name, with what it was made from and found out on the way."""

    files: Mapping[str, str]
    draft: Draft
    models: Sequence[merge.Merged] = ()


class Source(Protocol):
    """What a build needs to know of a source: a pinned package, or a feed."""

    @property
    def name(self) -> str:
        """The project."""

    @property
    def version(self) -> str:
        """Its version, as a rate's source shows it."""

    @property
    def observed(self) -> str:
        """The day on which its figures were last known to be current."""

    def index_row(self) -> dict[str, str]:
        """What the catalog's index says about it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A catalog before it is text: its entries by provider and model, and what its index says."""

    entries: Mapping[str, Mapping[str, dict[str, Any]]]
    observed: str
    sources: Sequence[Mapping[str, str]]
    calendars: Mapping[str, Any]
    names: Mapping[str, str]
    prefixes: Mapping[str, Sequence[str]]
    conflicts: Sequence[Mapping[str, Any]]
    backed: Collection[tuple[str, str]] = ()
    """The models on whose present prices two of the sources agree."""
    lapsed: Sequence[str] = ()
    """The corrections over figures that no source says any more."""


def build(texts: Mapping[str, str], packages: Sequence[Source]) -> Built:
    """The catalog from each source's data text, by its name; the same texts give the same bytes.

    Raises:
        BadCatalog: what was built breaks the rules of docs/adr/0001.
    """
    made, models = draft(texts, packages)
    return Built(written(made), made, models)


def draft(texts: Mapping[str, str], packages: Sequence[Source]) -> tuple[Draft, Sequence[merge.Merged]]:
    """The catalog's entries from each source's data text, and the merged models they were made from."""
    providers, hand = naming.load(), corrections.load()
    origins = {p.name: Origin(f"{p.name} {p.version}", p.observed) for p in packages}
    raw = [record for p in packages for record in READERS[p.name](texts[p.name], origins[p.name])]
    seen: dict[str, set[str]] = {}
    for record in raw:
        if record.origin.project != "models-dev":
            seen.setdefault(providers.canonical(record.provider), set()).add(record.provider)
    placed = [providers.place(record) for record in raw]
    records = [one for record in placed if (one := hand.apply(record)) is not None]
    observed = max(p.observed for p in packages)
    merged = [merge.merge(group, instant(observed)) for group in gather.gather(records, instant(observed))]
    entries = _entries(merged, providers)
    names = {
        name: shown
        for project, read in NAMES.items()
        if project in texts
        for name, shown in read(texts[project]).items()
    }
    calendars = model_prices.calendars(texts["model-prices"]) if "model-prices" in texts else {}
    made = Draft(
        entries,
        observed,
        [p.index_row() for p in packages],
        calendars,
        names,
        {name: providers.prefixes(name, seen.get(name, set())) for name in entries},
        [conflict.row() for one in merged for conflict in one.conflicts],
        {(one.group.provider, one.group.model) for one in merged if merge.backed(one.group, instant(observed))},
        hand.lapsed(placed),
    )
    return made, merged


def written(made: Draft) -> dict[str, str]:
    """The texts of a catalog's files, by name.

    Raises:
        BadCatalog: they break the rules of docs/adr/0001.
    """
    providers = naming.load()
    files = {f"providers/{name}.json": emit.provider_text(name, made.entries[name]) for name in sorted(made.entries)}
    index = {
        "schema": emit.SCHEMA,
        "version": emit.version(made.observed, files),
        "observed": made.observed,
        "calendars": made.calendars,
        "sources": made.sources,
        "providers": _providers(made, providers),
        "ids": _ids(made.entries, providers),
    }
    files |= {"index.json": emit.index_text(index), "conflicts.json": emit.conflicts_text(made.conflicts)}
    check.check(files)
    return files


def _entries(merged: Sequence[merge.Merged], providers: naming.Providers) -> dict[str, dict[str, dict[str, Any]]]:
    entries: dict[str, dict[str, Any]] = {}
    for one in sorted(merged, key=lambda one: not providers.is_maker(one.group.provider)):
        entry = facts.facts(one.group, providers)
        notes = [*entry.pop("notes", ()), *one.notes]
        entry |= {"notes": notes} if notes else {}
        maker = entries.get(providers.maker_of(one.group.model) or "", {}).get(_bare(one.group.model))
        if maker and "limits" in maker and "limits" in entry:
            entry["limits"] = facts.of_maker(entry["limits"], maker["limits"])
        entry["prices"] = [emit.rate_line(each) for each in one.sets]
        entries.setdefault(one.group.provider, {})[one.group.model] = entry
    return {name: entries[name] for name in sorted(entries)}


def _bare(model: str) -> str:
    """The id without an owner before a slash or Bedrock's before a dot."""
    return model.rpartition("/")[2].removeprefix("openai.")


def _providers(made: Draft, providers: naming.Providers) -> dict[str, Any]:
    return {
        name: {
            "name": providers.display(name, made.names),
            "maker": providers.is_maker(name),
            "prefixes": list(made.prefixes[name]),
            "models": len(made.entries[name]),
        }
        for name in sorted(made.entries)
    }


def _ids(entries: Mapping[str, Mapping[str, dict[str, Any]]], providers: naming.Providers) -> dict[str, list[str]]:
    """Every id and alias with who lists it: the family's maker first, then other makers, then hosts."""
    listed: dict[str, set[str]] = {}
    for provider, models in entries.items():
        for model, entry in models.items():
            for name in (model, *entry.get("aliases", ())):
                listed.setdefault(name, set()).add(provider)

    def rank(model: str, provider: str) -> tuple[bool, bool, str]:
        return providers.maker_of(model) != provider, not providers.is_maker(provider), provider

    return {name: sorted(listed[name], key=lambda p: rank(name, p)) for name in sorted(listed)}


def write(built: Built, out: Path) -> None:
    """Writes the files under a directory and removes provider files that are no longer made."""
    (out / "providers").mkdir(parents=True, exist_ok=True)
    for old in (out / "providers").glob("*.json"):
        if f"providers/{old.name}" not in built.files:
            old.unlink()
    for name, text in built.files.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")


def summary(built: Built, raw_litellm: str) -> str:
    """The counts of a build, as text for a terminal."""
    priced = [one for one in built.models if any(not each.free for each in one.sets)]
    free = [one for one in built.models if any(each.free for each in one.sets)]
    sets = Counter(each.origin.source for one in built.models for each in one.sets)
    by_provider = Counter(one.group.provider for one in priced)
    terms = len(re.findall(r'"[^"]*-month-commitment/[^"]*": \{', raw_litellm))
    lines = [
        (
            f"models      {len(built.models)}: {len(priced)} priced, {len(free)} free, "
            f"{len(built.models) - len(priced) - len(free)} without a usable price"
        ),
        *(f"rate sets   {count:5} from {source}" for source, count in sets.most_common()),
        f"conflicts   {sum(len(one.conflicts) for one in built.models)}",
        *(f"lapsed      {each}" for each in built.draft.lapsed),
        f"left out    {terms} litellm rows of committed throughput",
        "priced by   " + ", ".join(f"{name} {count}" for name, count in by_provider.most_common()),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fetches, builds, checks and writes the catalog, and prints what is in it."""
    parser = argparse.ArgumentParser(prog="python -m pricing.sources.build", description=__doc__)
    parser.add_argument("--wheels", type=Path, help="a directory that holds the pinned wheels; default: download them")
    parser.add_argument("--out", type=Path, default=DATA, help="where to write the catalog; default: the package's own")
    options = parser.parse_args(arguments)
    packages = fetch.pins()
    texts = fetch.texts(packages, options.wheels)
    built = build(texts, packages)
    write(built, options.out)
    sys.stdout.write(summary(built, texts["litellm"]))


if __name__ == "__main__":
    main()
