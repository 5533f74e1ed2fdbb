"""The row of `pricing.table`: a million mixed rows against the least that NumPy could do with the same columns."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import Row, Unavailable, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.harness import Sample, Size
    from pricing.table import Priced

ROWS: Final = 1_000_000
MODELS: Final = (
    "gpt-5-mini",
    "gpt-5",
    "gpt-4.1",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "deepseek-flash",
)
TIERS: Final = (None, "batch")
LARGEST: Final = {
    "input_tokens": 250_000,
    "cache_read_tokens": 40_000,
    "output_tokens": 4000,
    "reasoning_tokens": 2000,
}
"""Long enough that some prompts pass 200,000 tokens, where Google's prices double."""

CHECKED: Final = 2000
"""How many rows the scalar path prices again."""


@contextmanager
def columns_against_numpy(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """NumPy is given each row's prices ready chosen: a gather, a multiplication and a sum a column, on one thread.

    Ours starts from names, tiers, instants and quantities, on one thread too. It must answer the same amounts, and on
    a sample of rows those of `pricing.cost`.
    """
    try:
        import numpy as np
    except ImportError:
        raise Unavailable("NumPy is not installed: pip install 'tokenplan[table]'") from None
    from pricing import Catalog
    from pricing.table import Column, price

    rows, random = size.of(ROWS), np.random.default_rng(3)
    usage = {name: random.integers(0, most, rows) for name, most in LARGEST.items()}
    model = random.integers(0, len(MODELS), rows).astype(np.int32)
    tier = np.where(model < len(MODELS) - 1, random.integers(0, 2, rows), 0).astype(np.int32)  # the last sells no batch
    at = np.datetime64("2026-09-11", "us") + random.integers(0, 70 * 86_400, rows).astype("timedelta64[s]")
    catalog = Catalog()
    ours = partial(price, catalog, usage, model=Column(MODELS, model), service_tier=Column(TIERS, tier), as_of=at)
    answer = ours()
    same([str(each) for each in answer.problems], [], "errors")
    _check(answer, [(MODELS[m], TIERS[t], when) for m, t, when in zip(model, tier, at.tolist(), strict=True)], usage)
    prices = _prices(answer, usage, ours)
    peer = partial(_gathered, prices, answer.offers.astype(np.intp), usage)  # the integers that NumPy gathers by
    same(bool((peer() == answer.amounts).all()), True, "every amount equal")
    yield partial(_timed, ours), partial(_timed, peer)


def _check(answer: Priced, asked: list[tuple[str, str | None, object]], usage: dict[str, NDArray[np.int64]]) -> None:
    """Some rows, spread evenly, by the scalar path."""
    from datetime import UTC

    from pricing import Catalog, Usage, cost
    from pricing.table import usd

    catalog = Catalog()
    for row in range(0, len(asked), max(1, len(asked) // CHECKED)):
        name, tier, at = asked[row]
        counts: dict[str, Any] = {bucket: int(column[row]) for bucket, column in usage.items()}
        at = at.replace(tzinfo=UTC)  # type: ignore[attr-defined]  # a datetime
        exact = cost(Usage(**counts), catalog.resolve(name), at=at, service_tier=tier).total_usd
        same(usd(int(answer.amounts[row])), exact, f"USD of row {row}")


def _prices(
    answer: Priced, usage: dict[str, NDArray[np.int64]], ours: Callable[..., Priced]
) -> dict[str, NDArray[np.int64]]:
    """Each segment's price of a bucket, read off one of its rows that uses it."""
    import numpy as np

    lines = ours(lines=True).lines
    found = {}
    for bucket, column in usage.items():
        used = np.flatnonzero(column)
        table = np.zeros(len(answer.chosen), np.int64)
        table[answer.offers[used]] = lines[bucket][used] // column[used]
        found[bucket] = table
    return found


def _gathered(
    prices: dict[str, NDArray[np.int64]], segment: NDArray[np.intp], usage: dict[str, NDArray[np.int64]]
) -> NDArray[np.int64]:
    """What NumPy does at least."""
    import numpy as np

    total = np.zeros(len(segment), np.int64)
    for bucket, column in usage.items():
        total += prices[bucket][segment] * column
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
            "table-numpy",
            "`pricing.table`, 1 M mixed rows (models, tiers, caches, dates)",
            "NumPy gather, multiply and sum of the same columns, prices ready chosen",
            3,
            columns_against_numpy,
            9,
            peer_packages=False,
            note="one thread each",
        ),
    )
