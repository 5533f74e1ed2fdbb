"""What kind of text it is: tokenizers differ by kind, so one flat factor between two of them is off by tens of percent.

A few slices are looked at, however long the text. In each, letters of other scripts are told by their code points; what
is left (Latin) is one kind, told by its marks: base64 has no blanks, JSON has `":`, CSV has commas without blanks after
them, code has brackets and indents, prose has words; English is told from other languages by its commonest words. What
fits nothing is `other`. Kinds are weighted by the o200k tokens they make, not by characters: a Chinese character makes
three times the tokens of an English one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

SLICES: Final = 8
SLICE: Final = 2048
"""At most eight slices of 2,048 characters are looked at, evenly spread."""

KINDS: Final = (
    "english",
    "latin",
    "cyrillic",
    "chinese",
    "japanese",
    "code",
    "json",
    "csv",
    "base64",
    "script",
    "other",
)
"""Every kind; `latin` is prose in another language of Latin script, `script` in another; `other` fits nothing."""

_CHARACTERS_A_TOKEN: Final = {
    "english": 4.6,
    "latin": 4.0,
    "cyrillic": 3.6,
    "chinese": 1.35,
    "japanese": 1.3,
    "code": 4.0,
    "json": 3.0,
    "csv": 2.4,
    "base64": 1.4,
    "script": 2.2,
    "other": 2.5,
}
"""Characters that make one o200k token, roughly: only the weights of a mixture hang on them."""

_COMMON_ENGLISH: Final = frozenset(
    {"the", "of", "and", "to", "a", "in", "is", "that", "it", "for", "you", "was", "with", "on", "as", "are", "this"}
    | {"be", "have", "or", "by", "not", "at", "from", "i", "we", "can", "an", "if", "your"}
)


_NO_LETTERS: Final = bytes(byte for byte in range(128) if not chr(byte).isalpha())


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is counted in the Latin part of a slice; all but `length` as shares of its length."""

    length: int
    blank: float
    letter: float
    digit: float
    upper: float
    key: float
    comma: float
    tight_comma: float
    bracket: float
    line: float


def shares(text: str) -> dict[str, float]:
    """The share of each kind in a text's o200k tokens, largest first; they add up to 1. Empty text is all `other`."""
    weights: dict[str, float] = {}
    for piece in _slices(text):
        for kind, characters in _slice_kinds(piece).items():
            weights[kind] = weights.get(kind, 0.0) + characters / _CHARACTERS_A_TOKEN[kind]
    total = sum(weights.values())
    if not total:
        return {"other": 1.0}
    return {kind: weights[kind] / total for kind in sorted(weights, key=weights.__getitem__, reverse=True)}


def _slices(text: str) -> list[str]:
    """The whole text when short, else evenly spread slices, first and last characters included."""
    if len(text) <= SLICES * SLICE:
        return [text[at : at + SLICE] for at in range(0, len(text), SLICE)]
    step = (len(text) - SLICE) // (SLICES - 1)
    return [text[at * step : at * step + SLICE] for at in range(SLICES)]


def _slice_kinds(piece: str) -> dict[str, int]:
    """Characters of each kind in one slice: foreign scripts by code point, the rest as one Latin kind."""
    if piece.isascii():
        return {_latin_kind(piece, 0): len(piece)}
    found = {script: len(pattern.findall(piece)) for script, pattern in _scripts().items()}
    han, kana, accented = found.pop("han"), found.pop("kana"), found.pop("accented")
    found["japanese" if kana * 20 > han else "chinese"] = han + kana
    foreign = {kind: count for kind, count in found.items() if count}
    letters = len(piece.encode("ascii", "ignore").translate(None, _NO_LETTERS)) + accented
    rest = len(piece) - sum(foreign.values())
    if letters * 10 <= sum(foreign.values()):  # blanks, digits and punctuation belong to the foreign script itself
        main = max(foreign, key=foreign.__getitem__, default="other")
        return foreign | {main: foreign.get(main, 0) + rest}
    kind = _latin_kind(piece, accented)
    return foreign | {kind: foreign.get(kind, 0) + rest}


@cache
def _scripts() -> dict[str, re.Pattern[str]]:
    """Patterns of one character of each script; `script` is every letter that the rest leave out."""
    return {
        "cyrillic": re.compile("[\u0400-\u052f]"),
        "han": re.compile("[\u3001-\u3003\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff5e]"),
        "kana": re.compile("[\u3040-\u30ff\uff66-\uff9d]"),
        "accented": re.compile("[\u00c0-\u024f\u1e00-\u1eff]"),
        "script": re.compile(
            "[\u0250-\u03ff\u0530-\u1dff\u1f00-\u1fff\u2190-\u2fff\u3100-\u33ff\ua000-\ud7ff\ue000-\uf8ff"
            "\ufb00-\ufeff\U00010000-\U0010ffff]"
        ),
    }


def _marks(piece: str) -> _Marks:
    """Count the marks of the Latin part of a slice; bytes and `str.count` keep it in C."""
    raw = piece.encode("latin-1", "ignore")
    length = len(raw) or 1
    upper = _share(raw, bytes(range(65, 91)), length)
    lower = _share(raw, bytes((*range(97, 123), *range(0xC0, 0x100))), length)
    commas = raw.count(b",") + raw.count(b"\t") + raw.count(b";")
    loose = raw.count(b", ") + raw.count(b"; ") + raw.count(b";\n") + raw.count(b",\n") + raw.count(b"\n\t")
    return _Marks(
        length=length,
        blank=_share(raw, b" \t", length),
        letter=upper + lower,
        digit=_share(raw, b"0123456789", length),
        upper=upper,
        key=(raw.count(b'":') + raw.count(b'" :')) / length,
        comma=commas / length,
        tight_comma=(commas - loose) / length,
        bracket=_share(raw, b"(){}[]<>=;_", length),
        line=raw.count(b"\n") / length,
    )


def _share(raw: bytes, which: bytes, length: int) -> float:
    """The share of some bytes among all."""
    return (len(raw) - len(raw.translate(None, which))) / length


def _latin_kind(piece: str, accented: int) -> str:
    """The one kind of a slice's Latin part; the sharpest signs are looked at first."""
    marks = _marks(piece)
    if _is_base64(marks):
        return "base64"
    if marks.key > 0.006:  # noqa: PLR2004 - thresholds stand beside what they measure; a test holds each kind
        return "json"
    if marks.tight_comma > 0.03 and marks.tight_comma > 0.6 * marks.comma:  # noqa: PLR2004
        return "csv"
    if marks.bracket > 0.04:  # noqa: PLR2004
        return "code"
    if marks.letter + marks.blank > 0.75 and marks.letter > 0.5 and marks.blank > 0.08:  # noqa: PLR2004
        return _language(piece, accented)
    return "other"


def _is_base64(marks: _Marks) -> bool:
    """Letters of both cases and digits, hardly a blank, and hardly anything else."""
    solid = marks.blank < 0.01 and marks.letter + marks.digit > 0.9  # noqa: PLR2004
    return solid and marks.length >= 40 and 0.2 < marks.upper / (marks.letter or 1) < 0.8  # noqa: PLR2004


def _language(piece: str, accented: int) -> str:
    """English when enough of its commonest words are there, else another language of Latin script."""
    words = piece.lower().split()
    common = sum(word in _COMMON_ENGLISH for word in words)
    return "english" if common > 0.15 * len(words) and accented < 0.01 * len(piece) else "latin"
