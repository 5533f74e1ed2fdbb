"""A bulk job loses nothing: it resumes to the same totals, keeps what is refused, and says in words why it stopped."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from catalogs import NOW
from logs import EACH, write_logs

from planner import BulkCountQuestion, BulkPriceQuestion
from planner.bulk import parts as cutting
from planner.bulk.job import bulk_count, bulk_price
from planner.bulk.store import CannotWrite
from planner.tokens import Counter
from pricing import Catalog
from pricing.errors import InvalidInput, NotPriced

TOKENPLAN = [sys.executable, "-m", "planner.main", "bulk", "price"]
TEXTS = ["Hello, world!", "one two three", "", "Grüße aus Köln"]


def price(catalog, *paths, out, **more):
    """The answer of a job."""
    return bulk_price(BulkPriceQuestion(paths=tuple(map(str, paths)), out=str(out), **more), catalog, NOW)


def test_totals_are_those_of_the_rows_one_by_one(shipped, tmp_path):
    """Three files of five rows cost fifteen times what one row does, whatever their kind."""
    logs = write_logs(tmp_path / "logs", 2, 5, as_of="2026-11-01")
    rows = [json.loads(line) for line in (logs / "0000.jsonl").read_text().splitlines()]
    pq.write_table(pa.Table.from_pylist(rows), logs / "c.parquet")
    answer = price(shipped, logs, out=tmp_path / "job", by=("model", "day"))
    assert (answer.rows, answer.refused, answer.parts, answer.resumed) == (15, 0, 3, 0)
    (group,) = answer.groups
    assert group.values == ("openai/gpt-5-mini", "2026-11-01")
    assert (group.rows, group.tokens, group.total_usd) == (15, 18_000, 15 * EACH)
    assert answer.total.total_usd == 15 * EACH


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_with_the_same_totals(tmp_path):
    """After SIGKILL in mid-job the same command finishes, to the digit, and leaves nothing half-written."""
    logs = write_logs(tmp_path / "logs", 120, 50)
    command = [*TOKENPLAN, str(logs), "--out", str(tmp_path / "job"), "--rows", "--keep", "id", "--json"]
    records = tmp_path / "job" / "parts"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_env()) as run:
        while run.poll() is None and not (records.is_dir() and len(list(records.glob("*.json"))) > 5):
            time.sleep(0.01)
        run.kill()
    done = len(list(records.glob("*.json")))
    assert 5 < done < 120, "the run was over before it could be killed"
    (tmp_path / "job" / "rows" / "left.parquet.0.unfinished").write_text("half")
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, env=_env()).stdout)
    assert (answer["parts"], answer["resumed"], answer["rows"]) == (120, done, 6_000)
    assert answer["total"]["total_usd"] == "3.9"
    ids = pq.read_table(tmp_path / "job" / "rows", columns=["id"]).column("id").to_pylist()
    assert len(ids) == len(set(ids)) == 6_000
    assert not list((tmp_path / "job").rglob("*.unfinished"))


def _env():
    return os.environ | {"TOKENPLAN_NOW": "2026-11-23T12:00:00Z"}


def test_only_what_changed_is_worked_on_again(shipped, tmp_path):
    """A file that changed, a result that is damaged and a new file are done anew; the rest is taken as it is."""
    logs = write_logs(tmp_path / "logs", 4, 3)
    price(shipped, logs, out=tmp_path / "job", rows=True)
    write_logs(logs, 1, 5)
    damaged = next(path for path in (tmp_path / "job" / "rows").iterdir() if pq.read_table(path).num_rows == 3)
    damaged.write_bytes(damaged.read_bytes()[:-5])
    shutil.copy(logs / "0003.jsonl", logs / "0009.jsonl")
    answer = price(shipped, logs, out=tmp_path / "job", rows=True)
    assert answer.parts - answer.resumed in (2, 3)  # what was damaged may be what changed
    assert (answer.rows, answer.total.total_usd) == (17, 17 * EACH)


def test_refused_rows_are_kept_with_their_reasons(shipped, tmp_path):
    """Good and refused rows add up; each refused one stands in the side file with its place."""
    logs = write_logs(tmp_path / "logs", 1, 3)
    with (logs / "0000.jsonl").open("a") as file:
        file.write('{"model": "nothing", "input_tokens": 1}\nno json\n{"input_tokens": 1}\n')
    answer = price(shipped, logs, out=tmp_path / "job")
    assert (answer.rows, answer.refused, answer.total.rows) == (6, 3, 3)
    (side,) = (tmp_path / "job" / "refused").iterdir()
    kept = [json.loads(line) for line in side.read_text().splitlines()]
    assert {(each["at"], each["type"]) for each in kept} == {
        ("line 4", "unknown-model"),
        ("line 5", "invalid-input"),
        ("line 6", "invalid-input"),
    }
    assert [(each.type, each.rows) for each in answer.errors] == [("invalid-input", 2), ("unknown-model", 1)]
    assert "0000.jsonl, line 4: unknown model 'nothing'" in answer.errors[1].first


def test_a_file_that_fails_sinks_no_other(shipped, tmp_path):
    """What is no Parquet, or lacks a column, is named; the parts beside it are finished and stay so."""
    logs = write_logs(tmp_path / "logs", 2, 2)
    (logs / "broken.parquet").write_bytes(b"PAR1 but no more")
    pq.write_table(pa.table({"model": ["gpt-5-mini"], "prompt": [1]}), logs / "other.parquet")
    (logs / "empty.csv").write_text("")
    whole = pa.table({"model": ["gpt-5-mini"] * 1000, "input_tokens": range(1000)})
    pq.write_table(whole, logs / "torn.parquet", compression="none", use_dictionary=False)
    torn = bytearray((logs / "torn.parquet").read_bytes())
    torn[4:40] = b"\xff" * 36
    (logs / "torn.parquet").write_bytes(torn)
    answer = price(shipped, logs, out=tmp_path / "job")
    said = {Path(each.path).name: each.reason for each in answer.failed}
    assert "no Parquet, or damaged" in said["broken.parquet"]
    assert "no Parquet, or damaged" in said["torn.parquet"]
    assert "no usage: none of the columns model, prompt is a bucket" in said["other.parquet"]
    assert "is empty" in said["empty.csv"]
    assert (answer.rows, answer.total.total_usd) == (4, 4 * EACH)
    assert price(shipped, logs, out=tmp_path / "job").resumed == 2


@pytest.mark.slow
def test_a_full_disk_stops_with_a_clear_word_and_keeps_finished_parts(tmp_path):
    """When the folder takes no more the run ends with exit code 2; given room, the same command finishes."""
    logs = write_logs(tmp_path / "logs", 1, 5)
    with (logs / "1.jsonl").open("w") as file:
        file.writelines(
            json.dumps({"model": "gpt-5-mini", "input_tokens": 1, "id": os.urandom(40).hex()}) + "\n"
            for _ in range(5000)
        )
    command = [*TOKENPLAN, str(logs), "--out", str(tmp_path / "job"), "--rows", "--keep", "id", "--json"]

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    full = subprocess.run(command, capture_output=True, text=True, preexec_fn=little, env=_env(), check=False)
    assert full.returncode == 2
    assert "File too large; finished parts are kept: mend it and run the same command again" in full.stderr
    assert len(list((tmp_path / "job" / "parts").iterdir())) == 1
    assert not list((tmp_path / "job").rglob("*.unfinished"))
    again = json.loads(subprocess.run(command, capture_output=True, check=True, env=_env()).stdout)
    assert (again["rows"], again["resumed"]) == (5005, 1)


def test_a_folder_that_cannot_be_made_is_named(shipped, tmp_path):
    """A file where the folder should be is an error in words."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    (tmp_path / "job").write_text("")
    with pytest.raises(CannotWrite, match="job"):
        price(shipped, logs, out=tmp_path / "job")


