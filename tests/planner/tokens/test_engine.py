"""The fast engine counts only where it is proved equal to tiktoken; else tiktoken counts, and the log says why."""

import logging
import random
import re
import subprocess
import sys
from importlib.metadata import version
from types import ModuleType

import pytest
import tiktoken
import toktok
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.tokens import Counter, encodings, engine, guard, proof
from pricing.errors import NotCountable


class PanicException(BaseException):
    """As Rust raises it: no `Exception`."""


def panic(_text):
    raise PanicException("gave up")


FAST = pytest.mark.parametrize("name", engine.FAST)


def reference(name, text):
    """Tiktoken's count of a text, surrogates mended."""
    return len(encodings.encoding(name).encode_ordinary(text))


def chosen(monkeypatch, module):
    """The engine of o200k_base where `import toktok` gives this module."""
    monkeypatch.setitem(sys.modules, "toktok", module)
    return engine.engine.__wrapped__("o200k_base")


def stand_in(**changes):
    """A module toktok whose tokenizer of o200k_base is changed."""
    real = toktok._encoding("o200k_base")

    class Tokenizer:
        count = staticmethod(changes.get("count", real.count))
        token_byte_values = staticmethod(changes.get("token_byte_values", real.token_byte_values))

    module = ModuleType("toktok")
    module.__version__ = "9.9"
    module._encoding = lambda _name: Tokenizer()
    return module


@FAST
def test_the_record_is_tiktokens(name):
    """The counts and vocabularies that the proof holds an engine to are those of tiktoken."""
    assert tuple(reference(name, text) for text in proof.texts()) == proof.COUNTS[name]
    ranks = encodings.encoding(name)._mergeable_ranks
    assert proof.digest(sorted(ranks, key=ranks.__getitem__)) == proof.VOCABULARY[name]


@FAST
def test_the_installed_fast_engine_passes(name):
    """The release that is pinned is proved, used, and named with its version."""
    assert engine.engine(name).name == f"toktok {version('toktok-rs')}"
    assert engine.lengths(name) is engine.engine(name).length


@pytest.mark.parametrize("name", ["r50k_base", "p50k_base"])
def test_what_the_fast_engine_lacks_is_tiktokens(name):
    """Encodings of older models are counted by tiktoken, which is named with its version."""
    assert engine.engine(name).name == f"tiktoken {version('tiktoken')}"


def test_harmony_shares_the_engine_of_o200k():
    """One vocabulary is loaded for both, and an unknown encoding is still an error."""
    assert engine.engine("o200k_harmony") is engine.engine("o200k_base")
    with pytest.raises(NotCountable, match="'o300k_base'"):
        engine.engine("o300k_base")


PIECES = (
    *"aZ1 \n\t!/_$'é中ー한😀\u0301\u200d\ufe0f\u3000\xa0\u2028\x85\x1cǅßİʰ\x00\ud800\udc00\u088f\U0001e6c0",
    *(
        "  ",
        "\r\n",
        "'s",
        "'LL",
        "12",
        "//",
        "<|endoftext|>",
        "ไทย",
        "हि",
        "the",
        "ing",
        " tokens",
        "\ud83d\ude00",
        "👩‍👩‍👧",
    ),
)


