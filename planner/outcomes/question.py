"""The question of `outcomes`: rows of a file of outcomes, what its columns mean, what is wanted of a router."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

from planner.calls import Call
from planner.checks import STRICT

Style = Literal["routellm", "routerarena", "routerarena_predictions", "frugalgpt", "llmrouter", "routerbench"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Which column holds what; `a.b` reaches into an object. A name with `{model}` is a column for each model."""

    __pydantic_config__: ClassVar = STRICT

    prompt: str | None = None
    """Tells prompts apart; needed where a row is one model on one prompt."""
    model: str | None = None
    """Names the model of a row; without it a row is a prompt, with columns for each model."""
    score: str | None = None
    """How good the answer was: a number, or true and false."""
    cost_usd: str | None = None
    """What the call cost, in USD."""
    input_tokens: str | None = None
    """Prompt tokens of the call, cached ones not among them."""
    cache_read_tokens: str | None = None
    """Prompt tokens of the call that were read from a cache."""
    output_tokens: str | None = None
    """Tokens of the answer."""
    input_text: str | None = None
    """The prompt's text; each model counts it by its own tokenizer where no tokens are given."""
    output_text: str | None = None
    """The answer's text, counted the same way."""
    router_score: str | None = None
    """What a router says of the prompt: the higher, the more it needs the strong model."""


STYLES: Final[dict[str, ColumnMap]] = {
    "routellm": ColumnMap(prompt="prompt", score="{model}"),
    "routerarena": ColumnMap(
        prompt="global_index",
        model="llm_selected",
        score="evaluation_result.score",
        cost_usd="evaluation_result.inference_cost",
    ),
    "routerarena_predictions": ColumnMap(prompt="global index", model="prediction", score="accuracy", cost_usd="cost"),
    "frugalgpt": ColumnMap(prompt="_id", model="model", score="quality", cost_usd="cost"),
    "llmrouter": ColumnMap(
        prompt="embedding_id",
        model="model_name",
        score="performance",
        input_tokens="input_tokens",
        output_tokens="output_tokens",
    ),
    "routerbench": ColumnMap(prompt="sample_id", score="{model}", cost_usd="{model}|total_cost"),
}
"""The columns of public outcome files, as their projects write them (seen in their repositories, November 2026)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesQuestion:
    """What did each model do on my prompts, which are worth keeping, and what does routing between two of them save?"""

    __pydantic_config__: ClassVar = STRICT

    rows: tuple[dict[str, Any], ...] = ()
    """The file's rows, each an object of columns."""
    columns: dict[str, tuple[Any, ...]] | None = None
    """The same by columns, instead of rows."""
    style: Style | None = None
    """Whose column names the file has; `map` goes over them."""
    map: ColumnMap = field(default_factory=ColumnMap)
    """Which column holds what."""
    models: tuple[str, ...] = ()
    """The models to look at, by their names in the file; all of them by default."""
    calls: dict[str, Call] = field(default_factory=dict)
    """What a model of the file costs where its rows do not say: USD a request, or a model of the catalog."""
    weak: str | None = None
    """The model for easy prompts; by default the cheapest that no other dominates."""
    strong: str | None = None
    """The model for hard prompts; by default the best, the cheaper of equals."""
    correct_at: float = 0.5
    """The score from which an answer counts as correct in the joint shares."""
    cost_low_usd: float | None = None
    """Where the cost range of AIQ begins, mean USD a request; the cheapest model's by default."""
    cost_high_usd: float | None = None
    """Where it ends; the dearest model's by default. Give both to compare two files."""
    classifier: Call | None = None
    """The call that gives a router's score, made for every request; none costs nothing."""
    quality_floor: float | None = None
    """Choose the cheapest threshold whose mean score on the training part is at least this."""
    budget_usd: float | None = None
    """Or the best one whose mean cost on the training part is at most this."""
    gap_recovered_share: float | None = None
    """Or the cheapest that recovers this share of the score between weak and strong; 0.9 when nothing is asked."""
    test_share: float = 0.5
    """Share of the prompts that the threshold is not chosen on, and that its figures come from."""
    confidence: float = 0.95
    """Of the bootstrap interval around what is saved."""
    resamples: int = 1000
    """Bootstrap resamples, 2 to 100,000."""
    seed: int = 0
    """Of the split and the bootstrap; the same seed gives the same figures."""
