"""The row of `/v1/cost/batch` in columns: our endpoint's function against what a NumPy user would write with orjson."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import Row, Unavailable, same
from benchmarks.table import LARGEST, MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.harness import Sample, Size

ROWS: Final = 10_000
TIERS: Final = (None, "standard")
CALLS: Final = 20
"""Bodies answered for one sample."""


@contextmanager
def columns_against_numpy(_: Size) -> Iterator[tuple[Sample, Sample]]:
    """Bytes of JSON in, bytes of JSON out, in one process and on one thread, without HTTP on either side.

    The peer is given a price of each model and bucket ready chosen, in integers of 1e-12 USD, so that it need not know
    what a tier, a date or a long prompt is. It reads the same body, looks up each row's model, gathers, multiplies and
    sums, and answers each row's USD as a text, the sum, the model and the provider. Both must answer the same USD.
    """
    try:
        import numpy as np
        import orjson
    except ImportError:
        raise Unavailable("NumPy and orjson are not installed: pip install 'tokenplan[table]'") from None
    from planner import default_planner
    from planner.api.batch import whole

    random = np.random.default_rng(3)
    counts = {name: random.integers(0, min(most, 100_000), ROWS).tolist() for name, most in LARGEST.items()}
    models = [MODELS[at] for at in random.integers(0, len(MODELS), ROWS)]
    tiers = [TIERS[at] for at in random.integers(0, len(TIERS), ROWS)]
    body = orjson.dumps({"columns": {"model": models, "service_tier": tiers, "as_of": "2026-11-20", **counts}})
    planner = default_planner()
    prices, provider = _prices(planner.catalog)
    ours, peer = partial(whole, body, planner), partial(_numpy, body, prices, provider)
    mine, theirs = orjson.loads(ours()), orjson.loads(peer())
    for name in ("model", "provider"):
        same(mine["columns"][name] == theirs["columns"][name], True, f"every {name} equal")
    texts = zip(mine["columns"]["total_usd"], theirs["columns"]["total_usd"], strict=True)
    same([pair for pair in texts if float(pair[0]) != float(pair[1])][:1], [], "USD of a row")
    same(float(mine["total_usd"]), float(theirs["total_usd"]), "USD")
    yield partial(_repeated, ours), partial(_repeated, peer)


def rows() -> tuple[Row, ...]:
    """The row of the table."""
    return (
        Row(
            "batch-columns",
            "`/v1/cost/batch`, 10,000 rows, columnar JSON",
            "orjson parse, NumPy, orjson dump; prices ready chosen",
            2,
            columns_against_numpy,
            9,
            peer_packages=False,
            note="bytes to bytes, one thread each, without HTTP",
        ),
    )


def _prices(catalog: Any) -> tuple[dict[str, NDArray[np.int64]], list[str]]:
    """Each bucket's price of each model on the day, by the scalar path, and each model's provider."""
    from datetime import UTC, datetime

    import numpy as np

    from pricing import Usage, cost

    at = datetime(2026, 11, 20, tzinfo=UTC)
    found = {bucket: np.zeros(len(MODELS), np.int64) for bucket in LARGEST}
    providers = []
    for place, model in enumerate(MODELS):
        resolved = catalog.resolve(model)
        providers.append(resolved.model.provider)
        for bucket, prices in found.items():
            usage: dict[str, Any] = {bucket: 1}
            prices[place] = int(cost(Usage(**usage), resolved, at=at).total_usd.scaleb(12))
    return found, providers


def _numpy(body: bytes, prices: Mapping[str, NDArray[np.int64]], provider: list[str]) -> bytes:
    """The simplest that a NumPy user would write."""
    import numpy as np
    import orjson

    columns = orjson.loads(body)["columns"]
    place = {name: at for at, name in enumerate(MODELS)}
    model = np.array([place[name] for name in columns["model"]])
    units = np.zeros(len(model), np.int64)
    for bucket, price in prices.items():
        units += price[model] * np.array(columns[bucket], np.int64)
    answer = {
        "columns": {
            "total_usd": [str(usd) for usd in (units / 1e12).tolist()],
            "model": columns["model"],
            "provider": [provider[at] for at in model.tolist()],
        },
        "total_usd": str(int(units.sum()) / 10**12),
    }
    return orjson.dumps(answer)


def _repeated(work: partial[bytes]) -> float:
    """CPU seconds of one body."""
    start = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - start) / CALLS
