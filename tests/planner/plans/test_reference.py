"""The reference of keys in docs/plans.md, held against the types."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from planner.plans.schema import made

PAGE = Path(__file__).parents[3] / "docs/plans.md"
MARK = "TOKENPLAN_GOLDEN=write writes them anew -->\n"
TITLES = {
    "Traffic": "traffic",
    "Step": "steps.NAME",
    "Route": "steps.NAME.routes.NAME",
    "Fallback": "steps.NAME.fallbacks",
    "CachePlan": "steps.NAME.cache",
    "RetryPlan": "steps.NAME.retry",
    "LoopPlan": "steps.NAME.loop",
    "StepLatency": "steps.NAME.latency",
    "Review": "steps.NAME.review",
    "Template": "steps.NAME.prompt",
    "TemplateMessage": "steps.NAME.prompt.messages",
    "Sample": "steps.NAME.prompt.variables.NAME",
    "Distribution": "a distribution",
    "UsageSegment": "traffic.segments",
    "Revenue": "revenue",
    "Payment": "revenue.payment",
    "RateLimits": "limits.MODEL",
    "Uncertainty": "uncertainty",
    "Policy": "policies.NAME",
    "Scenario": "scenarios.NAME",
}


def kind(schema: dict[str, Any]) -> str:
    """A type in a word."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2].lower()
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(each) for each in schema["anyOf"] if each.get("type") != "null"))
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    if schema.get("type") == "object" and "additionalProperties" in schema:
        inner = schema["additionalProperties"]
        return f"table of {kind(inner) if isinstance(inner, dict) else 'values'}"
    return {"string": "text", "boolean": "flag"}.get(schema.get("type", ""), schema.get("type", "value"))


def stated(default: object) -> str:
    """A default that says something."""
    if isinstance(default, bool) or not isinstance(default, str | int | float) or default == "":
        return ""
    return f" [{default:,g}]" if isinstance(default, float) else f" [{default}]"


def table(title: str, schema: dict[str, Any]) -> str:
    """The keys of one type."""
    rows = [f"### {title}", "", schema.get("description", "").split("\n\n")[0], "", "| key | | |", "|---|---|---|"]
    for key, each in schema["properties"].items():
        if key == "$schema":
            continue
        needed = " (needed)" if key in schema.get("required", ()) else ""
        said = stated(each.get("default"))
        about = each.get("description", "").replace("|", "\\|")
        rows.append(f"| `{key}` | {kind(each)}{said}{needed} | {about} |")
    return "\n".join(rows)


def test_the_reference_is_that_of_the_types():
    """Every key stands in the page with its type, its default and its description."""
    schema = made()
    tables = [table("the plan", schema), *(table(title, schema["$defs"][name]) for name, title in TITLES.items())]
    text = "\n" + "\n\n".join(tables) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    head, mark, _ = page.partition(MARK)
    if os.environ.get("TOKENPLAN_GOLDEN") == "write":
        PAGE.write_text(head + mark + text, encoding="utf-8")
    assert set(schema["$defs"]) - set(TITLES) == {"Source"}
    assert PAGE.read_text(encoding="utf-8") == head + mark + text
