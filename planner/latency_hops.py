"""A pipeline of hops as it is asked for, and its times drawn: to the first visible token and to the end."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from planner.checks import STRICT, Checks
from planner.distributions import Distribution, Varying, law
from planner.short import Short, spread
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.laws import Floats, Law
    from planner.simulated import Draws

MOST_HOPS: Final = 100
DEEPEST: Final = 12
_FORMS: Final = ("seconds", "generation", "serial", "parallel", "one_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The time of a model call from its token counts: `queue + TTFT + (N-1)*TPOT`, N with the reasoning tokens.

    Every field is a number or a distribution. The first visible token also waits for the reasoning.
    """

    __pydantic_config__: ClassVar = STRICT

    first_token_seconds: Varying
    """Time to the first token of any kind (TTFT), in seconds; its fixed part where input adds to it."""
    seconds_per_output_token: Varying
    """Time per further token (TPOT), in seconds: 0.02 is 50 tokens a second."""
    output_tokens: Varying
    """Visible tokens of the answer, 1 or more."""
    reasoning_tokens: Varying = 0.0
    """Reasoning tokens, generated before the first visible one."""
    uncached_input_tokens: Varying = 0.0
    """Input tokens that no cache serves."""
    seconds_per_uncached_input_token: Varying = 0.0
    """What each of them adds to the first token, in seconds."""
    queue_seconds: Varying = 0.0
    """Wait before the call begins, in seconds."""


def _timed(text: str) -> dict[str, Any] | None:
    """`NAME=SECONDS`, where seconds are a number or a spread."""
    name, _, seconds = text.rpartition("=")
    try:
        return {"name": name, "seconds": spread(seconds) or float(seconds)}
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop of a pipeline: exactly one of `seconds`, `generation`, or hops inside: `serial`, `parallel`, `one_of`.

    What stands before the last hop of a series is waited for in full; the user sees the first token of the last one. A
    hop in `seconds` shows nothing until it is done, so an output check at the end holds the answer back.
    """

    __pydantic_config__: ClassVar = STRICT
    __short__: ClassVar = Short("NAME=SECONDS", _timed)

    name: str = ""
    """What the answer calls it."""
    seconds: Varying | None = None
    """Its whole time in seconds, a number or a distribution."""
    generation: Generation | None = None
    """A model call, from its token counts."""
    serial: tuple[Hop, ...] = ()
    """Hops one after another."""
    parallel: tuple[Hop, ...] = ()
    """Hops at the same time; the slowest is waited for."""
    one_of: tuple[Hop, ...] = ()
    """Hops of which each request takes one, by their probabilities, which sum to 1."""
    probability: float = 1.0
    """How often the hop is taken; a request that does not take it spends no time on it."""
    budget_share: float | None = None
    """Its share of the budget, on hops in `seconds` or `generation`; without any, the budget is split by the means."""


class Drawn(NamedTuple):
    """A hop's times in every draw, 0 where it was not taken; `own` are those of a leaf had it always been taken."""

    hop: Hop
    loc: tuple[str | int, ...]
    first: Floats | float
    end: Floats | float
    own: Floats | float = 0.0
    law: Law | None = None
    inner: tuple[Drawn, ...] = ()


def leaves(hops: tuple[Hop, ...], *loc: str | int, depth: int = 1) -> Iterator[tuple[Hop, tuple[str | int, ...]]]:
    """The hops that take time themselves, with where they stand.

    Raises:
        InvalidInput: nested deeper than anyone reads.
    """
    if depth > DEEPEST:
        raise InvalidInput(f"hops are nested more than {DEEPEST} deep", loc=loc)
    for at, hop in enumerate(hops):
        inner = {name: getattr(hop, name) for name in ("serial", "parallel", "one_of") if getattr(hop, name)}
        if not inner:
            yield hop, (*loc, at)
        for name, each in inner.items():
            yield from leaves(each, *loc, at, name, depth=depth + 1)


def pipeline(hops: tuple[Hop, ...], draws: Draws) -> Drawn:
    """The times of a series of hops and of all inside them, drawn.

    Serial hops add, parallel ones take the longest, an alternative is a mixture.

    Raises:
        InvalidInput: none or several forms, a probability that is none, a quantity that is no distribution.
    """
    return _series(Hop(serial=hops), tuple(_draw(hop, draws, "hops", at) for at, hop in enumerate(hops)), ())


class Part(NamedTuple):
    """A leaf's part in the pipeline: its mean seconds on the way to the end, and how often it is taken."""

    drawn: Drawn
    seconds: float
    taken: float


def parts(drawn: Drawn, weight: Floats | None = None, taken: float = 1.0) -> Iterator[Part]:
    """The leaves; their seconds sum to the mean of the end, the slowest of parallel hops carries the wait."""
    import numpy as np  # noqa: PLC0415 - an extra

    taken *= drawn.hop.probability
    if not drawn.inner:
        yield Part(drawn, float(np.mean(drawn.end if weight is None else drawn.end * weight)), taken)
    elif drawn.hop.parallel:
        ends = [np.broadcast_to(each.end, np.shape(drawn.end)) for each in drawn.inner]
        slowest = np.argmax(ends, axis=0)
        for at, each in enumerate(drawn.inner):
            yield from parts(each, (slowest == at) * (1.0 if weight is None else weight), taken)
    else:
        for each in drawn.inner:
            yield from parts(each, weight, taken)


