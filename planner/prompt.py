"""A real prompt and how many tokens it is on a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from planner.tokens import Part
from pricing.errors import InvalidInput
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from planner.tokens import Count, Counter
    from planner.tokens.count import Asked
    from pricing.catalog import Catalog
    from pricing.names import Resolution


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What is sent: plain `text`, chat `messages` in OpenAI's shape, or both (the text is then a further message).

    With `count_with` "provider" the prompt is sent to the model's provider, which counts it with the user's key.
    """

    text: str | None = None
    messages: tuple[dict[str, Any], ...] | None = None
    count_with: Literal["offline", "provider"] = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensQuestion(Prompt):
    """How many tokens is this prompt on this model?"""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A count with its bounds and the method that made it; for `exact` the three figures are one."""

    tokens: int
    low: int
    high: int
    method: str
    encoding: str | None


@dataclass(frozen=True, slots=True)
class TokensAnswer(Tokens):
    """A prompt's tokens on a model, part by part."""

    parts: tuple[Part, ...]
    model: ModelRef
    warnings: tuple[str, ...]


def tokens(question: TokensQuestion, catalog: Catalog, counter: Counter) -> TokensAnswer:
    """Count a prompt offline.

    Raises:
        InvalidInput: neither text nor messages, or messages that are malformed.
        UnknownModel: the name is not listed.
        NotCountable: the text cannot be counted safely.
    """
    resolved = catalog.resolve(question.model, question.provider)
    found = count(question, resolved, counter)
    model = ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule)
    return TokensAnswer(
        found.tokens,
        found.low,
        found.high,
        found.method,
        found.encoding,
        found.parts,
        model,
        (*resolved.warnings, *found.notes),
    )


def sized(found: Count) -> Tokens:
    """A count without its parts."""
    return Tokens(found.tokens, found.low, found.high, found.method, found.encoding)


def count(prompt: Prompt, resolved: Resolution, counter: Counter) -> Count:
    """The tokens of a prompt on a resolved model."""
    model, provider = resolved.model.id, resolved.model.provider
    how = _asking(counter) if prompt.count_with == "provider" else counter
    if prompt.messages is not None:
        messages = list(prompt.messages)
        if prompt.text is not None:
            messages.append({"role": "user", "content": prompt.text})
        return how.count_messages(messages, model, provider)
    if prompt.text is None:
        raise InvalidInput("give text or messages", loc=("text",))
    return how.count(prompt.text, model, provider)


def _asking(counter: Counter) -> Asked:
    """What asks a provider for its own count.

    Raises:
        InvalidInput: no text may be sent away here.
    """
    if counter.remote is None:
        raise InvalidInput(
            "count_with is 'provider', which would send the prompt to the provider and is not allowed here; "
            "TOKENPLAN_PROVIDER_COUNTS=1 allows it, or default_planner(provider_counts=True)",
            loc=("count_with",),
            value="provider",
        )
    return counter.remote()
