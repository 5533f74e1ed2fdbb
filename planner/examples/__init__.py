"""Examples of every verb, one JSON file a path: OpenAPI and the command line's help show them, the tests run them.

`asked` holds bodies by name with a summary; `typed`, where options are made from the question's fields, command lines.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple


class Examples(NamedTuple):
    """A verb's examples: bodies by name, each a summary and a value, and command lines."""

    asked: dict[str, dict[str, Any]]
    typed: tuple[str, ...]


_HERE: Final = files(__package__)


@cache
def examples(path: str) -> Examples:
    """The examples of a path such as `/v1/routing/route`, from `routing-route.json`."""
    name = path.removeprefix("/v1/").replace("/", "-")
    found = json.loads(_HERE.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return Examples(found["asked"], tuple(found.get("typed", ())))
