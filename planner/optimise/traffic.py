"""The question of a traffic mix: models, segments and limits, and what makes them a question that has an answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.calls import Call, Load
from planner.checks import STRICT, Checks
from pricing.errors import InvalidInput, TooLarge, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CELLS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MixModel:
    """A model that traffic may go to."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the model is called."""
    call: Call
    """What a request costs on it: USD, or a model of the catalog with what each segment sends."""
    quality: float | None = None
    """Its quality on your own scale, for segments that do not state their own."""
    latency_p50_seconds: float | None = None
    """Median time of its answers (with p95 a lognormal)."""
    latency_p95_seconds: float | None = None
    """Seconds within which 95 % of its answers are complete."""
    tokens_per_minute: float | None = None
    """Its rate limit in tokens a minute; segments then state `tokens_per_request`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSegment:
    """A part of the traffic that is alike. Its lists hold one figure a model, in the order of the models."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """What the segment is called."""
    requests_per_month: float
    """Its requests a month."""
    load: Load | None = None
    """What one of its requests sends."""
    costs_usd: tuple[Decimal, ...] = ()
    """What a request costs on each model, instead of the models' own."""
    qualities: tuple[float, ...] = ()
    """Quality of each model here, instead of the models' own."""
    within_limit_shares: tuple[float, ...] = ()
    """Share of answers of each model within the latency limit, from a log, instead of p50 and p95."""
    min_quality: float | None = None
    """Lowest mean quality of this segment."""
    tokens_per_request: float | None = None
    """Tokens that count against rate limits, for each request."""
    models: tuple[str, ...] = ()
    """Names of the models that it may go to; none allows all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixQuestion:
    """Which share of each segment should go to which model, at the least cost under all constraints?"""

    __pydantic_config__: ClassVar = STRICT

    models: tuple[MixModel, ...]
    """The models; at least one."""
    segments: tuple[MixSegment, ...]
    """The traffic; at least one segment with requests."""
    min_quality: float | None = None
    """Lowest mean quality over all traffic."""
    latency_limit_seconds: float | None = None
    """Time within which `latency_share` of the answers must be complete."""
    latency_share: float = 0.95
    """Share of answers within the limit: 0.95 makes the limit a p95."""
    latency_scope: Literal["pooled", "segment"] = "pooled"
    """Whether the limit holds over all traffic or in every segment."""
    peak_factor: float = 1.0
    """The busiest minute against the mean one, for rate limits."""
    one_model_per_segment: bool = False
    """Whether each segment goes to one model as a whole (an integer programme)."""


def validate(question: MixQuestion) -> None:
    """Refuse numbers out of range, lists of the wrong length, and limits on figures that are not stated.

    Raises:
        InvalidInput: with a problem for each field.
        TooLarge: more pairs of segment and model than are solved.
    """
    cells = len(question.models) * len(question.segments)
    if cells > MOST_CELLS:
        raise TooLarge(f"{cells:,} pairs of segment and model; at most {MOST_CELLS:,}", loc=("segments",))
    checks = Checks().finite(min_quality=question.min_quality).share(latency_share=question.latency_share)
    checks.not_negative(latency_limit_seconds=question.latency_limit_seconds).positive(peak_factor=question.peak_factor)
    for name, given in (("models", question.models), ("segments", question.segments)):
        names = [each.name for each in given]
        if not names or len(set(names)) < len(names):
            checks.refuse(name, names, "name at least one, and each once")
    checks.done()
    for at, model in enumerate(question.models):
        _refuse_model(model, at)
    for at, segment in enumerate(question.segments):
        _refuse_segment(question, segment, at)
    if not any(each.requests_per_month for each in question.segments):
        raise InvalidInput("requests_per_month is 0 in every segment; there is no traffic to mix", loc=("segments",))


def _refuse_model(model: MixModel, at: int) -> None:
    checks = Checks("models", at).finite(quality=model.quality)
    p50, p95 = model.latency_p50_seconds, model.latency_p95_seconds
    checks.positive(latency_p50_seconds=p50, latency_p95_seconds=p95, tokens_per_minute=model.tokens_per_minute)
    if (p50 is None) != (p95 is None):
        checks.refuse("latency_p95_seconds", p95, "p50 and p95 go together")
    elif p50 is not None and p95 is not None and p95 < p50:
        checks.refuse("latency_p95_seconds", p95, f"it must not be below the p50 of {p50}")
    checks.done()


def _refuse_segment(question: MixQuestion, segment: MixSegment, at: int) -> None:
    checks = Checks("segments", at).finite(min_quality=segment.min_quality)
    checks.not_negative(requests_per_month=segment.requests_per_month, tokens_per_request=segment.tokens_per_request)
    for name in ("costs_usd", "qualities", "within_limit_shares"):
        _refuse_list(checks, name, getattr(segment, name), len(question.models))
    names = [each.name for each in question.models]
    for name in segment.models:
        if name not in names:
            checks.refuse("models", repr(name), f"it must be a model's name; {one_of(name, names)}")
    for needed, said in _missing(question, segment):
        checks.refuse(needed, None, said)
    checks.done()


def _refuse_list(checks: Checks, name: str, values: Sequence[float | Decimal], models: int) -> None:
    if values and len(values) != models:
        checks.refuse(name, f"{len(values)} figures", f"it must hold one for each of the {models} models")
    for value in values:
        if name == "costs_usd":
            checks.not_negative(costs_usd=value)
        elif name == "qualities":
            checks.finite(qualities=value)
        else:
            checks.share(within_limit_shares=value)


def _missing(question: MixQuestion, segment: MixSegment) -> Iterable[tuple[str, str]]:
    """What a constraint needs and neither the segment nor every model states."""
    quality = question.min_quality is not None or any(each.min_quality is not None for each in question.segments)
    if quality and not segment.qualities and any(each.quality is None for each in question.models):
        yield "qualities", "a lowest quality needs it here, or the quality of every model"
    timed = question.latency_limit_seconds is not None
    if timed and not segment.within_limit_shares and any(each.latency_p50_seconds is None for each in question.models):
        yield "within_limit_shares", "a latency limit needs it here, or p50 and p95 of every model"
    if segment.tokens_per_request is None and any(each.tokens_per_minute is not None for each in question.models):
        yield "tokens_per_request", "a rate limit needs it"
