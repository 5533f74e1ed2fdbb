"""When a call is sent again, and how long it waits before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random
from typing import Final

from planner.checks import Checks

AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of a server that is busy, limits the rate or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Attempts at most, the first one counted, and the wait between two in seconds.

    The wait is drawn evenly from 0 to `first_seconds * 2**n`, at most `longest_seconds` ("full jitter"); a server's
    Retry-After is kept to instead, and one beyond `longest_seconds` ends the attempts.

    Raises:
        InvalidInput: no attempt, or a negative wait.
    """

    attempts: int = 4
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    draw: Callable[[], float] = random

    def __post_init__(self) -> None:
        checks = Checks().at_least(1, attempts=self.attempts)
        checks.not_negative(first_seconds=self.first_seconds, longest_seconds=self.longest_seconds).done()

    def wait(self, failed: int, retry_after: str | None = None) -> float | None:
        """Seconds to wait after that many failed attempts; None when no other is to be made."""
        if failed >= self.attempts:
            return None
        asked = _seconds(retry_after)
        if asked is not None:
            return asked if asked <= self.longest_seconds else None
        return self.draw() * float(min(self.first_seconds * 2.0 ** (failed - 1), self.longest_seconds))


def _seconds(retry_after: str | None) -> float | None:
    """A Retry-After header, which is seconds or an HTTP date, as seconds; None for none or nonsense."""
    if retry_after is None:
        return None
    if retry_after.strip().isascii() and retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)
