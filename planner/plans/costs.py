"""What the calls of a step cost on average: counted prompts, bucket by bucket, at the catalog's prices."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from planner.context import check
from planner.distributions import constant, law
from planner.plans.charges import Charges
from planner.plans.quantities import (
    POINTS,
    Prefix,
    PromptLength,
    found,
    length,
    limited_mean,
    one_call,
    p95,
    points,
    shared_length,
    turns,
    weights,
)
from planner.plans.report import CallReport, Line, PromptReport
from planner.plans.sizes import Sizes
from planner.plans.ways import Way
from planner.reliability.attempts import Attempts
from pricing.cost import dated_warnings, select
from pricing.errors import TokenplanError
from pricing.rates import STANDARD, ModelRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.context import Fit
    from planner.plans.charges import Charge
    from planner.plans.steps import CachePlan, Served, Step
    from planner.plans.templates import Template
    from pricing.names import Resolution

_SURE = Attempts(0.0, 1, 0.0)


class Scale(NamedTuple):
    """How often a way is gone: requests of the plan a month and an hour, and the calls that a request makes of it."""

    requests_per_month: float
    requests_per_hour: float
    users: float | None
    calls_per_request: float

    def line(self, charge: Charge, attempts: Attempts) -> Line:
        """A charge over all requests, attempts included."""
        each = charge.usd * attempts.billed * self.calls_per_request
        return Line(
            charge.bucket, charge.quantity, charge.unit, charge.usd_per_unit, charge.usd, each,
            self.per_user(each), each * self.requests_per_month, charge.conditions, charge.source, charge.observed,
        )  # fmt: skip

    def per_user(self, request_usd: float) -> float | None:
        """A request's cost as that of a user a month."""
        return request_usd * self.requests_per_month / self.users if self.users else None


@dataclass(frozen=True, slots=True)
class Call:
    """A way's call worked out: what the report shows, what draws are made from; fallbacks have a `rank` from 1 on."""

    way: Way
    report: CallReport
    length: PromptLength
    prefix: Prefix
    attempts: Attempts
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Costs:
    """Works out calls: counts by `sizes`, prices by `charges`."""

    sizes: Sizes
    charges: Charges

    def call(self, way: Way, step: Step, scale: Scale, attempts: Attempts) -> Call:
        """One way's call, its lines and its money.

        Raises:
            TokenplanError: a model that cannot be priced or a prompt that cannot be counted, with its place.
        """
        assert way.prompt is not None
        try:
            resolved = self.charges.resolve(way.served)
        except TokenplanError as error:
            raise error.under(*way.at) from None
        alike = way.cache.shared if way.cache else ()
        size = None if way.prompt.tokens is not None else self.sizes(way.prompt, resolved, alike, *way.prompt_at)
        prompt = length(way.prompt, size)
        shared = shared_length(way.prompt, size)
        if way.cache is not None and way.cache.prefix_tokens is not None:
            shared = way.cache.prefix_tokens
        try:
            offered = self._offer(way, resolved)
        except TokenplanError as error:
            raise error.under(*way.at) from None
        prefix, said = _prefix(way.cache, shared, prompt.mean, resolved, offered, scale)
        try:
            lines = self._lines(way, step, prompt, prefix)
        except TokenplanError as error:
            raise error.under(*way.at) from None
        usd = sum(line.usd for line in lines)
        each = usd * attempts.billed * scale.calls_per_request
        fit = _fit(way, step, prompt, resolved)
        report = CallReport(
            way.name,
            ModelRef(resolved.model.id, resolved.model.provider, way.served.model or "", resolved.rule),
            way.share,
            _prompt_report(way.prompt, prompt, shared, size.whole.method if size else "stated"),
            None if way.cache is None else prefix.hit if prefix.tokens else 0.0,
            limited_mean(way.output_tokens, None),
            law(way.reasoning_tokens).mean,
            sum(weights(step.loop.turns)) if step.loop else 1.0,
            attempts.billed,
            tuple(scale.line(line, attempts) for line in lines),
            usd,
            each,
            scale.per_user(each),
            each * scale.requests_per_month,
            fit,
            min((one.head_room_share for one in fit.checks), default=None),
            (*resolved.warnings, *said, *offered.warnings, *(size.whole.notes if size else ())),
        )
        return Call(way, report, prompt, prefix, attempts)

    def fallback(
        self, served: Served, call: Call, step: Step, reach: float, attempts: Attempts, scale: Scale, rank: int
    ) -> Call:
        """The same call on another model, reached with a probability."""
        name = f"{call.way.name or step.kind} -> {served.model}"
        at = ("steps", call.way.at[1], "fallbacks", str(rank - 1))
        own = replace(call.way, name=name, at=at, served=served, share=call.way.share * reach, retry=None)
        found = self.call(own, step, scale._replace(calls_per_request=scale.calls_per_request * reach), attempts)
        return replace(found, rank=rank)

    def _offer(self, way: Way, resolved: Resolution) -> _Offered:
        model, region = resolved.model, way.served.region or resolved.region
        tier = way.served.service_tier or STANDARD
        offer = select(model, tier, region, at=self.charges.at, prompt_tokens=0)
        return _Offered(
            "cache_read_tokens" in offer.rates.rates,
            "cache_write_5m_tokens" in offer.rates.rates,
            tuple(dated_warnings(model, offer.rates, self.charges.at)),
        )

    def _lines(self, way: Way, step: Step, prompt: PromptLength, prefix: Prefix) -> tuple[Charge, ...]:
        """The lines of one attempt, averaged over what varies."""
        output, reasoning = _answer(way, step)
        cached = prefix if way.cache is not None else None
        if step.loop is not None:
            every = turns(step.loop, prompt.mean, output, reasoning, cached)
            found = (
                _weighted(self.charges.lines(way.served, each.buckets, each.prompt), each.weight) for each in every
            )
            return _merged(line for lines in found for line in lines)
        searches = {"web_search_calls": step.web_searches}
        split = list(_by_tier(prompt, self.charges.thresholds(way.served)))
        return _merged(
            line
            for weight, mean in split
            for line in _weighted(
                self.charges.lines(
                    way.served, {**one_call(mean, output, reasoning, cached or Prefix()), **searches}, mean
                ),
                weight,
            )
        )


