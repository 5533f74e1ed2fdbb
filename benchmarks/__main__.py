"""`python -m benchmarks [ROW...]`: measure the rows and print the table; `--write` also puts it in docs/."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.harness import Result, Row, Size, Unavailable, line, machine, measure, table
from benchmarks.rows import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DOCS = peers.ROOT / "docs" / "benchmarks.md"
INTRO = """# Benchmarks

Written by `python -m benchmarks --write` (`make bench` prints the same). Every figure is a ratio of CPU times, ours to
the other's, taken in turns on one machine in one run. Both sides' answers are checked first: equal money; tokens equal
to tiktoken's, LiteLLM's within 1 % because it cuts long texts into pieces. Servers are real processes on real ports
with one worker, asked over one kept connection. Lower is better.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named rows, or all; returns 2 where a name is unknown."""
    known = {row.name: row for row in rows()}
    asked = _arguments(list(known)).parse_args(argv)
    unknown = [name for name in asked.rows if name not in known]
    if unknown:
        print(f"unknown row {unknown[0]!r}; rows: {', '.join(known)}", file=sys.stderr)
        return 2
    size = Size(0.02, 1, 1) if asked.quick else Size()
    results = run([known[name] for name in asked.rows or known], size)
    text = f"{machine(peers.versions())}\n\n{table(results)}"
    print(f"\n{text}")
    if asked.write:
        DOCS.write_text(f"{INTRO}\n{text}\n")
    return 0


def run(chosen: Iterable[Row], size: Size) -> list[Result]:
    """Measure rows one after another, saying each as it is done; rows without their peers say why they were not run."""
    chosen = list(chosen)
    missing = _missing(chosen)
    results = []
    for row in chosen:
        result = Result(row, not_run=missing) if missing and row.peer_packages else measure(row, size)
        print(line(result), file=sys.stderr, flush=True)
        results.append(result)
    return results


def _missing(chosen: Iterable[Row]) -> str:
    """Why the peers' environment is not there; empty when it is, or is not needed."""
    if any(row.peer_packages for row in chosen):
        try:
            peers.prepare()
        except Unavailable as error:
            return str(error)
    return ""


def _arguments(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one or more of: {', '.join(names)}; all if none")
    parser.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md too")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it works, says nothing of speed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
