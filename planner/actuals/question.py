"""What the verbs over a log have in common: its rows, which kind it is, which columns hold what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from planner.checks import STRICT

ShapeName = Literal[
    "openai_usage", "openai_costs", "anthropic_usage", "anthropic_costs", "litellm", "langfuse", "otel_genai", "plain"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """A usage log: its rows as its vendor exports them."""

    __pydantic_config__: ClassVar = STRICT

    rows: tuple[Mapping[str, Any], ...] = ()
    """Rows of the log, as its vendor exports them; on the command line they come from files."""
    shape: ShapeName | None = None
    """Whose export it is; told by its columns unless given."""
    map: Mapping[str, str] = field(default_factory=dict)
    """Columns of other names: a role or bucket -> the column or path that holds it, `{"user": "metadata/customer"}`."""
    as_of: str | None = None
    """The date whose prices hold for rows that have no time of their own."""
