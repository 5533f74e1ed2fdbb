"""Example bodies, one JSON file a path (`routing-route.json`): OpenAPI shows them and the tests send them."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from planner.verbs import VERBS

Examples = dict[str, dict[str, Any]]


def read(path: str) -> Examples:
    """The examples of a path: name -> summary and value."""
    name = path.removeprefix("/v1/").replace("/", "-")
    found: Examples = json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return found


EXAMPLES: Final = {verb.path: read(verb.path) for verb in VERBS}
