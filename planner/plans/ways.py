"""The ways through a step, each with all that holds for it: what a route leaves out is the step's."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from planner.distributions import Varying
from planner.plans.paths import joined
from planner.plans.steps import CachePlan, RetryPlan, Route, Served, StepLatency
from planner.plans.templates import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plans.steps import Step


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a step; `prompt_at` is where its prompt stands in the plan."""

    name: str
    at: tuple[str, ...]
    share: float
    served: Served
    prompt: Template | None
    prompt_at: tuple[str, ...]
    output_tokens: Varying
    reasoning_tokens: Varying
    cache: CachePlan | None
    retry: RetryPlan | None
    latency: StepLatency | None
    own: frozenset[str] = frozenset()

    def where(self, name: str) -> str:
        """The key path at which a value of this way stands: its route's, or the step's."""
        return joined((*(self.at if name in self.own else self.at[:2]), name))


def ways(name: str, step: Step) -> Iterator[Way]:
    """A step's routes, or the step itself as its only way."""
    at = ("steps", name)
    if not step.routes:
        yield Way(
            "",
            at,
            1.0,
            _terms(step),
            step.prompt,
            (*at, "prompt"),
            step.output_tokens,
            step.reasoning_tokens,
            step.cache,
            step.retry,
            step.latency,
        )
    for each, route in step.routes.items():
        own = (*at, "routes", each)
        yield Way(
            each,
            own,
            route.share,
            _route_terms(route, step),
            route.prompt or step.prompt,
            (*(own if route.prompt else at), "prompt"),
            step.output_tokens if route.output_tokens is None else route.output_tokens,
            step.reasoning_tokens if route.reasoning_tokens is None else route.reasoning_tokens,
            route.cache or step.cache,
            route.retry or step.retry,
            route.latency or step.latency,
            frozenset(field.name for field in fields(Route) if getattr(route, field.name) is not None),
        )


def fallbacks(step: Step) -> Iterator[Served]:
    """The models that are asked when all attempts have failed, in their order."""
    yield from map(_terms, step.fallbacks)


def _terms(served: Served) -> Served:
    return Served(model=served.model, provider=served.provider, service_tier=served.service_tier, region=served.region)


def _route_terms(route: Route, step: Step) -> Served:
    """A route's own model with its terms; without one, the step's with what the route changes."""
    if route.model is not None:
        return _terms(route)
    return Served(
        model=step.model,
        provider=route.provider or step.provider,
        service_tier=route.service_tier or step.service_tier,
        region=route.region or step.region,
    )
