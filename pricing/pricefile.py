"""The user's own price file: negotiated rates, private deployments, aliases. It lies over the catalog and wins.

    source = "ACME enterprise agreement"        # shown in every answer it decides
    observed = 2026-11-01

    [currency]                                  # optional; rates are then in this currency
    code = "EUR"
    usd = "1.08"                                # USD for one unit of it

    [names]                                     # optional; your own names for models
    house-small = "openai/gpt-5-mini"

    [models."openai/gpt-5-mini"]
    [[models."openai/gpt-5-mini".prices]]
    rates = { input_tokens = "0.20", cache_read_tokens = "0.02", output_tokens = "1.60" }

    [models."acme/private-llama"]                # a provider of your own; at a known one also: new = true
    limits = { context_window = 131072 }
    [[models."acme/private-llama".prices]]
    rates = { input_tokens = "0.10", output_tokens = "0.10" }

A price set takes every key of docs/adr/0001 but `source` and `observed`, which the file says once. A model's own sets
replace the catalog's of the same service tier and region; its other tiers stay the catalog's. A model that a known
provider does not list needs `new = true`, so that a misspelt id does not become a model of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pricing import reading
from pricing.cost import EXACT
from pricing.errors import BadCatalog, one_of
from pricing.rates import STANDARD

_TOP: Final = frozenset(("source", "observed", "currency", "names", "models"))
_MODEL: Final = frozenset(
    [
        "new",
        "name",
        "mode",
        "limits",
        "retires",
        "knowledge_cutoff",
        "cache_minimum_tokens",
        "capabilities",
        "notes",
        "prices",
    ]
)
TIERS: Final = (STANDARD, "batch", "flex", "priority", "fast")
_LIMITS: Final = frozenset(("context_window", "max_input_tokens", "max_output_tokens"))


@dataclass(frozen=True, slots=True)
class PriceFile:
    """A checked price file: entries by provider and id, and the user's names for them."""

    path: str
    digest: str
    names: Mapping[str, tuple[str, str]]
    entries: Mapping[str, Mapping[str, dict[str, Any]]]
    text: str = field(repr=False)

    def error(self, msg: str, *loc: str) -> BadCatalog:
        """An error that names this file and the line of a key path in it."""
        return BadCatalog(f"{self.path}, line {_line(self.text, loc)}: {msg}", loc=loc)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers it prices, also those that only it knows."""
        return tuple(self.entries)

    def over(self, provider: str, listed: Mapping[str, Any]) -> dict[str, Any]:
        """A provider's catalog entries with this file's laid over them."""
        merged = dict(listed)
        for model_id, own in self.entries.get(provider, {}).items():
            base = listed.get(model_id, {})
            replaced = {_offer(each) for each in own.get("prices", ())}
            kept = [each for each in base.get("prices", ()) if _offer(each) not in replaced]
            merged[model_id] = {**base, **own, "prices": [*own.get("prices", ()), *kept]}
        return merged


def read_price_file(path: str) -> PriceFile:
    """A price file from its path, wholly checked.

    Raises:
        BadCatalog: it cannot be read, or a key or value is wrong; each problem names the file, the line and the key.
    """
    import tomllib  # noqa: PLC0415 - only who has a price file pays for its import
    from hashlib import sha256  # noqa: PLC0415

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - see pricing.catalog.SHIPPED
            raw = file.read()
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise BadCatalog(f"{path}: {error}", loc=(path,)) from error
    try:
        return _checked(path, sha256(raw).hexdigest()[:12], data, text)
    except BadCatalog as error:
        problem = error.problems[0]
        line = _line(text, problem.loc)
        raise BadCatalog(f"{path}, line {line}: {problem.msg}", loc=problem.loc, value=problem.input) from None


def _checked(path: str, digest: str, data: dict[str, Any], text: str) -> PriceFile:
    _known_keys(data, _TOP, ())
    for key in ("source", "observed"):
        if key not in data:
            raise BadCatalog(f"{key} is missing; say where the prices come from and when they were agreed", loc=(key,))
    factor = _factor(data.get("currency"))
    origin = {"source": f"{data['source']} ({path})", "observed": str(data["observed"])}
    entries: dict[str, dict[str, dict[str, Any]]] = {}
    for name, entry in data.get("models", {}).items():
        provider, model_id = _split(name, ("models", name))
        entries.setdefault(provider, {})[model_id] = _entry(name, entry, origin, factor)
    names = {name: _split(target, ("names", name)) for name, target in data.get("names", {}).items()}
    return PriceFile(path, digest, names, entries, text)


def _entry(name: str, entry: dict[str, Any], origin: dict[str, str], factor: Decimal) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise BadCatalog(f"models.{name} is {entry!r}; it must be a table", loc=("models", name), value=entry)
    _known_keys(entry, _MODEL, ("models", name))
    limits = entry.get("limits", {})
    _known_keys(limits, _LIMITS, ("models", name, "limits"))
    sets = []
    for place, own in enumerate(entry.get("prices", ())):
        where = ("models", name, "prices", place)
        if not isinstance(own.get("rates"), dict):
            raise BadCatalog("rates is missing; it maps buckets to decimal strings", loc=(*where, "rates"))
        rates = {key: _converted(value, factor, (*where, "rates", key)) for key, value in own["rates"].items()}
        _plausible_tier(own.get("tier", STANDARD), (*where, "tier"))
        priced = {**own, "rates": rates, **origin}
        try:
            reading.rate_set(priced, {})
        except BadCatalog as error:
            raise error.under(*where) from None
        sets.append(priced)
    checked = {**entry, "prices": sets}
    if limits:
        checked["limits"] = {**limits, **origin}
    return checked


def _plausible_tier(tier: object, loc: tuple[str | int, ...]) -> None:
    """Refuse a tier that is nearly a common one: a provider may have further tiers, a typo must not become one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a price file pays for it

    near = get_close_matches(str(tier), TIERS, n=1, cutoff=0.75)
    if tier not in TIERS and near:
        raise BadCatalog(
            f"tier is {tier!r}; did you mean {near[0]!r}? Common tiers: {', '.join(TIERS)}", loc=loc, value=tier
        )


