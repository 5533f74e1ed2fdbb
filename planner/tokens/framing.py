"""What stands around the words of a chat request, by family: `framings.json`, read as it stands.

Every figure is tokens, `3` or `[tokens, low, high]`; every rule names its source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from os import path
from typing import Any, Final, Literal

from planner.tokens.bounds import NOTHING, ONCE, Bounds

SHIPPED: Final = path.join(path.dirname(__file__), "framings.json")  # noqa: PTH118, PTH120 - pathlib is a slow import

Form = Literal["typescript", "function_tag", "function_json", "declaration_json"]
"""How a tool is written out: a TypeScript type, JSON in a `<function>` tag, in OpenAI's wrapping, or bare."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The tokens of the hidden prompt that tools bring along: when calls are free, and when one is required."""

    free: Bounds
    required: Bounds


@dataclass(frozen=True, slots=True)
class ToolRule:
    """What tools cost: each is written in `form` and its words scaled; `once` is paid by a request that has any.

    `nested`: descriptions inside objects are kept. A system message saves `system_saves`, where tools join it.
    `prompts` are the published figures by model. `none`, `required` and `named` are what such a tool choice adds,
    beside the name.
    """

    form: Form
    nested: bool
    once: Prompts
    each: Bounds
    scale: Bounds
    system_saves: Bounds
    none: Bounds
    required: Bounds
    named: Bounds
    prompts: Mapping[str, Prompts]
    source: str


@dataclass(frozen=True, slots=True)
class Framing:
    """What chat requests cost beside their words, and how far that may be off.

    `message` is beside the role's word, which counts only where `roles`; `system` and `result` take its place for
    system prompts and for tool results, and a result `by_id` of its call costs as much more. `call` is beside a
    call's name and arguments; of several in a message, `parallel` is paid once and `parallel_each` by each. `schema`
    and `schema_scale` are for an answer's schema.
    """

    message: Bounds
    roles: bool
    name: Bounds
    priming: Bounds
    system: Bounds | None
    call: Bounds
    parallel: Bounds
    parallel_each: Bounds
    result: Bounds
    by_id: Bounds
    schema: Bounds
    schema_scale: Bounds
    tools: ToolRule
    documented: bool
    source: str


@cache
def shipped() -> Mapping[str, Framing]:
    """The framings in this package by name, read once."""
    with open(SHIPPED, encoding="utf-8") as file:  # noqa: PTH123 - the same
        return read(json.load(file))


def read(data: Mapping[str, Any]) -> dict[str, Framing]:
    """Framings from their JSON: `tools` (rules by name), `tool_prompts` (by rule, by model) and `framings`."""
    rules = {name: _rule(row, data["tool_prompts"].get(name, {})) for name, row in data["tools"].items()}
    return {name: _framing(row, rules) for name, row in data["framings"].items()}


def _framing(row: Mapping[str, Any], rules: Mapping[str, ToolRule]) -> Framing:
    """A framing from its JSON."""
    return Framing(
        message=Bounds.of(row["message"]),
        roles=row.get("roles", True),
        name=Bounds.of(row["name"]),
        priming=Bounds.of(row["priming"]),
        system=Bounds.of(row["system"]) if "system" in row else None,
        call=Bounds.of(row["call"]),
        parallel=_figure(row, "parallel"),
        parallel_each=_figure(row, "parallel_each"),
        result=Bounds.of(row["result"]),
        by_id=_figure(row, "by_id"),
        schema=Bounds.of(row["schema"]),
        schema_scale=_figure(row, "schema_scale", ONCE),
        tools=rules[row["tools"]],
        documented=row.get("documented", False),
        source=row["source"],
    )


def _rule(row: Mapping[str, Any], models: Mapping[str, Any]) -> ToolRule:
    """A rule for tools from its JSON."""
    return ToolRule(
        form=row["form"],
        nested=row.get("nested", False),
        once=Prompts(Bounds.of(row["once"]), _figure(row, "once_required", Bounds.of(row["once"]))),
        each=_figure(row, "each"),
        scale=_figure(row, "scale", ONCE),
        system_saves=_figure(row, "system_saves"),
        none=_figure(row, "none"),
        required=_figure(row, "required"),
        named=_figure(row, "named"),
        prompts={
            model: Prompts(Bounds.of(free), Bounds.of(required))
            for model, (free, required) in models.get("models", {}).items()
        },
        source=row["source"],
    )


def _figure(row: Mapping[str, Any], name: str, otherwise: Bounds = NOTHING) -> Bounds:
    """A figure that a row may leave out."""
    return Bounds.of(row[name]) if name in row else otherwise
