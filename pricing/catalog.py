"""The catalog: which models exist, who sells them, and what a name means. Files are read when first needed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pricing import reading
from pricing.errors import AmbiguousModel, BadCatalog, InvalidInput, UnknownModel, one_of
from pricing.names import Ambiguous, Match, Names, Resolution, has_vendor, unwrapped
from pricing.near import Near
from pricing.rates import CatalogRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pricing.pricefile import PriceFile
    from pricing.rates import Model

SHIPPED: Final = os.path.join(os.path.dirname(__file__), "data")  # noqa: PTH118, PTH120 - pathlib doubles a cold start
SCHEMA: Final = 1
LONGEST_NAME: Final = 256
_BEDROCK: Final = "aws"
_REMEMBERED: Final = 10_000

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Provider:
    """Who sells models; a `maker` serves its own, a host serves other people's."""

    id: str
    name: str
    maker: bool
    prefixes: tuple[str, ...]
    models: int


class Catalog:
    """The models and prices of one catalog directory, with the user's own price file over it.

    Immutable in what it answers; it only remembers what it has read.

    Raises:
        BadCatalog: the directory holds no readable catalog of this schema.
    """

    def __init__(self, directory: str = SHIPPED, prices: PriceFile | None = None) -> None:
        self.directory = directory
        self.prices = prices
        index = _load(directory, "index.json")
        if index.get("schema") != SCHEMA:
            raise BadCatalog(
                f"{directory}/index.json has schema {index.get('schema')!r}; this version reads {SCHEMA}",
                loc=("schema",),
                value=index.get("schema"),
            )
        self._ids: Mapping[str, list[str]] = _with_own(index["ids"], prices)
        self._calendars = {name: reading.calendar(name, data) for name, data in index.get("calendars", {}).items()}
        self.sources: tuple[Mapping[str, str], ...] = tuple(index["sources"])
        own = prices.providers if prices else ()
        self.providers: dict[str, Provider] = {
            **{name: Provider(name, name, maker=True, prefixes=(name,), models=0) for name in own},
            **{name: _provider(name, data) for name, data in index["providers"].items()},
        }
        self._prefixes = {prefix: p.id for p in self.providers.values() for prefix in (*p.prefixes, p.id)}
        version = index["version"] + (f"+{prices.digest}" if prices else "")
        self.ref = CatalogRef(version, index["observed"])
        self._entries: dict[str, dict[str, Any]] = {}
        self._names: dict[str, Names] = {}
        self._models: dict[tuple[str, str], Model] = {}
        self._resolved: dict[tuple[str, str | None], Resolution] = {}
        self._near: dict[str | None, Near] = {}
        self._missed: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self._kept: dict[Callable[[Catalog], Any], Any] = {}
        if prices is not None:
            self._check_own(prices)

    def resolve(self, name: str, provider: str | None = None) -> Resolution:
        """The model that a name means, and the rule that said so.

        A bare name means its maker's own API. `provider` narrows the search; a prefix such as `azure/` does the same.

        Raises:
            UnknownModel: nothing is listed under the name; carries the nearest names.
            AmbiguousModel: only hosts sell it, or several ids answer to it; carries the choices.
        """
        key = (name, provider)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolve(name, provider)
            if len(self._resolved) >= _REMEMBERED:
                self._resolved.clear()
            self._resolved[key] = found
        return found

    def model(self, provider: str, model_id: str) -> Model:
        """The model listed under exactly this provider and id.

        Raises:
            UnknownModel: it is not listed.
            BadCatalog: its entry is damaged.
        """
        key = (provider, model_id)
        if key not in self._models:
            entry = self.entries(provider).get(model_id)
            if entry is None:
                raise self._unknown(model_id, provider)
            self._models[key] = reading.model(provider, model_id, entry, self._calendars)
        return self._models[key]

    def models(self, provider: str | None = None) -> Iterator[Model]:
        """Every listed model, of one provider or of all, in the catalog's order."""
        for each in [self._known_provider(provider)] if provider else self.providers:
            for model_id in self.entries(each):
                yield self.model(each, model_id)

    def sellers(self, name: str) -> list[str]:
        """The providers that list exactly this id or alias, its own maker first."""
        return list(self._ids.get(name, ()))

    def conflicts(self) -> list[dict[str, Any]]:
        """Where sources disagreed by more than 1 %, what was chosen and why."""
        rows: list[dict[str, Any]] = _load(self.directory, "conflicts.json")["conflicts"]
        return rows

    def remembered(self, made: Callable[[Catalog], _T]) -> _T:
        """What a function makes of this catalog, made once: its memory of what follows from prices alone."""
        if made not in self._kept:
            self._kept.setdefault(made, made(self))
        kept: _T = self._kept[made]
        return kept

    def entries(self, provider: str) -> dict[str, Any]:
        """A provider's raw entries by id, with the user's own over them."""
        if provider not in self._entries:
            listed: dict[str, Any] = {}
            if self.providers[provider].models:
                listed = _load(self.directory, "providers", f"{provider}.json")["models"]
            self._entries[provider] = self.prices.over(provider, listed) if self.prices else listed
        return self._entries[provider]

    def names(self, provider: str) -> Names:
        """The name rules over one provider's ids and aliases."""
        if provider not in self._names:
            entries = self.entries(provider)
            listed = {alias: model for model, entry in entries.items() for alias in entry.get("aliases", ())}
            self._names[provider] = Names(listed | {model: model for model in entries})
        return self._names[provider]

    def _check_own(self, prices: PriceFile) -> None:
        """Every model and name of the user's price file means something that is listed, or says that it is new."""
        for provider, own in prices.entries.items():
            if not self.providers[provider].models:
                continue
            listed = _load(self.directory, "providers", f"{provider}.json")["models"]
            for model_id, entry in own.items():
                if model_id not in listed and not entry.get("new"):
                    hint = one_of(model_id, listed)
                    raise prices.error(
                        f"{provider} lists no model {model_id!r}; {hint}; say new = true if it is your own",
                        "models",
                        f"{provider}/{model_id}",
                    )
        for name, (provider, model_id) in prices.names.items():
            if provider not in self.providers or self._within(provider, model_id) is None:
                known = self.entries(provider) if provider in self.providers else self.providers
                target = model_id if provider in self.providers else provider
                raise prices.error(
                    f"{name!r} names {provider}/{model_id}, which is not listed; {one_of(target, known)}", "names", name
                )

    def _resolve(self, name: str, provider: str | None) -> Resolution:
        if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
            raise InvalidInput(
                f"model is {str(name)[:60]!r}; it must be a name of 1 to {LONGEST_NAME} characters",
                loc=("model",),
                value=name,
            )
        if provider is not None:
            where = self._known_provider(provider)
            prefix, _, rest = name.partition("/")
            inner = self._within(where, name)
            if inner is None and self._prefixes.get(prefix.lower()) == where:
                inner = self._within(where, rest)
            return self._answer(where, name, inner)
        return self._bare(name)

    def _bare(self, name: str) -> Resolution:
        """No provider named: the user's own names, then a prefix, then a maker, then the choices among hosts."""
        if self.prices and name in self.prices.names:
            where, model_id = self.prices.names[name]
            return self._answer(where, name, self._within(where, model_id), rule="your price file")
        wrapped = unwrapped(name)
        if wrapped is not None and wrapped[0] in self.providers:
            plain = self.resolve(wrapped[1], wrapped[0])
            return replace(plain, requested=name, rule=f"path, {plain.rule}")
        prefix, slash, rest = name.partition("/")
        named = self._prefixes.get(prefix.lower()) if slash else None
        if named is not None and (inner := self._within(named, rest)) is not None:
            return self._answer(named, name, inner, rule=f"prefix {prefix}/")
        sellers = self.sellers(name)
        maker = next((seller for seller in sellers if self._makes(seller, name)), None)
        if maker is not None:
            return self._answer(maker, name, self._within(maker, name))
        return self._unlisted(name, sellers, named)

    def _unlisted(self, name: str, sellers: list[str], where: str | None) -> Resolution:
        """A bare name that no maker lists as it stands: rules over the makers, then Bedrock ids, then the error."""
        if where is None:
            near = ((maker, self._within(maker, name)) for maker in self._makers_near(name))
            found = [(maker, match) for maker, match in near if match and self._makes(maker, match.id)]
            if has_vendor(name) and "/" not in name and not found and (match := self._within(_BEDROCK, name)):
                found = [(_BEDROCK, match)]
            if len(found) == 1:
                return self._answer(found[0][0], name, found[0][1])
            sellers = sellers or [maker for maker, _ in found]
        if sellers:
            raise _choose(
                f"no maker sells {name!r} itself; name the provider, for example provider={sellers[0]!r}. "
                f"Sold by: {', '.join(sellers)}",
                name,
                [f"{seller}/{name}" for seller in sellers],
            )
        raise self._unknown(name, where)

    def _makes(self, provider: str, name: str) -> bool:
        """Whether a provider sells a model as its own: it is a maker, and the entry is not marked as resold."""
        if not self.providers[provider].maker:
            return False
        match = self._within(provider, name)
        return match is not None and not self.entries(provider)[match.id].get("resold")

    def _makers_near(self, name: str) -> list[str]:
        """The makers whose file is worth reading: they list something that begins like the name."""
        head = name.lower()[: 5 if name.startswith("ft:") else 2]
        near = {seller for known, sellers in self._ids.items() if known.lower().startswith(head) for seller in sellers}
        return [each.id for each in self.providers.values() if each.maker and each.id in near]

    def _within(self, provider: str, name: str) -> Match | None:
        """The listed id that a name means at one provider."""
        try:
            return self.names(provider).find(name)
        except Ambiguous as several:
            raise _choose(
                f"{name!r} may mean {', '.join(several.choices)} at {provider}; name one", name, list(several.choices)
            ) from None

    def _answer(self, provider: str, requested: str, inner: Match | None, rule: str | None = None) -> Resolution:
        if inner is None:
            raise self._unknown(requested, provider)
        said = rule if rule and inner.rule == "exact" else f"{rule}, {inner.rule}" if rule else inner.rule
        return Resolution(self.model(provider, inner.id), requested, said, inner.region, self.ref, inner.warnings)

    def _known_provider(self, provider: str) -> str:
        known = self._prefixes.get(provider.lower())
        if known is None:
            raise UnknownModel(
                f"unknown provider {provider!r}; {one_of(provider, sorted(self.providers))}",
                loc=("provider",),
                value=provider,
            )
        return known

    def _closest(self, name: str, provider: str | None) -> tuple[str, ...]:
        """The listed names closest to one that is not, remembered: whole files of rows may hold the same."""
        key = (name, provider)
        found = self._missed.get(key)
        if found is None:
            if provider not in self._near:
                self._near[provider] = Near(self.entries(provider) if provider else self._ids)
            found = self._near[provider].to(name)
            if len(self._missed) >= _REMEMBERED:
                self._missed.clear()
            self._missed[key] = found
        return found

    def _unknown(self, name: str, provider: str | None) -> UnknownModel:
        close = self._closest(name, provider)
        where = f" at {provider}" if provider else ""
        others = [seller for seller in self.sellers(name) if seller != provider]
        where += f" (it is sold by {', '.join(others[:8])})" if others else ""
        hint = f"; nearest: {', '.join(close)}" if close else "; `tokenplan models` lists them"
        error = UnknownModel(f"unknown model {name!r}{where}{hint}", loc=("model",), value=name)
        error.nearest = close
        return error


