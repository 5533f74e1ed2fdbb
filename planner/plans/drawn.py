"""A plan's requests drawn: what each costs, and how long its user waits, so that percentiles can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from planner.distributions import law
from planner.laws import Floats
from planner.plans.quantities import turns
from planner.plans.report import Spread
from planner.plans.validity import befores
from planner.simulated import Draws, draws, ranked

if TYPE_CHECKING:
    from planner.plans.assembly import StepCosts
    from planner.plans.charges import Charges
    from planner.plans.costs import Call
    from planner.plans.plan import Plan
    from planner.plans.steps import LoopPlan, StepLatency

_NOISE: Final = 1e-12
"""A relative deviation below this is floating point's."""


class Waits(NamedTuple):
    """Seconds to the first visible token and to the end, of every drawn request."""

    first: Floats | float
    end: Floats | float


class StepDrawn(NamedTuple):
    """A step in every request: 1 where it is taken, its cost, its waits when taken (None where none is stated)."""

    taken: Floats | float
    usd: Floats | float
    waits: Waits | None


@dataclass(frozen=True, slots=True)
class Requests:
    """Drawn requests: cost, waits (None where a step states no latency; `why_not` names it), each step's waits."""

    usd: Floats | float
    waits: Waits | None
    why_not: str | None
    steps: dict[str, Waits]


def requests(plan: Plan, steps: tuple[StepCosts, ...], charges: Charges) -> Requests:
    """Draw the plan's requests; steps are independent, and each has a stream of its own.

    Raises:
        InvalidInput: NumPy or SciPy is missing.
    """
    run = draws(plan.draws, plan.seed)
    drawn = {each.name: _step(each, charges, Draws(run.count, run.stream())) for each in steps}
    usd: Floats | float = 0.0
    for each in drawn.values():
        usd = usd + each.usd
    waits = {name: each.waits for name, each in drawn.items() if each.waits is not None}
    unknown = [name for name in drawn if name not in waits and not plan.steps[name].background]
    if unknown:
        return Requests(usd, None, f"no latency is stated for {', '.join(unknown)}", waits)
    return Requests(usd, _path(plan, drawn), None, waits)


def _path(plan: Plan, drawn: dict[str, StepDrawn]) -> Waits:
    """A step begins when those before it are done; the user sees the last one that is taken begin to answer."""
    import numpy as np  # noqa: PLC0415 - an extra

    order = {name: those for name, those in befores(plan.steps).items() if not plan.steps[name].background}
    waited = {each for those in order.values() for each in those}
    shown: dict[str, Waits] = {}
    for name, those in order.items():
        before = _latest([shown[each] for each in those])
        taken, _, own = drawn[name]
        assert own is not None
        first = np.where(taken, before.end + own.first, before.first)
        shown[name] = Waits(first, before.end + taken * own.end)
    return _latest([each for name, each in shown.items() if name not in waited])


def _latest(waits: list[Waits]) -> Waits:
    import numpy as np  # noqa: PLC0415 - an extra

    first: Floats | float = 0.0
    end: Floats | float = 0.0
    for each in waits:
        first, end = np.maximum(first, each.first), np.maximum(end, each.end)
    return Waits(first, end)


def _step(costs: StepCosts, charges: Charges, run: Draws) -> StepDrawn:
    """A step's cost and waits: one of its ways, tried again and fallen back from as often as drawn."""
    step = costs.step
    taken = _happens(step.share, run)
    usd, beside = _beside(costs, run)
    if not costs.calls:
        return StepDrawn(taken, taken * step.calls * usd, beside)
    chosen, reached = run.uniform(), 0.0
    here: Floats | float = 0.0
    waits: Waits | None = Waits(0.0, 0.0)
    for call in costs.calls:
        if not call.rank:
            here = _between(chosen, reached, reached + call.way.share)
            reached += call.way.share
        drawn = _call(call, costs, charges, run)
        usd = usd + here * drawn.usd
        waits = _added(waits, here, drawn)
        here = here * drawn.lost
    return StepDrawn(taken, taken * step.calls * usd, waits)


def _added(waits: Waits | None, here: Floats | float, drawn: CallDrawn) -> Waits | None:
    """The waits with those of a call where it is made: failed attempts take as long as the one that succeeds."""
    if waits is None or drawn.waits is None:
        return None
    again = drawn.failures * drawn.waits.end
    kept = 1 - drawn.lost  # of a lost call only the failures are waited for
    return Waits(
        waits.first + here * (again + kept * drawn.waits.first), waits.end + here * (again + kept * drawn.waits.end)
    )


