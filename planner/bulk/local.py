"""This machine: parts one after another, threads over the batches of each."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from planner.bulk import work
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from planner.bulk.parts import Part
    from planner.tokens import Counter
    from pricing.catalog import Catalog


def run(
    parts: Iterable[Part],
    job: work.Job,
    catalog: Catalog,
    counter: Counter | None,
    workers: int | None,
    tick: Callable[[int, float], object],
) -> Iterator[tuple[Part, dict[str, Any] | TokenplanError]]:
    """Each part with its record, or why it has none.

    Raises:
        CannotWrite: the job's folder takes nothing more.
    """
    count = os.cpu_count() or 1 if workers is None else workers
    if count < 1:
        raise InvalidInput(f"workers is {count}; it must be at least 1", loc=("workers",), value=count)
    kernel = job.kernel(catalog, counter)
    with ThreadPoolExecutor(count) as pool:
        how = work.Parallel(pool, count) if count > 1 else work.NotParallel()
        for part in parts:
            yield part, done(part, job, kernel, how, tick)


def done(
    part: Part,
    job: work.Job,
    kernel: Callable[[Any], Any],
    how: work.Parallel | work.NotParallel,
    tick: Callable[[int, float], object],
) -> dict[str, Any] | TokenplanError:
    """A part's record, or why it has none.

    Raises:
        CannotWrite, BadCatalog: no other part could be worked through either.
    """
    try:
        return work.run(part, job, kernel, how, tick)
    except TokenplanError as error:
        if isinstance(error, work.FATAL):
            raise
        return error.with_traceback(None)
