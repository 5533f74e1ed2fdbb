"""Ratios are learned from pairs of text and true count, with bounds that hold, and used for that model alone."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.tokens import Counter, calibration, encodings, registry
from planner.tokens.calibration import Pair
from pricing.errors import InvalidInput

COUNTER = Counter()
TODAY = date(2026, 11, 25)
WORDS = "The parcel was sent to you on Monday and it is in our house now; we can be there with it at noon. "
PROSE = [(WORDS * (3 + at % 7))[at:] for at in range(60)]


def pairs(factor, texts=PROSE):
    """Texts whose true counts are a factor of o200k's."""
    length = encodings.lengths("o200k_base")
    return [Pair(text, round(length(text) * factor)) for text in texts]


def test_a_constant_factor_is_found():
    """Sixty texts at 1.3 times o200k teach 1.3, less what the shipped 1.05 still weighs: 1.3^(60/65) 1.05^(5/65)."""
    found = calibration.learn(pairs(1.3), "grok-4", "x-ai", COUNTER, TODAY)
    (english,) = found.kinds
    assert (english.kind, english.pairs, english.shipped) == ("english", 60, 1.05)
    assert english.ratio == pytest.approx(1.3 ** (60 / 65) * 1.05 ** (5 / 65), rel=0.005)
    assert found.coverage == 1
    assert found.median_error < 0.03 < found.shipped_median_error


def test_later_counts_use_it_and_say_so():
    """The calibrated model counts by what was learned and says on how many pairs; other models count as before."""
    learned = calibration.learn(pairs(1.3), "grok-4", "x-ai", COUNTER, TODAY)
    methods = calibration.applied(registry.shipped(), [learned])
    counter = Counter(registry=lambda: methods)
    text = WORDS * 40
    true = round(COUNTER.tokens(text, "o200k_base") * 1.3)
    found = counter.count(text, "x-ai/grok-4-fast", "openrouter")
    assert found.tokens == pytest.approx(true, rel=0.03)
    assert found.low <= true <= found.high
    assert (found.method, found.notes) == ("estimated", ("calibrated on 60 pairs of yours, 2026-11-25",))
    assert counter.count(text, "grok-3") == COUNTER.count(text, "grok-3")


def test_bounds_are_narrower_than_shipped_and_hold():
    """On a model nothing was known of, learned bounds are less than half as wide, and cross-validation holds them."""
    spread = [Pair(each.text, round(each.tokens * (1 + (at % 5 - 2) / 50))) for at, each in enumerate(pairs(1.2))]
    learned = calibration.learn(spread, "grok-4", "x-ai", COUNTER, TODAY)
    (english,) = learned.kinds
    shipped = registry.shipped().method("grok-4").ratios["english"]
    assert english.high - english.low < (shipped.high - shipped.low) / 2
    assert learned.coverage >= 0.95


@settings(max_examples=25)
@given(st.lists(st.floats(0.2, 5), min_size=10, max_size=40))
def test_what_is_learned_is_in_order(factors):
    """Whatever the pairs say, 0 < low <= ratio <= high."""
    length = encodings.lengths("o200k_base")
    given_ = [Pair(PROSE[at], max(1, round(length(PROSE[at]) * factor))) for at, factor in enumerate(factors)]
    for kind in calibration.learn(given_, "grok-4", "x-ai", COUNTER, TODAY).kinds:
        assert 0 < kind.low <= kind.ratio <= kind.high


@pytest.mark.parametrize(
    ("given_", "model", "said"),
    [
        (pairs(1.2)[:9], "grok-4", "9 pairs of 9 hold text; at least 10"),
        ([Pair("", 3)] * 20, "grok-4", "0 pairs of 20 hold text"),
        ([*pairs(1.2), Pair("one", 99_999)], "grok-4", r"pairs\[60\] says 99999 tokens"),
        (pairs(1.0), "gpt-5", "gpt-5 is counted exactly with o200k_base"),
    ],
)
def test_what_teaches_nothing_is_refused(given_, model, said):
    """Too few pairs, a count no tokenizer makes, a model that is counted exactly: each is an error that says so."""
    with pytest.raises(InvalidInput, match=said):
        calibration.learn(given_, model, None, COUNTER, TODAY)


def test_a_file_keeps_what_was_learned(tmp_path):
    """What is written is read back; no file is nothing learned."""
    path = str(tmp_path / "deep" / "calibration.json")
    assert calibration.read(path) == ()
    learned = calibration.learn(pairs(1.3), "grok-4", "x-ai", COUNTER, TODAY)
    calibration.write(path, [learned])
    assert calibration.read(path) == (learned,)
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["calibration.json"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2, "calibrations": []}', '{"schema": 1, "calibrations": [{"model": "m"}]}', "\x00"],
)
def test_a_damaged_file_is_named(tmp_path, text):
    """A file that is no calibration is an error that names it, never a count without it."""
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=r"calibration\.json"):
        calibration.read(str(path))


def test_bounds_that_are_out_of_order_are_damage(tmp_path):
    """A file whose low bound is above its ratio is refused."""
    path = tmp_path / "calibration.json"
    calibration.write(str(path), [calibration.learn(pairs(1.3), "grok-4", "x-ai", COUNTER, TODAY)])
    data = json.loads(Path(path).read_text())
    data["calibrations"][0]["kinds"][0]["low"] = 9.0
    path.write_text(json.dumps(data))
    with pytest.raises(InvalidInput, match="english has 9"):
        calibration.read(str(path))
