"""Evidence that another tokenizer is tiktoken's equal: its whole vocabulary, and counts of texts that trip tokenizers.

What tiktoken 0.14.0 says is on record, so that nobody loads tiktoken to use something quicker; a test holds the record
to tiktoken itself. Building and counting take some 30 ms.
"""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DISPUTED: Final = re.compile(
    "[\u088f\u0c5c\u0cdc\u1acf-\u1add\u1ae0-\u1aeb\ua7ce-\ua7cf\ua7d2\ua7d4\ua7f1"
    "\U00010940-\U00018df2\U0001e6c0-\U0001e6ff\U0002b73a-\U00033479]"
)
"""Letters, marks and digits that are new in Unicode 17: toktok-rs 0.3 knows them, tiktoken 0.14 does not, and the text
around them splits otherwise. Beyond the first plane whole blocks are named: few ranges are quick to search."""

VOCABULARY: Final = {
    "o200k_base": "440741350e7cfa1c0f4869ce742d1b043550adbda5187adcac9e787edac6fba9",
    "cl100k_base": "18288f996f452d44e0e65996176591a4b712a3eb1b42afd6f0511e735c099480",
}
"""`digest` of the tokens in the order of their ranks."""

COUNTS: Final[dict[str, tuple[int, ...]]] = {
    "o200k_base": (0, 1, 5, 10, 29, 20, 30, 27, 28, 26, 560, 19, 913, 6125, 910, 3953, 139868),
    "cl100k_base": (0, 1, 5, 10, 30, 21, 34, 30, 65, 41, 560, 20, 820, 6125, 1402, 3954, 145609),
}
"""Tokens of each of `texts()`."""

_SWEPT: Final = ((0x80, 0x3400), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xF900, 0x10900), (0x1E700, 0x20000))
"""Where letters, marks and digits of small scripts lie, the places in which a newer Unicode adds some."""


def texts() -> tuple[str, ...]:
    """The texts that are counted."""
    return (
        "",
        " ",
        "   leading and trailing   ",
        "tabs\tand\r\nline\n\n\nends\r \n\t\n x\r",
        "<|endoftext|><|im_start|>system<|fim_prefix|><|endofprompt|><|start|>",
        "I'll DON'T we'Ve 'S it\u2019s they'RE x'Mr 'llama o'D",
        "1234567890 3.14159 1,000,000 0x1F 12\u0660\u0661\u0662\u0663 \u00bd\u2167",
        "na\u00efve cafe\u0301 e\u0301\u0302 \ufb01 \u01c5 \u0130stanbul \u00df HTTPServer camelCase \u02b0x X\u02b0Y",
        "Привет, мир! 中文字符\uff0c日本語テキスト。한국어 العربية हिन्दी ไทย ქართული አማርኛ",
        "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 \U0001f600\U0001f601 1\ufe0f\u20e3",
        "def f(x):\n    return {'a': [1, 2, 3]}  # comment\n\n\n// end\n/* x */\r\n" * 20,
        "\x00\x01\x1c\x1d\x1e\x1f\x7f\x85\u200b\u2028\u2029\u3000\ufeff\xa0 \x0b\x0c",
        " " * 3000 + "x" + "\n" * 3000 + "\t \r\n" * 700,
        "a" * 5000 + "Ab" * 2000 + "Z" * 3000 + "\u0301" * 2000,
        "!" * 700 + "/" * 700 + "\r\n/" + "?!" * 900 + "'s" * 400,
        "QUJD" * 900 + "".join(chr(97 + at * at * 7919 % 26) for at in range(4000)),
        "'s\n".join(DISPUTED.sub("", "".join(map(chr, chain.from_iterable(range(*each) for each in _SWEPT))))),
    )


def digest(tokens: Sequence[bytes]) -> str:
    """A name of a vocabulary: sha256 of every token's length, then of every token."""
    return sha256(bytes(map(len, tokens)) + b"".join(tokens)).hexdigest()


def difference(encoding: str, vocabulary: Sequence[bytes], count: Callable[[str], int]) -> str | None:
    """What differs from tiktoken in a tokenizer's vocabulary or counts; None if it is as good as proved equal."""
    if digest(vocabulary) != VOCABULARY[encoding]:
        return f"its vocabulary of {encoding} is another one"
    for text, expected in zip(texts(), COUNTS[encoding], strict=True):
        counted = count(text)
        if counted != expected:
            return f"it counts {counted} tokens of {encoding} where tiktoken counts {expected}: {text[:40]!r}"
    return None