def _draw(hop: Hop, draws: Draws, *loc: str | int) -> Drawn:
    """A hop as often as its probability says."""
    always = _always(hop, draws, *loc)
    return always if hop.probability == 1 else _masked(always, (draws.uniform() < hop.probability).astype(float))


def _always(hop: Hop, draws: Draws, *loc: str | int) -> Drawn:
    """A hop that every request takes."""
    _check(hop, loc)
    if hop.serial:
        return _series(hop, tuple(_draw(each, draws, *loc, "serial", at) for at, each in enumerate(hop.serial)), loc)
    if hop.parallel:
        inner = tuple(_draw(each, draws, *loc, "parallel", at) for at, each in enumerate(hop.parallel))
        first, end = _slowest([each.first for each in inner]), _slowest([each.end for each in inner])
        return Drawn(hop, loc, first, end, inner=inner)
    return _alternatives(hop, draws, loc) if hop.one_of else _leaf(hop, draws, loc)


def _masked(drawn: Drawn, mask: Floats) -> Drawn:
    """A hop where the mask is 1, and nothing where it is 0."""
    inner = tuple(_masked(each, mask) for each in drawn.inner)
    return drawn._replace(first=drawn.first * mask, end=drawn.end * mask, inner=inner)


def _check(hop: Hop, loc: tuple[str | int, ...]) -> None:
    given = [name for name in _FORMS if getattr(hop, name) not in (None, ())]
    checks = Checks(*loc).share(probability=hop.probability, budget_share=hop.budget_share)
    if len(given) != 1:
        checks.refuse("seconds", ", ".join(given) or "not given", f"give exactly one of {', '.join(_FORMS)}")
    elif hop.budget_share is not None and given[0] not in _FORMS[:2]:
        checks.refuse("budget_share", hop.budget_share, "it stands on hops in seconds or generation")
    if hop.one_of and not isclose(total := sum(each.probability for each in hop.one_of), 1, abs_tol=1e-9):
        checks.refuse("one_of", f"of probabilities that sum to {total:g}", "they must sum to 1")
    checks.done()


def _leaf(hop: Hop, draws: Draws, loc: tuple[str | int, ...]) -> Drawn:
    if hop.seconds is not None:
        whole = law(hop.seconds, *loc, "seconds")
        took = draws.of(whole)
        return Drawn(hop, loc, took, took, took, whole)
    assert hop.generation is not None
    first, end = _generated(hop.generation, draws, (*loc, "generation"))
    return Drawn(hop, loc, first, end, end, None)


def _generated(call: Generation, draws: Draws, loc: tuple[str | int, ...]) -> tuple[Floats | float, Floats | float]:
    """To the first visible token `queue + a + b*input + reasoning*TPOT`, to the end `(visible-1)*TPOT` more."""
    import numpy as np  # noqa: PLC0415 - an extra

    def of(name: str) -> Floats | float:
        return draws.of(law(getattr(call, name), *loc, name))

    visible, each = of("output_tokens"), of("seconds_per_output_token")
    if not isinstance(call.output_tokens, Distribution) and call.output_tokens < 1:
        raise InvalidInput(
            f"{'.'.join(map(str, loc))}: output_tokens is {call.output_tokens}; the user sees 1 or more",
            loc=(*loc, "output_tokens"),
            value=call.output_tokens,
        )
    wait = of("queue_seconds") + of("first_token_seconds")
    wait += of("seconds_per_uncached_input_token") * of("uncached_input_tokens")
    first = wait + of("reasoning_tokens") * each
    return first, first + np.maximum(visible - 1, 0) * each


def _series(hop: Hop, inner: tuple[Drawn, ...], loc: tuple[str | int, ...]) -> Drawn:
    before: Floats | float = 0.0
    for each in inner[:-1]:
        before = before + each.end
    last = inner[-1]
    end = before + last.end
    return Drawn(hop, loc, end if last.first is last.end else before + last.first, end, inner=inner)


def _slowest(times: list[Floats | float]) -> Floats | float:
    import numpy as np  # noqa: PLC0415 - an extra

    found, *others = times
    for each in others:
        found = np.maximum(found, each)
    return found


def _alternatives(hop: Hop, draws: Draws, loc: tuple[str | int, ...]) -> Drawn:
    chosen, reached, inner = draws.uniform(), 0.0, []
    for at, each in enumerate(hop.one_of):
        upto = 1.0 if at == len(hop.one_of) - 1 else reached + each.probability
        mask = ((chosen >= reached) & (chosen < upto)).astype(float)
        inner.append(_masked(_always(each, draws, *loc, "one_of", at), mask))
        reached = upto
    return Drawn(hop, loc, sum(each.first for each in inner), sum(each.end for each in inner), inner=tuple(inner))
