"""What a request declares beside its messages: tools, which must be called, the schema of the answer; in any spelling.

The spellings do not overlap, so they are told apart by their own keys, whatever shape the messages have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from planner.tokens.guard import Place, brief, spell
from planner.tokens.request import Choice, Schema, Tool
from planner.tokens.shapes.gemini import renamed
from planner.tokens.shapes.reading import as_json, check_size, items, known, mapping, optional, string, uncounted
from pricing.errors import InvalidInput

_FORMS: Final = (
    'a function: {"type": "function", "function": {...}}, {"type": "function", "name": ...}, '
    '{"name": ..., "input_schema": ...} or {"functionDeclarations": [...]}'
)
_FUNCTION: Final = ("name", "description", "parameters")
_BESIDE: Final = ("strict", "type", "defer_loading", "allowed_callers", "input_examples", "eager_input_streaming")
_GEMINI_FUNCTION: Final = (*_FUNCTION, "parametersJsonSchema", "response", "responseJsonSchema")
_PLAIN_FORMATS: Final = ("text", "json_object")


def tools(value: object, place: Place) -> tuple[Tool, ...]:
    """Every tool, in the order given.

    Raises:
        InvalidInput: no list, or a tool that is malformed.
        NotCountable: a hosted or built-in tool, whose tokens nobody publishes.
    """
    every = items(value, place, "a list of tools")
    return tuple(tool for at, each in enumerate(every) for tool in _tools(each, (*place, at)))


def _tools(value: object, place: Place) -> tuple[Tool, ...]:
    """One entry of a list of tools, which at Google holds several."""
    entry = mapping(value, place, _FORMS)
    if "functionDeclarations" in entry or "function_declarations" in entry:
        declared = renamed(entry, place, ("functionDeclarations",))
        at = (*place, "functionDeclarations")
        listed = items(declared["functionDeclarations"], at, "a list of functions")
        return tuple(_gemini(each, (*at, number)) for number, each in enumerate(listed))
    if "function" in entry:
        known(entry, place, ("type", "function"))
        at = (*place, "function")
        return (replace(_function(mapping(entry["function"], at), at, "parameters"), place=place),)
    if "input_schema" in entry:
        return (_function(entry, place, "input_schema"),)
    if entry.get("type") in ("function", None) and "name" in entry:
        return (_function(entry, place, "parameters"),)
    kind = entry.get("type", next(iter(entry), None))
    raise uncounted(f"the tool {kind!r}", place, value, _FORMS)


def _function(value: Mapping[str, object], place: Place, schema: str) -> Tool:
    """A function by name, description and the schema under a key."""
    known(value, place, ("name", "description", schema), _BESIDE)
    return _tool(value, value.get(schema), (*place, schema), place)


def _gemini(value: object, place: Place) -> Tool:
    """One of Google's function declarations."""
    declared = renamed(value, place, _GEMINI_FUNCTION, ("behavior",))
    key = "parametersJsonSchema" if declared.get("parametersJsonSchema") is not None else "parameters"
    schema = _plain_types(declared.get(key))
    answer = declared.get("response", declared.get("responseJsonSchema"))
    if answer is not None:  # read by the model beside the arguments
        schema = {**mapping(schema or {}, (*place, key)), "x-response": answer}
    return _tool(declared, schema, (*place, key), place)


def _plain_types(value: object) -> object:
    """Google's upper-case types (`STRING`) as JSON Schema has them; the words are the same tokens to a model."""
    if isinstance(value, Mapping):
        return {
            key: each.lower() if key == "type" and isinstance(each, str) else _plain_types(each)
            for key, each in value.items()
        }
    return [_plain_types(each) for each in value] if isinstance(value, list) else value


def _tool(value: Mapping[str, object], schema: object, schema_place: Place, place: Place) -> Tool:
    """A tool; a function without parameters has an empty schema."""
    name = string(value.get("name"), (*place, "name"))
    description = optional(value.get("description"), (*place, "description"))
    return Tool(name, description, _schema(schema, schema_place), place)


