"""Documents cut by a counter: nothing over, nothing lost, whatever the text; figures of small ones worked by hand."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planner.chunks import planned
from planner.splitting import LANGUAGES, Limits, ModelSizer, Span, split
from planner.tokens import Count, Counter
from pricing import InvalidInput

EXACT = ModelSizer(Counter(), "gpt-5-mini", "openai", None)
ROUGH = ModelSizer(Counter(), "claude-haiku-4-5", "anthropic", None)
PROSE = "Returns are free. Keep the receipt, e.g. in a drawer! Does it flicker? We send another.\n\n"


@dataclass(frozen=True)
class Words:
    """A token a word: blanks belong to the word behind them."""

    per: int = 1

    def pieces(self, texts):
        return [len(text.split()) for text in texts]

    def counts(self, texts):
        return [Count(n, n, n, "exact", None, ()) for n in (self.per * len(text.split()) for text in texts)]

    def size(self, count):
        return count.high


def fresh(text, cut):
    return [text[span.fresh : span.end] for span, _ in cut]


TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(
            [PROSE, "a" * 90, "\n\n", "- point\n", "🧠👩‍👩‍👧", "日本語。漢字。", "\r\n", "x = 1\n", " " * 30]
        )
    ).map("".join),
)


@pytest.mark.parametrize("sizer", [EXACT, ROUGH], ids=["exact", "estimated"])
@pytest.mark.parametrize("by", ["sentences", "tokens"])
@given(text=TEXTS, limit=st.integers(24, 80), overlap=st.integers(0, 20))
@example(text=PROSE * 30, limit=40, overlap=0)
@example(text="A" * 3000, limit=24, overlap=8)
@example(text="\uaa20 0\U00010000", limit=24, overlap=16)  # a character whose bound is the limit
@example(text="⛀\n\U00010000日\n", limit=24, overlap=15)
def test_no_chunk_is_over_and_nothing_is_lost(sizer, by, text, limit, overlap):
    """Whatever the text: every chunk is within the limit at its high bound, and the fresh parts are the document."""
    cut = split(text, by, Limits(limit, overlap), sizer)
    assert all(sizer.size(count) <= limit for _, count in cut)
    assert "".join(fresh(text, cut)) == text
    assert [count for _, count in cut] == list(sizer.counts([text[span.start : span.end] for span, _ in cut]))
    for (before, _), (after, _) in pairwise(cut):
        assert after.fresh == before.end
        assert before.start <= after.start <= after.fresh < after.end


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_structure_is_cut_within_the_limit_and_without_loss(language):
    """Markdown and every language: within the limit, nothing lost, also with an overlap."""
    text = "# Head\n\nSome prose here.\n\n```\ncode()\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" * 12
    for overlap in (0, 8):
        cut = split(text, "code" if language else "markdown", Limits(30, overlap), EXACT, language)
        assert max(count.high for _, count in cut) <= 30
        assert "".join(fresh(text, cut)) == text


def test_markdown_is_cut_before_headings():
    """Two sections of 15 words each under a limit of 20 make two chunks, each with its own heading."""
    section = "# Head\n\n" + "word " * 12 + "\n\n"
    cut = split(section * 2, "markdown", Limits(20), Words())
    assert fresh(section * 2, cut) == [section, section]


def test_functions_stay_whole():
    """Two functions of 7 words under a limit of 10 make two chunks."""
    function = "def double(number):\n    result = number * 2\n    return result\n\n\n"
    cut = split(function * 2, "code", Limits(10), Words(), "python")
    assert [part.strip() for part in fresh(function * 2, cut)] == [function.strip()] * 2


def test_chunks_end_at_sentences_unless_one_is_too_long():
    """Sentences of 3, 3 and 6 words under 7: the first two together; under 4 the third is cut at words."""
    text = "One two three. Four five six. A b c d e f."
    assert fresh(text, split(text, "sentences", Limits(7), Words())) == [
        "One two three. Four five six.",
        " A b c d e f.",
    ]
    assert fresh(text, split(text, "sentences", Limits(4), Words())) == [
        "One two three.", " Four five six.", " A b c d", " e f.",
    ]  # fmt: skip


@given(words=st.integers(0, 300), limit=st.integers(2, 40), data=st.data())
def test_tokens_make_as_many_chunks_as_the_formula(words, limit, data):
    """A text of one token a word is cut into 1 + max(0, ceil((D - s) / (s - o))) chunks, none for no text."""
    overlap = data.draw(st.integers(0, limit - 1))
    cut = split(" ".join(["w"] * words), "tokens", Limits(limit, overlap), Words())
    assert len(cut) == planned(words, limit, overlap)
    assert sum(count.tokens for _, count in cut) == words + max(0, len(cut) - 1) * overlap


def test_a_counter_that_scales_is_met_too():
    """Where a text counts three for one of its pieces, chunks have a third of the words, and none is over."""
    text = "w " * 500
    cut = split(text, "tokens", Limits(30), Words(per=3))
    assert {count.tokens for _, count in cut[:-1]} == {30}
    assert "".join(fresh(text, cut)) == text


def test_without_lossless_white_space_at_the_ends_goes():
    """Chunks are stripped, blank ones drop out; what is left is each word once."""
    text = "  One two.\n\n \n\nThree four.  \n"
    cut = split(text, "sentences", Limits(2, 0, lossless=False), Words())
    assert [text[span.start : span.end] for span, _ in cut] == ["One two.", "Three four."]
    assert split(" \n ", "tokens", Limits(2, 0, lossless=False), Words()) == []


def test_an_overlap_repeats_the_end_of_the_chunk_before():
    """Four words a chunk, two of them repeated: the second begins at the third word."""
    text = "a b c d e f"
    assert [span for span, _ in split(text, "tokens", Limits(4, 2), Words())] == [Span(0, 0, 7), Span(3, 7, 11)]


def test_a_character_larger_than_the_limit_is_refused():
    """An emoji of three tokens cannot be cut to one: the error names limit, character and place."""
    with pytest.raises(InvalidInput, match=r"limit_tokens is 1; the character '🧠' at 2 alone") as caught:
        split("a 🧠", "tokens", Limits(1), EXACT)
    assert caught.value.problems[0].loc == ("limit_tokens",)


def test_a_missing_extra_is_named(monkeypatch):
    """Without the splitter or a grammar the error says what to install; sentences need neither."""
    monkeypatch.setitem(sys.modules, "tree_sitter_python", None)
    with pytest.raises(InvalidInput, match=r"cutting python needs an extra: pip install 'tokenplan\[chunks\]'"):
        split("x = 1", "code", Limits(9), Words(), "python")
    monkeypatch.setitem(sys.modules, "semantic_text_splitter", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[chunks\]'"):
        split("# x", "markdown", Limits(9), Words())
    assert len(split("One.", "sentences", Limits(9), Words())) == 1