class _Offered(NamedTuple):
    caches: bool
    sells_lifetimes: bool
    warnings: tuple[str, ...]


def _answer(way: Way, step: Step) -> tuple[float, float]:
    """Visible and reasoning tokens on average; a limit cuts off their sum, the answer first."""
    output, reasoning, most = law(way.output_tokens).mean, law(way.reasoning_tokens).mean, step.max_output_tokens
    if most is None:
        return output, reasoning
    if constant(way.reasoning_tokens):
        kept = min(reasoning, most)
        return limited_mean(way.output_tokens, most - kept), kept
    import numpy as np  # noqa: PLC0415 - an extra

    visible, thought = points(way.output_tokens), points(way.reasoning_tokens)
    both = visible + np.random.default_rng(1).permutation(thought)
    total, thinking = float(np.minimum(both, most).mean()), float(np.minimum(thought, most).mean())
    return max(0.0, total - thinking), thinking


def _prefix(
    cache: CachePlan | None, shared: float, prompt: float, resolved: Resolution, offered: _Offered, scale: Scale
) -> tuple[Prefix, list[str]]:
    """What the cache holds and how often it is found, and what must be said of it."""
    if cache is None:
        return Prefix(), []
    model, tokens = resolved.model, min(shared, prompt)
    if not offered.caches:
        return Prefix(), [f"{model.id} lists no price for cached tokens: they are billed as input"]
    least = model.cache_minimum_tokens
    if least is not None and tokens < least:
        return Prefix(), [f"a prefix of {tokens:.0f} tokens is never cached: {model.id} caches from {least} tokens"]
    said = []
    if least is None:
        said.append(f"from how many tokens on {model.id} caches is not known; a prefix of any length was taken")
    write = f"cache_write_{cache.lifetime}_tokens" if offered.sells_lifetimes else "input_tokens"
    arrivals = scale.requests_per_hour * scale.calls_per_request
    return Prefix(tokens, found(cache, arrivals, sold=offered.sells_lifetimes), write), said


def _by_tier(prompt: PromptLength, thresholds: tuple[int, ...]) -> Iterator[tuple[float, float]]:
    """The prompt's mean in each context tier with the tier's probability; one where it cannot cross."""
    if not prompt.varying or len(thresholds) == 1:
        yield 1.0, prompt.mean
        return
    import numpy as np  # noqa: PLC0415 - an extra

    random = np.random.default_rng(1)
    drawn = np.full(POINTS, prompt.fixed)
    for factor, each in prompt.varying:
        drawn += factor * random.permutation(points(each))
    edges = [*thresholds, float("inf")]
    for low, high in itertools.pairwise(edges):
        inside = drawn[(drawn >= low) & (drawn < high)]
        if len(inside):
            yield len(inside) / POINTS, float(inside.mean())


def _weighted(lines: Iterable[Charge], weight: float) -> Iterator[Charge]:
    for line in lines:
        yield replace(line, quantity=line.quantity * weight, usd=line.usd * weight)


def _merged(lines: Iterable[Charge]) -> tuple[Charge, ...]:
    """Lines of one bucket at one price, added up."""
    found: dict[tuple[object, ...], Charge] = {}
    for line in lines:
        key = (line.bucket, line.usd_per_unit, line.conditions)
        old = found.get(key)
        found[key] = (
            line if old is None else replace(old, quantity=old.quantity + line.quantity, usd=old.usd + line.usd)
        )
    return tuple(line for line in found.values() if line.quantity)


def attempts_of(way: Way) -> Attempts:
    """How often a way is tried."""
    if way.retry is None:
        return _SURE
    return Attempts(way.retry.failure_probability, way.retry.attempts, way.retry.failed_billed_share)


def _fit(way: Way, step: Step, prompt: PromptLength, resolved: Resolution) -> Fit:
    """Against the model's limits: the prompt at the high bound of its count and the 95th percentile of what varies."""
    need = prompt.high + prompt.p95() - prompt.fixed
    answer = p95(way.output_tokens) + p95(way.reasoning_tokens)
    if step.max_output_tokens is not None:
        answer = min(answer, step.max_output_tokens)
    if step.loop is not None:
        last = max(p95(step.loop.turns), 1.0) - 1
        need += last * (law(way.output_tokens).mean + step.loop.result_tokens)
    return check(resolved.model.limits, ceil(need), ceil(answer))


def _prompt_report(template: Template, prompt: PromptLength, shared: float, method: str) -> PromptReport:
    texts = [(place, each) for place, each in template.sources]
    files = [each.file for _, each in texts if each.file] + [
        each.file for each in template.variables.values() if each.file
    ]
    digest = sha256("\0".join(each.text or "" for _, each in texts).encode()).hexdigest()[:12] if texts else None
    extra = prompt.extra
    return PromptReport(
        prompt.mean, prompt.low + extra, prompt.high + extra, prompt.p95(), method, shared, tuple(files), digest
    )
