"""What one model call costs, as the planning verbs take it: stated in USD, or a model of the catalog with what is sent.

Prices, tiers, cache rates and each model's own tokenizer flow in from the catalog; a stated figure always wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Literal

from planner.checks import LARGEST, SMALLEST, STRICT
from planner.costing import Terms, priced
from planner.estimate import EstimateQuestion, estimate
from planner.prompt import Prompt
from planner.short import Short, size
from planner.tokens import Counter
from pricing.catalog import Catalog
from pricing.errors import InvalidInput, TokenplanError
from pricing.rates import ModelRef
from pricing.usage import Usage

_AMOUNT: Final = re.compile(r"-?\d*\.?\d+(?:[eE]-?\d+)?")


def _sent(text: str) -> dict[str, Any] | None:
    """`IN/OUT`."""
    usage = size(text)
    return None if usage is None else {"usage": usage}


def called(text: str) -> dict[str, Any]:
    """USD as stated, `MODEL`, or `MODEL:IN/OUT`."""
    name, _, sent = text.rpartition(":")
    usage = size(sent)
    if usage is not None:
        return {"model": name, "usage": usage}
    return {"usd": text} if _AMOUNT.fullmatch(text) else {"model": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Prompt):
    """What a request sends and gets back: a `usage`, or a prompt with the length of its answer."""

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("IN/OUT", _sent)

    usage: Usage | None = None
    """Billing buckets of one request, instead of a prompt."""
    output_tokens: int | None = None
    """Visible tokens of the answer to a prompt."""
    reasoning_tokens: int = 0
    """Reasoning tokens beside them."""
    cached_prefix_tokens: int | None = None
    """Tokens at the prompt's start that requests share."""
    cache_hit_rate: float = 0.0
    """Share of requests that find the prefix cached."""
    cache_ttl: Literal["5m", "1h"] = "5m"
    """Which cache write the others buy, where a model sells several."""

    @property
    def told(self) -> bool:
        """Whether anything is sent at all."""
        return self.usage is not None or self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Load, Terms):
    """One call of a model: `usd` as stated, or `model` with a load of its own or the question's."""

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("USD|MODEL[:IN/OUT]", called)

    usd: Decimal | None = None
    """What the call costs, where it is known; nothing else is then needed."""
    model: str | None = None
    """A model of the catalog."""
    provider: str | None = None
    """Who sells it, when that is not its maker."""


@dataclass(frozen=True, slots=True)
class CallCost:
    """What a call costs, in USD, and what that stands on.

    `basis` is `stated` (yours), `listed` (prices and counts alone) or `assumed` (a hit rate or an output spread).
    """

    usd: Decimal
    basis: Literal["stated", "listed", "assumed"]
    model: ModelRef | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pricer:
    """Prices the calls of one question: the catalog, a counter that counts each text once, one instant, one load."""

    catalog: Catalog
    counter: Counter
    now: datetime
    load: Load | None = None

    def __call__(self, call: Call, *key: str | int) -> CallCost:
        """The cost of one call; `key` is where it stands in the question.

        Raises:
            InvalidInput: neither `usd` nor `model`, both, no load, a negative cost.
            TokenplanError: the model cannot be priced or the prompt cannot be counted.
        """
        try:
            return self._cost(call)
        except TokenplanError as error:
            raise error.under(*key) from None

    def _cost(self, call: Call) -> CallCost:
        if (call.usd is None) == (call.model is None):
            raise InvalidInput("give exactly one of usd and model", loc=("model",), value=call.model)
        if call.usd is not None:
            if not (call.usd.is_finite() and 0 <= call.usd <= LARGEST):
                said = f"it must not be negative, and at most {LARGEST:g}"
                raise InvalidInput(f"usd is {call.usd}; {said}", loc=("usd",), value=str(call.usd))
            if 0 < call.usd < SMALLEST:  # quotients of costs must stay finite
                said = f"it must be 0, or at least {SMALLEST:g}"
                raise InvalidInput(f"usd is {call.usd}; {said}", loc=("usd",), value=str(call.usd))
            return CallCost(call.usd, "stated", None)
        assert call.model is not None
        load = call if call.told else self.load
        if load is None or not load.told:
            raise InvalidInput("a model needs what is sent: a usage, or a prompt with output_tokens", loc=("usage",))
        return (
            self._metered(call, call.model, load) if load.usage is not None else self._counted(call, call.model, load)
        )

    def _metered(self, call: Call, model: str, load: Load) -> CallCost:
        assert load.usage is not None
        if load.given:
            raise InvalidInput("give a usage or a prompt, not both", loc=("usage",))
        answer = priced(load.usage, call, self.catalog.resolve(model, call.provider), self.now)
        return CallCost(answer.total_usd, "listed", answer.model, answer.warnings)

    def _counted(self, call: Call, model: str, load: Load) -> CallCost:
        if load.output_tokens is None:
            raise InvalidInput("a prompt needs output_tokens, the length of its answer", loc=("output_tokens",))
        name = f"{call.provider}/{model}" if call.provider else model
        question = EstimateQuestion(
            models=(name,),
            output_tokens=load.output_tokens,
            reasoning_tokens=load.reasoning_tokens,
            cached_prefix_tokens=load.cached_prefix_tokens,
            cache_hit_rate=load.cache_hit_rate,
            cache_ttl=load.cache_ttl,
            service_tier=call.service_tier,
            region=call.region,
            as_of=call.as_of,
            allow_nearest_price=call.allow_nearest_price,
            **{field.name: getattr(load, field.name) for field in fields(Prompt)},
        )
        (row,) = estimate(question, self.catalog, self.counter, self.now).rows
        ref = replace(row.model, requested=model)
        return CallCost(row.cost_per_request.usd, row.cost_per_request.basis, ref, row.warnings)
