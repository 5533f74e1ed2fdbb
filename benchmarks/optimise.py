"""The row of `optimise`: a hundred thousand configurations to a frontier, against NumPy's sort of them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Row, Unavailable, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.harness import Sample, Size

CONFIGURATIONS: Final = 100_000
CHECKED: Final = 2000
"""Configurations that are compared two by two, besides."""


@contextmanager
def frontier_against_sort(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Both get the same three columns: cost, p95 latency, and quality, which grows with cost and scatters.

    NumPy sorts the configurations by the three (`lexsort`), which any exact frontier begins with. Ours must keep what a
    sweep over all of them keeps, and, of a part, what comparing every two keeps.
    """
    try:
        import numpy as np
    except ImportError:
        raise Unavailable("NumPy is not installed: pip install 'tokenplan[planning]'") from None
    from planner.optimise.frontier import frontier, sweep

    columns = _columns(size.of(CONFIGURATIONS))
    kept = frontier(*columns).tolist()
    same(kept, sweep(list(zip(*(each.tolist() for each in columns), strict=True))), "frontier")
    part = np.array([each[:CHECKED] for each in columns])
    same(frontier(*part).tolist(), _every_pair(part), "frontier of a part")
    yield lambda: _timed(lambda: frontier(*columns)), lambda: _timed(lambda: np.lexsort(columns[::-1]))


def _columns(count: int) -> tuple[NDArray[np.float64], ...]:
    import numpy as np

    random = np.random.default_rng(5)
    cost = random.lognormal(-6, 1, count)
    quality = np.sqrt(random.random(count)) * (1 - 0.3 / (1 + cost / cost.mean()))
    return cost, random.lognormal(1, 0.5, count), -quality


def _every_pair(points: NDArray[np.float64]) -> list[int]:
    import numpy as np

    return [
        at
        for at in range(points.shape[1])
        if not np.any(
            np.all(points <= points[:, at : at + 1], axis=0) & np.any(points < points[:, at : at + 1], axis=0)
        )
    ]


def _timed(work: Callable[[], object]) -> float:
    """CPU seconds of one call, all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


def rows() -> tuple[Row, ...]:
    """The rows of this module."""
    return (
        Row(
            "optimise-numpy",
            "`optimise`, 100,000 configurations to a frontier of cost, p95 and quality",
            "NumPy `lexsort` of the same columns",
            3,
            frontier_against_sort,
            9,
            peer_packages=False,
            note="one thread each",
        ),
    )
