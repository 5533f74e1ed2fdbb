"""Rate limits: how many requests a second an account carries, which limit binds, and the head-room at a peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.capacity.counting import counted, counting_reads, rule
from planner.checks import STRICT, Checks
from pricing.errors import InvalidInput
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.capacity.counting import Rule
    from pricing.catalog import Catalog
    from pricing.names import Resolution

_METERED: Final = (
    "requests_per_minute",
    "tokens_per_minute",
    "input_tokens_per_minute",
    "output_tokens_per_minute",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityQuestion:
    """How many requests a second fit an account's limits, what binds first, and how many run at the same time?

    The limits are those of your own account and tier; what counts against them is the provider's rule.
    """

    __pydantic_config__: ClassVar = STRICT

    input_tokens: int
    """Input tokens of a request that are neither read from nor written to a cache."""
    output_tokens: int
    """Output tokens of a request, reasoning included."""
    cache_read_tokens: int = 0
    """Input tokens read from a cache, on average over requests."""
    cache_write_tokens: int = 0
    """Input tokens written to a cache, on average over requests."""
    max_tokens: int | None = None
    """The cap on output that a request states; some providers reserve it. None: none is stated."""
    model: str | None = None
    """A model of the catalog; its provider's rule says what counts."""
    provider: str | None = None
    """Who sells the model, when that is not its maker."""
    counting: str | None = None
    """The rule that says what counts, instead of the model's provider: openai, anthropic, google, azure, aws
    (bedrock-runtime), aws-mantle, or used (every token used)."""
    cache_reads_count: bool | None = None
    """Whether cache reads count, instead of what the rule says."""
    output_weight: float | None = None
    """Tokens of quota that one token of output takes, instead of what the rule says (Bedrock's burndown rate)."""
    requests_per_minute: float | None = None
    """The account's limit on requests a minute (RPM)."""
    tokens_per_minute: float | None = None
    """The account's limit on tokens a minute (TPM), where input and output share one."""
    input_tokens_per_minute: float | None = None
    """The account's limit on input tokens a minute (ITPM), where it stands apart."""
    output_tokens_per_minute: float | None = None
    """The account's limit on output tokens a minute (OTPM), where it stands apart."""
    concurrent_requests: int | None = None
    """Requests that may run at the same time, where that is limited; needs duration_seconds."""
    duration_seconds: float | None = None
    """Mean seconds from a request to the end of its answer: yours, measured or planned."""
    peak_requests_per_second: float | None = None
    """Requests a second at the peak that must be carried."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit: what a request counts against it, the requests a second it allows, and the peak's share of it.

    `requests_per_second` is None where a request counts nothing, so that the limit never binds.
    """

    limit: str
    allowed: float
    counted_per_request: float
    requests_per_second: float | None
    peak_share: float | None


@dataclass(frozen=True, slots=True)
class CapacityAnswer:
    """The most requests a second that every limit allows, and the one that binds.

    `head_room_share` is the part of it that the peak leaves free, negative where the peak does not fit;
    `growth_factor` how many times the peak fits. Concurrency is Little's law, at the limit and at the peak.
    """

    model: ModelRef | None
    counting: str
    requests_per_second_max: float
    binds: str
    limits: tuple[LimitUse, ...]
    fits: bool | None
    head_room_share: float | None
    growth_factor: float | None
    concurrency_max: float | None
    concurrency_at_peak: float | None
    basis: Literal["assumed"]
    counting_source: str
    counting_observed: str
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def capacity(question: CapacityQuestion, catalog: Catalog) -> CapacityAnswer:
    """`rps_max = min(RPM, TPM / counted tokens) / 60`, head-room `1 - peak / rps_max`, concurrency `L*W`.

    Source: each provider's page on rate limits (`counting.json`); Little (1961).

    Raises:
        InvalidInput: a number out of range, no limit, a limit that the provider does not set, no rule or no weight.
        UnknownModel: it is not listed.
    """
    _validate(question)
    resolved = catalog.resolve(question.model, question.provider) if question.model else None
    used = rule(question.counting or (resolved.model.provider if resolved else question.provider or ""))
    held, warnings = _held(question, used, resolved)
    limits = _limits(question, used, held)
    most, binds = _tightest(limits)
    peak, seconds = question.peak_requests_per_second, question.duration_seconds
    return CapacityAnswer(
        model=_ref(question, resolved),
        counting=used.name,
        requests_per_second_max=most,
        binds=binds,
        limits=limits,
        fits=None if peak is None else peak <= most,
        head_room_share=None if peak is None else 1 - peak / most,
        growth_factor=None if peak is None else most / peak,
        concurrency_max=None if seconds is None else most * seconds,
        concurrency_at_peak=None if seconds is None or peak is None else peak * seconds,
        basis="assumed",
        counting_source=used.source,
        counting_observed=used.observed,
        assumptions=(*used.notes, "requests are spread evenly over a minute; providers also refuse short bursts"),
        warnings=(*(resolved.warnings if resolved else ()), *warnings),
    )


