"""The steps of a plan as they are asked for: what each calls, how often, on which terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from planner.checks import STRICT
from planner.distributions import Varying
from planner.plans.templates import Template

Kind = Literal[
    "embed",
    "retrieve",
    "rerank",
    "classify",
    "generate",
    "tool_loop",
    "tool",
    "judge",
    "guardrail",
    "human_review",
]
"""What a step is. `retrieve`, `tool` and `human_review` need no model."""

WITHOUT_MODEL: Final = ("retrieve", "tool", "human_review")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A model and the terms it is bought under."""

    __pydantic_config__: ClassVar = STRICT

    model: str | None = None
    """A model of the catalog or of the plan's price file."""
    provider: str | None = None
    """Who sells it, when that is not its maker."""
    service_tier: str | None = None
    """standard, batch, flex, priority or fast."""
    region: str | None = None
    """A region or residency of the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePlan:
    """How the shared start of a prompt is cached: tools first, then all before the first variable that differs."""

    __pydantic_config__: ClassVar = STRICT

    shared: tuple[str, ...] = ()
    """Variables that are alike in requests that share a prefix: a document, a tenant's rules."""
    prefix_tokens: float | None = None
    """Tokens that requests share, instead of those that are counted."""
    hit_rate: float | None = None
    """Share of requests that find the prefix; without it, from arrivals and the cache's lifetime."""
    lifetime: Literal["5m", "1h"] = "5m"
    """Which cache write is bought, where the model sells several."""
    lifetime_seconds: float | None = None
    """How long a prefix lives where the provider states no lifetime; 300 unless given."""
    prefixes: float = 1.0
    """Among how many different prefixes (tenants, say) the requests are spread evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """What happens when a call fails."""

    __pydantic_config__: ClassVar = STRICT

    failure_probability: float
    """Probability that an attempt fails, from 0 to 1."""
    attempts: int = 1
    """Attempts at most, the first one counted, from 1 to 20."""
    failed_billed_share: float = 0.0
    """Share of its cost that a failed attempt is billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLatency:
    """How long a step takes; no figure is built in. A model call from its tokens, or `seconds` as a whole."""

    __pydantic_config__: ClassVar = STRICT

    seconds: Varying | None = None
    """The whole time, for what generates nothing or where a log has it."""
    first_token_seconds: Varying | None = None
    """Time to the first token of any kind, its fixed part where input adds to it."""
    seconds_per_output_token: Varying | None = None
    """Time per further token: 0.02 is 50 tokens a second."""
    seconds_per_uncached_input_token: Varying = 0.0
    """What each token of input that no cache serves adds to the first token."""
    queue_seconds: Varying = 0.0
    """Wait before the call begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback(Served):
    """A model that is asked when all before it have failed."""

    __pydantic_config__: ClassVar = STRICT

    failure_probability: float = 0.0
    """Probability that it fails too."""
    attempts: int = 1
    """Attempts at most, from 1 to 20."""
    failed_billed_share: float = 0.0
    """Share of its cost that a failed attempt is billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Served):
    """One of several ways through a step; what it leaves out is the step's."""

    __pydantic_config__: ClassVar = STRICT

    share: float
    """Share of the step's requests that take this way; the shares of a step add up to 1."""
    prompt: Template | None = None
    """A prompt of its own."""
    output_tokens: Varying | None = None
    """Visible tokens of its answer."""
    reasoning_tokens: Varying | None = None
    """Reasoning tokens, billed as output."""
    latency: StepLatency | None = None
    """Its own latency."""
    cache: CachePlan | None = None
    """Its own cache plan."""
    retry: RetryPlan | None = None
    """Its own failures and retries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPlan:
    """A loop of calls in which every turn sends the history again."""

    __pydantic_config__: ClassVar = STRICT

    turns: Varying
    """Calls of one loop, a number or a distribution."""
    result_tokens: float = 0.0
    """Tokens of tool results that each turn adds to the next prompt, beside the answer itself."""
    found_share: float = 1.0
    """Share of later turns that find the turn before still cached, from 0 to 1."""
    tool_usd: float = 0.0
    """What the tools of one turn cost, in USD."""
    tool_seconds: Varying = 0.0
    """How long the tools of one turn take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """People who look at answers."""

    __pydantic_config__: ClassVar = STRICT

    minutes: Varying
    """Minutes a reviewed request takes."""
    usd_per_hour: float
    """What an hour of a reviewer costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Served):
    """One step of a request: a model call, a retrieval, a tool, a check, a person."""

    __pydantic_config__: ClassVar = STRICT

    kind: Kind
    """What the step is."""
    about: str = ""
    """A sentence for readers."""
    after: tuple[str, ...] | None = None
    """Steps that must be done before it begins; without it, the step before it in the file; empty: at once."""
    background: bool = False
    """Whether the user does not wait for it."""
    share: float = 1.0
    """Share of requests that take the step, from 0 to 1."""
    calls: float = 1.0
    """Calls that one such request makes."""
    prompt: Template | None = None
    """What is sent."""
    output_tokens: Varying = 0.0
    """Visible tokens of the answer, a number or a distribution."""
    reasoning_tokens: Varying = 0.0
    """Reasoning tokens, billed as output."""
    max_output_tokens: float | None = None
    """The limit on answer and reasoning together; a longer one is cut off and billed up to it."""
    routes: Mapping[str, Route] = field(default_factory=dict)
    """Several ways through the step, by name, each with its model and its share."""
    fallbacks: tuple[Fallback, ...] = ()
    """Models asked in turn when every attempt has failed."""
    cache: CachePlan | None = None
    """How the shared start of the prompt is cached; without it, nothing is."""
    retry: RetryPlan | None = None
    """How often a call fails and is tried again."""
    loop: LoopPlan | None = None
    """The turns of a tool loop."""
    review: Review | None = None
    """The people of a human review."""
    latency: StepLatency | None = None
    """How long a call takes."""
    usd: Varying = 0.0
    """What a call costs beside its tokens, in USD: a search, a store's query, a tool."""
    usd_per_month: float = 0.0
    """What the step costs a month whatever the traffic, in USD: an index, a licence."""
    web_searches: float = 0.0
    """Web searches of a call that the model's provider bills."""
