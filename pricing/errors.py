"""The one error tree of Tokenplan; faces turn it into status codes, exit codes and cell errors.

TokenplanError
├── InvalidInput        a value is malformed, out of range or inconsistent
│   ├── InvalidUsage    usage buckets or a provider's usage payload
│   └── TooLarge        input over a stated limit
├── UnknownModel        no such model; carries the nearest names
│   └── AmbiguousModel  several providers or models answer to the name; carries the choices
├── NotPriced           the model is known, the price asked for is not (tier, region, bucket, date)
├── NotCountable        the text or the model cannot be counted
│   └── NoRule          nothing is known of how the model counts an image, a page, sound or video
├── BadCatalog          a catalog or price file is damaged; carries file, line and key
└── NoAnswer            a Tokenplan server that a client asked gave no answer: down, slow, at fault, not one of ours
    └── KeyNeeded       it wants a key, or another one
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (`loc`, a path of keys), what (`msg`) and the offending value (`input`)."""

    loc: tuple[str | int, ...]
    msg: str
    input: object = None


class TokenplanError(Exception):
    """Anything Tokenplan refuses; `slug` is stable, `problems` names each key and value."""

    slug: ClassVar[str] = "error"

    def __init__(self, msg: str, *, loc: tuple[str | int, ...] = (), value: object = None) -> None:
        super().__init__(msg)
        self.problems: tuple[Problem, ...] = (Problem(loc, msg, value),)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """One error for several problems, in their order."""
        every = tuple(problems)
        error = cls("; ".join(problem.msg for problem in every))
        error.problems = every
        return error

    def under(self, *prefix: str | int) -> Self:
        """This error with its locations below `prefix`, for a caller that holds the value in a larger one.

        It is another object: whoever remembers the first may raise it again.
        """
        moved = type(self)(*self.args)
        moved.__dict__.update(self.__dict__)
        moved.problems = tuple(Problem((*prefix, *p.loc), p.msg, p.input) for p in self.problems)
        return moved


class InvalidInput(TokenplanError):
    """A value is malformed, out of range or inconsistent with another."""

    slug = "invalid-input"


class InvalidUsage(InvalidInput):
    """Usage buckets or a provider's usage payload do not add up."""

    slug = "invalid-usage"


class TooLarge(InvalidInput):
    """The input passes a stated limit."""

    slug = "too-large"


class UnknownModel(TokenplanError):
    """No model of that name; `nearest` lists what may have been meant."""

    slug = "unknown-model"
    nearest: tuple[str, ...] = ()


class AmbiguousModel(UnknownModel):
    """Several providers or models answer to the name; `nearest` lists them."""

    slug = "ambiguous-model"


class NotPriced(TokenplanError):
    """The model is known but sells nothing under the tier, region, bucket or date asked for."""

    slug = "not-priced"


class NotCountable(TokenplanError):
    """The text cannot be counted safely, or nothing is known about how the model counts."""

    slug = "not-countable"


class NoRule(NotCountable):
    """This model has no known way to count what is asked: images, sound, or by its provider; another may have one."""

    slug = "no-rule"


class BadCatalog(TokenplanError):
    """A catalog or price file is damaged; the message names file, line and key."""

    slug = "bad-catalog"


class NoAnswer(TokenplanError):
    """A server gave no answer: not reached, too slow, at fault in every attempt, or no Tokenplan server."""

    slug = "no-answer"


class KeyNeeded(NoAnswer):
    """The server wants a key, or does not know the one that was sent."""

    slug = "key-needed"


def nearest(word: str, known: Iterable[str], count: int = 5) -> tuple[str, ...]:
    """The known names closest to `word`, best first, at most `count`; case is ignored."""
    from difflib import get_close_matches  # noqa: PLC0415 - only an error pays for it

    by_lower = {name.lower(): name for name in known}
    return tuple(by_lower[match] for match in get_close_matches(word.lower(), by_lower, n=count, cutoff=0.5))


def one_of(word: str, known: Iterable[str]) -> str:
    """A sentence end for a message: the nearest known names, or all of them when few or none is near."""
    names = list(known)
    close = nearest(word, names) if len(names) > 12 else ()  # noqa: PLR2004 - a dozen fits a line
    if close:
        return f"nearest: {', '.join(close)}"
    return f"valid: {', '.join(names[:40]) or 'none'}"