def _ref(question: CapacityQuestion, resolved: Resolution | None) -> ModelRef | None:
    if resolved is None or question.model is None:
        return None
    return ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule)


def _tightest(limits: Sequence[LimitUse]) -> tuple[float, str]:
    """The lowest rate that a limit allows, and its name."""
    binding = [(each.requests_per_second, each.limit) for each in limits if each.requests_per_second is not None]
    if not binding:
        raise InvalidInput("a request counts nothing against any stated limit; state its tokens", loc=("input_tokens",))
    return min(binding)


def _validate(question: CapacityQuestion) -> None:
    checks = Checks().at_least(
        0,
        input_tokens=question.input_tokens,
        output_tokens=question.output_tokens,
        cache_read_tokens=question.cache_read_tokens,
        cache_write_tokens=question.cache_write_tokens,
    )
    checks.at_least(1, max_tokens=question.max_tokens, concurrent_requests=question.concurrent_requests)
    checks.divisor(
        **{name: getattr(question, name) for name in _METERED},
        output_weight=question.output_weight,
        duration_seconds=question.duration_seconds,
        peak_requests_per_second=question.peak_requests_per_second,
    )
    if question.max_tokens is not None and question.output_tokens > question.max_tokens:
        checks.refuse("output_tokens", question.output_tokens, f"it must not pass max_tokens, {question.max_tokens}")
    if question.model is None and question.provider is None and question.counting is None:
        checks.refuse("model", None, "give a model, a provider or a counting rule")
    if question.concurrent_requests is not None and question.duration_seconds is None:
        checks.refuse("duration_seconds", None, "concurrent_requests needs the mean seconds of a request")
    if question.concurrent_requests is None and all(getattr(question, name) is None for name in _METERED):
        checks.refuse("requests_per_minute", None, "state at least one limit of your account")
    checks.done()


def _held(question: CapacityQuestion, used: Rule, resolved: Resolution | None) -> tuple[dict[str, float], list[str]]:
    """What a request holds, part by part, as meters weigh it."""
    reserved, said = _max_tokens(question, used, resolved)
    weight = question.output_weight
    if weight is None and used.needs("weighted_output_tokens"):
        weight = used.output_weight(resolved.model.id if resolved else None)
    return {
        "requests": 1,
        "input_tokens": question.input_tokens,
        "cache_read_tokens": question.cache_read_tokens,
        "cache_write_tokens": question.cache_write_tokens,
        "output_tokens": question.output_tokens,
        "weighted_output_tokens": question.output_tokens * (weight or 1.0),
        "max_tokens": reserved,
    }, said


def _max_tokens(question: CapacityQuestion, used: Rule, resolved: Resolution | None) -> tuple[int, list[str]]:
    """The cap on output that is held, and what had to be taken for it."""
    if question.max_tokens is not None or not used.needs("max_tokens"):
        return question.max_tokens or 0, []
    if used.unset_max_tokens == "uncounted":
        return 0, [f"no max_tokens is stated; {used.name} was taken to count what is used"]
    most = resolved.model.limits.max_output_tokens if resolved else None
    if most is None:
        raise InvalidInput(
            f"{used.name} reserves max_tokens, and without one all that the model may write; state it",
            loc=("max_tokens",),
        )
    return most, [f"no max_tokens is stated: {used.name} reserves the model's most, {most} tokens"]


def _limits(question: CapacityQuestion, used: Rule, held: dict[str, float]) -> tuple[LimitUse, ...]:
    found = []
    for name in _METERED:
        allowed: float | None = getattr(question, name)
        if allowed is None:
            continue
        if name not in used.meters:
            raise InvalidInput(
                f"{used.name} sets no {name}; it limits {', '.join(used.meters)}", loc=(name,), value=allowed
            )
        each = counted(counting_reads(used.meters[name], reads=question.cache_reads_count), held)
        found.append(_use(question, name, allowed, each, 60))
    if question.concurrent_requests is not None:
        assert question.duration_seconds is not None
        found.append(_use(question, "concurrent_requests", question.concurrent_requests, 1, question.duration_seconds))
    return tuple(found)


def _use(question: CapacityQuestion, name: str, allowed: float, each: float, seconds: float) -> LimitUse:
    """A limit of `allowed` every `seconds`, of which a request takes `each`."""
    rate, peak = allowed / each / seconds if each else None, question.peak_requests_per_second
    return LimitUse(name, allowed, each, rate, None if peak is None else peak / rate if rate else 0.0)
