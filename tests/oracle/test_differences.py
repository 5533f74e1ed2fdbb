"""Every disagreement with a peer is on record, and nothing on record is out of date."""

from __future__ import annotations

import os
from functools import cache

import pytest

from pricing import Catalog
from pricing.catalog import SHIPPED
from tests.oracle.asking import Answer, covers, recorded, run

pytestmark = pytest.mark.oracle
PEERS = ("genai-prices", "litellm")


@cache
def answers(peer: str) -> list[Answer]:
    """One run of a peer for all tests."""
    return run(peer, Catalog(os.environ.get("TOKENPLAN_CATALOG") or SHIPPED))


@pytest.mark.parametrize("peer", PEERS)
def test_every_disagreement_is_recorded(peer: str) -> None:
    """A price that differs from a peer's has exactly one entry, with a verdict, a reason and evidence."""
    entries = recorded()
    loose = [a for a in answers(peer) if a.compared and not a.agrees and sum(covers(e, a) for e in entries) != 1]
    assert not loose, "\n".join(f"{a.pair} ours {a.ours} theirs {a.theirs} {a.said}" for a in loose[:20])


def test_no_entry_is_stale() -> None:
    """Every entry on record still occurs."""
    differing = [a for peer in PEERS for a in answers(peer) if a.compared and not a.agrees]
    stale = [entry for entry in recorded() if not any(covers(entry, a) for a in differing)]
    assert not stale


def test_few_verdicts_are_open() -> None:
    """Every entry has a known verdict, and the evidence decides for 49 in 50 of the pairs that differ."""
    entries = recorded()
    assert {entry["verdict"] for entry in entries} <= {"ours", "theirs", "both", "unknown"}
    differing = [a for peer in PEERS for a in answers(peer) if a.compared and not a.agrees]
    open_ = [a for a in differing if any(e["verdict"] == "unknown" and covers(e, a) for e in entries)]
    assert len(open_) <= len(differing) // 50


def test_at_least_5000_pairs_are_compared() -> None:
    """The suite is as large as promised, and no provider is more than an eighth of it."""
    compared = [a.pair.provider for peer in PEERS for a in answers(peer) if a.compared]
    assert len(compared) >= 5000
    assert max(map(compared.count, set(compared))) <= len(compared) // 8
