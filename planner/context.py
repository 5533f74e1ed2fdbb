"""The context window: does a prompt fit, against which limit, with how much room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from planner.prompt import Prompt, Tokens, count, other_model, ready, sized
from planner.tokens.media import Image, Page
from planner.tokens.media import limits as media_limits
from pricing.errors import InvalidInput, Problem
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from planner.attachments import Opened
    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.rates import Limits, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class FitQuestion(Prompt):
    """Does this prompt, or this many `input_tokens`, fit the model with room for its answer?"""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    provider: str | None = None
    input_tokens: int | None = None
    reserved_output_tokens: int = 0
    reserved_reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """One limit: what is allowed, what is needed at the high bound, and the room left (negative when over)."""

    limit: str
    allowed_tokens: int
    needed_tokens: int
    head_room_tokens: int
    head_room_share: float
    fits: bool


@dataclass(frozen=True, slots=True)
class CountCheck:
    """One limit on a request's images or PDF pages, as its provider documents it."""

    limit: str
    allowed: int
    needed: int
    fits: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Every known limit checked; `fits` is None where none on tokens is known, `binding` names the tightest.

    `counts` are the limits on images and pages; one that is passed is the binding one.
    """

    fits: bool | None
    binding: str | None
    checks: tuple[LimitCheck, ...]
    unknown: tuple[str, ...]
    counts: tuple[CountCheck, ...]


@dataclass(frozen=True, slots=True)
class FitAnswer(Fit):
    """A fit with the model and the count it stands on."""

    model: ModelRef
    tokens: Tokens
    reserved_output_tokens: int
    reserved_reasoning_tokens: int
    warnings: tuple[str, ...]


def fit(question: FitQuestion, catalog: Catalog, counter: Counter) -> FitAnswer:
    """Check a prompt against a model's total, input and output limits, at the count's high bound.

    Raises:
        InvalidInput: not exactly one of a prompt and `input_tokens`, or a negative number.
        UnknownModel, NotCountable: as for counting.
    """
    resolved = catalog.resolve(question.model, question.provider)
    if question.given == (question.input_tokens is not None):
        raise InvalidInput("give exactly one of a prompt (text, messages, ...) and input_tokens", loc=("input_tokens",))
    refuse_negative(question, "input_tokens", "reserved_output_tokens", "reserved_reasoning_tokens")
    notes: tuple[str, ...] = ()
    things: tuple[Opened, ...] = ()
    if question.input_tokens is None:
        read = ready(question)
        found, things = count(question, resolved, counter, read), read.things
        size, notes = sized(found), (*found.notes, *other_model(question, (resolved,), catalog))
    else:
        size = Tokens(question.input_tokens, question.input_tokens, question.input_tokens, "given", None)
    reserved = question.reserved_output_tokens + question.reserved_reasoning_tokens
    result = check(resolved.model.limits, size.high, reserved, check_counts(resolved.model, things))
    missing = tuple(f"{resolved.model.id}: {name} is not known" for name in result.unknown)
    return FitAnswer(
        result.fits,
        result.binding,
        result.checks,
        result.unknown,
        result.counts,
        ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule),
        size,
        question.reserved_output_tokens,
        question.reserved_reasoning_tokens,
        (*resolved.warnings, *notes, *missing),
    )


def check(limits: Limits, input_tokens: int, output_tokens: int, counts: tuple[CountCheck, ...] = ()) -> Fit:
    """Input and output (reasoning included) against each limit that is known, with what `check_counts` found."""
    passed = next((each.limit for each in counts if not each.fits), None)
    needs = {
        "context_window": input_tokens + output_tokens,
        "max_input_tokens": input_tokens,
        "max_output_tokens": output_tokens,
    }
    checks = tuple(
        _check(name, allowed, needed)
        for name, needed in needs.items()
        if (allowed := getattr(limits, name)) is not None
    )
    unknown = tuple(name for name in needs if getattr(limits, name) is None)
    if not checks:
        return Fit(None if passed is None else False, passed, (), unknown, counts)
    # An output limit that nothing is reserved against says nothing about the room; a tie goes to the first named.
    binding = min((each for each in checks if each.needed_tokens or not each.fits), key=_room, default=checks[0])
    fits = passed is None and all(each.fits for each in checks)
    return Fit(fits, passed or binding.limit, checks, unknown, counts)


def check_counts(model: Model, things: tuple[Opened, ...]) -> tuple[CountCheck, ...]:
    """The images and pages of a prompt against what the model's maker allows in a request."""
    if not things:
        return ()
    allowed = media_limits(model.id, model.limits.context_window)
    needs = (
        ("images", allowed.images, sum(isinstance(each.item, Image) for each in things)),
        ("pages", allowed.pages, sum(isinstance(each.item, Page) for each in things)),
    )
    return tuple(
        CountCheck(name, most, needed, needed <= most, allowed.source)
        for name, most, needed in needs
        if most is not None and needed
    )


def refuse_negative(question: object, *names: str) -> None:
    """Raise InvalidInput for every named field that is negative; None passes."""
    problems = [
        Problem((name,), f"{name} is {value}; it must not be negative", value)
        for name in names
        if (value := getattr(question, name)) is not None and value < 0
    ]
    if problems:
        raise InvalidInput.of(problems)


def _room(each: LimitCheck) -> float:
    return each.head_room_share


def _check(name: str, allowed: int, needed: int) -> LimitCheck:
    room = allowed - needed
    return LimitCheck(name, allowed, needed, room, room / allowed if allowed else 0.0, room >= 0)
