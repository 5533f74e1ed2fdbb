"""`cost --rows`: the same rows with cost columns; nothing dropped, nothing silently zero, no half file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from planner.cli.progress import Progress
from planner.cli.rows.files import finished

HEAD = "note,model,input,output"
GOOD = "a,gpt-5-mini,1000,200"
ADDED = ",cost_usd,cost_model,cost_provider,cost_error"


@pytest.fixture
def rows(tokenplan, tmp_path):
    """A function that prices a text (or bytes) as a file and gives the run."""

    def run(data, *argv, name="in.csv"):
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return tokenplan("cost", "--rows", str(path), *argv)

    return run


def test_csv_rows_come_back_with_their_cost(rows):
    """1,000 in and 200 out at 0.25 and 2 USD a million is 0.00065; a bad row says why on its line; exit code 2."""
    wrong = ["b,gpt-5-mini,1e3,1", 'c,gpt-5-mini,"1,000",1', "d,nope,1,1", "e,gpt-5-mini,1", "f,gpt-5-mini,-1,1"]
    ran = rows("\r\n".join([HEAD, GOOD, *wrong, "g,gpt-5-mini,NaN,1", "h,gpt-5-mini,,", "i,gpt-5-mini,1,1,1"]))
    lines = ran.out.splitlines()
    assert lines[:2] == [HEAD + ADDED, GOOD + ",0.00065,gpt-5-mini,openai,"]
    assert len(lines) == 10
    assert all(f"line {at}: " in lines[at - 1] for at in range(3, 11))
    assert ran.code == 2
    assert "error: 8 of 9 rows could not be priced" in ran.err
    assert "unknown-model: 1 row, line 5" in ran.err
    assert "the buckets are input_tokens" in lines[8]


def test_errors_may_be_allowed(rows):
    """--allow-errors ends with 0 and still names them."""
    ran = rows(f"{HEAD}\n{GOOD}\nd,nope,1,1\n", "--allow-errors")
    assert ran.code == 0
    assert "unknown-model" in ran.err


def test_totals_as_json(rows, tmp_path):
    """--json prints the totals by model, exactly: twice 0.00065 is 0.0013; the rows stand in --out."""
    out = tmp_path / "out.csv"
    ran = rows(f"{HEAD}\n{GOOD}\n{GOOD}\n", "--out", str(out), "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["rows"], said["total_usd"]) == (0, 2, "0.0013")
    assert said["models"] == [{"model": "openai/gpt-5-mini", "requests": 2, "tokens": 2400, "usd": "0.0013"}]
    assert out.read_text().splitlines()[2] == GOOD + ",0.00065,gpt-5-mini,openai,"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_totals_as_a_page(rows, tmp_path):
    """With --out the totals are the page on stdout."""
    ran = rows(f"{HEAD}\n{GOOD}\n", "--out", str(tmp_path / "out.csv"))
    assert "openai/gpt-5-mini         1   1,200  0.00065" in ran.out
    assert ran.err == ""


def test_jsonl_rows_keep_their_characters(rows):
    """A row goes out as it came, floats and all; a line that is no JSON keeps its text and says so."""
    ran = rows('{"id":1.50,"input_tokens":1000,"output_tokens":200}\n\n{\n3\n', "gpt-5-mini", name="in.jsonl")
    lines = ran.out.splitlines()
    assert lines[0].startswith('{"id":1.50,"input_tokens":1000,"output_tokens":200, "cost_usd": "0.00065"')
    found = [json.loads(line) for line in lines]
    assert found[1]["row"] == "{"
    assert found[1]["cost_error"].startswith("line 3: no JSON")
    assert found[2]["cost_error"] == "line 4: the row is no JSON object"
    assert ran.code == 2


@pytest.mark.parametrize(
    "row",
    [
        '{"model":"gpt-5-mini","usage":{"input_tokens":1000,"output_tokens":200}}',
        '{"model":"gpt-5-mini","input":1000,"output":200,"cost_usd":"9","cost_model":"old","cost_provider":"old","cost_error":"old"}',
        (
            '{ "model":"gpt-5-mini","provider_usage":{"shape":"openai_chat","payload":'
            '{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200}}}'
        ),
    ],
)
def test_jsonl_takes_every_way_to_say_a_usage(rows, row):
    """Buckets, a usage object and a provider's payload cost the same; an earlier run's cost is replaced."""
    ran = rows(row, name="in.jsonl")
    found = json.loads(ran.out)
    assert (ran.code, found["cost_usd"], found["cost_error"]) == (0, "0.00065", None)
    assert ran.out.count('"cost_usd"') == 1


def test_a_shape_reads_the_usage_column(rows):
    """--shape says whose usage objects the column `usage` holds, in CSV as JSON text."""
    ran = rows(
        'model,usage\ngpt-5-mini,"{""prompt_tokens"":1000,""completion_tokens"":200}"\n', "--shape", "openai_chat"
    )
    assert "0.00065,gpt-5-mini,openai," in ran.out
    assert "unknown shape 'nope'" in rows("a\n", "--shape", "nope").err


def test_columns_by_other_names(rows):
    """--map names the column that is a bucket or the model."""
    text = "m,prompt_tokens,completion_tokens\ngpt-5-mini,1000,200\n"
    ran = rows(text, "--map", "model=m,input_tokens=prompt_tokens,output_tokens=completion_tokens")
    assert (ran.code, ran.out.splitlines()[1]) == (0, "gpt-5-mini,1000,200,0.00065,gpt-5-mini,openai,")
    for given, said in (
        ("model=x", "no column 'x'"), ("nope=m", "unknown name 'nope'"), ("model", "must be NAME=COLUMN"),
        ("model=m,model=a", "mapped twice"),
    ):  # fmt: skip
        ran = rows(text, "--map", given)
        assert (ran.code, said in ran.err) == (2, True), ran.err


def test_terms_are_defaults_that_a_row_overrules(rows):
    """A row that says standard costs 0.00065 whatever --tier says; a row that says nothing takes --tier."""
    ran = rows("model,input,output,service_tier\ngpt-5-mini,1000,200,standard\n", "--tier", "nope")
    assert "0.00065" in ran.out
    assert "no service tier 'nope'" in rows(f"{HEAD}\n{GOOD}\n", "--tier", "nope").out


def test_a_likely_bucket_that_is_none_is_named(rows):
    """A misspelt bucket beside a good one is kept and pointed out, never silently zero."""
    ran = rows("model,input,ouput_tokens\ngpt-5-mini,1,5\n")
    assert "column 'ouput_tokens' is not priced" in ran.err


@pytest.mark.parametrize(
    ("column", "ours"),
    [
        ("tier", "service_tier"), ("batch", "service_tier"), ("date", "as_of"), ("timestamp", "as_of"),
        ("prompt_tokens", "input_tokens"), ("reasoning", "reasoning_tokens"), ("reigon", "region"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_column_that_may_change_the_price_is_named_once(rows, column, ours, kind):
    """Others' words for a term or a bucket are never passed over silently, in whichever kind of file."""
    lines = [f"model,input,{column}"] + ["gpt-5-mini,1,5"] * 40
    if kind == "jsonl":
        lines = [json.dumps({"model": "gpt-5-mini", "input": 1, column: "5"})] * 40
    ran = rows("\n".join(lines), name=f"in.{kind}")
    said = f"note: column {column!r} is not priced; if it is meant as {ours}: --map {ours}={column}"
    assert (ran.code, ran.err.count(said)) == (0, 1), ran.err


