"""A tool as OpenAI's models read it: a TypeScript type with comments, rendered from its JSON Schema.

The rendering is the one that hmarr/openai-chat-tokens found by measuring (MIT; nothing of it is copied). What it was
not measured with (references, defaults, limits, ...) is left out of the type and told by `plain`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.tokens.request import Tool

HEAD: Final = "namespace functions {\n\n"
FOOT: Final = "} // namespace functions"

_SIMPLE: Final = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}
_MEASURED: Final = frozenset((
    "type", "properties", "required", "description", "enum", "items", "anyOf", "const", "additionalProperties",
    "$schema", "title",
))  # fmt: skip
_COMBINED: Final = ("anyOf", "oneOf", "allOf")


def declaration(tool: Tool, *, nested: bool) -> str:
    """The lines of one tool, with the blank one after it; `nested`: descriptions inside objects are kept too."""
    comment = _comment(tool.description, "") if tool.description else ()
    body = _properties(tool.schema, "", nested=nested)
    if not body:
        return "\n".join((*comment, f"type {tool.name} = () => any;", "", ""))
    return "\n".join((*comment, f"type {tool.name} = (_: {{", *body, "}) => any;", "", ""))


def plain(schema: Mapping[str, object]) -> bool:
    """Whether a schema holds only what the rendering was measured with: known keys, no description inside an object."""
    todo: list[tuple[object, int]] = [(schema, 0)]
    while todo:
        one, level = todo.pop()
        if not isinstance(one, Mapping) or not _MEASURED.issuperset(one):
            return False
        if level > 1 and "description" in one:
            return False
        todo += [(each, level + 1) for each in _mapping(one.get("properties")).values()]
        todo += [(each, level) for each in _list(one.get("anyOf"))]
        if "items" in one:
            todo.append((one["items"], level))
    return True


def _properties(schema: Mapping[str, object], indent: str, *, nested: bool) -> list[str]:
    """A line for each property, with its comment above it."""
    required = _list(schema.get("required"))
    lines: list[str] = []
    for name, one in _mapping(schema.get("properties")).items():
        told = _mapping(one).get("description")
        if isinstance(told, str) and told and (nested or not indent):
            lines += _comment(told, indent)
        mark = "" if name in required else "?"
        lines.append(f"{indent}{name}{mark}: {_type(_mapping(one), indent, nested=nested)},")
    return lines


def _comment(text: str, indent: str) -> Iterable[str]:
    """A description as comment; its further lines stand as they are."""
    return (f"{indent}// {text}",)


def _type(schema: Mapping[str, object], indent: str, *, nested: bool) -> str:
    """The type of one value."""
    kind = schema.get("type")
    several = next((_list(schema[key]) for key in _COMBINED if key in schema), None)
    if several is None and _list(kind):
        several = [{**schema, "type": each} for each in _list(kind)]
    if several is not None:
        return " | ".join(_type(_mapping(each), indent, nested=nested) for each in several) or "any"
    if _list(schema.get("enum")):
        return " | ".join(json.dumps(value, ensure_ascii=False, default=str) for value in _list(schema["enum"]))
    if kind == "array":
        items = schema.get("items")
        return f"{_type(_mapping(items), indent, nested=nested)}[]" if items else "any[]"
    if kind == "object" or "properties" in schema:
        return "\n".join(("{", *_properties(schema, f"{indent}  ", nested=nested), "}"))
    return _SIMPLE.get(str(kind), str(schema.get("$ref", "any")).rpartition("/")[2])


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()
