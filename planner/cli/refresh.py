"""`tokenplan prices refresh`, `prices rollback` and `prices diff`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.cli.options import Command
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, bullets, grouped, money
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Mapping

    from planner.planner import Planner
    from pricing.sources.diff import Diff, Moved, Named
    from pricing.sources.refresh import Refreshed

_MOST: Final = 20
"""Rows of a list that a page shows; --json and --csv hold all of them."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Which catalog answers after a rollback, and where it lies."""

    version: str
    directory: str


def _declare_refresh(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="origin", metavar="DIR|FILE|URL",
        help="a mirror: a folder or base address with the feeds by name, or one of them [the public feeds]",
    )  # fmt: skip
    parser.add_argument(
        "--accept", nargs="?", const="all", metavar="NAMES",
        help="install although prices moved over 50 %% or are gone: all, or provider/model,...",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what would change, install nothing")


def _refresh(planner: Planner, options: Namespace) -> Output:
    from pricing import installed
    from pricing.sources.refresh import refresh

    _not_stated(options)
    names = [name.strip() for name in (options.accept or "").split(",") if name.strip()]
    answer = refresh(
        installed.home(),
        planner.clock(),
        origin=options.origin,
        accept=names,
        dry_run=options.dry_run,
        progress=_progress(),
    )
    return Output(
        answer,
        lambda: _refresh_page(answer),
        lambda: _rows(answer.changes),
        code=1 if answer.status == "refused" else 0,
        asides=[each.problem for each in answer.feeds if each.problem],
        error=_refusal(answer),
    )


def _not_stated(options: Namespace) -> None:
    """Refuse to refresh beside a catalog that the caller has chosen: it would not change what answers."""
    import os

    stated = options.catalog or os.environ.get("TOKENPLAN_CATALOG")
    if stated:
        raise InvalidInput(
            f"the catalog is stated ({stated}); without --catalog and TOKENPLAN_CATALOG a refresh is what answers"
        )


def _progress() -> Callable[[str], None]:
    """Says on a terminal what is being done, on one line that the result replaces."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda words: print(f"\r\033[K{words} ...", end="", file=sys.stderr, flush=True)


def _refusal(answer: Refreshed) -> str | None:
    if answer.status != "refused":
        return None
    first, *more = answer.unaccepted
    return (
        f"nothing is installed: {len(answer.unaccepted)} models moved by more than 50 % or lost a price. "
        f"Look at them, then --accept {first}{',...' if more else ''} or --accept all"
    )


def _refresh_page(answer: Refreshed) -> Iterable[Block]:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    rows = [(each.name, each.how, grouped(each.bytes) if each.bytes else "", each.observed) for each in answer.feeds]
    yield Table((Column("feed"), Column("text"), Column("bytes", right=True), Column("observed")), rows)
    yield bullets("problems", [each.problem for each in answer.feeds if each.problem])
    yield from _changes(answer.changes)
    said = {
        "installed": f"installed in {answer.directory}; `tokenplan prices rollback` goes back",
        "unchanged": "nothing is new; the catalog stays as it is",
        "tried": "a dry run: nothing is installed",
        "refused": "",
    }
    yield said[answer.status]
    if answer.lapsed:  # for whoever keeps the corrections: it changes no price
        yield f"corrections that no feed calls for any more: {len(answer.lapsed)}; --json names them"


def _changes(changes: Diff) -> Iterable[Block]:
    yield aligned((
        ("catalog", f"{changes.before} -> {changes.after}"),
        ("moved", f"{grouped(len(changes.moved))} prices"),
        ("appeared", f"{grouped(len(changes.appeared))} models"),
        ("vanished", f"{grouped(len(changes.vanished))} models"),
        ("emptied", f"{grouped(len(changes.emptied))} models lost a price"),
    ))  # fmt: skip
    columns = (
        Column("model"), Column("price", drop=1), Column("old USD", right=True), Column("new USD", right=True),
        Column("change", right=True), Column("where", drop=2),
    )  # fmt: skip
    if changes.moved:
        yield Table(columns, [_row(move) for move in changes.moved[:_MOST]])
    if len(changes.moved) > _MOST:
        yield f"and {len(changes.moved) - _MOST} smaller moves; --csv and --json hold all"
    for title, named in (("appeared", changes.appeared), ("vanished", changes.vanished), ("emptied", changes.emptied)):
        more = [f"and {len(named) - _MOST} more"] if len(named) > _MOST else []
        yield bullets(title, [*map(_named, named[:_MOST]), *more])


def _row(move: Moved) -> tuple[str, ...]:
    change = f"{(move.factor - 1) * 100:+.1f} %"
    where = ", ".join(move.conditions)
    return f"{move.provider}/{move.model}", move.bucket, money(move.old_usd), money(move.new_usd), change, where


def _named(each: Named) -> str:
    return f"{each.provider}/{each.model}" + (f": {', '.join(each.tiers)}" if each.tiers else "")


def _rows(changes: Diff) -> Rows:
    fields = ("change", "provider", "model", "bucket", "conditions", "old_usd", "new_usd", "factor")
    moved = [
        ("moved", each.provider, each.model, each.bucket, "; ".join(each.conditions), each.old_usd, each.new_usd,
         each.factor)
        for each in changes.moved
    ]  # fmt: skip
    others = [
        (word, each.provider, each.model, None, "; ".join(each.tiers), None, None, None)
        for word, named in (
            ("appeared", changes.appeared), ("vanished", changes.vanished), ("emptied", changes.emptied),
        )
        for each in named
    ]  # fmt: skip
    return Rows(fields, [*moved, *others])


def _declare_rollback(parser: ArgumentParser) -> None:
    del parser  # it takes nothing


def _rollback(planner: Planner, options: Namespace) -> Output:
    del planner
    from pricing import installed
    from pricing.catalog import Catalog
    from pricing.sources.install import alone, rollback

    _not_stated(options)
    home = installed.home()
    with alone(home):
        rollback(home)
    directory = installed.in_use(home)
    answer = RolledBack(Catalog(directory).ref.version, directory)
    return Output(answer, lambda: (f"catalog {answer.version} answers again, from {answer.directory}",))


def _declare_diff(parser: ArgumentParser) -> None:
    parser.add_argument(
        "other", nargs="?", metavar="OTHER",
        help="the catalog before: a directory, `shipped`, or `previous` [previous, else shipped]",
    )  # fmt: skip


def _diff(planner: Planner, options: Namespace) -> Output:
    from pricing.catalog import Catalog
    from pricing.sources.diff import diff

    answer = diff(Catalog(_other(options.other)), Catalog(planner.catalog.directory), planner.clock())
    return Output(answer, lambda: _changes(answer), lambda: _rows(answer))


def _other(stated: str | None) -> str:
    """The directory of the catalog to compare with."""
    from pricing import installed
    from pricing.catalog import SHIPPED

    now = installed.current(installed.home())
    previous = installed.directory(now.home, now.previous[0]) if now and now.previous else None
    if stated == "previous" and previous is None:
        raise InvalidInput("there is no previous refreshed catalog; compare with `shipped` or a directory")
    return {"shipped": SHIPPED, "previous": previous, None: previous or SHIPPED}.get(stated) or str(stated)


COMMANDS: Final[Mapping[str, Command]] = {
    "prices refresh": Command(
        "[options]",
        "Read the public price feeds and install what they say, over the catalog in use. Prices that move by more than "
        "50 %, models and prices that are gone must be accepted (exit code 1 until then); history is kept.",
        (
            "tokenplan prices refresh",
            "tokenplan prices refresh --dry-run",
            "tokenplan prices refresh --from https://mirror.example/feeds",
            "tokenplan prices refresh --accept openai/gpt-5-mini",
        ),
        _declare_refresh,
        _refresh,
        has_csv=True,
    ),
    "prices rollback": Command(
        "",
        "Go back to the catalog that answered before the last refresh; at the end of the line, to the shipped one.",
        ("tokenplan prices rollback",),
        _declare_rollback,
        _rollback,
    ),
    "prices diff": Command(
        "[OTHER] [options]",
        "What differs between another catalog and the one in use: prices that moved, models that came or went.",
        (
            "tokenplan prices diff",
            "tokenplan prices diff shipped",
            "tokenplan prices diff ./older-catalog --catalog ./newer-catalog --csv",
        ),
        _declare_diff,
        _diff,
        has_csv=True,
    ),
}
