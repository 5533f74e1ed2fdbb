"""The context window: does a prompt fit, against which limit, with how much room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from planner.prompt import Prompt, Tokens, count, sized
from pricing.errors import InvalidInput, Problem
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from planner.tokens import Counter
    from pricing.catalog import Catalog
    from pricing.rates import Limits


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
class Fit:
    """Every known limit checked; `fits` is None where no limit is known, `binding` names the tightest."""

    fits: bool | None
    binding: str | None
    checks: tuple[LimitCheck, ...]
    unknown: tuple[str, ...]


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
    has_prompt = question.text is not None or question.messages is not None
    if has_prompt == (question.input_tokens is not None):
        raise InvalidInput("give exactly one of a prompt (text, messages) and input_tokens", loc=("input_tokens",))
    refuse_negative(question, "input_tokens", "reserved_output_tokens", "reserved_reasoning_tokens")
    notes: tuple[str, ...] = ()
    if question.input_tokens is None:
        found = count(question, resolved, counter)
        size, notes = sized(found), found.notes
    else:
        size = Tokens(question.input_tokens, question.input_tokens, question.input_tokens, "given", None)
    result = check(
        resolved.model.limits, size.high, question.reserved_output_tokens + question.reserved_reasoning_tokens
    )
    missing = tuple(f"{resolved.model.id}: {name} is not known" for name in result.unknown)
    return FitAnswer(
        result.fits,
        result.binding,
        result.checks,
        result.unknown,
        ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule),
        size,
        question.reserved_output_tokens,
        question.reserved_reasoning_tokens,
        (*resolved.warnings, *notes, *missing),
    )


def check(limits: Limits, input_tokens: int, output_tokens: int) -> Fit:
    """Input and output (reasoning included) against each limit that is known."""
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
        return Fit(None, None, (), unknown)
    # An output limit that nothing is reserved against says nothing about the room; a tie goes to the first named.
    binding = min((each for each in checks if each.needed_tokens or not each.fits), key=_room, default=checks[0])
    return Fit(all(each.fits for each in checks), binding.limit, checks, unknown)


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
