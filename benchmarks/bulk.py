"""The rows of bulk jobs: usage rows against Polars, a corpus against a plain loop, two nodes against this machine.

Polars and the loop are measured in CPU seconds; a cluster is other processes, so that row is in seconds of the clock.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.counting import english
from benchmarks.harness import Row, Unavailable, same
from benchmarks.processes import OURS, worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness import Sample, Size
    from planner import BulkAnswer

ROWS: Final = 10_000_000
TEXTS: Final = 100_000
"""A tenth of the million of the goal: the plain loop takes a minute for those; memory does not depend on it."""

LENGTH: Final = 500
MOST_RSS: Final = 600
MODELS: Final = ("gpt-5-mini", "gpt-5", "claude-sonnet-4-5", "gemini-2.5-flash")
COLUMNS: Final = ("input_tokens", "cache_read_tokens", "output_tokens")


def write_usage(path: Path, rows: int) -> None:
    """Usage rows over 30 days and four models, in row groups of a million."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(1)
    models = pa.DictionaryArray.from_arrays(pa.array(random.integers(0, len(MODELS), rows).astype(np.int32)), MODELS)
    micros = random.integers(0, 30 * 86_400_000_000, rows).astype("timedelta64[us]")
    table = pa.table(
        {
            "model": models,
            "as_of": pa.array(np.datetime64("2026-10-01", "us") + micros),
            "input_tokens": random.integers(10, 20_000, rows),
            "cache_read_tokens": random.integers(0, 8000, rows),
            "output_tokens": random.integers(1, 2000, rows),
        }
    )
    pq.write_table(table, path, row_group_size=1_000_000)


def write_corpus(path: Path, texts: int) -> None:
    """Slices of English of 500 characters, no two alike."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, rng = english(5_000_000), random.Random(1)
    starts = [rng.randrange(len(text) - LENGTH) for _ in range(texts)]
    table = pa.table({"text": [text[start : start + LENGTH] for start in starts]})
    pq.write_table(table, path, row_group_size=max(texts // 20, 1), use_dictionary=False)


@contextmanager
def price_against_polars(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Ours answers USD by model and day; Polars only adds up the token columns, which ours must agree with."""
    try:
        import polars as pl
    except ImportError:
        raise Unavailable("Polars is not installed") from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "usage.parquet")
        write_usage(path, size.of(ROWS))
        scanned = pl.scan_parquet(path).group_by("model", pl.col("as_of").dt.date()).agg(pl.col(COLUMNS).sum())
        peer = partial(scanned.collect, engine="streaming")
        ours = partial(_price, path, Path(folder, "job"))
        answer, sums = ours(), peer()
        same(answer.total.tokens, sum(int(sums[name].sum()) for name in COLUMNS), "tokens")
        same(len(answer.groups), len(sums), "groups")
        yield partial(_cpu, ours), partial(_cpu, peer)


@contextmanager
def count_against_loop(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Each side is a process of its own that times itself; ours must stay under 600 MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.parquet")
        write_corpus(path, size.of(TEXTS))
        told = [worker(OURS, "count_corpus", side, str(path)) for side in ("ours", "loop")]
        same(told[0]["tokens"], told[1]["tokens"], "tokens")
        if told[0]["rss_mb"] > MOST_RSS:
            raise Unavailable(f"ours takes {told[0]['rss_mb']} MB, more than {MOST_RSS}")
        yield tuple(partial(_told, side, path) for side in ("ours", "loop"))  # type: ignore[misc]


@contextmanager
def cluster_against_threads(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """A corpus on two nodes of a core each, their workers started, against this machine's threads."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        from ray.cluster_utils import Cluster
    except ImportError:
        raise Unavailable("Ray is not installed: pip install 'tokenplan[ray]'") from None
    with tempfile.TemporaryDirectory() as folder:
        path, job = Path(folder, "corpus.parquet"), Path(folder, "job")
        write_corpus(path, size.of(5 * TEXTS))
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        try:
            nodes.add_node(num_cpus=1)
            import ray

            ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
            ours, peer = (partial(_count, path, job, engine) for engine in ("ray", "local"))
            same(ours().total, peer().total, "totals")
            yield partial(_clock, ours), partial(_clock, peer)
            ray.shutdown()
        finally:
            nodes.shutdown()


def _price(path: Path, job: Path) -> BulkAnswer:
    from planner import BulkPriceQuestion, default_planner

    shutil.rmtree(job, ignore_errors=True)
    question = BulkPriceQuestion(paths=(str(path),), by=("model", "day"), out=str(job))
    return default_planner().bulk_price(question)


def _count(path: Path, job: Path, engine: Any) -> BulkAnswer:
    from planner import BulkCountQuestion, default_planner

    shutil.rmtree(job, ignore_errors=True)
    question = BulkCountQuestion(paths=(str(path),), model="gpt-5-mini", engine=engine, workers=2, out=str(job))
    return default_planner().bulk_count(question)


def _told(side: str, path: Path) -> float:
    return float(worker(OURS, "count_corpus", side, str(path))["seconds"])


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rows() -> tuple[Row, ...]:
    """The rows of this module."""
    return (
        Row(
            "bulk-price",
            "`bulk price`, 10 M usage rows of Parquet to USD by model and day",
            "Polars streaming scan and group-by of the token columns alone",
            1.5,
            price_against_polars,
            5,
            peer_packages=False,
            note="all threads",
        ),
        Row(
            "bulk-count",
            "`bulk count`, 100,000 texts of 500 characters in Parquet",
            "a plain loop of tiktoken over the same column",
            1 / 1.4,
            count_against_loop,
            1,
            peer_packages=False,
            note="fast engine, under 600 MB",
        ),
        Row(
            "bulk-cluster",
            "`bulk count --engine ray`, 500,000 texts, two nodes of one core on this machine",
            "`--engine local`, two threads",
            1.3,
            cluster_against_threads,
            2,
            peer_packages=False,
            note="seconds of the clock",
        ),
    )
