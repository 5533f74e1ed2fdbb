"""Where texts are cut: pieces against tiktoken, figures known from it, and bad input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import PiecesQuestion, default_planner
from planner.tokens import encodings
from pricing import InvalidInput, NotCountable, TooLarge, UnknownModel

MODELS = {"gpt-5-mini": "o200k_base", "gpt-4": "cl100k_base", "claude-haiku-4-5": "o200k_base"}


@pytest.fixture(scope="module")
def ask():
    planner = default_planner()
    return lambda text, model="gpt-5-mini", **more: planner.pieces(PiecesQuestion(model=model, text=text, **more))


def test_a_sentence_is_cut_as_tiktoken_cuts_it(ask):
    """`strawberry` without a space before it is three tokens of o200k, with one it is one."""
    assert [piece.text for piece in ask("strawberry").pieces] == ["st", "raw", "berry"]
    assert [piece.text for piece in ask("a strawberry").pieces] == ["a", " strawberry"]


def test_a_character_of_several_tokens_is_one_piece(ask):
    """A rare emoji takes three tokens, none of which is a character."""
    answer = ask("a🫠")
    assert [(piece.text, len(piece.ids)) for piece in answer.pieces] == [("a", 1), ("🫠", 3)]
    assert answer.tokens == 4


@given(text=st.text(max_size=60) | st.text(alphabet="ab 🫠é\n<|endoftext|>'", max_size=60))
def test_pieces_make_the_text_and_their_tokens_the_count(ask, text):
    """Whatever the text, nothing of it is lost and the ids are tiktoken's own."""
    for model in ("gpt-5-mini", "gpt-4"):
        answer = ask(text, model)
        assert "".join(piece.text for piece in answer.pieces) == encodings.mended(text)
        ids = [each for piece in answer.pieces for each in piece.ids]
        assert ids == encodings.encoding(MODELS[model]).encode_ordinary(encodings.mended(text))
        assert answer.tokens == len(ids)
        assert answer.complete


def test_another_makers_model_says_that_its_own_tokenizer_cuts_elsewhere(ask):
    """The pieces are those of the stand-in encoding, and the answer says so."""
    answer = ask("Is my parcel lost?", "claude-haiku-4-5")
    assert (answer.method, answer.encoding) == ("estimated", "o200k_base")
    assert "claude-haiku-4-5 is another" in answer.warnings[-1]


def test_few_pieces_are_told_and_all_are_counted(ask):
    """`most_pieces` cuts what is told, not what is counted, and the answer says that there is more."""
    answer = ask("one two three four five", most_pieces=2)
    assert ([piece.text for piece in answer.pieces], answer.tokens, answer.complete) == (["one", " two"], 5, False)


@pytest.mark.parametrize(
    ("text", "more", "error", "says"),
    [
        ("a", {"most_pieces": 0}, InvalidInput, "most_pieces is 0"),
        ("a", {"model": "gpt-55"}, UnknownModel, "gpt-55"),
        ("é" * 600_000, {}, TooLarge, "the limit is 1048576"),
        ("a" * 70_000, {}, NotCountable, "text"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_its_place(ask, text, more, error, says):
    """A number out of range, an unknown model, too long a text, a run that would stall tiktoken."""
    with pytest.raises(error, match=says):
        ask(text, **more)
