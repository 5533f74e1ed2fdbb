"""What a small model in front of the expensive one costs and saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from excel.arguments import ModelOrUsd, OptionalInput, Output, call, usage
from excel.registry import formula
from planner import CascadeQuestion, CascadeTier, RouteQuestion
from planner.calls import Load
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from planner import RouteAnswer
    from planner.planner import Planner

Share = Annotated[float, {"kind": "number", "doc": "share of requests that goes to the strong model, 0 to 1"}]
Router = Annotated[str | float | None, {"kind": "either", "doc": "the router: a model, or USD a request [0]"}]


@formula("ROUTE")
def route(
    planner: Planner,
    weak: ModelOrUsd,
    strong: ModelOrUsd,
    strong_share: Share,
    input_tokens: OptionalInput = None,
    output_tokens: Output = None,
    router: Router = None,
) -> float:
    """What a request costs when a router sends a share to the strong model and the rest to the weak one, in USD."""
    return _route(planner, weak, strong, strong_share, input_tokens, output_tokens, router).cost_usd


@formula("ROUTESAVING")
def route_saving(
    planner: Planner,
    weak: ModelOrUsd,
    strong: ModelOrUsd,
    strong_share: Share,
    input_tokens: OptionalInput = None,
    output_tokens: Output = None,
    router: Router = None,
) -> float | None:
    """The share that routing saves against sending everything to the strong model; negative where it costs more."""
    return _route(planner, weak, strong, strong_share, input_tokens, output_tokens, router).savings_share


@formula("ROUTEBREAKEVEN")
def route_break_even(
    planner: Planner,
    weak: ModelOrUsd,
    strong: ModelOrUsd,
    input_tokens: OptionalInput = None,
    output_tokens: Output = None,
    router: Router = None,
) -> float | None:
    """The strong share at which routing costs what the strong model alone does; #N/A where no share saves."""
    return _route(planner, weak, strong, 0.0, input_tokens, output_tokens, router).break_even_strong_share


@formula("CASCADE")
def cascade(
    planner: Planner,
    tiers: Annotated[list[str | float], {"kind": "either", "doc": "range of models or USD, cheapest first", "ndim": 2}],
    accepted: Annotated[
        list[float], {"kind": "number", "doc": "range of shares accepted at each tier but the last", "ndim": 2}
    ],
    input_tokens: OptionalInput = None,
    output_tokens: Output = None,
) -> float:
    """What a request costs when models are tried from cheap to dear until an answer is accepted, in USD."""
    named = [each for each in tiers if each is not None]
    shares = [each for each in accepted if each is not None][: len(named)]
    if len(shares) < len(named) - 1:
        said = (
            f"accepted holds {len(shares)} shares; {len(named)} tiers need {len(named) - 1}, one for each but the last"
        )
        raise InvalidInput(said, loc=("accepted",))
    steps = tuple(
        CascadeTier(call=call(each), accept_probability=shares[at] if at < len(named) - 1 else None)
        for at, each in enumerate(named)
    )
    return planner.cascade(CascadeQuestion(tiers=steps, load=_load(input_tokens, output_tokens))).cost_usd


def _route(
    planner: Planner,
    weak: str | float,
    strong: str | float,
    share: float,
    input_tokens: int | None,
    output_tokens: int | None,
    router: str | float | None,
) -> RouteAnswer:
    asked = RouteQuestion(
        weak=call(weak),
        strong=call(strong),
        strong_share=share,
        load=_load(input_tokens, output_tokens),
        classifier=None if router is None else call(router),
    )
    return planner.route(asked)


def _load(input_tokens: int | None, output_tokens: int | None) -> Load | None:
    """What models are sent; nothing where every cost is stated."""
    return None if input_tokens is None else Load(usage=usage(input_tokens, output_tokens))
