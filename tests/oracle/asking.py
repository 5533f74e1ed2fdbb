"""Asks a peer and our own catalog the same questions and says where they differ."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pricing import Catalog, Usage, cost
from pricing.errors import TokenplanError
from tests.oracle.pairs import PEERS, Pair, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE: Final = Path(__file__).parent
NEAR: Final = Decimal("1e-6")
"""Relative; LiteLLM computes in binary floating point."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What both said to one question: USD, or why there is none."""

    pair: Pair
    ours: Decimal | None
    theirs: Decimal | None
    said: str = ""

    @property
    def compared(self) -> bool:
        """Whether the peer gives a price, and we list the model."""
        return self.theirs is not None and self.said != "unlisted"

    @property
    def agrees(self) -> bool:
        """Whether both prices are the same."""
        if self.ours is None or self.theirs is None:
            return False
        return abs(self.ours - self.theirs) <= NEAR * max(self.ours, self.theirs)


def run(peer: str, catalog: Catalog) -> list[Answer]:
    """Every question of one peer with both answers."""
    asked = pairs(peer)
    return [_answer(pair, theirs, catalog) for pair, theirs in zip(asked, _peer(peer, asked), strict=True)]


def _peer(peer: str, asked: Sequence[Pair]) -> list[dict[str, str]]:
    rows = [asdict(pair) | {"at": pair.at.isoformat()} for pair in asked]
    done = subprocess.run(
        [str(PEERS / "bin" / "python"), str(HERE / "worker.py")],
        input=json.dumps({"peer": peer, "rows": rows}),
        capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"},
    )  # fmt: skip
    answers: list[dict[str, str]] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return answers


def _answer(pair: Pair, theirs: Mapping[str, str], catalog: Catalog) -> Answer:
    usd = Decimal(theirs["usd"]) if "usd" in theirs else None
    try:
        resolved = catalog.resolve(pair.model, pair.provider)
    except TokenplanError:
        return Answer(pair, None, usd, "unlisted")
    try:
        priced = cost(Usage(**pair.usage), resolved, at=pair.at, service_tier=pair.tier, region=pair.region)
    except TokenplanError as error:
        return Answer(pair, None, usd, str(error))
    return Answer(pair, priced.total_usd, usd)


def recorded() -> list[dict[str, Any]]:
    """The entries of differences.toml."""
    return list(tomllib.loads((HERE / "differences.toml").read_text("utf-8"))["difference"])


def covers(entry: Mapping[str, Any], answer: Answer) -> bool:
    """Whether an entry is about this disagreement."""
    pair = answer.pair
    return (
        entry["peer"] == pair.peer
        and entry["provider"] == pair.provider
        and re.fullmatch(entry["models"], pair.model) is not None
        and re.fullmatch(entry["dimensions"], pair.dimension) is not None
    )
