"""One POST that is answered or says why not: retries with backoff and jitter, a deadline, rate limits respected."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import httpx

from pricing.errors import NotCountable

if TYPE_CHECKING:
    from collections.abc import Mapping

RETRIED: Final = (408, 409, 425, 429, 500, 502, 503, 504, 529)
"""Answers that may be better the next time; 529 is Anthropic's `overloaded`."""

_LONGEST_ANSWER: Final = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try, in seconds: `total`, `once` an attempt, waits that double from `first` to `longest`."""

    total: float = 30.0
    once: float = 10.0
    attempts: int = 5
    first: float = 0.5
    longest: float = 8.0


@dataclass(frozen=True, slots=True)
class Client:
    """Sends JSON, reads JSON. Transport, clocks and chance are arguments, so that a test waits for nothing."""

    patience: Patience = Patience()
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = field(default=random.random)

    def post(self, name: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that a provider answers.

        An attempt that may be better later is made again, after what the provider asks for (`retry-after`,
        `retry-after-ms`) or an exponential wait of which chance takes up to half.

        Raises:
            NotCountable: refused, not answered in time, or answered with something else; it names provider and status.
        """
        end = self.now() + self.patience.total
        with httpx.Client(transport=self.transport, headers=dict(headers)) as client:
            for attempt in range(1, self.patience.attempts + 1):
                answer, fault = self._once(client, url, body, end)
                if answer is not None and answer.status_code not in RETRIED:
                    return _read(name, answer)
                wait = self._wait(answer, attempt)
                if attempt == self.patience.attempts or self.now() + wait > end:
                    raise _given_up(name, answer, fault, attempt, wait)
                self.sleep(wait)
        raise AssertionError  # the last attempt has returned or raised

    def _once(
        self, client: httpx.Client, url: str, body: Mapping[str, Any], end: float
    ) -> tuple[httpx.Response | None, str]:
        """One attempt: an answer, or what kept it away."""
        seconds = max(0.01, min(self.patience.once, end - self.now()))
        try:
            return client.post(url, json=body, timeout=seconds), ""
        except httpx.TimeoutException:
            return None, f"no answer within {seconds:.1f} s"
        except httpx.TransportError as error:
            return None, f"{type(error).__name__}: {error}"

    def _wait(self, answer: httpx.Response | None, attempt: int) -> float:
        """Seconds until the next attempt."""
        asked = _asked(answer) if answer is not None else None
        if asked is not None:
            return asked
        wait = min(self.patience.longest, self.patience.first * 2 ** (attempt - 1))
        return float(wait * (1 - self.chance() / 2))


def _asked(answer: httpx.Response) -> float | None:
    """The seconds that a provider asks to be left alone, by its headers; None where it says nothing readable."""
    milliseconds, stated = answer.headers.get("retry-after-ms"), answer.headers.get("retry-after")
    try:
        if milliseconds is not None:
            return max(0.0, float(milliseconds) / 1000)
        return None if stated is None else max(0.0, float(stated))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(stated or "")
    except ValueError:
        return None
    return max(0.0, at.timestamp() - time.time())


def _read(name: str, answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer that is final."""
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise NotCountable(
            f"{name} refuses the key (status {answer.status_code}): {_said(answer)}", value=answer.status_code
        )
    if not answer.is_success:
        raise NotCountable(
            f"{name} does not count this (status {answer.status_code}): {_said(answer)}", value=answer.status_code
        )
    try:
        found = answer.json()
    except ValueError as error:
        raise NotCountable(f"{name} answered with no JSON ({error})", value=answer.status_code) from None
    if not isinstance(found, dict):
        raise NotCountable(f"{name} answered with {type(found).__name__}, not an object", value=answer.status_code)
    return found


def _said(answer: httpx.Response) -> str:
    """A provider's own words, without the key that it may repeat."""
    try:
        found = answer.json()
        error = found.get("error", found) if isinstance(found, dict) else found
        said = str(error.get("message", error) if isinstance(error, dict) else error)
    except ValueError:
        said = answer.text
    for header in ("authorization", "x-api-key", "x-goog-api-key"):
        key = answer.request.headers.get(header, "").removeprefix("Bearer ")
        said = said.replace(key, "***") if key else said
    return said[:_LONGEST_ANSWER] or "no reason given"


def _given_up(name: str, answer: httpx.Response | None, fault: str, attempts: int, wait: float) -> NotCountable:
    """What is raised when no further attempt is made."""
    why = fault if answer is None else f"status {answer.status_code}: {_said(answer)}"
    later = f"; it asks to wait {wait:g} s" if answer is not None and _asked(answer) is not None else ""
    return NotCountable(
        f"{name} gave no count in {attempts} {'attempt' if attempts == 1 else 'attempts'} ({why}{later})",
        value=None if answer is None else answer.status_code,
    )
