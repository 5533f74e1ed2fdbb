"""What makes a plan one: its steps in an order, shares that are shares, figures that go together."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any, Final

from planner.checks import Checks
from planner.distributions import law
from planner.economics.margins import refuse_payment
from planner.plans.steps import WITHOUT_MODEL
from planner.plans.templates import checked
from planner.plans.ways import ways
from planner.reliability.attempts import Attempts
from planner.simulated import check_run
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.plans.plan import Plan, Policy, Traffic
    from planner.plans.steps import Step
    from planner.plans.ways import Way

MOST_STEPS: Final = 100
MOST_MONTHS: Final = 60
MOST_TURNS: Final = 1000


def validate(plan: Plan) -> None:
    """Refuse a plan that cannot be: every fault of a part at once.

    Raises:
        InvalidInput: with the key path of each fault.
    """
    checks = Checks()
    check_run(checks, plan.draws, plan.seed)
    if not 1 <= len(plan.steps) <= MOST_STEPS:
        checks.refuse("steps", f"of {len(plan.steps)}", f"it must have 1 to {MOST_STEPS} steps")
    checks.done()
    _traffic(plan.traffic)
    for name, step in plan.steps.items():
        _step(name, step)
    befores(plan.steps)
    _revenue(plan)
    for name in ("requests_factor", "input_factor", "output_factor", "price_factor"):
        law(getattr(plan.uncertainty, name), "uncertainty", name)
    for name, policy in plan.policies.items():
        _policy(plan, policy, "policies", name)


def befores(steps: Mapping[str, Step]) -> dict[str, tuple[str, ...]]:
    """Which steps each step waits for, in an order in which each stands after those it waits for.

    Raises:
        InvalidInput: a step that is not there, or a cycle, with the steps in it.
    """
    stated: dict[str, tuple[str, ...]] = {}
    last: tuple[str, ...] = ()
    for name, step in steps.items():
        stated[name] = last if step.after is None else step.after
        for each in stated[name]:
            if each not in steps:
                raise InvalidInput(
                    f"step {name}: after names {each!r}, which is no step; {one_of(each, steps)}",
                    loc=("steps", name, "after"),
                    value=each,
                )
        last = last if step.background else (name,)
    found: dict[str, tuple[str, ...]] = {}
    while len(found) < len(stated):
        ready = [name for name in stated if name not in found and all(each in found for each in stated[name])]
        if not ready:
            raise _cycle(stated, found)
        found.update((name, stated[name]) for name in ready)
    return found


def _cycle(stated: Mapping[str, tuple[str, ...]], done: Mapping[str, object]) -> InvalidInput:
    """The error that shows one way around."""
    name = next(name for name in stated if name not in done)
    path: list[str] = []
    while name not in path:
        path.append(name)
        name = next(each for each in stated[name] if each not in done)
    around = [*path[path.index(name) :], name]
    return InvalidInput(
        f"the steps wait for each other: {' after '.join(around)}", loc=("steps", around[0], "after"), value=around
    )


def _traffic(traffic: Traffic) -> None:
    checks = Checks("traffic").not_negative(
        sessions_per_user_per_month=traffic.sessions_per_user_per_month,
        requests_per_session=traffic.requests_per_session,
    )
    checks.at_least(-1, growth_per_month=traffic.growth_per_month).at_least(1, peak_factor=traffic.peak_factor)
    checks.positive(active_hours_per_month=traffic.active_hours_per_month)
    if traffic.active_hours_per_month > 744:  # noqa: PLR2004 - the hours of the longest month
        checks.refuse("active_hours_per_month", traffic.active_hours_per_month, "a month has at most 744 hours")
    if not 1 <= traffic.months <= MOST_MONTHS:
        checks.refuse("months", traffic.months, f"it must be from 1 to {MOST_MONTHS}")
    by_users = traffic.sessions_per_user_per_month is not None or bool(traffic.segments)
    if traffic.requests_per_month is None and not (traffic.users is not None and by_users):
        checks.refuse("requests_per_month", None, "give it, or users with sessions_per_user_per_month or with segments")
    if traffic.requests_per_month is not None and by_users:
        checks.refuse("requests_per_month", "given beside sessions or segments", "give one of them")
    if traffic.sessions_per_user_per_month is not None and traffic.segments:
        checks.refuse("sessions_per_user_per_month", "given beside segments", "give one of them")
    checks.done()
    for name in ("requests_per_month", "users"):
        if (given := getattr(traffic, name)) is not None:
            law(given, "traffic", name)
    total = 0.0
    for at, each in enumerate(traffic.segments):
        own = Checks("traffic", "segments", at).share(users_share=each.users_share)
        own.not_negative(requests_per_user_per_month=each.requests_per_user_per_month).done()
        total += each.users_share
    if traffic.segments and not isclose(total, 1, abs_tol=1e-9):
        Checks("traffic").refuse("segments", f"{total:g} of the users", "users_share must add up to 1").done()


def _step(name: str, step: Step) -> None:
    at = ("steps", name)
    checks = (
        Checks(*at)
        .share(share=step.share)
        .not_negative(
            calls=step.calls,
            usd_per_month=step.usd_per_month,
            web_searches=step.web_searches,
        )
    )
    checks.positive(max_output_tokens=step.max_output_tokens)
    _belongs(checks, step)
    checks.done()
    law(step.usd, *at, "usd")
    if step.routes:
        total = sum(each.share for each in step.routes.values())
        for key, route in step.routes.items():
            Checks(*at, "routes", key).share(share=route.share).done()
        if not isclose(total, 1, abs_tol=1e-9):
            Checks(*at).refuse("routes", f"{total:g} of the step", "their shares must add up to 1").done()
    for way in ways(name, step):
        _way(way, step)
    for place, fallback in enumerate(step.fallbacks):
        tries = Attempts(fallback.failure_probability, fallback.attempts, fallback.failed_billed_share)
        tries.checked(*at, "fallbacks", place, attempts="attempts")
        if fallback.model is None:
            Checks(*at, "fallbacks", place).refuse("model", None, "a fallback needs a model").done()
    if step.fallbacks and all(way.retry is None for way in ways(name, step)):
        Checks(*at).refuse("fallbacks", "given", "they need retry.failure_probability, or nothing ever fails").done()
    _loop(step, at)


def _belongs(checks: Checks, step: Step) -> None:
    """What a kind of step must and cannot have."""
    if step.kind == "tool_loop" and step.loop is None:
        checks.refuse("loop", None, "a tool_loop needs its turns")
    if step.kind != "tool_loop" and step.loop is not None:
        checks.refuse("loop", "given", f"only a tool_loop has turns; this is a {step.kind}")
    if step.kind == "human_review" and step.review is None:
        checks.refuse("review", None, "a human_review needs minutes and usd_per_hour")
    if step.kind != "human_review" and step.review is not None:
        checks.refuse("review", "given", f"only a human_review has people; this is a {step.kind}")
    if step.kind in WITHOUT_MODEL and (step.model or step.routes or step.prompt):
        checks.refuse("model", step.model or "given", f"a {step.kind} calls no model; a step of another kind does")


def _way(way: Way, step: Step) -> None:
    if step.kind in WITHOUT_MODEL:
        return
    checks = Checks(*way.at)
    if way.served.model is None:
        checks.refuse("model", None, f"a step of kind {step.kind} needs a model")
    if way.prompt is None:
        checks.refuse("prompt", None, f"a step of kind {step.kind} needs a prompt, or its tokens")
    checks.done()
    law(way.output_tokens, *way.at, "output_tokens")
    law(way.reasoning_tokens, *way.at, "reasoning_tokens")
    if way.cache is not None:
        _alike(way)
        own = Checks(*way.at, "cache").share(hit_rate=way.cache.hit_rate).positive(prefixes=way.cache.prefixes)
        own.not_negative(prefix_tokens=way.cache.prefix_tokens).positive(lifetime_seconds=way.cache.lifetime_seconds)
        own.done()
    if way.retry is not None:
        tries = Attempts(way.retry.failure_probability, way.retry.attempts, way.retry.failed_billed_share)
        tries.checked(*way.at, "retry", attempts="attempts")
    _template(way)
    _latency(way)


def _template(way: Way) -> None:
    assert way.prompt is not None
    if way.prompt.tokens is not None:
        checked(way.prompt, *way.prompt_at)
        law(way.prompt.tokens, *way.prompt_at, "tokens")
    for name, sample in way.prompt.variables.items():
        law(sample.repeat, *way.prompt_at, "variables", name, "repeat")
        if sample.tokens is not None:
            law(sample.tokens, *way.prompt_at, "variables", name, "tokens")


def _alike(way: Way) -> None:
    """A variable that is alike must be one."""
    assert way.cache is not None
    assert way.prompt is not None
    for at, name in enumerate(way.cache.shared):
        if name not in way.prompt.variables:
            where: tuple[str | int, ...] = (*way.at, "cache", "shared", at)
            raise InvalidInput(
                f"shared names {name!r}, which is no variable of the prompt; {one_of(name, way.prompt.variables)}",
                loc=where,
                value=name,
            )


def _latency(way: Way) -> None:
    latency: Any = way.latency
    if latency is None:
        return
    generated = (latency.first_token_seconds, latency.seconds_per_output_token)
    checks = Checks(*way.at, "latency")
    if (latency.seconds is None) == (generated == (None, None)):
        checks.refuse("seconds", latency.seconds, "give it, or first_token_seconds and seconds_per_output_token")
    elif latency.seconds is None and None in generated:
        missing = "first_token_seconds" if generated[0] is None else "seconds_per_output_token"
        checks.refuse(missing, None, "first_token_seconds and seconds_per_output_token go together")
    checks.done()


def _loop(step: Step, at: tuple[str, ...]) -> None:
    if step.loop is None:
        return
    checks = Checks(*at, "loop").share(found_share=step.loop.found_share)
    checks.not_negative(result_tokens=step.loop.result_tokens, tool_usd=step.loop.tool_usd)
    turns = law(step.loop.turns, *at, "loop", "turns")
    if not 1 <= turns.mean <= MOST_TURNS:
        checks.refuse("turns", turns.mean, f"on average it must be from 1 to {MOST_TURNS}")
    checks.done()
    law(step.loop.tool_seconds, *at, "loop", "tool_seconds")


def _revenue(plan: Plan) -> None:
    if plan.revenue is None:
        return
    checks = Checks("revenue").not_negative(
        price_usd_per_user_per_month=plan.revenue.price_usd_per_user_per_month,
        other_usd_per_user_per_month=plan.revenue.other_usd_per_user_per_month,
    )
    checks.not_tiny(price_usd_per_user_per_month=plan.revenue.price_usd_per_user_per_month)
    refuse_payment(plan.revenue.payment, "revenue")
    margin, pct = plan.revenue.target_gross_margin_share, plan.revenue.payment.fee_share
    if margin is not None and margin + pct >= 1:
        checks.refuse("target_gross_margin_share", margin, f"with the payment's share of {pct} it must stay below 1")
    checks.share(target_gross_margin_share=margin)
    if plan.traffic.users is None:
        checks.refuse("price_usd_per_user_per_month", "given", "a price a user needs traffic.users")
    checks.done()


def _policy(plan: Plan, policy: Policy, *at: str) -> None:
    checks = Checks(*at)
    if (policy.at_most is None) == (policy.at_least is None):
        checks.refuse("at_most", policy.at_most, "give exactly one of at_most and at_least")
    checks.finite(at_most=policy.at_most, at_least=policy.at_least)
    checks.share(breach_probability_at_most=policy.breach_probability_at_most)
    if policy.breach_probability_at_most is not None and policy.at_most is None:
        checks.refuse("breach_probability_at_most", policy.breach_probability_at_most, "it needs at_most, the budget")
    if policy.step is not None and policy.step not in plan.steps:
        checks.refuse("step", policy.step, f"it is no step; {one_of(policy.step, plan.steps)}")
    checks.done()
