"""What a row is, how it is repeated, and the table it ends in."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Sample: TypeAlias = Callable[[], float]
"""One measurement: CPU seconds for one request, call or process."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: `share` of each row's requests or calls, at most `samples` a side and run, and `runs`."""

    share: float = 1.0
    samples: int = 15
    runs: int = 3

    def of(self, count: int) -> int:
        """A row's own count of requests or calls at this size; at least 2."""
        return max(2, round(count * self.share))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `sides` starts both, refuses unequal answers, and yields our sample and the peer's; `samples` of each, in turn,
    make one run. `peer_packages` says that the peers' environment is needed.
    """

    name: str
    title: str
    against: str
    goal: float
    sides: Callable[[Size], AbstractContextManager[tuple[Sample, Sample]]]
    samples: int = 5
    peer_packages: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A row's ratios (ours to the peer's), one a run, with both medians in seconds; or why it was not run."""

    row: Row
    ratios: tuple[float, ...] = ()
    ours: float = 0.0
    peer: float = 0.0
    not_run: str = ""

    @property
    def met(self) -> int:
        """How many runs met the goal."""
        return sum(ratio <= self.row.goal for ratio in self.ratios)


class Unequal(Exception):
    """The two sides answer differently: timing them would compare different work."""


class Unavailable(Exception):
    """A side cannot run here; the message says what is missing."""


def same(ours: object, peer: object, what: str) -> None:
    """Refuse to time two sides that disagree.

    Raises:
        Unequal: they do.
    """
    if ours != peer:
        raise Unequal(f"{what}: ours {ours!r}, the peer's {peer!r}")


def measure(row: Row, size: Size) -> Result:
    """Run a row: in each run the sides take turns, and the ratio is that of their medians."""
    ratios, ours, peer = [], [], []
    try:
        with row.sides(size) as (our_sample, peer_sample):
            for _ in range(size.runs):
                pairs = [(our_sample(), peer_sample()) for _ in range(min(row.samples, size.samples))]
                mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
                ratios.append(mine / theirs if theirs else math.inf)  # a tick of the CPU clock may be missed
                ours.append(mine)
                peer.append(theirs)
    except (Unequal, Unavailable) as error:
        return Result(row, not_run=str(error))
    return Result(row, tuple(ratios), statistics.median(ours), statistics.median(peer))


HEAD: Final = (
    "| row | against | goal | ratio (min / median / max) | met | CPU: ours, against |\n|---|---|---|---|---|---|"
)


def line(result: Result) -> str:
    """A result as a line of the Markdown table."""
    row = result.row
    title = f"{row.title} ({row.note})" if row.note else row.title
    cells = [title, row.against, f"<= {_ratio(row.goal)}"]
    if result.not_run:
        return _cells([*cells, f"not run: {result.not_run}", "no", ""])
    spread = (min(result.ratios), statistics.median(result.ratios), max(result.ratios))
    met = f"{result.met} of {len(result.ratios)}"
    return _cells([*cells, " / ".join(map(_ratio, spread)), met, f"{_time(result.ours)}, {_time(result.peer)}"])


def table(results: Iterable[Result]) -> str:
    """The whole table."""
    return "\n".join([HEAD, *map(line, results)])


def machine(peers: Iterable[str]) -> str:
    """The machine, versions and date that stand above the table."""
    parts = [
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()})",
        f"Python {platform.python_version()}",
        *peers,
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]
    return " · ".join(parts)


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ratio(ratio: float) -> str:
    return f"1/{1 / ratio:.3g}" if ratio < 2 / 3 else f"{ratio:.3g}x"


def _time(seconds: float) -> str:
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
