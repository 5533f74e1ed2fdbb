"""A chat request on the command line: its parts or its whole body, in the JSON of any provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

from planner import strict_json
from planner.cli import inputs
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    import argparse

    from planner.tokens.shapes import ShapeName

_PARTS: Final = ("messages", "system", "tools", "response_format", "request")
_MESSAGE: Final = '[{"role": "user", "content": "..."}]'
_TOOL: Final = '[{"type": "function", "function": {"name": ...}}]'


class RequestParts(TypedDict, total=False):
    """The keywords of `planner.prompt.Prompt` that a chat request fills."""

    messages: tuple[dict[str, Any], ...]
    system: str
    tools: tuple[dict[str, Any], ...]
    response_format: dict[str, Any]
    request: dict[str, Any]
    shape: ShapeName


def add(parser: argparse.ArgumentParser, *, shape: bool) -> None:
    """`--messages`, `--system`, `--tools`, `--response-format`, `--request`, and `--shape` unless it is another's."""
    group = parser.add_argument_group("chat request, in the JSON of any provider")
    group.add_argument("--messages", metavar="FILE", help="chat messages; - is stdin")
    group.add_argument("--system", metavar="FILE|TEXT", help="a system prompt; a word without blanks is a file")
    group.add_argument("--tools", metavar="FILE", help="tools that may be called")
    group.add_argument("--response-format", metavar="FILE", help="a JSON Schema for the answer")
    of_shape = "" if shape else "; --shape may be one of {request_shapes}"
    group.add_argument("--request", metavar="FILE", help=f"a whole request body instead{of_shape}")
    if shape:
        group.add_argument("--shape", metavar="SHAPE", help="whose JSON it is: {request_shapes} [told by its keys]")


def given(options: argparse.Namespace) -> bool:
    """Whether any part of a request was named."""
    return any(getattr(options, name) is not None for name in _PARTS)


def read(options: argparse.Namespace) -> RequestParts:
    """What was given of a request.

    Raises:
        InvalidInput: a file that cannot be read, or JSON that is no list of objects, no object.
    """
    parts = RequestParts()
    if options.messages is not None:
        parts["messages"] = _listed(options.messages, "messages", _MESSAGE)
    if options.tools is not None:
        parts["tools"] = _listed(options.tools, "tools", _TOOL)
    if options.system is not None:
        parts["system"] = _file_or_text(options.system)
    if options.response_format is not None:
        parts["response_format"] = inputs.read_object(options.response_format, strict_json.loads)
    if options.request is not None:
        parts["request"] = inputs.read_object(options.request, strict_json.loads)
    if options.shape is not None:
        parts["shape"] = options.shape
    return parts


def _listed(path: str, key: str, example: str) -> tuple[dict[str, Any], ...]:
    """A list of objects, alone or under its key."""
    data = inputs.read_json(path, strict_json.loads)
    if isinstance(data, dict) and set(data) == {key}:
        data = data[key]
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        keys = f" with the keys {', '.join(data)}" if isinstance(data, dict) else ""
        raise InvalidInput(
            f"{path}: holds {type(data).__name__}{keys}; it must be a list of {key} such as {example}; a whole request "
            "goes with --request",
            loc=(key,),
        )
    return tuple(data)


def _file_or_text(value: str) -> str:
    """A file's text where the value has no blank or is -, else the value itself."""
    if any(char.isspace() for char in value):
        return value
    try:
        return inputs.read_text(value)
    except InvalidInput as error:
        raise InvalidInput(f"{error}; a system prompt of one word is read from a file", loc=("system",)) from None