def _happens(share: float, run: Draws) -> Floats | float:
    return _between(run.uniform(), 0.0, share)


def _between(values: Floats, low: float, high: float) -> Floats | float:
    """1 where a draw lies there; a number where all do."""
    if low <= 0 and high >= 1:
        return 1.0
    if high >= 1 - _NOISE:  # the last of several shares ends at 1, whatever their rounding
        high = 1.0
    return ((values >= low) & (values < high)).astype(float)


def _beside(costs: StepCosts, run: Draws) -> tuple[Floats | float, Waits | None]:
    """What a call costs beside its tokens; of steps without a model, their time too."""
    step = costs.step
    usd = run.of(law(step.usd))
    took = run.of(law(step.latency.seconds)) if step.latency and step.latency.seconds is not None else None
    if step.review is not None:
        minutes = run.of(law(step.review.minutes))
        usd = usd + minutes * step.review.usd_per_hour / 60
        took = minutes * 60 if took is None else took
    return usd, None if took is None else Waits(took, took)


class CallDrawn(NamedTuple):
    """A call in every request: its cost over all attempts, one attempt's waits, the attempts that failed, 1 if all."""

    usd: Floats | float
    waits: Waits | None
    failures: Floats | float
    lost: Floats | float


class _Lengths(NamedTuple):
    prompt: Floats | float
    output: Floats | float
    reasoning: Floats | float


def _call(call: Call, costs: StepCosts, charges: Charges, run: Draws) -> CallDrawn:
    step, latency = costs.step, call.way.latency
    lengths = _lengths(call, costs, run)
    hit = _happens(call.prefix.hit, run)
    failures, lost = _failures(call, run)
    billed = (1 - lost) + call.attempts.billed_share * failures
    waits = None
    if step.loop is not None:
        count = run.of(law(step.loop.turns))
        usd = billed * _loop_usd(call, step.loop, charges, count) + (count * step.loop.tool_usd if not call.rank else 0)
        if latency is not None:
            waits = _loop_waits(call, costs, count, lengths.prompt, Draws(run.count, run.stream()))
        return CallDrawn(usd, waits, failures, lost)
    usd = billed * _usd(call, charges, step.web_searches, lengths, hit)
    if latency is not None:
        waits = _waits(latency, lengths._replace(prompt=lengths.prompt - call.prefix.tokens * hit), run)
    return CallDrawn(usd, waits, failures, lost)


def _lengths(call: Call, costs: StepCosts, run: Draws) -> _Lengths:
    """Prompt, answer and reasoning; a limit cuts off the answer first."""
    import numpy as np  # noqa: PLC0415 - an extra

    prompt: Floats | float = call.length.fixed
    for factor, each in call.length.varying:
        prompt = prompt + factor * run.of(law(each))
    output, reasoning = run.of(law(call.way.output_tokens)), run.of(law(call.way.reasoning_tokens))
    most = costs.step.max_output_tokens
    if most is not None:
        reasoning = np.minimum(reasoning, most)
        output = np.minimum(output, most - reasoning)
    return _Lengths(prompt, output, reasoning)


def _failures(call: Call, run: Draws) -> tuple[Floats | float, Floats | float]:
    """Attempts that failed, `floor(ln U / ln f)` up to all, and 1 where all did."""
    import numpy as np  # noqa: PLC0415 - an extra

    draw, each, most = run.uniform(), call.attempts.each, call.attempts.most
    if not 0 < each < 1:
        return (float(most), 1.0) if each else (0.0, 0.0)
    failed = np.minimum(np.floor(np.log1p(-draw) / np.log(each)), most)
    return failed, (failed >= most).astype(float)