@pytest.mark.parametrize("column", ["service tier", "Service_Tier", "serviceTier"])
def test_our_own_name_in_another_spelling_is_refused(rows, column):
    """A header that spells a name otherwise stops the run; a JSONL row's key is that row's error; --map takes it."""
    text = f"model,input,{column}\ngpt-5-mini,1000000,batch\n"
    ran = rows(text)
    assert (ran.code, ran.out, f"column {column!r} must be spelt service_tier" in ran.err) == (2, "", True)
    assert ",0.125," in rows(text, "--map", f"service_tier={column}").out
    row = json.dumps({"model": "gpt-5-mini", "input": 1, column: "batch"})
    for count in (1, 40):  # alone, and by the table
        ran = rows(f"{row}\n" * count, name="in.jsonl")
        assert ran.out.count("must be spelt service_tier") == count


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is empty"),
        ("\n", "holds no header"),
        ("a,a\n1,2\n", "column 'a' stands twice"),
        ("day,input\n1,2\n", "no column is 'model'; the columns are day, input"),
        ("model,prompts\ngpt-5-mini,2\n", "the buckets are input_tokens"),
        (f"{HEAD}\n{GOOD}\n".encode("utf-16"), "is UTF-16"),
        (f"{HEAD}\n{GOOD}\n".encode("utf-16-le"), "is UTF-16"),
        (b"\x7fELF\x02\x00\x00", "is binary"),
        (b"\x1f\x8b\x08\x00", "is gzip"),
        (f"{HEAD}\nä,gpt-5-mini,1,1\n".encode("latin-1"), "is no UTF-8"),
        (f'{HEAD}\n"a,gpt-5-mini,1,1\n', "no CSV"),
        (b"PAR1", "--out FILE"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(rows, data, said):
    """No guess is made; the message says what is wrong."""
    ran = rows(data)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("data", ["\ufeff" + f"{HEAD}\r\n{GOOD}\r\n", f"\n{HEAD}\n{GOOD}"[1:], f"{HEAD}\n\n{GOOD}\n\n"])
def test_a_mark_line_ends_and_empty_lines_are_no_matter(rows, data):
    """A byte order mark, CRLF, a missing last line end and empty lines change nothing."""
    assert rows(data).out == f"{HEAD}{ADDED}\n{GOOD},0.00065,gpt-5-mini,openai,\n"


def test_a_header_alone_is_kept(rows):
    """No rows: the header goes out, nothing is owed."""
    ran = rows(f"{HEAD}\n")
    assert (ran.code, ran.out) == (0, f"{HEAD}{ADDED}\n")


def test_a_nul_in_the_midst_is_its_rows_error(rows):
    """A NUL beyond the first bytes spoils one cell, not the file."""
    filler = f"{GOOD}\n" * 5000
    ran = rows(f"{HEAD}\n{filler}b,gpt-5\0-mini,1,1\n")
    assert (ran.code, "1 of 5001 rows" in ran.err) == (2, True)


def test_stdin_is_a_file(tokenplan):
    """`-` reads stdin, its kind told by its first bytes."""
    ran = tokenplan("cost", "--rows", "-", stdin='{"model":"gpt-5-mini","input":1000,"output":200}\n')
    assert json.loads(ran.out)["cost_usd"] == "0.00065"


def test_options_that_contradict(rows, tokenplan, tmp_path):
    """A directory, one request's options beside rows, rows' options beside one request: each is named."""
    good = f"{HEAD}\n{GOOD}\n"
    assert "Is a directory" in tokenplan("cost", "--rows", str(tmp_path)).err
    assert "No such file" in tokenplan("cost", "--rows", str(tmp_path / "no")).err
    assert "for one request" in rows(good, "gpt-5-mini", "5").err
    assert "need --out" in rows(good, "--json").err
    assert "unknown format 'xml'" in rows(good, "--format", "xml").err
    assert "in csv" in rows(good, "--out", str(tmp_path / "o.jsonl")).err
    assert "Is a directory" in rows(good, "--out", str(tmp_path)).err
    assert "needs --rows" in tokenplan("cost", "gpt-5-mini", "1", "--out", "x").err


def test_a_model_for_all_rows_is_said_to_fill_gaps_only(rows):
    """MODEL beside a model column: each row keeps its own, an empty cell takes MODEL, and that is said."""
    ran = rows("model,input\ngpt-5-mini,1000000\n,1000000\n", "claude-haiku-4-5")
    assert [line.split(",")[2] for line in ran.out.splitlines()[1:]] == ["0.25", "1"]
    assert "note: column 'model' names the models; claude-haiku-4-5 is taken where it is empty" in ran.err


def test_a_providers_usage_without_its_shape_is_told_of_it(rows):
    """The error of an unknown bucket says --shape and the shapes there are."""
    ran = rows('{"model":"gpt-5-mini","usage":{"prompt_tokens":3}}\n', name="in.jsonl")
    assert "needs --shape, one of" in ran.out


def test_a_reader_that_has_enough_is_no_error(tmp_path):
    """`| head -1` ends the run with 0, so that it passes under pipefail."""
    path = tmp_path / "in.csv"
    path.write_text(f"{HEAD}\n" + f"{GOOD}\n" * 40_000)
    argv = [sys.executable, "-m", "planner.main", "cost", "--rows", str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        ran.stdout.readline()
        ran.stdout.close()
        ran.stderr.read()
        assert ran.wait(60) == 0


@pytest.mark.parametrize("usage", ["{}", '{"input_tokens": null}'])
def test_a_usage_that_says_nothing_is_refused(tokenplan, usage):
    """A usage file without a quantity is refused as options without one are."""
    ran = tokenplan("cost", "gpt-5-mini", "--usage", "-", stdin=usage)
    assert (ran.code, "no usage: no bucket has a quantity" in ran.err) == (2, True)


def test_a_whole_number_may_have_a_point(rows):
    """Pandas writes 1000.0 for integers beside blanks; 1000.5 is no count."""
    ran = rows("model,input\ngpt-5-mini,1000000.0\ngpt-5-mini,1000.5\n")
    assert [line.split(",")[2] for line in ran.out.splitlines()[1:]] == ["0.25", ""]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_cost_of_the_users_own_is_not_overwritten(rows, tmp_path, kind):
    """Only the four columns of an earlier run are replaced; one of them alone is refused, and nothing is written."""
    import pyarrow as pa
    from pyarrow import parquet

    row = {"model": "gpt-5-mini", "input": 1, "cost_usd": "7"}
    path, out = tmp_path / "own", tmp_path / f"out.{kind}"
    if kind == "parquet":
        parquet.write_table(pa.Table.from_pylist([row]), path)
        data = path.read_bytes()
    else:
        data = f"{json.dumps(row)}\n" if kind == "jsonl" else "model,input,cost_usd\ngpt-5-mini,1,7\n"
    ran = rows(data, "--out", str(out), name=f"in.{kind}")
    assert (ran.code, "would overwrite cost_usd" in ran.err, out.exists()) == (2, True, False), ran.err


def test_a_refused_header_leaves_stdout_empty(rows):
    """No header goes out before an error that no row could mend; one of other delimiters is named."""
    for data in ("day,input\n1,2\n", "model;input\nm;1\n", "model\tinput\nm\t1\n"):
        ran = rows(data)
        assert (ran.code, ran.out) == (2, "")
        assert "part cells by commas" in ran.err or data.startswith("day")


def test_a_run_that_fails_leaves_what_was_there(rows, tmp_path):
    """A broken quote in the midst: the old file stands, no part stays."""
    out = tmp_path / "out.csv"
    out.write_text("old")
    ran = rows(f'{HEAD}\n{GOOD}\n"a,gpt-5-mini,1,1\n', "--out", str(out))
    assert (ran.code, out.read_text()) == (2, "old")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    with pytest.raises(ZeroDivisionError), finished(str(tmp_path / "new")):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("how", ["out", "stdout"])
@pytest.mark.usefixtures("pinned")
def test_a_full_disk_is_said(how, tmp_path):
    """/dev/full ends with 2 and the system's words, and stays a device."""
    path = tmp_path / "in.csv"
    path.write_text(f"{HEAD}\n" + f"{GOOD}\n" * 2000)
    command = [sys.executable, "-m", "planner.main", "cost", "--rows", str(path)]
    with Path("/dev/full").open("w") as full:
        where = {"stdout": full} if how == "stdout" else {"stdout": subprocess.DEVNULL}
        more = [] if how == "stdout" else ["--out", "/dev/full"]
        ran = subprocess.run([*command, *more], **where, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.returncode != 0
    assert not Path("/dev/full").is_file()


def test_parquet_keeps_its_columns(rows, tmp_path):
    """Types stay, the cost is a decimal; whole floats count, a null is left out, NaN is that row's error."""
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "made.parquet"
    table = pa.table({
        "tags": [["a"], [], None],
        "model": ["gpt-5-mini"] * 3,
        "input_tokens": [1000.0, 1000.0, float("nan")],
        "output_tokens": [200, None, 1],
    })  # fmt: skip
    parquet.write_table(table, path)
    out = tmp_path / "out.parquet"
    ran = rows(path.read_bytes(), "--out", str(out), name="in.parquet")
    found = parquet.read_table(out)
    assert found.select(table.column_names).schema == table.schema
    assert found["tags"].to_pylist() == [["a"], [], None]
    assert found["cost_usd"].to_pylist() == [
        Decimal("0.00065"),
        Decimal("0.00025"),
        None,
    ]  # 1000 x 0.25 = 250 millionths
    assert "input_tokens" in found["cost_error"].to_pylist()[2]
    assert ran.code == 2


def test_truncated_parquet_is_refused(rows, tmp_path):
    """Half a file says so and leaves nothing."""
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "made.parquet"
    parquet.write_table(pa.table({"model": ["gpt-5-mini"], "input": [1]}), path)
    ran = rows(path.read_bytes()[:-20], "--out", str(tmp_path / "o.parquet"), name="in.parquet")
    assert (ran.code, "damaged" in ran.err) == (2, True), ran.err
    assert not (tmp_path / "o.parquet").exists()


def test_without_pyarrow_parquet_says_what_to_install(rows, tmp_path, monkeypatch):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = rows(b"PAR1rest", "--out", str(tmp_path / "o.parquet"), name="in.parquet")
    assert "pip install 'tokenplan[table]'" in ran.err


def test_progress_says_share_rate_and_time_left():
    """After a quarter of the bytes in 10 s, 30 s are left."""
    line = Progress(lambda: 25, 100, shown=True).line(5000, 10.0)
    assert line == "█████░░░░░░░░░░░░░░░  25%  5,000 rows, 500 a second, 30 s left"


def test_progress_is_for_terminals(rows):
    """Nothing of a bar is in a log."""
    assert "\r" not in rows(f"{HEAD}\n" + f"{GOOD}\n" * 3000).err


@pytest.mark.usefixtures("pinned")
def test_a_killed_run_leaves_no_file_of_that_name(tmp_path):
    """Killed while rows still come, the name does not exist: only a whole file takes it."""
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "planner.main", "cost", "--rows", "-", "--out", str(out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        process.stdin.write((f"{HEAD}\n" + f"{GOOD}\n" * 20000).encode())
        process.stdin.flush()
        process.kill()
    assert process.returncode != 0
    assert not out.exists()


def test_what_a_killed_run_left_is_removed_by_the_next(rows, tmp_path):
    """The part of a process that is gone goes; that of one that lives, and any other file, stays."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    kept = [tmp_path / f"out.csv.{os.getppid()}.part", tmp_path / "out.csv.mine.part"]
    for each in (*kept, tmp_path / f"out.csv.{gone.pid}.part"):
        each.write_text("half")
    rows(f"{HEAD}\n{GOOD}\n", "--out", str(tmp_path / "out.csv"))
    assert sorted(tmp_path.glob("*.part")) == sorted(kept)


def test_without_the_extra_rows_are_priced_one_by_one(rows, monkeypatch):
    """No NumPy, the same answer."""
    good = rows(f"{HEAD}\n{GOOD}\n").out
    for name in ("numpy", "orjson", "planner.cli.rows.columns"):
        monkeypatch.setitem(sys.modules, name, None)
    assert rows(f"{HEAD}\n{GOOD}\n").out == good