def test_a_folder_holds_one_job(shipped, make_catalog, tmp_path):
    """Other questions and other prices never mix in one folder; what may differ is how the work is done."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    price(shipped, logs, out=tmp_path / "job", workers=1)
    assert price(shipped, logs, out=tmp_path / "job", workers=2).resumed == 1
    with pytest.raises(InvalidInput, match=r'by \["model"\] is not \["day"\]'):
        price(shipped, logs, out=tmp_path / "job", by=("day",))
    other = make_catalog({"openai/gpt-5-mini": {"prices": []}})
    with pytest.raises(InvalidInput, match=r'catalog .* is not "test"\); give another --out, or --catalog'):
        price(other, logs, out=tmp_path / "job")
    (tmp_path / "job" / "job.json").write_text("{")
    with pytest.raises(InvalidInput, match=r"job\.json: is damaged"):
        price(shipped, logs, out=tmp_path / "job")


def test_a_resumed_job_keeps_its_instant(shipped, tmp_path):
    """Rows that name no time are priced as of the job's beginning, also when it goes on a day later."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    first = price(shipped, logs, out=tmp_path / "job")
    later = bulk_price(
        BulkPriceQuestion(paths=(str(logs),), out=str(tmp_path / "job")), shipped, NOW.replace(year=2027)
    )
    assert later.as_of == first.as_of == "2026-11-23T12:00:00Z"


