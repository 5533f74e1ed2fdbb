"""Kinds of text are told well enough that the right ratio is used, in linear time on a bounded sample."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.tokens import kinds

HELDOUT = Path(__file__).parent / "heldout"
EXPECTED = {
    "english": "english",
    "report": "english",
    "french": "latin",
    "german": "latin",
    "spanish": "latin",
    "russian": "cyrillic",
    "chinese": "chinese",
    "japanese": "japanese",
    "korean": "script",
    "python": "code",
    "typescript": "code",
    "json": "json",
    "json_compact": "json",
    "csv": "csv",
    "base64": "base64",
}


def heldout(name):
    """A text of the held-out set."""
    return (HELDOUT / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "kind"), EXPECTED.items())
def test_kinds_are_told(name, kind):
    """Each held-out text is told to be what it is."""
    found = kinds.shares(heldout(name))
    assert next(iter(found)) == kind
    assert found[kind] > 0.9


def test_mixtures_have_shares():
    """Half English and half Chinese by tokens comes out as about half and half."""
    found = kinds.shares(heldout("mixed"))
    assert set(found) == {"english", "chinese"}
    assert 0.4 < found["chinese"] < 0.6


def test_long_text_is_sampled_from_end_to_end():
    """Of a text of megabytes, evenly spread slices are looked at: code after prose is not missed."""
    found = kinds.shares(heldout("english") * 300 + heldout("python") * 300)
    assert found["english"] == pytest.approx(0.5, abs=0.2)
    assert found["code"] == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "....!!!!", "\ud800", "4f2a9c" * 50, "12 34 56 78"])
def test_what_fits_nothing_is_other(text):
    """Text that fits no kind, and no text at all, is `other`, which has the widest bounds."""
    assert kinds.shares(text) == {"other": 1.0}


def test_base64_without_line_ends_is_base64():
    """One long line of base64 is base64 too."""
    raw = b"".join(hashlib.sha256(bytes([at])).digest() for at in range(99))
    assert kinds.shares(base64.b64encode(raw).decode()) == {"base64": 1.0}


@given(st.text(st.characters(codec=None)))
def test_shares_add_up(text):
    """Shares of any text are of known kinds, positive, add up to one and stand in falling order."""
    found = kinds.shares(text)
    assert set(found) <= set(kinds.KINDS)
    assert all(share > 0 for share in found.values())
    assert sum(found.values()) == pytest.approx(1)
    assert list(found.values()) == sorted(found.values(), reverse=True)