def _schema(value: object, place: Place) -> Mapping[str, object]:
    """A JSON Schema, held to what can be written as JSON."""
    if value is None:
        return {}
    found = mapping(value, place, "a JSON Schema object")
    _check_words(found, place)
    as_json(found, place)
    return found


def _check_words(value: Mapping[str, object], place: Place) -> None:
    """Refuse descriptions that are no text and properties that are no schemas, anywhere in a schema."""
    for key, each in value.items():
        at = (*place, key)
        if key == "description":
            string(each, at)
        elif key in ("properties", "$defs", "definitions"):
            for name, inner in mapping(each, at, "an object of schemas").items():
                if not isinstance(inner, bool):
                    _check_words(mapping(inner, (*at, name), "a JSON Schema object"), (*at, name))
        elif key == "items" and isinstance(each, Mapping):
            _check_words(each, at)


def choice(value: object, place: Place) -> Choice:
    """Whether a tool must be called, and which.

    Raises:
        InvalidInput: none of the spellings of OpenAI, Anthropic, Gemini and Mistral.
    """
    if value is None:
        return Choice()
    if isinstance(value, str):
        return _mode(value, place)
    told = mapping(value, place, "a word or an object")
    if "functionCallingConfig" in told or "function_calling_config" in told:
        return _gemini_choice(renamed(told, place, ("functionCallingConfig",), ("retrievalConfig",)), place)
    function = told.get("function")
    name = mapping(function, (*place, "function")).get("name") if function is not None else told.get("name")
    if name is not None:
        return Choice("named", string(name, (*place, "name")))
    return _mode(string(told.get("type"), (*place, "type")), place)


def _gemini_choice(told: Mapping[str, object], place: Place) -> Choice:
    """Google's `toolConfig`."""
    at = (*place, "functionCallingConfig")
    config = renamed(told["functionCallingConfig"], at, ("mode", "allowedFunctionNames"))
    names = items(config.get("allowedFunctionNames") or [], (*at, "allowedFunctionNames"), "a list of names")
    if len(names) == 1:
        return Choice("named", string(names[0], (*at, "allowedFunctionNames", 0)))
    return _mode(optional(config.get("mode"), (*at, "mode")).lower() or "auto", at)


def _mode(word: str, place: Place) -> Choice:
    """A mode by its word."""
    modes = {"any": "required", "required": "required", "none": "none", "auto": "auto", "allowed_tools": "auto"}
    modes |= {"validated": "auto", "mode_unspecified": "auto"}
    if word not in modes:
        raise InvalidInput(f"{spell(place)} is {brief(word)}; valid: auto, none, required, any, or a tool's name in an "
                           "object", loc=place, value=word)  # fmt: skip
    return Choice(modes[word])  # type: ignore[arg-type]  # the values above


def answer_schema(value: object, place: Place) -> Schema | None:
    """The schema an answer must follow; None where only text or any JSON object is asked for.

    Taken are OpenAI's `response_format`, the Responses `text` and its `format`, Anthropic's `output_config` and its
    `format`, and a JSON Schema itself.

    Raises:
        InvalidInput: none of these.
    """
    if value is None:
        return None
    check_size(value, place)
    told = mapping(value, place, "an object with type json_schema, or a JSON Schema")
    if isinstance(told.get("format"), Mapping) or set(told) <= {"verbosity", "effort"}:
        return answer_schema(told.get("format"), (*place, "format"))
    if told.get("type") in _PLAIN_FORMATS:
        known(told, place, ("type",))
        return None
    if told.get("type") != "json_schema":
        return Schema("", "", _schema(told, place), place)
    at, inner = place, told
    if "json_schema" in told:
        known(told, place, ("type", "json_schema"))
        at = (*place, "json_schema")
        inner = mapping(told["json_schema"], at, "an object with name and schema")
    key = "schema_definition" if "schema_definition" in inner else "schema"
    known(inner, at, ("name", "description", key), ("strict", "type"))
    schema = _schema(mapping(inner.get(key), (*at, key), "a JSON Schema object"), (*at, key))
    return Schema(optional(inner.get("name"), (*at, "name")), optional(inner.get("description"), at), schema, place)
