"""The row of `latency`: 200,000 requests through five hops against drawing the same numbers with NumPy."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from math import isclose, log
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Row, Unavailable, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from benchmarks.harness import Sample, Size

DRAWS: Final = 200_000
HOPS: Final = ((0.05, 0.12), (0.08, 0.3), (0.2, 0.4), (0.6, 1.8), (3.0, 9.0))
"""p50 and p95 of each hop in seconds."""
Z95: Final = 1.6448536269514722


@contextmanager
def latency_against_numpy(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Ours answers the whole question: percentiles with their errors, P(breach), each hop's share and verdict.

    The peer draws the five columns with `Generator.lognormal` and adds them up, and does nothing else. Both means must
    agree within five of their standard errors.
    """
    try:
        import numpy as np
    except ImportError:
        raise Unavailable("NumPy is not installed: pip install 'tokenplan[planning]'") from None
    from planner.distributions import Distribution
    from planner.latency import LatencyQuestion, latency
    from planner.latency_hops import Hop

    count = max(1000, size.of(DRAWS))
    hops = tuple(Hop(seconds=Distribution(p50=p50, p95=p95)) for p50, p95 in HOPS)
    ours = partial(latency, LatencyQuestion(hops=hops, budget_seconds=12.0, draws=count))
    laws = [(log(p50), log(p95 / p50) / Z95) for p50, p95 in HOPS]
    peer = partial(_added, np.random.default_rng(2), laws, count)
    answer = ours()
    near = 5 * 2**0.5 * answer.end.mean_standard_error_seconds
    same(isclose(answer.end.mean_seconds, float(peer().mean()), rel_tol=0, abs_tol=near), True, "equal means")
    yield partial(_timed, ours), partial(_timed, peer)


def _added(random: np.random.Generator, laws: list[tuple[float, float]], count: int) -> np.ndarray:
    """What NumPy does at least."""
    total = random.lognormal(*laws[0], count)
    for mu, sigma in laws[1:]:
        total += random.lognormal(mu, sigma, count)
    return total


def _timed(work: Callable[[], object]) -> float:
    """CPU seconds of one call, all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


def rows() -> tuple[Row, ...]:
    """The rows of this module."""
    return (
        Row(
            "latency-numpy",
            "`latency`, 200,000 draws x 5 hops: the whole answer",
            "NumPy drawing the same five columns and adding them",
            1.5,
            latency_against_numpy,
            9,
            peer_packages=False,
        ),
    )
