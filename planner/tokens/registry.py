"""Which way each model counts: families of names, each with an encoding or with ratios to one, all of it data.

`registry.json` is read as it stands; adding a family or a model name touches that file alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from os import path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from planner.tokens import framing
from planner.tokens.count import How
from planner.tokens.framing import Framing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

SHIPPED: Final = path.join(path.dirname(__file__), "registry.json")  # noqa: PTH118, PTH120 - pathlib is a slow import


SPREAD: Final = {
    "english": 0.10,
    "latin": 0.30,
    "cyrillic": 0.15,
    "chinese": 0.15,
    "japanese": 0.12,
    "script": 0.60,
    "code": 0.12,
    "json": 0.20,
    "csv": 0.20,
    "base64": 0.08,
}
"""How far a ratio may be off on other text of its kind, where the registry does not say: one language or style was
measured for each."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Tokens for one token of o200k on text of one kind, and the bounds of that figure."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Own:
    """A tokenizer of a family's own, in an optional package or a file of the user's.

    `how` is what its counts are called; `most` is the longest text in characters that it is given, because it is slow.
    """

    package: str
    vocabulary: str
    how: How
    most: int | None = None
    note: str | None = None

    @property
    def encoding(self) -> str:
        """What an answer names it: `splintr-rs:llama3`."""
        return f"{self.package}:{self.vocabulary}"


