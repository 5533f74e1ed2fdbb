"""How often the bounds of an estimate hold: `python -m benchmarks.coverage FOLDER... [--tokenizers DIR]`.

Every text file of the folders is counted by ratios and by the family's own tokenizer, for each family whose tokenizer
is at hand. A line a family: the share of texts whose true count lies within the bounds, and the median error of the
estimate, over all texts and by main kind of text. The texts must be others than those the ratios were made from.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from planner.tokens import Counter, kinds, registry
from planner.tokens.tokenizers import Tokenizers, in_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.tokens.registry import Method


@dataclass(frozen=True, slots=True)
class Trial:
    """One text on one family: whether the bounds held, and how far the estimate was off."""

    family: str
    kind: str
    held: bool
    error: float


def trials(texts: Sequence[str], tokenizers: Tokenizers) -> Iterator[Trial]:
    """Every text on every family whose tokenizer is at hand."""
    base = registry.shipped()
    at_hand = tokenizers.registry(base)
    models = {method.family: name for name, method in at_hand.names.items() if method.at_hand and method.ratios}
    counter = Counter().once()
    for text in texts:
        kind = next(iter(kinds.shares(text)))
        for family, model in models.items():
            method: Method = at_hand.method(model).sized(len(text))
            if method.ratios is not None:
                continue
            true = tokenizers.lengths(method.encoding)(text)
            found = counter.count(text, model)
            yield Trial(family, kind, found.low <= true <= found.high, abs(found.tokens / true - 1))


def table(found: Sequence[Trial]) -> Iterator[str]:
    """A line a family: coverage and median error over all, then coverage by kind with the number of texts."""
    families: dict[str, list[Trial]] = defaultdict(list)
    for trial in found:
        families[trial.family].append(trial)
    for family, mine in families.items():
        by_kind = [
            f"{kind} {_share(own)} ({len(own)})"
            for kind in kinds.KINDS
            if (own := [trial for trial in mine if trial.kind == kind])
        ]
        error = 100 * median(trial.error for trial in mine)
        yield f"{family:22} {_share(mine)} within, median error {error:.1f} %: {', '.join(by_kind)}"
    yield f"{'all':22} {_share(found)} of {len(found)} counts within their bounds"


def _share(found: Sequence[Trial]) -> str:
    return f"{100 * sum(trial.held for trial in found) / len(found):.1f} %"


def main() -> None:
    """Read the folders, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--tokenizers", help="a folder of tokenizer files, as TOKENPLAN_TOKENIZERS")
    options = parser.parse_args()
    paths = sorted(path for folder in options.folders for path in folder.rglob("*") if path.is_file())
    texts = [text for path in paths if (text := path.read_text(encoding="utf-8", errors="replace")).strip()]
    files = in_folder(options.tokenizers) if options.tokenizers else {}
    for line in table(list(trials(texts, Tokenizers(files)))):
        print(line)


if __name__ == "__main__":
    main()
