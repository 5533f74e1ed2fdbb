"""The JSON Schema of a plan file: made from the types, shipped as a file so that editors complete a plan offline."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from planner.plans.plan import Plan
from planner.plans.steps import Served
from planner.plans.templates import Source
from planner.questions import schema_of

SHIPPED: Final = "plan.schema.json"


def shipped() -> dict[str, Any]:
    """The schema as it is shipped."""
    found: dict[str, Any] = json.loads(files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8"))
    return found


def made() -> dict[str, Any]:
    """The schema from the types; a test holds the shipped file against it."""
    schema = schema_of(Plan)
    for base in (Served, Source):  # pydantic describes the fields of the class itself, not those it inherits
        for name, each in schema_of(base)["properties"].items():
            for heir in schema["$defs"].values():
                if name in heir["properties"]:
                    heir["properties"][name].setdefault("description", each["description"])
    schema["properties"]["$schema"] = {"type": "string", "description": "Where this schema lies, for editors."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Tokenplan plan",
        "description": "A feature as a pipeline of steps, its traffic, its price and its policies.",
        **{key: each for key, each in schema.items() if key not in ("title", "description")},
    }