@dataclass(frozen=True, slots=True)
class Method:
    """How a family counts: `encoding` itself when `ratios` is None, else scaled by kind of text.

    `ratios` are the family's tokens for one token of `encoding`; `bounds` are factors on the result where the spread of
    a kind is not enough, because the tokenizer itself is not known. `own` are the tokenizers that would count instead,
    the best first; those of them that are at hand stand in `at_hand` (`planner.tokens.tokenizers` looks).
    """

    family: str
    encoding: str
    how: How
    framing: Framing
    ratios: Mapping[str, Ratio] | None
    bounds: tuple[float, float] | None
    source: str
    observed: str
    note: str | None
    own: tuple[Own, ...] = ()
    at_hand: tuple[Own, ...] = ()

    def sized(self, characters: int) -> Method:
        """The way to count so many characters: by a tokenizer at hand that is quick enough, else by ratios."""
        if not self.at_hand:
            return self
        own = next((each for each in self.at_hand if each.most is None or characters <= each.most), None)
        if own is None:
            slow = max(self.at_hand, key=lambda each: each.most or 0)
            told = f"over {slow.most} characters {slow.package} would be too slow; estimated by kind of text instead"
            return replace(self, note=told, at_hand=())
        return replace(
            self, encoding=own.encoding, how=own.how, ratios=None, bounds=None, note=own.note, own=(), at_hand=()
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """Families by words of model names, and by provider for names that no family knows."""

    names: Mapping[str, Method]
    providers: Mapping[str, Method]
    unknown: Method

    def method(self, model: str, provider: str | None = None) -> Method:
        """How a model counts; `model` and `provider` as the catalog resolved them, any host's spelling will do.

        The first word with a known family decides, by its longest known run of words, in the last part of a path first
        (`openai/gpt-5-mini`, `us.anthropic.claude-haiku-4-5`, `accounts/fireworks/models/llama-v3p3-70b-instruct`);
        of `ft:gpt-4.1-mini:acme::1` only the base model is read. A name that no family knows counts as its maker's
        (named in the path, or the provider), else as `unknown`.
        """
        found = lookup(self.names, model)
        if found is not None:
            return found
        makers = (*_PATH.split(model.lower().removeprefix("ft:")), provider or "")
        return next((self.providers[maker] for maker in makers if maker in self.providers), self.unknown)

    def mapped(self, change: Callable[[Method], Method]) -> Registry:
        """The same registry with each method changed."""
        every = {id(method): method for method in (*self.names.values(), *self.providers.values(), self.unknown)}
        changed = {at: change(method) for at, method in every.items()}
        return Registry(
            {name: changed[id(method)] for name, method in self.names.items()},
            {name: changed[id(method)] for name, method in self.providers.items()},
            changed[id(self.unknown)],
        )

    def named(self, words: str, method: Method) -> Registry:
        """The same registry in which names that hold `words`, or begin a known run of words with them, count so."""
        known = [name for name in self.names if words in _runs(name) and name.startswith(words)]
        return replace(self, names={**self.names, **dict.fromkeys([words, *known], method)})


_PATH: Final = re.compile(r"/|(?<=[a-z])\.(?=[a-z])")
"""What stands between the parts of a name: a slash, or a dot between letters (`anthropic.claude`, not `gpt-4.1`)."""


def lookup(names: Mapping[str, T], model: str) -> T | None:
    """What is told of the family of a model's name, as `Registry.method` reads names; None for no family."""
    for part in reversed(_PATH.split(model.lower().removeprefix("ft:"))):
        for run in _runs(part.removeprefix("ft:").partition(":")[0]):
            if run in names:
                return names[run]
    return None


def _runs(name: str) -> Iterator[str]:
    """Every run of whole words of a name: from the first word on, the longest first."""
    starts = [at for at, char in enumerate(name) if char.isalnum() and (at == 0 or not name[at - 1].isalnum())]
    ends = [at for at in range(len(name), 0, -1) if _ends_word(name, at)]
    return (name[start:end] for start in starts for end in ends if end > start)


def _ends_word(part: str, at: int) -> bool:
    """Whether a word may end before `at`: at the end, before a mark, or between a letter and a digit (`qwen3`)."""
    if not part[at - 1].isalnum():
        return False
    return at == len(part) or not part[at].isalnum() or (part[at - 1].isalpha() and part[at].isdigit())


@cache
def shipped() -> Registry:
    """The registry in this package, read once."""
    with open(SHIPPED, encoding="utf-8") as file:  # noqa: PTH123 - the same
        return read(json.load(file))


def read(data: dict[str, Any]) -> Registry:
    """A registry from its JSON: `families` (with `models`, words of names), `providers`, `unknown`."""
    framings = framing.shipped()
    methods = {name: _method(name, row, framings, data["observed"]) for name, row in data["families"].items()}
    names = {model: methods[name] for name, row in data["families"].items() for model in row["models"]}
    providers = {provider: methods[name] for provider, name in data["providers"].items()}
    return Registry(names, providers, methods[data["unknown"]])


def _method(name: str, row: dict[str, Any], framings: Mapping[str, Framing], observed: str) -> Method:
    """A family's method from its JSON."""
    bounds = row.get("bounds")
    return Method(
        family=name,
        encoding=row["encoding"],
        how=row["method"],
        framing=framings[row["framing"]],
        ratios=_ratios(row["ratios"]) if "ratios" in row else None,
        bounds=tuple(bounds) if bounds else None,
        source=row["source"],
        observed=row.get("observed", observed),
        note=row.get("note"),
        own=tuple(_own(own) for own in row.get("own", ())),
    )


def _own(row: Mapping[str, Any]) -> Own:
    """A tokenizer of a family's own from its JSON."""
    return Own(row["package"], row["vocabulary"], row["method"], row.get("most"), row.get("note"))


def _ratios(row: Mapping[str, float | list[float]]) -> dict[str, Ratio]:
    """Ratios by kind from `{kind: middle}` or `{kind: [middle, low, high]}`.

    Text of no kind is as likely to be any, so `other` spans all the rest but letters of other scripts.
    """
    known = {kind: _ratio(kind, told) for kind, told in row.items()}
    rest = [ratio for kind, ratio in known.items() if kind != "script"]
    middle = sum(ratio.middle for ratio in rest) / len(rest)
    other = Ratio(middle, min(ratio.low for ratio in rest) * 0.85, max(ratio.high for ratio in rest) * 1.15)
    return {"other": other} | known


def _ratio(kind: str, told: float | list[float]) -> Ratio:
    """One ratio, with the kind's usual spread unless its bounds are told."""
    if isinstance(told, list):
        return Ratio(*told)
    return Ratio(told, told * (1 - SPREAD[kind]), told * (1 + SPREAD[kind]))