@FAST
@settings(deadline=None, max_examples=400)
@given(text=st.one_of(st.text(st.characters(codec=None)), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_counts_as_in_tiktoken(name, text):
    """Any string at all, surrogates, special tokens and letters newer than tiktoken included, counts alike."""
    assert engine.lengths(name)(text) == reference(name, text)


@FAST
def test_every_character_counts_as_in_tiktoken(name):
    """Each character of Unicode's filled planes is split from its neighbours alike: letters, marks, digits, symbols."""
    length = engine.lengths(name)
    for first in (*range(0, 0x34000, 128), 0xE0000, 0xE0080, 0xE0100, 0xE0180):
        codes = [code for code in range(first, first + 128) if not 0xD800 <= code < 0xE000]
        text = "\nx\n".join(f"{chr(code)}'s{chr(code)}\n//" for code in codes)
        assert length(text) == reference(name, text), hex(first)


HOSTILE = {
    "spaces": " " * 1_000_000,
    "one letter": "a" * 1_000_000,
    "random letters": "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=1_000_000)),
    "base64": "".join(random.Random(2).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij0123456789+/", k=1_000_000)),
    "line ends": "\r\n" * 500_000,
    "marks": "!?" * 500_000,
    "lone surrogates": "\ud800" * 300_000,
    "special tokens": "<|endoftext|>" * 70_000,
    "emoji sequences": "👩‍👩‍👧🏳️‍🌈" * 100_000,
    "ideographs": "漢字" * 200_000,
}
UNBROKEN = {"spaces": 7813, "one letter": 125_000, "line ends": 125_000, "marks": 250_002, "ideographs": 400_000}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_megabyte_without_a_break_is_counted(kind):
    """With the fast engine no run is too long: as many tokens as its halves have but for the cut, and as tiktoken."""
    text, count = HOSTILE[kind], Counter().tokens
    whole, cut = count(text, "o200k_base"), len(text) // 2
    assert abs(whole - count(text[:cut], "o200k_base") - count(text[cut:], "o200k_base")) <= 2
    assert whole == UNBROKEN.get(kind, whole)
    assert count(text[: guard.MAX_RUN], "o200k_base") == reference("o200k_base", text[: guard.MAX_RUN])


def test_letters_newer_than_tiktoken_are_counted_by_tiktoken():
    """Where toktok's Unicode is newer the text goes to tiktoken, with its limit on runs."""
    text = "\u088f\n//"
    assert toktok._encoding("o200k_base").count(text) == reference("o200k_base", text) + 1
    assert engine.lengths("o200k_base")(text) == reference("o200k_base", text)
    with pytest.raises(NotCountable, match="a run of over 65536"):
        engine.lengths("o200k_base")("\u088f" * 70_000)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"count": lambda text: reference("o200k_base", text) + (text == " ")},
            "counts 2 tokens .*tiktoken counts 1: ' '",
        ),
        ({"token_byte_values": lambda: [b"a"]}, "its vocabulary of o200k_base is another one"),
        ({"count": lambda text: text.no_such}, "AttributeError"),
        (
            {"count": lambda _: (_ for _ in ()).throw(type("PanicException", (BaseException,), {})("gave up"))},
            "gave up",
        ),
    ],
    ids=["another count", "another vocabulary", "an error", "a panic"],
)
def test_an_engine_that_differs_is_not_used(monkeypatch, caplog, changes, said):
    """One wrong count, token or exception in the proof, and tiktoken counts; the log names engine and difference."""
    with caplog.at_level(logging.WARNING, "tokenplan"):
        assert chosen(monkeypatch, stand_in(**changes)).name == f"tiktoken {tiktoken.__version__}"
    assert "toktok 9.9 is not used" in caplog.text
    assert re.search(said, caplog.text)


def test_another_package_of_that_name_is_not_used(monkeypatch, caplog):
    """PyPI's own `toktok` is a word splitter: it is named on the log, and tiktoken counts."""
    assert chosen(monkeypatch, ModuleType("toktok")).name.startswith("tiktoken")
    assert "toktok of another project is not used" in caplog.text


def test_without_the_extra_tiktoken_counts_in_silence(monkeypatch, caplog):
    """The fast engine is optional: without it nothing is said."""
    assert chosen(monkeypatch, None).name.startswith("tiktoken")
    assert caplog.text == ""


def test_an_interrupt_during_the_proof_goes_on_its_way(monkeypatch):
    """Only a panic is taken for a failed proof."""

    def count(_text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chosen(monkeypatch, stand_in(count=count))


@pytest.mark.parametrize("raised", [KeyboardInterrupt, PanicException])
def test_a_panic_on_one_text_leaves_it_to_tiktoken(monkeypatch, raised):
    """A text on which the fast engine gives up is counted by tiktoken; an interrupt is not swallowed."""
    real = toktok._encoding("o200k_base").count

    def count(text):
        if text == "boom":
            raise raised
        return real(text)

    length = chosen(monkeypatch, stand_in(count=count)).length
    if raised is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            length("boom")
    else:
        assert length("boom") == reference("o200k_base", "boom")


def test_counting_with_the_fast_engine_loads_no_tiktoken():
    """A process that counts ordinary text pays for one engine, not for two."""
    code = "import sys, planner.tokens.engine as e; print(e.lengths('o200k_base')('hi'), 'tiktoken' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("1 False\n", "")
