"""A bulk job from question to answer: what is finished is taken, what is left is worked on, totals are exact."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from planner.bulk import cluster, local
from planner.bulk.kernel import Terms
from planner.bulk.parts import cut
from planner.bulk.picks import KNOWN, Wanted, carried
from planner.bulk.places import DEFAULT, files
from planner.bulk.questions import (
    PERIODS,
    PRICED_AS,
    BulkAnswer,
    BulkFailure,
    BulkGroup,
    BulkPriceQuestion,
    BulkRefusal,
)
from planner.bulk.store import Store
from planner.bulk.totals import Totals, ordered
from planner.bulk.work import Job
from planner.when import when
from pricing.errors import InvalidInput, TokenplanError, one_of
from pricing.table import usd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from planner.bulk.parts import Part
    from planner.bulk.questions import BulkCountQuestion
    from planner.tokens import Counter
    from pricing.catalog import Catalog

    Tick = Callable[[int, float, float], object]


_ELSEWHERE: Final = ("paths", "out", "engine", "address", "workers")
"""What may differ when a job is resumed."""


def bulk_price(
    question: BulkPriceQuestion, catalog: Catalog, now: datetime, progress: Tick | None = None
) -> BulkAnswer:
    """What usage logs cost: each row as `pricing.cost`, in whole 1e-12 USD, summed exactly.

    `progress` is told rows done, bytes done, and bytes in all.

    Raises:
        InvalidInput: paths that lead nowhere, a folder of another job, no part that can be read, a full disk.
    """
    for name in question.columns:
        if name not in KNOWN:
            raise InvalidInput(f"unknown name {name!r}; {one_of(name, KNOWN)}", loc=("columns", name), value=name)
    wanted = Wanted(question.columns, carried(question.by, question.keep), model=question.model)
    if question.model is not None:
        catalog.resolve(question.model, question.provider)
    return _run(question, wanted, question.model, catalog, None, now, progress)


def bulk_count(
    question: BulkCountQuestion, catalog: Catalog, counter: Counter, now: datetime, progress: Tick | None = None
) -> BulkAnswer:
    """How many tokens a corpus has on a model, and what it costs as input, with the bounds of both.

    Raises:
        InvalidInput: as `bulk_price`.
        UnknownModel, NotPriced: nothing is sold under the model's name and terms.
    """
    from planner.costing import CostQuestion, price  # noqa: PLC0415
    from pricing.usage import Usage  # noqa: PLC0415

    wrong = next((name for name in question.by if name in (*PERIODS, *PRICED_AS)), None)
    if wrong is not None:
        raise InvalidInput(f"by {wrong}: texts are counted on one model, now; name columns", loc=("by",), value=wrong)
    terms = {name: getattr(question, name) for name in ("model", "provider", "service_tier", "region", "as_of")}
    price(CostQuestion(usage=Usage(input_tokens=1), **terms), catalog, now)
    wanted = Wanted({}, carried(question.by, question.keep), text=question.column)
    return _run(question, wanted, question.model, catalog, counter, now, progress)


def _run(
    question: BulkPriceQuestion | BulkCountQuestion,
    wanted: Wanted,
    model: str | None,
    catalog: Catalog,
    counter: Counter | None,
    now: datetime,
    progress: Tick | None,
) -> BulkAnswer:
    common = Terms(model, question.provider, question.service_tier, question.region, question.as_of)
    when(question.as_of, now)
    asked = {name: value for name, value in asdict(question).items() if name not in _ELSEWHERE}
    told = {"job": type(question).__name__, **asked, "catalog": catalog.ref.version}
    place = question.out or f"{DEFAULT}{_digest([told, question.paths])}"
    parts, failed = _cut(question.paths, place)
    store = Store(place).made()
    job = Job(wanted, common, question.by, question.keep, question.rows, place, _begun(store, told, now))
    totals, done = job.totals(), _finished(store, parts)
    for record in done.values():
        totals.merge(record)
    left = [part for part in parts if part.key not in done]
    tick = _ticked(progress, sum(part.bytes for part in left))
    if question.engine == "ray":
        ended = cluster.run(left, job, catalog, counter, question.address, tick)
    else:
        ended = local.run(left, job, catalog, counter, question.workers, tick)
    for part, found in ended:
        if isinstance(found, TokenplanError):
            failed.append(BulkFailure(part.path, found.slug, str(found)))
        else:
            totals.merge(found)
    if not failed:
        store.sweep()
    return _answer(job, totals, _Ran(len(parts), len(done), tuple(_once(failed))), catalog)


class _Ran(NamedTuple):
    """How many parts there are, how many were finished before, and what failed."""

    parts: int
    resumed: int
    failed: tuple[BulkFailure, ...]


def _cut(paths: Sequence[str], place: str) -> tuple[list[Part], list[BulkFailure]]:
    """Every file's parts, and the files that have none because they are damaged."""
    parts: list[Part] = []
    failed: list[BulkFailure] = []
    for file in files(paths, place):
        try:
            parts += cut(file)
        except InvalidInput as error:
            failed.append(BulkFailure(file.path, error.slug, str(error)))
    return parts, failed


