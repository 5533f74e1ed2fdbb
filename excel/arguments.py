"""Arguments that many formulas share, each with its help."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from planner.calls import Call
from pricing.usage import Usage

Model = Annotated[str, {"kind": "text", "doc": "model, such as gpt-5-mini or anthropic/claude-haiku-4-5"}]
Input = Annotated[int, {"kind": "whole", "doc": "tokens of the prompt that no cache serves"}]
Output = Annotated[int | None, {"kind": "whole", "doc": "visible tokens of the answer [0]"}]
Cached = Annotated[int | None, {"kind": "whole", "doc": "tokens read from a cache, beside input_tokens [0]"}]
Written = Annotated[
    int | None, {"kind": "whole", "doc": "tokens written to a five-minute cache, beside the others [0]"}
]
Reasoning = Annotated[int | None, {"kind": "whole", "doc": "reasoning tokens, billed as output [0]"}]
Tier = Annotated[str | None, {"kind": "text", "doc": "standard, batch, flex, priority or fast [standard]"}]
AsOf = Annotated[str | None, {"kind": "date", "doc": "date of the prices, past or announced [now]"}]
Provider = Annotated[str | None, {"kind": "text", "doc": "who sells it, such as azure [its maker]"}]
Region = Annotated[str | None, {"kind": "text", "doc": "region of the provider, such as eu [global]"}]
ModelOrUsd = Annotated[str | float, {"kind": "either", "doc": "model, or what one call costs in USD"}]
Models = Annotated[list[str], {"kind": "text", "doc": "range of models", "ndim": 2}]
Requests = Annotated[float, {"kind": "number", "doc": "requests a month"}]
OptionalInput = Annotated[int | None, {"kind": "whole", "doc": "tokens of the prompt, where a model is named"}]


def usage(
    input_tokens: int,
    output_tokens: int | None,
    cached_tokens: int | None = None,
    written_tokens: int | None = None,
    reasoning_tokens: int | None = None,
) -> Usage:
    """A request's billing buckets; a blank is none."""
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens or 0,
        cache_read_tokens=cached_tokens or 0,
        cache_write_5m_tokens=written_tokens or 0,
        reasoning_tokens=reasoning_tokens or 0,
    )


def call(given: str | float, **terms: Any) -> Call:
    """One call: a model of the catalog, or what it costs."""
    return Call(model=given, **terms) if isinstance(given, str) else Call(usd=Decimal(repr(given)))
