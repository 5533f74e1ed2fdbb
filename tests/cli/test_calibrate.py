"""`tokenplan tokens calibrate` learns from files as people have them, and refuses in words what teaches nothing."""

import json

import pytest

from planner.tokens import encodings

WORDS = "The parcel was sent to you on Monday and it is in our house now; we can be there with it at noon. "
LENGTH = encodings.lengths("o200k_base")
TEXTS = [(WORDS * (2 + at % 5))[at:] for at in range(20)]
MODEL = "deepseek-chat"


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """Where calibrations are kept in this test."""
    path = tmp_path / "kept.json"
    monkeypatch.setenv("TOKENPLAN_CALIBRATION", str(path))
    return path


def true(text):
    """The true count of these tests: 1.25 times o200k."""
    return round(LENGTH(text) * 1.25)


def written(path, rows):
    """A JSONL file."""
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(path)


def test_later_counts_use_what_was_learned(tokenplan, tmp_path):
    """After a calibration the same model counts by it and says so; after --forget it counts as shipped again."""
    pairs = written(tmp_path / "pairs.jsonl", [{"text": text, "tokens": true(text)} for text in TEXTS])
    before = tokenplan("tokens", MODEL, "--text", WORDS * 30, "--json")
    learned = tokenplan("tokens", "calibrate", pairs, "--model", MODEL)
    assert learned.code == 0
    assert f"{MODEL}, 20 pairs, 2026-11-23" in learned.out
    assert "100.0 % by cross-validation" in learned.out
    after = json.loads(tokenplan("tokens", MODEL, "--text", WORDS * 30, "--json").out)
    assert after["tokens"] == pytest.approx(true(WORDS * 30), rel=0.06)
    assert "calibrated on 20 pairs of yours, 2026-11-23" in after["warnings"]
    assert MODEL in tokenplan("tokens", "calibrate", "--show").out
    assert tokenplan("tokens", "calibrate", "--forget", "--model", MODEL).code == 0
    assert tokenplan("tokens", MODEL, "--text", WORDS * 30, "--json").out == before.out
    assert "nothing is learned" in tokenplan("tokens", "calibrate", "--show").out


@pytest.mark.parametrize(
    "rows",
    [
        [{"prompt": text, "usage": {"prompt_tokens": true(text) + 7}} for text in TEXTS],
        [{"input": text, "input_tokens": true(text) + 7, "output_tokens": 3} for text in TEXTS],
        [{"content": text, "usageMetadata": {"promptTokenCount": true(text) + 7}} for text in TEXTS],
    ],
)
def test_logs_of_providers_are_read(tokenplan, tmp_path, rows):
    """A usage log's own names are understood; --overhead takes off what is not the text's."""
    log = written(tmp_path / "log.jsonl", rows)
    found = json.loads(tokenplan("tokens", "calibrate", log, "--model", MODEL, "--overhead", "7", "--json").out)
    (english,) = found["calibrations"][0]["kinds"]
    assert english["ratio"] == pytest.approx(1.25**0.8 * english["shipped"] ** 0.2, rel=0.01)


def test_messages_are_less_their_framing(tokenplan, tmp_path):
    """Of a log of chat messages, what the model puts around them is taken off before ratios are learned."""
    rows = [{"messages": [{"role": "user", "content": text}], "prompt_tokens": true(text) + 8} for text in TEXTS]
    log = written(tmp_path / "log.jsonl", rows)
    found = json.loads(tokenplan("tokens", "calibrate", log, "--model", MODEL, "--json").out)
    (english,) = found["calibrations"][0]["kinds"]
    assert english["ratio"] == pytest.approx(1.25**0.8 * english["shipped"] ** 0.2, rel=0.02)


def test_csv_is_read(tokenplan, tmp_path):
    """A CSV with a header teaches the same as JSONL, quoted line ends included."""
    rows = "".join(f'"{text}\n",{true(text)}\n' for text in TEXTS)
    (tmp_path / "pairs.csv").write_text(f"text,tokens\n{rows}", encoding="utf-8")
    ran = tokenplan("tokens", "calibrate", str(tmp_path / "pairs.csv"), "--model", MODEL, "--csv")
    assert (ran.code, ran.out.splitlines()[1].split(",")[:3]) == (0, [MODEL, "english", "20"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 pairs of 0 hold text"),
        ("text,tokens\n", "0 pairs of 0 hold text"),
        ("name,size\na,1\n", "line 2: no text; it must stand under text, prompt"),
        ('{"text": "a"}', "line 1: no count; it must stand under tokens"),
        ('{"text": "a", "tokens": 1.5}', "line 1: tokens is 1.5; it must be a whole number above 0"),
        ('{"text": "a", "tokens": true}', "line 1: tokens is True"),
        ('{"text": "a", "tokens": -3}', "line 1: tokens is -3"),
        ('{"text": "a", "tokens": 0}', "line 1: tokens is 0"),
        ('{"text": "a", "tokens": 1}\n{"text', "line 2: no JSON object"),
        ('{"messages": [{"role": "user", "content": null}], "tokens": 9}', "line 1: messages must have text contents"),
        ('{"messages": [{"role": "nobody", "content": "a"}], "tokens": 9}', "nobody"),
    ],
)
def test_what_teaches_nothing_is_refused(tokenplan, kept, tmp_path, text, said):
    """Empty files, wrong columns and counts that are none end with 2 and the line; nothing is written."""
    (tmp_path / "pairs").write_text(text, encoding="utf-8")
    ran = tokenplan("tokens", "calibrate", str(tmp_path / "pairs"), "--model", MODEL)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not kept.exists()


def test_every_bad_line_is_told_up_to_twenty(tokenplan, tmp_path):
    """Of many bad lines twenty are shown and the rest counted."""
    path = written(tmp_path / "pairs.jsonl", [{"text": "a"}] * 100)
    ran = tokenplan("tokens", "calibrate", path, "--model", MODEL)
    assert (len(ran.err.splitlines()), ran.err.splitlines()[-1]) == (21, "error: and 80 more")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "name a FILE of texts and true counts, and the --model"),
        (("--forget", "--model", MODEL), f"nothing was learned of {MODEL}; known: none"),
        (("pairs.jsonl", "--model", "gpt-99"), "unknown model 'gpt-99'"),
    ],
)
def test_what_is_missing_is_told(tokenplan, argv, said):
    """A missing file or model, and nothing to forget, are errors that say what is wanted."""
    ran = tokenplan("tokens", "calibrate", *argv)
    assert ran.code == 2
    assert said in ran.err


def test_a_damaged_calibration_stops_counting(tokenplan, kept):
    """A damaged calibration file is named before anything is counted by it."""
    kept.write_text("{")
    ran = tokenplan("tokens", MODEL, "--text", "hello")
    assert ran.code == 2
    assert "kept.json is no calibration file" in ran.err
