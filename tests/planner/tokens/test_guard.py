"""No text stalls or crashes tiktoken: what is too long in size or in runs is refused before it is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.tokens import Counter, encodings, guard
from pricing.errors import InvalidInput, NotCountable, TooLarge

COUNTER = Counter(lengths=encodings.lengths)
RUN = guard.MAX_RUN


@pytest.mark.parametrize("unit", ["a", "7", "!", "é", "中", "😀", "\u0301", "\u200d", "\x1c"])
def test_run_without_blank_is_refused(unit):
    """65,536 characters without a blank are counted, one more is refused with its offset and length."""
    assert COUNTER.count(unit * RUN, "gpt-5-mini").tokens > 0
    with pytest.raises(
        NotCountable, match=r"text: a run of over 65536 characters without a space.*character 5 on"
    ) as told:
        COUNTER.count("four\n" + unit * (RUN + 1), "gpt-5-mini")
    assert told.value.problems[0].loc == ("text",)
    assert told.value.problems[0].input == {"offset": 5, "longest_run": RUN}


@pytest.mark.parametrize("unit", [" ", "\n", "\t", "\r\n", "\xa0", "\u3000", "\u2028", " \n\t"])
def test_run_of_blanks_is_refused(unit):
    """Blanks alone, which make tiktoken panic by the million, are refused from 65,537 on and counted before."""
    assert COUNTER.count((unit * RUN)[:RUN] + "x", "gpt-5-mini").tokens > 0
    with pytest.raises(NotCountable, match="run of over 65536 characters of nothing but white space"):
        COUNTER.count(unit * 1_000_000, "gpt-5-mini")


@given(st.lists(st.tuples(st.sampled_from("ab \n\u3000\x1c"), st.integers(1, RUN + 3)), min_size=1, max_size=6))
def test_run_check_finds_what_a_naive_scan_finds(pieces):
    """The jumping check refuses exactly the texts in which a scan character by character finds a long run."""
    text = "".join(char * times for char, times in pieces)
    longest, run, last = 0, 0, None
    for char in text:
        blank = char in " \n\u3000"
        run = run + 1 if blank is last else 1
        longest, last = max(longest, run), blank
    try:
        guard.check_runs(text)
    except NotCountable:
        assert longest > RUN
    else:
        assert longest <= RUN


@pytest.mark.parametrize(("text", "size"), [("ab cd", "5"), ("é é é", "8"), ("中 中", "7"), ("a\ud800b", "5")])
def test_size_counts_utf8_bytes(text, size):
    """The limit is on UTF-8 bytes, and holds to the byte."""
    assert Counter(max_bytes=int(size)).count(text, "gpt-4o").tokens > 0
    with pytest.raises(TooLarge, match=rf"text has (at least )?\d+ bytes; the limit is {int(size) - 1}") as told:
        Counter(max_bytes=int(size) - 1).count(text, "gpt-4o")
    assert told.value.problems[0].loc == ("text",)


def test_five_hundred_pages_pass():
    """A document of 500 pages (1.5 MB) is counted under the limit of 8 MB: 15 tokens a line."""
    page = "All the figures of the year stand in the appendix, region by region.\n"
    pages = page * (1_500_000 // len(page))
    assert COUNTER.count(pages, "gpt-5-mini").tokens == 15 * (1_500_000 // len(page))
    assert guard.MAX_BYTES == 8 * 1024 * 1024


@pytest.mark.parametrize("value", [None, 3, b"bytes", ["text"]])
def test_only_strings_are_text(value):
    """Anything but a string is refused by its type."""
    with pytest.raises(InvalidInput, match=f"text is {type(value).__name__}; it must be a string"):
        COUNTER.count(value, "gpt-5-mini")


def test_panic_becomes_an_error(monkeypatch):
    """Should the tokenizer panic all the same, its BaseException becomes an error of ours with the text's place."""

    class PanicException(BaseException):
        pass

    class Core:
        def encode_to_tiktoken_buffer(self, _text, _special):
            raise PanicException

    class Encoding:
        _core_bpe = Core()

    monkeypatch.setattr(encodings, "encoding", lambda _name: Encoding())
    broken = Counter(lengths=encodings.lengths.__wrapped__)
    with pytest.raises(NotCountable, match="gave up") as told:
        broken.count_many(["fine"], "gpt-5-mini")
    assert told.value.problems[0].loc == ("texts", 0)


def test_interrupt_is_not_swallowed(monkeypatch):
    """Only a panic is turned into an error: an interrupt goes on its way."""

    class Encoding:
        class _core_bpe:  # noqa: N801 - tiktoken's name
            @staticmethod
            def encode_to_tiktoken_buffer(_text, _special):
                raise KeyboardInterrupt

    monkeypatch.setattr(encodings, "encoding", lambda _name: Encoding)
    with pytest.raises(KeyboardInterrupt):
        Counter(lengths=encodings.lengths.__wrapped__).count("fine", "gpt-5-mini")
