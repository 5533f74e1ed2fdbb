"""`tokenplan bulk` as people type it: a page, --json, --csv, exit codes, and words for what is wrong."""

from __future__ import annotations

import json

import pytest

ROWS = [
    {"model": "gpt-5-mini", "as_of": "2026-11-01", "input_tokens": 1000, "output_tokens": 200, "team": "search"},
    {"model": "gpt-5-mini", "as_of": "2026-11-02", "input_tokens": 1000, "output_tokens": 200, "team": "chat"},
    {"model": "claude-haiku-4-5", "as_of": "2026-11-02", "input_tokens": 1000, "output_tokens": 200},
]


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """A folder of one log, which is where the command runs."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "logs" / "a.jsonl"
    path.parent.mkdir()
    path.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    return path


@pytest.mark.usefixtures("logs")
def test_logs_are_priced_by_model_and_day(tokenplan, golden):
    """The page shows the groups, the totals and what they stand on."""
    ran = tokenplan("bulk", "price", "logs", "--by", "model,day", "--out", "job")
    assert ran.code == 0
    golden("bulk-price.txt", ran.out)
    again = tokenplan("bulk", "price", "logs", "--by", "model,day", "--out", "job", "--csv")
    golden("bulk-price.csv", again.out)


def test_a_corpus_is_counted_with_its_bounds(tokenplan, logs, golden):
    """Of an estimated model the page gives the bounds of tokens and cost too."""
    with logs.open("w") as file:
        file.writelines(f"{json.dumps({'text': text})}\n" for text in ("Hello, world!", "How are you today?"))
    ran = tokenplan("bulk", "count", "logs", "--model", "claude-haiku-4-5", "--out", "job")
    assert ran.code == 0
    golden("bulk-count.txt", ran.out)
    answer = json.loads(tokenplan("bulk", "count", "logs", "--model", "claude-haiku-4-5", "--out", "job", "--json").out)
    assert (answer["resumed"], answer["total"]["rows"]) == (1, 2)
    assert answer["total"]["tokens_low"] < answer["total"]["tokens"] < answer["total"]["tokens_high"]


def test_refused_rows_make_the_exit_code_2_unless_allowed(tokenplan, logs):
    """Totals are printed all the same, and stderr says where the refused rows are."""
    with logs.open("a") as file:
        file.write('{"model": "nothing", "input_tokens": 1}\n')
    ran = tokenplan("bulk", "price", "logs", "--out", "job")
    assert (ran.code, "total       0.0033 USD" in ran.out) == (2, True)
    assert "error: 1 of 4 rows have no result; they are in job/refused" in ran.err
    assert "unknown-model: 1 row; the first: " in ran.out
    assert tokenplan("bulk", "price", "logs", "--out", "job", "--allow-errors").code == 0


def test_a_failed_file_makes_the_exit_code_2(tokenplan, logs):
    """The rest is priced, and the page names the file."""
    (logs.parent / "b.parquet").write_text("no")
    ran = tokenplan("bulk", "price", "logs", "--out", "job", "--allow-errors")
    assert ran.code == 2
    assert "b.parquet: no Parquet, or damaged" in ran.out
    assert "error: 1 file failed; finished parts are kept, run the same command again" in ran.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--map", "tokens=x"], "unknown name 'tokens'"),
        (["--keep", "id"], "--keep says what to write beside each row's result; it needs --rows"),
        (["--address", "here:1"], "--address is of a Ray cluster; it needs --engine ray"),
        (["--workers", "0"], "--workers: workers is 0; it must be at least 1"),
        (["--model", "nothing"], "unknown model 'nothing'"),
        (["--as-of", "soon"], "--as-of: as_of is 'soon'"),
        (["--engine", "spark"], "invalid choice: 'spark'"),
        (["elsewhere"], "elsewhere: no such file or folder"),
    ],
)
@pytest.mark.usefixtures("logs")
def test_a_wrong_option_is_named(tokenplan, argv, said):
    """Nothing is begun with an option that means nothing."""
    ran = tokenplan("bulk", "price", "logs", *argv)
    assert ran.code == 2
    assert said in ran.err