def test_one_thread_and_many_give_one_answer(shipped, tmp_path, monkeypatch):
    """Batches end in their order whoever works on them: results are equal byte for byte."""
    monkeypatch.setattr("planner.bulk.reading.ROWS", 7)
    logs = write_logs(tmp_path / "logs", 1, 100)
    for workers in (1, 3):
        price(shipped, logs, out=tmp_path / f"job{workers}", workers=workers, rows=True, keep=("id",))
    one, many = (next((tmp_path / f"job{each}" / "rows").iterdir()).read_bytes() for each in (1, 3))
    assert one == many
    with pytest.raises(InvalidInput, match="workers is 0"):
        price(shipped, logs, out=tmp_path / "none", workers=0)


def test_a_corpus_is_counted_by_language(shipped, tmp_path):
    """Tokens and cost by column are the counter's, text by text, and rows carry theirs."""
    rows = [{"text": text, "lang": "de" if "ü" in text else "en", "n": at} for at, text in enumerate(TEXTS * 3)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "corpus.parquet")
    question = BulkCountQuestion(
        paths=(str(tmp_path / "corpus.parquet"),), model="text-embedding-3-small", by=("lang",),
        rows=True, keep=("n",), out=str(tmp_path / "job"),
    )  # fmt: skip
    answer = bulk_count(question, shipped, Counter(), NOW)
    counts = [each.tokens for each in Counter().count_many(TEXTS, "text-embedding-3-small")]
    assert [(group.values, group.rows, group.tokens) for group in answer.groups] == [
        (("de",), 3, 3 * counts[3]),
        (("en",), 9, 3 * sum(counts[:3])),
    ]
    assert (answer.total.tokens_low, answer.total.tokens_high) == (3 * sum(counts), 3 * sum(counts))
    found = pq.read_table(tmp_path / "job" / "rows").sort_by("n").to_pylist()
    assert [row["tokens"] for row in found] == counts * 3
    assert "text" not in found[0]


def test_a_count_is_refused_before_it_begins(shipped, tmp_path):
    """A model without such a price, and totals by what texts have not, are told before anything is read."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    common = {"paths": (str(logs),), "out": str(tmp_path / "job")}
    with pytest.raises(NotPriced):
        bulk_count(BulkCountQuestion(model="gpt-5-mini", region="mars", **common), shipped, Counter(), NOW)
    with pytest.raises(InvalidInput, match="by day: texts are counted on one model"):
        bulk_count(BulkCountQuestion(model="gpt-5-mini", by=("day",), **common), shipped, Counter(), NOW)
    assert not (tmp_path / "job").exists()


def test_large_files_are_several_parts_of_one_sum(shipped, tmp_path, monkeypatch):
    """Cut into stretches of 300 bytes, a log costs what it costs whole."""
    logs = write_logs(tmp_path / "logs", 1, 50)
    monkeypatch.setattr(cutting, "BYTES", 300)
    answer = price(shipped, logs, out=tmp_path / "job")
    assert answer.parts > 10
    assert (answer.rows, answer.total.total_usd) == (50, 50 * EACH)


def test_progress_is_told_in_rows_and_bytes(shipped, tmp_path):
    """What is told last is all of it."""
    logs = write_logs(tmp_path / "logs", 3, 4)
    told = []
    question = BulkPriceQuestion(paths=(str(logs),), out=str(tmp_path / "job"))
    bulk_price(question, shipped, NOW, lambda *each: told.append(each))
    size = sum(path.stat().st_size for path in logs.iterdir())
    assert [each[0] for each in told] == [4, 8, 12]
    assert told[-1] == (12, size, size)


def test_the_default_folder_is_named_after_the_question(tmp_path, monkeypatch):
    """Without --out the same command finds the job that it began, and another question begins another."""
    logs = write_logs(tmp_path / "logs", 1, 1)
    monkeypatch.chdir(tmp_path)
    first = bulk_price(BulkPriceQuestion(paths=(str(logs),)), Catalog(), NOW)
    again = bulk_price(BulkPriceQuestion(paths=(str(logs),)), Catalog(), NOW)
    other = bulk_price(BulkPriceQuestion(paths=(str(logs),), by=("day",)), Catalog(), NOW)
    assert (first.out, again.resumed) == (again.out, 1)
    assert other.out != first.out
    assert first.out.startswith("tokenplan-bulk-")


def test_a_job_never_reads_what_jobs_wrote(shipped, tmp_path, monkeypatch):
    """Results below the folder that is priced are no logs, of this job or of others that were named by default."""
    write_logs(tmp_path, 1, 3)
    monkeypatch.chdir(tmp_path)
    for out in ("job", None):
        for _ in range(2):
            answer = bulk_price(BulkPriceQuestion(paths=(".",), out=out, rows=True), shipped, NOW)
            assert (answer.parts, answer.rows, answer.failed) == (1, 3, ())
        shutil.rmtree(answer.out)
