"""How many tokens a text is, and what fits into a model's window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from excel.arguments import Model, Provider
from excel.registry import formula
from planner import FitQuestion, TokensQuestion
from pricing.errors import InvalidInput, NotPriced, one_of

if TYPE_CHECKING:
    from planner import FitAnswer
    from planner.planner import Planner

COUNTS = ("tokens", "low", "high", "method")
LIMITS = ("context_window", "max_input_tokens", "max_output_tokens")

Tokens = Annotated[int, {"kind": "whole", "doc": "tokens of the prompt"}]
Reserved = Annotated[int | None, {"kind": "whole", "doc": "tokens to keep free for the answer [0]"}]


@formula("TOKENS")
def tokens(
    planner: Planner,
    model: Model,
    text: Annotated[str, {"kind": "text", "doc": "text to count"}],
    figure: Annotated[str | None, {"kind": "text", "doc": "tokens, low, high or method [tokens]"}] = None,
    provider: Provider = None,
) -> int | str:
    """How many tokens a text is on a model: its count, the bounds of that, or how it was counted."""
    name = figure or COUNTS[0]
    if name not in COUNTS:
        raise InvalidInput(f"figure is {name!r}; {one_of(name, COUNTS)}", loc=("figure",), value=name)
    found = planner.tokens(TokensQuestion(model=model, provider=provider, text=text))
    return getattr(found, name)  # type: ignore[no-any-return]  # one of the four


@formula("LIMIT")
def limit(
    planner: Planner,
    model: Model,
    figure: Annotated[
        str | None, {"kind": "text", "doc": "context_window, max_input_tokens or max_output_tokens [context_window]"}
    ] = None,
    provider: Provider = None,
) -> int:
    """A limit of a model, in tokens."""
    name = figure or LIMITS[0]
    if name not in LIMITS:
        raise InvalidInput(f"figure is {name!r}; {one_of(name, LIMITS)}", loc=("figure",), value=name)
    found: int | None = getattr(planner.model(model, provider).limits, name)
    if found is None:
        raise NotPriced(f"the {name} of {model} is in no source", loc=("figure",), value=name)
    return found


@formula("FITS")
def fits(
    planner: Planner,
    model: Model,
    input_tokens: Tokens,
    reserved_output_tokens: Reserved = None,
    provider: Provider = None,
) -> bool:
    """Whether a prompt fits into a model's window, with room for the answer."""
    found = _fit(planner, model, input_tokens, reserved_output_tokens, provider)
    assert found.fits is not None
    return found.fits


@formula("HEADROOM")
def head_room(
    planner: Planner,
    model: Model,
    input_tokens: Tokens,
    reserved_output_tokens: Reserved = None,
    provider: Provider = None,
) -> float:
    """The share of a model's tightest limit that is left, negative where the prompt does not fit."""
    found = _fit(planner, model, input_tokens, reserved_output_tokens, provider)
    return min(each.head_room_share for each in found.checks)


def _fit(planner: Planner, model: str, tokens: int, reserved: int | None, provider: str | None) -> FitAnswer:
    asked = FitQuestion(model=model, provider=provider, input_tokens=tokens, reserved_output_tokens=reserved or 0)
    found = planner.fit(asked)
    if found.fits is None:
        raise NotPriced(f"no limit of {model} is in any source", loc=("model",), value=model)
    return found
