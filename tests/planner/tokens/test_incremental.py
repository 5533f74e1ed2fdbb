"""A text that is edited is counted block by block, and always as it would be counted whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.tokens import encodings, engine, incremental
from planner.tokens.incremental import Lines, Span
from pricing.errors import InvalidInput, NotCountable

SHIPPED = pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base", "r50k_base"])
PIECES = (
    *("\n", "\r\n", "\r", " ", "   ", "\t", "\x0b", "\x85", "\u2028", "\x1c"),
    *("/", "//", "!", "{", "'s", "'", "7", "word"),
    *("É", "\u0301", "中", "\n\n", "\n/", "\n  x", "!\n", " \n \n"),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@pytest.fixture(scope="module", autouse=True)
def _tiny_blocks():
    """Blocks end at the first sure cut after three characters, so that short texts have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incremental, "BLOCK", 3)
        yield


def lines_of(text):
    """The lines of a text, each with its line end."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + parts[-1:] * bool(parts[-1])


@SHIPPED
@given(texts=st.lists(TEXT, max_size=6))
@settings(max_examples=150)
def test_a_growing_text_is_counted_exactly(encoding, texts):
    """After each addition the sum of the blocks is the count of the whole text, with nothing unsure."""
    length, grown = engine.lengths(encoding), Lines(engine.lengths(encoding), encoding)
    for end, text in enumerate(texts, 1):
        grown.append(text)
        whole = "".join(texts[:end])
        assert (grown.text, len(grown)) == (whole, len(lines_of(whole)))
        assert grown.count() == Span(length(whole))
        assert grown.exact() == length(whole)


@SHIPPED
@given(text=TEXT, data=st.data())
@settings(max_examples=150)
def test_edits_and_slices_are_counted_exactly(encoding, text, data):
    """Any run of lines may be replaced and any slice asked for: text and tokens are those of a naive list of lines."""
    length, edited = engine.lengths(encoding), Lines(engine.lengths(encoding), encoding, text)
    for _ in range(3):
        lines = lines_of(text)
        start = data.draw(st.integers(0, len(lines)))
        stop = data.draw(st.integers(start, len(lines)))
        assert edited.slice(start, stop) == Span(length("".join(lines[start:stop])))
        fresh = data.draw(TEXT)
        edited.replace(start, stop, fresh)
        text = "".join([*lines[:start], fresh, *lines[stop:]])
        assert (edited.text, edited.count()) == (text, Span(length(text)))


def test_few_characters_are_counted_again():
    """An edit counts the blocks around it, not the text: ten lines are replaced in ten thousand."""
    counted = []

    def length(text):
        counted.append(len(text))
        return engine.lengths("o200k_base")(text)

    text = "".join(f"line {at} of a long file\n    indented {at}\n" for at in range(5000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incremental, "BLOCK", 4096)
        edited = Lines(length, "o200k_base", text)
        counted.clear()
        edited.replace(4000, 4010, "one\ntwo\n")
        assert edited.slice(100, 9000).off_by == 0
        assert sum(counted) < 6 * 4200
    assert edited.count().tokens == edited.exact()


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_indented_lines_are_sure_cuts(encoding):
    """Code and JSON, where most lines are indented, are cut at each of them."""
    text = '[{\n\n  "a": [\n    1,\n    2\n  ]\n}]\n\n'
    assert len(Lines(engine.lengths(encoding), encoding, text)._blocks) == 6


@given(text=TEXT)
def test_another_encoding_says_how_far_it_may_be_off(text):
    """For a tokenizer that is not shipped the sum is right within one a cut, and `exact` counts it whole."""
    length = engine.lengths("o200k_base")
    lines = Lines(length, "someone's", text)
    found = lines.count()
    assert found.off_by == max(0, len(lines._blocks) - 1)
    assert abs(found.tokens - length(text)) <= found.off_by
    assert lines.exact() == length(text)


@pytest.mark.parametrize(("start", "stop"), [(-1, 1), (2, 1), (0, 4), (4, 4)])
def test_lines_that_are_not_there_are_refused(start, stop):
    """The error names the lines and how many there are."""
    lines = Lines(len, "o200k_base", "one\ntwo\nthree")
    with pytest.raises(InvalidInput, match=f"lines {start} to {stop} are not there; the text has 3"):
        lines.slice(start, stop)
    with pytest.raises(InvalidInput, match="the text has 3"):
        lines.replace(start, stop, "x")


def test_a_text_that_cannot_be_counted_changes_nothing():
    """An error of the tokenizer passes through, and the text stays as it was."""
    lines = Lines(encodings.lengths("r50k_base"), "r50k_base", "one\ntwo\n")
    with pytest.raises(NotCountable):
        lines.append("x" * 70_000)
    assert (lines.text, len(lines), lines.count()) == ("one\ntwo\n", 2, Span(4))