def _converted(value: object, factor: Decimal, loc: tuple[str | int, ...]) -> str:
    """A rate as a decimal string in USD; TOML floats are refused, because 0.1 is not a tenth."""
    text = str(value) if type(value) is int else value
    return format(EXACT.multiply(reading.money(text, loc), factor), "f")


def _factor(currency: object) -> Decimal:
    if currency is None:
        return Decimal(1)
    if not isinstance(currency, dict) or set(currency) != {"code", "usd"}:
        raise BadCatalog(
            f'currency is {currency!r}; it must read code = "EUR", usd = "1.08"', loc=("currency",), value=currency
        )
    factor = reading.money(currency["usd"], ("currency", "usd"))
    if not factor:
        raise BadCatalog("currency.usd is zero; it must be the USD one unit buys", loc=("currency", "usd"))
    return factor


def _split(name: object, loc: tuple[str | int, ...]) -> tuple[str, str]:
    provider, slash, model_id = str(name).partition("/")
    if not slash or not provider or not model_id:
        raise BadCatalog(f'{name!r} must read "provider/model"', loc=loc, value=name)
    return provider, model_id


def _offer(entry: Mapping[str, Any]) -> tuple[str, str | None]:
    return entry.get("tier", STANDARD), entry.get("region")


def _known_keys(table: object, known: frozenset[str], loc: tuple[str | int, ...]) -> None:
    if not isinstance(table, dict):
        raise BadCatalog(f"{'.'.join(map(str, loc))} is {table!r}; it must be a table", loc=loc, value=table)
    for key in table:
        if key not in known:
            raise BadCatalog(f"unknown key {key!r}; {one_of(key, sorted(known))}", loc=(*loc, key), value=table[key])


def _line(text: str, loc: tuple[str | int, ...]) -> int:
    """The line that a location stands on: each part of the path is looked for after the one before it.

    tomllib keeps no positions; a header or key on its own line is found, which is what a person looks for.
    """
    lines = text.splitlines() or [""]
    at = 0
    for place, part in enumerate(loc):
        if isinstance(part, int):
            header = re.compile(rf"^\s*\[\[.*{re.escape(str(loc[place - 1]))}\s*\]\]")
            hits = [number for number in range(at, len(lines)) if header.match(lines[number])]
            at = hits[part] if part < len(hits) else at
            continue
        key = re.compile(rf"""(^|[\s.\["'{{,]){re.escape(part)}(["'\]\s.=]|$)""")
        at = next((number for number in range(at, len(lines)) if key.search(lines[number].split("#")[0])), at)
    return at + 1
