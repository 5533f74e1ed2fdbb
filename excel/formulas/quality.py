"""How many items to judge, and what judging costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from excel.arguments import ModelOrUsd, OptionalInput, Output, call, usage
from excel.registry import formula
from planner import JudgeCostQuestion, SampleSizeQuestion
from planner.calls import Load

if TYPE_CHECKING:
    from planner.planner import Planner


@formula("SAMPLESIZE")
def sample_size(
    planner: Planner,
    rate: Annotated[float, {"kind": "number", "doc": "share of right answers that is expected, 0 to 1"}],
    margin: Annotated[float, {"kind": "number", "doc": "how far off the estimate may be: 0.03 is three points"}],
    confidence: Annotated[float | None, {"kind": "number", "doc": "how sure, between 0 and 1 [0.95]"}] = None,
    population: Annotated[int | None, {"kind": "whole", "doc": "items there are in all [no end]"}] = None,
) -> int:
    """How many items to evaluate to know a rate within a margin."""
    asked = SampleSizeQuestion(
        purpose="interval",
        rate=rate,
        margin=margin,
        significance=0.05 if confidence is None else 1 - confidence,
        population=population,
    )
    return planner.sample_size(asked).items


@formula("JUDGECOST")
def judge_cost(
    planner: Planner,
    items: Annotated[int, {"kind": "whole", "doc": "items to judge"}],
    judge: ModelOrUsd,
    input_tokens: OptionalInput = None,
    output_tokens: Output = None,
    repeats: Annotated[int | None, {"kind": "whole", "doc": "judgements of each item [1]"}] = None,
    tier: Annotated[str | None, {"kind": "text", "doc": "tier of the judge, such as batch [standard]"}] = None,
) -> float:
    """What a model as judge of so many items costs, in USD."""
    terms = {} if tier is None or not isinstance(judge, str) else {"service_tier": tier}
    asked = JudgeCostQuestion(
        items=items,
        judge=call(judge, **terms),
        load=None if input_tokens is None else Load(usage=usage(input_tokens, output_tokens)),
        repeats=1 if repeats is None else repeats,
    )
    return planner.judge_cost(asked).total_usd