def _begun(store: Store, told: Mapping[str, Any], now: datetime) -> datetime:
    """When the job began; it is noted if it begins now.

    Raises:
        InvalidInput: the folder is another job's, or was priced by another catalog.
    """
    told = json.loads(json.dumps(told))
    data = store.read("job.json")
    if data is None:
        store.write("job.json", {"job": told, "began": now.astimezone(UTC).isoformat()})
        return now
    try:
        held = json.loads(data)
        before, began = held["job"], datetime.fromisoformat(held["began"])
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(f"{store.place}/job.json: is damaged; give another --out", loc=("out",)) from None
    other = [
        f"{name} {_short(before.get(name))} is not {_short(told[name])}"
        for name in told
        if before.get(name) != told[name]
    ]
    if other:
        raise InvalidInput(
            f"{store.place} holds another job ({'; '.join(other)}); give another --out"
            + (", or --catalog with the one it began with" if before.get("catalog") != told["catalog"] else ""),
            loc=("out",),
            value=store.place,
        )
    return began


def _finished(store: Store, parts: Iterable[Part]) -> dict[str, dict[str, Any]]:
    """The records of parts that an earlier run finished."""
    names = store.names("parts")
    found = {part.key: store.finished(part) for part in parts if f"{part.key}.json" in names}
    return {key: record for key, record in found.items() if record is not None}


def _ticked(progress: Tick | None, size: float) -> Callable[[int, float], object]:
    """Rows and bytes added up."""
    if progress is None:
        return lambda *_: None
    rows, done = 0, 0.0

    def tick(more: int, read: float) -> None:
        nonlocal rows, done
        rows, done = rows + more, done + read
        progress(rows, done, size)

    return tick


def _answer(job: Job, totals: Totals, ran: _Ran, catalog: Catalog) -> BulkAnswer:
    errors = sorted(totals.errors.items())
    return BulkAnswer(
        out=job.out,
        by=job.by,
        rows=totals.rows,
        refused=totals.refused,
        total=_group((), totals.total(), totals),
        groups=tuple(_group(group, sums, totals) for group, sums in ordered(totals.groups.items())) if job.by else (),
        parts=ran.parts,
        resumed=ran.resumed,
        failed=ran.failed,
        errors=tuple(BulkRefusal(slug, count, first) for slug, (count, first) in errors),
        warnings=tuple(sorted(totals.warnings)),
        as_of=job.now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        catalog=catalog.ref,
    )


def _group(values: tuple[str | None, ...], sums: Sequence[int], totals: Totals) -> BulkGroup:
    held = dict(zip(("rows", *totals.measures), sums, strict=True))
    bounds = "tokens_low" in held
    return BulkGroup(
        values=values,
        rows=held["rows"],
        tokens=held["tokens"],
        total_usd=usd(held["cost_units"]),
        tokens_low=held.get("tokens_low"),
        tokens_high=held.get("tokens_high"),
        low_usd=usd(held["cost_low_units"]) if bounds else None,
        high_usd=usd(held["cost_high_units"]) if bounds else None,
    )


def _once(failed: Iterable[BulkFailure]) -> Iterable[BulkFailure]:
    """Failures without their repetition by every part of a file."""
    return dict.fromkeys(failed)


def _digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:120]}…"  # noqa: PLR2004
