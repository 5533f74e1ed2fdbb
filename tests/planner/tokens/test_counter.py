"""Counts carry honest bounds: exact ones are exact, estimates hold the true figure between low and high."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.tokens import Counter, Part, encodings
from pricing.errors import NotCountable

COUNTER = Counter()
HELDOUT = Path(__file__).parent / "heldout"
MEASURED = json.loads((HELDOUT / "counts.json").read_text(encoding="utf-8"))["counts"]
MODELS = {
    "gemma3": "gemini-2.5-pro",
    "llama3": "llama-3.3-70b-versatile",
    "qwen3": "qwen3-32b",
    "deepseek_v4": "deepseek-v4-pro",
    "tekken": "mistral-small-2506",
    "claude_v3": "claude-sonnet-4-6",
    "claude_v48": "claude-sonnet-5",
}
CASES = [(text, tokenizer) for text, counts in MEASURED.items() for tokenizer in counts]


def heldout(name):
    """A text of the held-out set."""
    return (HELDOUT / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", ["gpt-5-mini", "gpt-4o", "gpt-4", "davinci", "text-davinci-003", "gpt-oss-20b"])
def test_exact_counts_have_one_figure(model):
    """An exact count has low, tokens and high in one, one part, and no note."""
    found = COUNTER.count("hello world", model)
    assert (found.tokens, found.low, found.high, found.method) == (2, 2, 2, "exact")
    assert (found.parts, found.notes) == ((Part("text", 2, 2, 2),), ())


def test_encodings_differ():
    """Models of different encodings count the same Russian text differently, and say with what."""
    new, old = (COUNTER.count("Привет, как дела?", model) for model in ("gpt-5", "gpt-4"))
    assert (new.tokens, new.encoding) == (6, "o200k_base")
    assert (old.tokens, old.encoding) == (8, "cl100k_base")


@pytest.mark.parametrize(("text", "tokenizer"), CASES)
def test_bounds_hold_on_text_not_used_for_calibration(text, tokenizer):
    """On held-out text the count of the model's own tokenizer (recorded) lies between low and high."""
    found = COUNTER.count(heldout(text), MODELS[tokenizer])
    assert found.method == "estimated"
    assert found.low <= MEASURED[text][tokenizer] <= found.high


@pytest.mark.parametrize(("text", "tokenizer"), CASES)
def test_unknown_bounds_hold_for_every_measured_tokenizer(text, tokenizer):
    """A model nothing is known of has bounds wide enough for any of the measured tokenizers, and says so."""
    found = COUNTER.count(heldout(text), "a-model-of-mine")
    assert found.low <= MEASURED[text][tokenizer] <= found.high
    assert "the bounds are wide" in found.notes[0]


@pytest.mark.parametrize(
    ("tokenizer", "worst"), [("gemma3", 0.08), ("tekken", 0.12), ("deepseek_v4", 0.16), ("claude_v3", 0.18)]
)
def test_middle_is_near_where_the_kind_is_measured(tokenizer, worst):
    """Where the kind of text was calibrated, the estimate itself is near: at worst 8 to 18 % off on any text."""
    for text in MEASURED.keys() - {"korean"}:
        found = COUNTER.count(heldout(text), MODELS[tokenizer]).tokens
        assert found == pytest.approx(MEASURED[text][tokenizer], rel=worst), text


def test_one_flat_factor_would_not_do():
    """Claude 5 makes 1.25 tokens of one of o200k in Japanese and over two in German: the kind decides."""
    ratio = {
        name: COUNTER.count(heldout(name), "claude-sonnet-5").tokens / COUNTER.count(heldout(name), "gpt-5").tokens
        for name in ("japanese", "german")
    }
    assert ratio["german"] / ratio["japanese"] == pytest.approx(1.75 / 1.25, rel=0.01)


@given(st.text())
def test_estimates_are_ordered(text):
    """Of any text, low <= tokens <= high, nothing negative, and the parts add up."""
    for model in ("claude-sonnet-5", "gpt-6-sol", "nobody-knows"):
        found = COUNTER.count(text, model)
        assert 0 <= found.low <= found.tokens <= found.high
        assert sum(part.tokens for part in found.parts) == found.tokens


@pytest.mark.parametrize("model", ["gpt-5-mini", "claude-sonnet-5", "nobody-knows"])
def test_no_text_is_no_tokens(model):
    """An empty text is zero tokens, bounds included, by every method."""
    found = COUNTER.count("", model)
    assert (found.tokens, found.low, found.high) == (0, 0, 0)


def test_unpublished_encoding_is_an_estimate():
    """An OpenAI model whose encoding is not published counts with o200k_base and is marked as estimated."""
    found = COUNTER.count("word " * 1000, "gpt-6-sol", "openai")
    assert (found.tokens, found.method, found.encoding) == (1001, "estimated", "o200k_base")
    assert found.low < 1001 < found.high
    assert "not published" in found.notes[0]


def test_many_texts_are_counted_in_order():
    """Many texts give as many counts in their order, equal to one by one."""
    texts = ["one", "two words", "", heldout("english")]
    assert COUNTER.count_many(texts, "gpt-5") == tuple(COUNTER.count(text, "gpt-5") for text in texts)
    assert COUNTER.count_many([], "gpt-5") == ()


def test_many_texts_name_the_bad_one():
    """The text that cannot be counted is named by its place."""
    with pytest.raises(NotCountable, match=r"texts\[1\]: a run of over 65536 .*or install the fast engine") as told:
        Counter(lengths=encodings.lengths).count_many(["fine", "x" * 70_000], "gpt-5")
    assert told.value.problems[0].loc == ("texts", 1)


def test_counter_takes_another_engine():
    """The function that counts is an argument: another engine takes tiktoken's place without a change elsewhere."""
    asked = []

    def lengths(name):
        asked.append(name)
        return len

    found = Counter(lengths=lengths).count("abc", "gpt-oss-20b")
    assert (found.tokens, found.encoding, asked) == (3, "o200k_harmony", ["o200k_harmony"])


def test_harmony_text_loads_no_second_encoding():
    """Ordinary text of o200k_harmony counts as o200k_base does, so that one of the two is loaded."""
    assert encodings.SHARED["o200k_harmony"] == "o200k_base"
    text = heldout("mixed") + "<|start|>"
    assert encodings.lengths("o200k_harmony")(text) == len(encodings.encoding("o200k_harmony").encode_ordinary(text))


def test_for_one_question_a_text_is_looked_at_once_however_many_models_there_are():
    """Three models that estimate from the same encoding count the text once and read its kinds once."""
    looked = []
    counter = Counter(
        lengths=lambda name: lambda text: looked.append((name, text)) or 5,
        shares=lambda text: looked.append(("kinds", text)) or {"english": 1.0},
    ).once()
    found = [counter.count("Where is it?", model) for model in ("claude-haiku-4-5", "grok-4", "claude-haiku-4-5")]
    assert sorted(looked) == [("kinds", "Where is it?"), ("o200k_base", "Where is it?")]
    assert found[0] == found[2]
