"""How many tokens a plan's prompts are on a model: each text is counted once, whatever else of the plan moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from planner.plans.templates import Template, checked, filled, static
from planner.prompt import Prompt, count
from planner.tokens import Count, Counter
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from planner.plans.templates import Place
    from pricing.names import Resolution

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PromptSize:
    """A prompt with every sample once: its count, that of the start that requests share, and of each sample alone.

    `shared` names the variables that stand in that start.
    """

    whole: Count
    shared_tokens: int
    shared: tuple[str, ...]
    samples: dict[str, Count]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts prompts and remembers them by their texts, so that a plan with other figures costs no new count."""

    counter: Counter
    _known: dict[_Key, PromptSize] = field(default_factory=dict)

    def __call__(
        self, template: Template, resolved: Resolution, shared: tuple[str, ...], *loc: str | int
    ) -> PromptSize:
        """The size of a template on a model; `shared` variables are alike in all requests, `loc` is where it stands.

        Raises:
            InvalidInput: an empty prompt, a slot without data, tools that are no JSON list.
            NotCountable: the model cannot be counted.
        """
        model = resolved.model
        key = (model.provider, model.id, shared, *_texts(template))
        if key not in self._known:
            checked(template, *loc)
            try:
                self._known[key] = self._size(template, resolved, shared, loc)
            except TokenplanError as error:
                raise error if error.problems[0].loc[: len(loc)] == loc else error.under(*loc) from None
        return self._known[key]

    def _size(self, template: Template, resolved: Resolution, alike: tuple[str, ...], loc: Place) -> PromptSize:
        values = {name: each.text or "" for name, each in template.variables.items()}
        whole = count(_prompt(template, values, loc), resolved, self.counter)
        start, within = _start(template, alike)
        shared = count(_prompt(start, values, loc), resolved, self.counter).tokens if start.given else 0
        samples = {
            name: count(Prompt(text=text), resolved, self.counter)
            for name, text in values.items()
            if text and template.variables[name].repeat != 1.0
        }
        return PromptSize(whole, min(shared, whole.tokens), within, samples)


def _texts(template: Template) -> _Key:
    """What a count depends on."""
    texts = tuple((*place, each.text, getattr(each, "role", None)) for place, each in template.sources)
    variables = tuple((name, each.text, each.repeat != 1.0) for name, each in template.variables.items())
    return (texts, variables)


def _prompt(template: Template, values: dict[str, str], loc: Place) -> Prompt:
    """The template as a prompt with its slots filled."""

    def text(key: str) -> str:
        source = getattr(template, key)
        return filled(source.text, values, *loc, key, name=source.file or key)

    if template.input is not None:
        return Prompt(text=text("input"))
    messages: list[dict[str, Any]] = []
    if template.system is not None:
        messages.append({"role": "system", "content": text("system")})
    for at, each in enumerate(template.messages):
        said = filled(each.text or "", values, *loc, "messages", at, name=each.file or f"messages[{at}]")
        messages.append({"role": each.role, "content": said})
    if template.user is not None:
        messages.append({"role": "user", "content": text("user")})
    tools = None if template.tools is None else _tools(template, loc)
    return Prompt(messages=tuple(messages) or None, tools=tools)


def _tools(template: Template, loc: Place) -> tuple[dict[str, Any], ...]:
    assert template.tools is not None
    name = template.tools.file or "tools"
    try:
        found = json.loads(template.tools.text or "")
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}", loc=(*loc, "tools")) from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidInput(f"{name}: tools must be a JSON list of objects", loc=(*loc, "tools"))
    return tuple(found)


def _start(template: Template, alike: tuple[str, ...]) -> tuple[Template, tuple[str, ...]]:
    """The template up to the first slot that differs between requests, and the alike variables that stand in it."""
    kept: dict[str, Any] = {"input": None, "system": None, "messages": (), "user": None}
    within: list[str] = []
    for place, each in template.sources:
        if place == ("tools",):
            continue
        start, names = static(each.text or "", alike)
        within += names
        if start:
            own = replace(each, text=start)
            kept[str(place[0])] = (*kept["messages"], own) if place[0] == "messages" else own
        if start != each.text:
            break
    return replace(template, **kept), tuple(dict.fromkeys(within))