def _usd(call: Call, charges: Charges, searches: float, lengths: _Lengths, hit: Floats | float) -> Floats | float:
    """Bucket by bucket, at the prices of each prompt's context tier."""
    import numpy as np  # noqa: PLC0415 - an extra

    prefix, served, prompt = call.prefix, call.way.served, lengths.prompt
    cached = np.minimum(prefix.tokens, prompt) if prefix.tokens else 0.0
    amounts: dict[str, Floats | float] = {
        "input_tokens": prompt - cached,
        "cache_read_tokens": cached * hit,
        "output_tokens": lengths.output,
        "reasoning_tokens": lengths.reasoning,
        "web_search_calls": searches,
        "requests": 1.0,
    }
    amounts[prefix.write] = amounts.get(prefix.write, 0.0) + cached * (1 - hit)
    used = {bucket: amount for bucket, amount in amounts.items() if np.any(amount)}

    def at(tier: float) -> Floats | float:
        total: Floats | float = 0.0
        for bucket, amount in used.items():
            total = total + amount * charges.unit(served, bucket, tier)
        return total

    if not isinstance(prompt, np.ndarray):
        return at(prompt)
    found = at(0)
    for each in charges.thresholds(served)[1:]:
        found = np.where(np.round(prompt) >= each, at(each), found)
    return found


def _loop_usd(call: Call, loop: LoopPlan, charges: Charges, count: Floats | float) -> Floats | float:
    """A loop of so many turns, each at its average length: the sum up to its last turn."""
    import numpy as np  # noqa: PLC0415 - an extra

    report = call.report
    assert report.prompt is not None
    cached = call.prefix if call.way.cache is not None else None
    every = turns(loop, report.prompt.tokens, report.output_tokens, report.reasoning_tokens, cached)
    each = [sum(line.usd for line in charges.lines(call.way.served, turn.buckets, turn.prompt)) for turn in every]
    upto = np.concatenate(([0.0], np.cumsum(each)))
    found: Floats = np.interp(np.maximum(count, 1.0), np.arange(len(upto)), upto)
    return found if isinstance(count, np.ndarray) else float(found)


def _waits(latency: StepLatency, lengths: _Lengths, run: Draws) -> Waits:
    """As `planner.latency`: `queue + TTFT + reasoning*TPOT` to the first visible token, `(N-1)*TPOT` more to the end.

    The prompt is what of it no cache serves.
    """
    import numpy as np  # noqa: PLC0415 - an extra

    if latency.seconds is not None:
        took = run.of(law(latency.seconds))
        return Waits(took, took)
    assert latency.first_token_seconds is not None
    assert latency.seconds_per_output_token is not None
    each = run.of(law(latency.seconds_per_output_token))
    wait = run.of(law(latency.queue_seconds)) + run.of(law(latency.first_token_seconds))
    wait = wait + run.of(law(latency.seconds_per_uncached_input_token)) * lengths.prompt
    first = wait + lengths.reasoning * each
    return Waits(first, first + np.maximum(lengths.output - 1, 0) * each)


def _loop_waits(call: Call, costs: StepCosts, count: Floats | float, prompt: Floats | float, run: Draws) -> Waits:
    """The turns of each loop one after another, with their tools; the user sees the last turn's answer begin."""
    import numpy as np  # noqa: PLC0415 - an extra

    loop, latency = costs.step.loop, call.way.latency
    assert loop is not None
    assert latency is not None
    turns_ = np.maximum(count, 1.0)
    end: Floats | float = 0.0
    tail: Floats | float = 0.0
    for number in range(int(np.ceil(np.max(turns_)))):
        lengths = _lengths(call, costs, run)
        fresh = lengths.output + loop.result_tokens if call.way.cache is not None and number else prompt
        waits = _waits(latency, lengths._replace(prompt=fresh), run)
        end = end + np.clip(turns_ - number, 0.0, 1.0) * (waits.end + run.of(law(loop.tool_seconds)))
        tail = waits.end - waits.first if not number else tail
    return Waits(end - tail, end)


def spread(values: Floats | float, mean: float) -> Spread:
    """Percentiles of draws beside the mean that was worked out."""
    import numpy as np  # noqa: PLC0415 - an extra

    if not isinstance(values, np.ndarray):
        return Spread(mean, mean, mean, mean, 0.0, 0.0, 0.0)
    found = ranked(values)
    return Spread(mean, *found.at, *found.errors)  # type: ignore[arg-type]  # three of each


def deviation(values: Floats | float) -> float:
    """The standard deviation of draws; 0 of a number, and of what varies by rounding alone."""
    import numpy as np  # noqa: PLC0415 - an extra

    if not isinstance(values, np.ndarray):
        return 0.0
    found, mean = float(np.std(values)), float(np.mean(values))
    return found if found > _NOISE * mean else 0.0
