"""A Ray cluster: one retried task a part, over the same kernel. Needs the extra `ray`, on every node.

Ray Core tasks, each committed by its part's record: a task that Ray runs again, because its worker or node is gone,
writes the same files once more and counts once. The catalog's files travel with the job.
"""

from __future__ import annotations

import io
import os
import socket
import tempfile
import zipfile
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pricing.catalog import Catalog
from pricing.errors import InvalidInput, TokenplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from planner.bulk.parts import Part
    from planner.bulk.work import Job
    from planner.tokens import Counter
    from pricing.pricefile import PriceFile

RETRIES: Final = 8
"""How often a part is begun again when its worker or node is gone."""

AT_ONCE: Final = 1000
"""Tasks that the cluster is told of at a time."""


_PATIENCE: Final = 5.0
"""Seconds in which a cluster's address must answer."""


def run(
    parts: Iterable[Part],
    job: Job,
    catalog: Catalog,
    counter: Counter | None,
    address: str | None,
    tick: Callable[[int, float], object],
) -> Iterator[tuple[Part, dict[str, Any] | TokenplanError]]:
    """Each part with its record, or why it has none, in the order in which they end.

    Raises:
        InvalidInput: no such cluster, or a worker without what a part needs.
        CannotWrite: the job's folder takes nothing more.
    """
    from planner.bulk.store import Store  # noqa: PLC0415
    from planner.bulk.work import FATAL  # noqa: PLC0415

    ray = _ray()
    ours = _connect(ray, address)
    try:
        travels = ray.put(ray.cloudpickle.dumps((job, packed(catalog), catalog.prices, counter)))
        task = ray.remote(num_cpus=1, max_retries=RETRIES)(_task())
        store, left = Store(job.out), iter(parts)
        running: dict[Any, Part] = {}
        while True:
            for part in islice(left, AT_ONCE - len(running)):
                running[task.remote(ray.cloudpickle.dumps(part), travels)] = part
            if not running:
                return
            (ended, *_), _ = ray.wait(list(running), num_returns=1)
            part = running.pop(ended)
            found = _answer(ray, ended, part)
            if isinstance(found, FATAL):
                raise found
            if not isinstance(found, TokenplanError):
                if store.finished(part) is None:
                    raise InvalidInput(
                        f"{job.out}: a worker wrote its part there, but it is not seen here; give --out a folder that "
                        "all nodes share, or a URL",
                        loc=("out",),
                    )
                tick(found["rows"], part.bytes)
            yield part, found
    finally:
        if ours:
            ray.shutdown()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anyone
    try:
        import ray  # noqa: PLC0415
        import ray.cloudpickle  # noqa: PLC0415
    except ImportError:
        raise InvalidInput("a cluster needs Ray: pip install 'tokenplan[ray]'", loc=("engine",)) from None
    return ray


def _connect(ray: Any, address: str | None) -> bool:
    """Join the cluster; whether it was us who did.

    Raises:
        InvalidInput: nothing answers there.
    """
    if ray.is_initialized():
        return False
    if address is not None:
        _reached(address)
    options = {"include_dashboard": False} if address is None else {}
    try:
        ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR", **options)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        said = " ".join(str(error).split())[:300]
        where = f"at {address!r}" if address else "on this machine"
        raise InvalidInput(f"no Ray cluster answers {where}: {said}", loc=("address",), value=address) from None
    return True


def _reached(address: str) -> None:
    """Whether something answers there at all: Ray itself would look for minutes, then end the process.

    Raises:
        InvalidInput: nothing does.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE):
            pass
    except (OSError, ValueError, OverflowError) as error:
        said = f"no Ray cluster answers at {address!r}: {error}"
        raise InvalidInput(said, loc=("address",), value=address) from None


def _answer(ray: Any, ended: Any, part: Part) -> dict[str, Any] | TokenplanError:
    """What a task gave: a record, our error, or that its worker lacks something."""
    try:
        kind, found = ray.get(ended)
    except ray.exceptions.RayTaskError as error:
        raise InvalidInput(f"{part.path}: a worker failed: {' '.join(str(error).split())[-300:]}") from None
    except ray.exceptions.RayError as error:
        return InvalidInput(f"{part.path}: given up after {RETRIES} tries: {' '.join(str(error).split())[:300]}")
    if kind == "lacks":
        raise InvalidInput(
            f"a worker cannot work: {found}; install the same tokenplan with the extra 'ray' on every node: "
            "pip install 'tokenplan[ray]'",
            loc=("engine",),
        )
    return found  # type: ignore[no-any-return]


def _task() -> Callable[[bytes, bytes], tuple[str, Any]]:
    """What a worker runs; made here so that it travels by value, also to a worker that has no tokenplan."""

    def work_on(part: bytes, job: bytes) -> tuple[str, Any]:
        import platform  # noqa: PLC0415

        try:
            from planner.bulk.cluster import work_here  # noqa: PLC0415
        except Exception as error:  # noqa: BLE001 - whatever it lacks is told to who asked
            return "lacks", f"{platform.node()}: {type(error).__name__}: {error}"
        return work_here(part, job)

    return work_on


def work_here(part: bytes, job: bytes) -> tuple[str, Any]:
    """A part worked through on this node."""
    from planner.bulk import local, work  # noqa: PLC0415

    kernel, told = _unpacked(job)
    try:
        from ray import cloudpickle  # noqa: PLC0415

        return "done", local.done(cloudpickle.loads(part), told, kernel, work.NotParallel(), lambda *_: None)
    except TokenplanError as error:
        return "done", error.with_traceback(None)


@lru_cache(maxsize=1)
def _unpacked(job: bytes) -> tuple[Callable[[Any], Any], Job]:
    """The kernel of a job, its catalog and tokenizer loaded once a worker."""
    from ray import cloudpickle  # noqa: PLC0415

    told, files, prices, counter = cloudpickle.loads(job)
    return told.kernel(unpacked(files, prices), counter), told


def packed(catalog: Catalog) -> bytes:
    """A catalog's files in one piece."""
    out, root = io.BytesIO(), Path(catalog.directory)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        for path in sorted(root.rglob("*.json")):
            files.writestr(zipfile.ZipInfo(path.relative_to(root).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(files: bytes, prices: PriceFile | None) -> Catalog:
    """The catalog again, on another machine; workers of one node share its folder."""
    folder = Path(tempfile.gettempdir(), f"tokenplan-catalog-{sha256(files).hexdigest()[:16]}")
    if not folder.exists():
        made = Path(tempfile.mkdtemp(prefix="tokenplan-catalog-"))
        with zipfile.ZipFile(io.BytesIO(files)) as held:
            held.extractall(made)
        try:
            made.rename(folder)
        except OSError:  # another worker was first
            return Catalog(str(made), prices)
    return Catalog(str(folder), prices)
