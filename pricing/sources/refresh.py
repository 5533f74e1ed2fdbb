"""`refresh`: feeds -> the builder's pipeline -> over the installed catalog -> the gate -> installed."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import DecimalException
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pricing import installed
from pricing.catalog import SHIPPED, Catalog
from pricing.errors import BadCatalog
from pricing.sources import build, feeds, install, naming
from pricing.sources.append import append
from pricing.sources.diff import Diff, diff
from pricing.sources.records import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import httpx

    from pricing.sources.records import Record

DEAREST: Final = 10**6
"""USD for a unit (a million tokens, a call, a second) beyond which a figure is a mistake of its feed."""


@dataclass(frozen=True, slots=True)
class Read:
    """How one feed was come by, and what was wrong with it."""

    name: str
    how: str
    bytes: int
    observed: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: `installed`, `unchanged`, `refused` by the gate, or `tried` only."""

    status: str
    feeds: tuple[Read, ...]
    changes: Diff
    unaccepted: tuple[str, ...]
    directory: str
    lapsed: tuple[str, ...] = ()
    """Corrections by hand over figures that no feed says any more; they are not applied."""


ALL: Final = "all"
"""What accepts every change."""


def refresh(
    home: str,
    now: datetime,
    *,
    origin: str | None = None,
    accept: Collection[str] = (),
    dry_run: bool = False,
    client: httpx.Client | None = None,
    progress: Callable[[str], None] = lambda _: None,
    seconds: float = feeds.SECONDS,
    shipped: str = SHIPPED,
) -> Refreshed:
    """Read the feeds and install what they say, over the catalog in use; `now` is a UTC instant.

    `origin` is a mirror (`feeds.mirrored`). A price that moves by more than 50 %, a model or a tier that is gone need
    to be accepted, by provider/model or as `all`; else nothing is installed. A feed that fails is left as it was.

    Raises:
        BadCatalog: no feed could be read, or what was built breaks the rules.
        InvalidInput: the mirror is none, or another refresh is at work.
    """
    with ExitStack() as held:
        held.enter_context(install.alone(home))
        web = client or held.enter_context(feeds.client())
        texts, failed = _texts(home, now, origin, web, progress, seconds)
        progress("merging")
        in_use = installed.in_use(home, shipped)
        made = _over(in_use, texts, now)
        files = build.written(made)
        progress("checking")
        staged = install.stage(home, files)
        try:
            done = _settled(home, in_use, staged, now, accept, [*map(_read, texts), *failed], dry_run=dry_run)
            return replace(done, lapsed=tuple(made.lapsed))
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _settled(
    home: str, in_use: str, staged: Path, now: datetime, accept: Collection[str], read: Sequence[Read], *, dry_run: bool
) -> Refreshed:
    before, after = Catalog(in_use), Catalog(str(staged))
    changes = diff(before, after, now)
    left = () if ALL in accept else tuple(name for name in changes.alarming if name not in accept)
    status, directory = "installed", in_use
    if before.ref.version == after.ref.version:
        status = "unchanged"
    elif left:
        status = "refused"
    elif dry_run:
        status = "tried"
    else:
        directory = install.install(home, staged).directory
    return Refreshed(status, tuple(read), changes, left, directory)


def _texts(
    home: str, now: datetime, origin: str | None, web: httpx.Client, progress: Callable[[str], None], seconds: float
) -> tuple[list[feeds.Text], list[Read]]:
    """The feeds that could be read, now or earlier, and those that never could."""
    kept, found, failed = feeds.Kept(home), [], []
    today = f"{now:%Y-%m-%d}"
    for feed in feeds.mirrored(feeds.feeds(), origin):
        progress(f"reading {feed.name}")
        try:
            found.append(feeds.fetch(feed, kept, today, web, partial(_check, feed.name, today), seconds))
        except BadCatalog as error:
            failed.append(Read(feed.name, "failed", 0, "", str(error)))
    if all(text.how == "kept" for text in found):
        problems = [*(text.problem for text in found), *(each.problem for each in failed)]
        raise BadCatalog(f"no feed could be read, the catalog stays as it is: {'; '.join(problems)}")
    return found, failed


def _check(name: str, today: str, text: str) -> None:
    """Refuse a text that its reader cannot read, or in which there is nothing.

    Raises:
        BadCatalog: it says which feed and what.
    """
    try:
        records = build.READERS[name](text, Origin(f"{name} feed", today))
        good = sum(bool(record.sets or record.context_window) for record in records)
        wrong = next((said for record in records for said in _impossible(record)), None)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, DecimalException, RecursionError) as error:
        raise BadCatalog(f"it does not have the feed's form: {type(error).__name__}: {str(error)[:200]}") from error
    if wrong:
        raise BadCatalog(f"it says what no price can be: {wrong}")
    if not good:
        raise BadCatalog(f"it lists {len(records)} models and nothing of any")


def _impossible(record: Record) -> Iterator[str]:
    """The prices of a record that are negative, no number, or beyond any price, in words."""
    for one in record.sets:
        for bucket, rate in one.rates.items():
            if not (rate.is_finite() and 0 <= rate <= DEAREST):
                yield f"{record.provider}/{record.model} {bucket} {rate:.6g}"


def _read(text: feeds.Text) -> Read:
    return Read(text.name, text.how, text.bytes, text.observed, text.problem)


def _over(in_use: str, texts: Sequence[feeds.Text], now: datetime) -> build.Draft:
    """What the feeds say, over what the catalog in use says."""
    old = opened(in_use)
    new, _ = build.draft({text.name: text.text for text in texts}, texts)
    fresh = {text.name for text in texts if text.how != "kept"}
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return append(old, replace(new, observed=max(new.observed, old.observed)), at, fresh)


def opened(directory: str) -> build.Draft:
    """A catalog's files as a draft.

    Raises:
        BadCatalog: they cannot be read.
    """
    catalog = Catalog(directory)
    index = json.loads(Path(directory, "index.json").read_text(encoding="utf-8"))
    rows = index["providers"]
    own = naming.load()
    return build.Draft(
        {name: catalog.entries(name) for name in rows},
        index["observed"],
        index["sources"],
        index["calendars"],
        {name: row["name"] for name, row in rows.items() if row["name"] != own.display(name, {})},
        {name: row["prefixes"] for name, row in rows.items()},
        catalog.conflicts(),
    )