def _with_own(ids: Mapping[str, list[str]], prices: PriceFile | None) -> Mapping[str, list[str]]:
    """The index's ids and those of the user's price file, whose providers come first."""
    if prices is None:
        return ids
    own = {model_id: provider for provider, entries in prices.entries.items() for model_id in entries}
    sellers = {known: [who, *(each for each in ids.get(known, ()) if each != who)] for known, who in own.items()}
    return {**ids, **sellers}


def _choose(msg: str, name: str, choices: list[str]) -> AmbiguousModel:
    error = AmbiguousModel(msg, loc=("model",), value=name)
    error.nearest = tuple(choices)
    return error


def _provider(name: str, data: Mapping[str, Any]) -> Provider:
    return Provider(name, data["name"], data["maker"], tuple(data["prefixes"]), data["models"])


def _load(directory: str, *parts: str) -> dict[str, Any]:
    path = os.path.join(directory, *parts)  # noqa: PTH118 - see SHIPPED
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - see SHIPPED
            data = json.load(file)
    except (OSError, ValueError) as error:
        raise BadCatalog(f"{path} cannot be read: {error}", loc=parts) from error
    if not isinstance(data, dict):
        raise BadCatalog(f"{path} holds {type(data).__name__}; it must be a JSON object", loc=parts)
    return data
