"""The progress of a long run, on a terminal's stderr."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.cli.rows.files import Source

_EVERY_SECONDS: Final = 0.2


class Progress:
    """A line on a terminal's stderr: the share read, rows (or what `unit` says), how many a second, time left."""

    def __init__(self, done: Callable[[], int], size: int | None, *, shown: bool, unit: str = "rows") -> None:
        self._done, self._size, self._shown, self._unit = done, size, shown, unit
        self._began = self._last = time.monotonic()

    def by(self, done: Callable[[], int], size: int) -> None:
        """Measure by something else than bytes."""
        self._done, self._size = done, size

    def __call__(self, rows: int) -> None:
        """Draw, at most a few times a second."""
        now = time.monotonic()
        if self._shown and now - self._last >= _EVERY_SECONDS:
            self._last = now
            print(f"\r\x1b[K{self.line(rows, now - self._began)}", end="", file=sys.stderr, flush=True)

    def line(self, rows: int, seconds: float) -> str:
        """The line's text after so many rows and seconds."""
        said = f"{rows:,} {self._unit}, {rows / max(seconds, 0.001):,.0f} a second"
        share = min(1.0, self._done() / self._size) if self._size else 0.0
        if not share:
            return said
        full = int(share * 20)
        return f"{'█' * full}{'░' * (20 - full)} {share:4.0%}  {said}, {seconds / share - seconds:,.0f} s left"

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def progress_of(source: Source) -> Iterator[Progress]:
    """The bar while a source is read, gone after it."""
    progress = Progress(source.read, source.size, shown=sys.stderr.isatty())
    try:
        yield progress
    finally:
        progress.clear()
