"""One call as a conversation without a network: what to send, what to make of what came back, when to wait.

The generator yields a request or a number of seconds to wait; a driver (`clients`) sends the one and sleeps the other,
in a thread or on a loop. So retries and errors are written once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx

from planner import questions
from planner.client.retries import AGAIN
from pricing import errors
from pricing.errors import InvalidInput, KeyNeeded, NoAnswer, Problem, TokenplanError, UnknownModel

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from planner.client.retries import Retries

Step: TypeAlias = "Asked | float"
Came: TypeAlias = "httpx.Response | httpx.TransportError | None"
Exchange: TypeAlias = "Generator[Step, Came, Any]"

_UNAUTHORISED: Final = 401
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: method, path, query parameters, body, and the type of its answer."""

    method: str
    path: str
    answer: type
    body: bytes | None = None
    params: tuple[tuple[str, str], ...] = ()


def exchange(asked: Asked, retries: Retries) -> Exchange:
    """The conversation of one call; its value is the answer.

    Raises:
        TokenplanError: what the server refused, in the class that it names.
        NoAnswer: none came in any attempt.
    """
    failed = 0
    while True:
        came = yield asked
        assert came is not None
        if isinstance(came, httpx.Response) and came.status_code not in AGAIN:
            return _answer(asked, came)
        failed += 1
        after = came.headers.get("retry-after") if isinstance(came, httpx.Response) else None
        wait = retries.wait(failed, after)
        if wait is None:
            raise _given_up(asked, came, failed)
        yield wait


def _answer(asked: Asked, came: httpx.Response) -> Any:
    if not came.is_success:
        raise _refusal(asked, came)
    try:
        return questions.read_answer(asked.answer, came.content)
    except InvalidInput as error:
        raise NoAnswer(
            f"{came.url}: answers, but not as Tokenplan does ({_shortened(str(error))}); is it one, of this version?",
            loc=("url",),
            value=str(came.url),
        ) from None


def _refusal(asked: Asked, came: httpx.Response) -> TokenplanError:
    """A problem document as the error that it was made of; anything else is no answer."""
    try:
        body = came.json()
        problems = tuple(Problem(tuple(e["loc"]), e["msg"], e["input"]) for e in body["errors"])
        kind = _ERRORS.get(body["type"], KeyNeeded if came.status_code == _UNAUTHORISED else None)
    except (ValueError, KeyError, TypeError):
        kind, problems = None, ()
    if kind is None or not problems:
        said = "needs a key: Client(url, api_key=...)" if came.status_code == _UNAUTHORISED else _shortened(came.text)
        refused = KeyNeeded if came.status_code == _UNAUTHORISED else NoAnswer
        return refused(f"{asked.method} {came.url}: {came.status_code} {said}", loc=("url",), value=str(came.url))
    error = kind.of(problems)
    if isinstance(error, UnknownModel):
        error.nearest = tuple(body.get("nearest") or ())
    return error


def _given_up(asked: Asked, came: httpx.Response | httpx.TransportError, failed: int) -> TokenplanError:
    attempts = f"{failed} attempt{'s' if failed > 1 else ''}"
    if isinstance(came, httpx.Response):
        said = f"{came.status_code} {_detail(came)}"
    else:
        said = f"{type(came).__name__}{f': {came}' if str(came) else ''}"
    return NoAnswer(f"{asked.method} {asked.path}: no answer in {attempts}; the last: {said}", loc=("url",))


def _detail(came: httpx.Response) -> str:
    try:
        return _shortened(str(json.loads(came.content)["detail"]))
    except (ValueError, KeyError, TypeError):
        return _shortened(came.text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _tree(kind: type[TokenplanError]) -> Iterator[type[TokenplanError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _tree(each)


_ERRORS: Final = {kind.slug: kind for kind in _tree(errors.TokenplanError) if "slug" in vars(kind)}
