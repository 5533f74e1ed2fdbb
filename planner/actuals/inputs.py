"""Fitted figures as a plan's inputs by key path: of a plan's own steps and routes, or with features for steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from planner.plans.paths import joined
from planner.plans.validity import validate
from planner.plans.volume import volume
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.actuals.fit import CallFit
    from planner.actuals.measured import Measured, TrafficFit
    from planner.plans.plan import Plan
    from planner.plans.steps import Route, Step
    from pricing.catalog import Catalog


def plan_inputs(
    traffic: TrafficFit, calls: Sequence[CallFit], plan: Plan | None, catalog: Catalog
) -> tuple[dict[str, Any], list[str]]:
    """Values by key path, and which calls of the log no step of the plan stands for.

    Raises:
        InvalidInput: the plan is none.
        UnknownModel: a model of the plan is not listed.
    """
    if plan is None:
        return dict(_of_features(traffic, calls)), []
    try:
        validate(plan)
    except InvalidInput as error:
        raise error.under("plan") from None
    found = dict(_of_traffic(plan, traffic))
    used: list[CallFit] = []
    shared: dict[str, list[tuple[int, float]]] = {}
    for name, step in plan.steps.items():
        mine = [call for call in calls if call.feature == name] if _featured(calls, plan) else list(calls)
        for keys, served in _ways(name, step):
            call = next((each for each in mine if each.model == _id(served, step, catalog)), None)
            if call is not None:
                used.append(call)
                found |= _of_call(keys, call, step, route=served if keys[-2:-1] == ("routes",) else None)
                for path in _RATES:
                    if (at := joined((*keys[:2], *path))) in found:
                        shared.setdefault(at, []).append((call.requests, found[at]))
    found |= {at: round(sum(n * rate for n, rate in each) / sum(n for n, _ in each), 4) for at, each in shared.items()}
    left = (each for each in calls if each not in used)
    return found, [
        f"no step of the plan is {each.feature or 'calls'} on {each.model}: not in the values" for each in left
    ]


_RATES: Final = (("cache", "hit_rate"), ("retry", "failure_probability"))
"""What the routes of a step may share: the mean over the requests of each."""


def _featured(calls: Sequence[CallFit], plan: Plan) -> bool:
    """Whether the log's features are steps of the plan."""
    return any(call.feature in plan.steps for call in calls)


def _ways(name: str, step: Step) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The routes of a step, else the step, with their keys."""
    if not step.routes:
        yield ("steps", name), step
    for route, way in step.routes.items():
        yield ("steps", name, "routes", route), way


def _id(served: Any, step: Step, catalog: Catalog) -> str | None:
    model, provider = (served.model, served.provider) if served.model else (step.model, step.provider)
    return None if model is None else catalog.resolve(model, provider).model.id


def _of_traffic(plan: Plan, traffic: TrafficFit) -> Iterator[tuple[str, Any]]:
    """The traffic as the plan states it: requests, or the users that make as many."""
    if plan.traffic.requests_per_month is not None:
        yield "traffic.requests_per_month", round(traffic.requests_per_month)
    elif each := volume(plan.traffic).requests_per_user_per_month:
        yield "traffic.users", round(traffic.requests_per_month / each)
    yield from _of_hours(traffic)


def _of_features(traffic: TrafficFit, calls: Sequence[CallFit]) -> Iterator[tuple[str, Any]]:
    yield "traffic.requests_per_month", round(traffic.requests_per_month)
    yield from _of_hours(traffic)
    for call in calls:
        if call.feature is None:
            continue
        alone = sum(each.feature == call.feature for each in calls) == 1
        keys: tuple[str, ...] = ("steps", call.feature)
        yield from _of_call(keys if alone else (*keys, "routes", str(call.model)), call, None, route=None).items()


def _of_hours(traffic: TrafficFit) -> Iterator[tuple[str, Any]]:
    if traffic.peak_factor is not None and traffic.active_hours_per_month is not None:
        yield "traffic.peak_factor", round(traffic.peak_factor, 3)
        yield "traffic.active_hours_per_month", round(traffic.active_hours_per_month, 1)


def _of_call(keys: tuple[str, ...], call: CallFit, step: Step | None, *, route: Route | None) -> dict[str, Any]:
    """What the calls of one way say of its inputs; what a plan does not state in part is not stated in part here."""

    def at(*below: str) -> str:
        return joined((*keys, *below))

    found: dict[str, Any] = {}
    if "routes" in keys:
        found[at("share")] = round(call.share_of_feature, 4)
    if call.output_tokens is not None and call.output_tokens.mean:
        found[at("output_tokens")] = _spread(call.output_tokens)
    if call.reasoning_tokens is not None and call.reasoning_tokens.mean:
        found[at("reasoning_tokens")] = _spread(call.reasoning_tokens)
    way: Any = route if route is not None else step
    if call.cache_hit_rate is not None and (call.cache_hit_rate if step is None else _has(way, step, "cache")):
        found[joined((*_owner(keys, way, "cache"), "cache", "hit_rate"))] = round(call.cache_hit_rate, 4)
    if call.failure_rate is not None and (call.failure_rate if step is None else _has(way, step, "retry")):
        found[joined((*_owner(keys, way, "retry"), "retry", "failure_probability"))] = round(call.failure_rate, 4)
    found.update({at("latency", name): value for name, value in _latency(call, way)})
    return found


def _has(way: Any, step: Step, name: str) -> bool:
    return getattr(way, name) is not None or getattr(step, name) is not None


def _owner(keys: tuple[str, ...], way: Any, name: str) -> tuple[str, ...]:
    """Where the part is stated: by the route itself, else by its step."""
    return keys if "routes" not in keys or way is None or getattr(way, name) is not None else keys[:2]


def _latency(call: CallFit, way: Any) -> Iterator[tuple[str, Any]]:
    """As the way states it: first token and pace, or as a whole; a way without latency gets none."""
    stated = getattr(way, "latency", None)
    if way is not None and stated is None:
        return
    paced = call.first_token_seconds is not None and (stated is None or stated.first_token_seconds is not None)
    if paced and call.first_token_seconds is not None:
        yield "first_token_seconds", _spread(call.first_token_seconds)
        if call.seconds_per_output_token is not None:
            yield "seconds_per_output_token", _spread(call.seconds_per_output_token)
    elif call.seconds is not None and (stated is None or stated.seconds is not None):
        yield "seconds", _spread(call.seconds)


def _spread(measured: Measured) -> Any:
    """A spread as a plan has it; where no log-normal law has such percentiles, the mean."""
    if 0 < measured.p50 < measured.p95:
        return {"p50": _plain(measured.p50), "p95": _plain(measured.p95)}
    return _plain(float(f"{measured.mean:.5g}"))


def _plain(figure: float) -> float:
    return int(figure) if figure == int(figure) else figure
