"""How much of each billing bucket a call takes on average: its prompt, cached or not, its answer, its turns."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from planner.caching import HOUR, LIFETIMES, hit_rate
from planner.distributions import Varying, constant, law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.laws import Floats
    from planner.plans.sizes import PromptSize
    from planner.plans.steps import CachePlan, LoopPlan
    from planner.plans.templates import Template

POINTS = 2048
"""Points at which a distribution is looked at where a mean is not that of a straight line."""


@dataclass(frozen=True, slots=True)
class PromptLength:
    """A prompt's tokens: what is fixed, and what varies with its factor; counted bounds beside."""

    fixed: float
    low: float
    high: float
    varying: tuple[tuple[float, Varying], ...]

    @property
    def mean(self) -> float:
        """On average."""
        return self.fixed + sum(factor * law(each).mean for factor, each in self.varying)

    @property
    def extra(self) -> float:
        """The mean of what varies."""
        return self.mean - self.fixed

    def p95(self) -> float:
        """The 95th percentile; each part at its own, which is an upper bound where several vary."""
        return self.fixed + sum(factor * p95(each) for factor, each in self.varying)


@dataclass(frozen=True, slots=True)
class Prefix:
    """The part of a prompt that the cache may hold: its tokens, how often it is found, what writing it is called."""

    tokens: float = 0.0
    hit: float = 0.0
    write: str = "input_tokens"


def length(template: Template, size: PromptSize | None) -> PromptLength:
    """A template's length from its count, with what its variables state."""
    if template.tokens is not None:
        mean = law(template.tokens).mean
        if constant(template.tokens):
            return PromptLength(mean, mean, mean, ())
        return PromptLength(0.0, 0.0, 0.0, ((1.0, template.tokens),))
    assert size is not None
    fixed, low, high = (float(each) for each in (size.whole.tokens, size.whole.low, size.whole.high))
    varying: list[tuple[float, Varying]] = []
    for name, sample in template.variables.items():
        if sample.tokens is not None:
            varying.append((law(sample.repeat).mean, sample.tokens))
        elif (counted := size.samples.get(name)) is not None:
            fixed, low, high = fixed - counted.tokens, low - counted.low, high - counted.high
            varying.append((float(counted.tokens), sample.repeat))
            low += counted.low * law(sample.repeat).mean - counted.tokens * law(sample.repeat).mean
            high += counted.high * law(sample.repeat).mean - counted.tokens * law(sample.repeat).mean
    straight = sum(factor * law(each).mean for factor, each in varying if constant(each))
    moving = tuple((factor, each) for factor, each in varying if not constant(each))
    return PromptLength(fixed + straight, low + straight, high + straight, moving)


def shared_length(template: Template, size: PromptSize | None) -> float:
    """The tokens at a prompt's start that requests share, with the variables in it that are alike."""
    if size is None:
        return 0.0
    more = 0.0
    for name in size.shared:
        sample = template.variables[name]
        repeat = law(sample.repeat).mean
        if sample.tokens is not None:
            more += repeat * law(sample.tokens).mean
        elif name in size.samples:
            more += (repeat - 1) * size.samples[name].tokens
    return size.shared_tokens + more


def p95(given: Varying) -> float:
    """The 95th percentile of a quantity; only families that need SciPy ask for it."""
    if constant(given):
        return law(given).mean
    stated = getattr(given, "p95", None)
    return float(stated) if stated is not None else float(points(given, (0.95,))[0])


def points(given: Varying, at: tuple[float, ...] = ()) -> Floats:
    """A distribution at probabilities, or at the middles of `POINTS` equal parts.

    Raises:
        InvalidInput: NumPy or SciPy is missing.
    """
    from planner.simulated import draws  # noqa: PLC0415 - only what varies needs it

    draws(1, 0)  # says which extra is missing
    import numpy as np  # noqa: PLC0415 - an extra

    return law(given).quantile(np.array(at) if at else (np.arange(POINTS) + 0.5) / POINTS)


def limited_mean(given: Varying, most: float | None) -> float:
    """The mean of a length that is cut off at `most`."""
    if most is None:
        return law(given).mean
    if constant(given):
        return min(law(given).mean, most)
    import numpy as np  # noqa: PLC0415 - an extra

    return float(np.minimum(points(given), most).mean())


def found(cache: CachePlan, arrivals_per_hour: float, *, sold: bool) -> float:
    """The hit rate as stated, or of random arrivals over the prefixes; `sold` is whether a lifetime is bought."""
    if cache.hit_rate is not None:
        return cache.hit_rate
    seconds = cache.lifetime_seconds or (LIFETIMES[cache.lifetime] if sold else LIFETIMES["5m"])
    return hit_rate(arrivals_per_hour / cache.prefixes / HOUR, seconds, refreshed=True)


def one_call(prompt: float, output: float, reasoning: float, prefix: Prefix) -> dict[str, float]:
    """The buckets of a call whose prefix is found in `hit` of the cases, and written else."""
    cached = min(prefix.tokens, prompt)
    buckets = {"input_tokens": prompt - cached, "cache_read_tokens": cached * prefix.hit}
    buckets[prefix.write] = buckets.get(prefix.write, 0.0) + cached * (1 - prefix.hit)
    return {**buckets, "output_tokens": output, "reasoning_tokens": reasoning, "requests": 1.0}


@dataclass(frozen=True, slots=True)
class TurnOf:
    """One turn of a loop: how many loops reach it, its prompt, its buckets."""

    weight: float
    prompt: float
    buckets: dict[str, float]


def turns(loop: LoopPlan, prompt: float, output: float, reasoning: float, prefix: Prefix | None) -> Iterator[TurnOf]:
    """Each turn of a loop: the prompt grows by the answer and the tools' results, and reads what the turn before wrote.

    Turn k is weighted with the share of loops that reach it: `E[min(1, max(0, N-k+1))]`, so a fraction of a turn counts
    as one. As `planner.conversation`; the first turn may find the prefix that loops share.
    """
    before = 0.0
    for number, weight in enumerate(weights(loop.turns)):
        now = prompt + number * (output + loop.result_tokens)
        if prefix is None:
            buckets = one_call(now, output, reasoning, Prefix())
        else:
            read = before * loop.found_share if number else min(prefix.tokens, now) * prefix.hit
            buckets = one_call(now, output, reasoning, Prefix(now, read / now if now else 0.0, prefix.write))
        yield TurnOf(weight, now, buckets)
        before = now


def weights(given: Varying) -> list[float]:
    """The share of loops that reach each turn."""
    if constant(given):
        count = law(given).mean
        return [min(1.0, count - number) for number in range(ceil(count - 1e-9))]
    import numpy as np  # noqa: PLC0415 - an extra

    at = np.maximum(points(given), 1.0)
    most = ceil(float(at.max()))
    return [float(np.clip(at - number, 0.0, 1.0).mean()) for number in range(most)]
