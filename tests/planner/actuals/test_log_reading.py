"""Files of every kind: the same rows give the same report, and what is damaged is refused by file and line."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import ActualsReportQuestion
from planner.actuals import reading
from planner.actuals.reading import Log
from planner.actuals.report import actuals_report
from planner.actuals.shapes import SHAPES
from pricing import Catalog, Usage, cost
from pricing.errors import InvalidInput, TokenplanError

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SHIPPED = Catalog()
ROWS = [
    {
        "at": f"2026-11-{1 + n % 20:02d}T0{n % 10}:00:00Z",
        "model": ["gpt-5-mini", "claude-haiku-4-5", "gpt-5-minny"][n % 3],
        "input_tokens": 100 * n,
        "output_tokens": 7 * n,
        "user": f"u{n % 4}",
        "seconds": n / 8,
    }
    for n in range(1, 40)
]


def report(path, by=("model", "day"), kind=None, **asked):
    return actuals_report(ActualsReportQuestion(by=by, **asked), SHIPPED, NOW, Log(files=(str(path),), kind=kind))


def written(folder, kind):
    """ROWS as a file of that kind."""
    path = folder / f"log.{kind}"
    frame = pl.DataFrame(ROWS)
    if kind == "parquet":
        frame.with_columns(pl.col("at").str.to_datetime(time_zone="UTC")).write_parquet(path)
    elif kind == "csv":
        frame.write_csv(path)
    elif kind == "json":
        path.write_text(json.dumps(ROWS, indent=1))
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS) + "\n")
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_the_same_rows_in_any_file_are_the_same_report(kind, tmp_path, monkeypatch):
    """And in batches of any size: 10 rows at a time as all at once."""
    monkeypatch.setattr(reading, "ROWS", 10)
    monkeypatch.setattr(reading, "OBJECTS", 10)
    found = report(written(tmp_path, kind))
    inline = actuals_report(ActualsReportQuestion(rows=tuple(ROWS), by=("model", "day")), SHIPPED, NOW)
    assert found.groups == inline.groups
    assert (found.rows, found.unpriced_rows) == (39, 13)
    assert found.unpriced[0].first.endswith({"csv": "line 3"}.get(kind, "line 2"))


def test_the_report_is_what_each_row_costs_alone(tmp_path):
    """Row by row by the scalar path, summed in decimals."""
    total = Decimal(0)
    for row in ROWS:
        try:
            usage = Usage(input_tokens=row["input_tokens"], output_tokens=row["output_tokens"])
            total += cost(usage, SHIPPED.resolve(row["model"]), at=datetime.fromisoformat(row["at"])).total_usd
        except TokenplanError:
            continue
    assert report(written(tmp_path, "jsonl")).cost_usd == total


amounts = st.integers(0, 10**6)


@settings(max_examples=10)  # each reads, prices and sums a log
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["gpt-5-mini", "gpt-5", "claude-haiku-4-5", "nobody"]), amounts, amounts, amounts,
            st.integers(0, 400), st.sampled_from(["", "batch", "gold"]),
        ),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_any_rows_add_up(rows):
    """Whatever the rows: groups sum to the total, each row is priced or named, the sum is the scalar path's."""
    asked, total, refused = [], Decimal(0), 0
    for model, given_, read, out, day, tier in rows:
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        asked.append({"at": at.isoformat(), "model": model, "service_tier": tier, "input_tokens": given_,
                      "cache_read_tokens": read, "output_tokens": out})  # fmt: skip
        try:
            usage = Usage(input_tokens=given_, cache_read_tokens=read, output_tokens=out)
            total += cost(usage, SHIPPED.resolve(model), at=at, service_tier=tier or None).total_usd
        except TokenplanError:
            refused += 1
    found = actuals_report(ActualsReportQuestion(rows=tuple(asked), by=("model", "month")), SHIPPED, NOW)
    assert found.cost_usd == total == sum(each.cost_usd for each in found.groups)
    assert found.unpriced_rows == refused == sum(each.rows for each in found.unpriced)
    assert sum(each.rows for each in found.groups) == len(rows)


def test_several_files_are_one_log(tmp_path):
    """Each of its own kind and shape; a place names its file."""
    one, two = written(tmp_path, "csv"), written(tmp_path, "parquet")
    log = Log(files=(str(one), str(two)))
    found = actuals_report(ActualsReportQuestion(), SHIPPED, NOW, log)
    assert (found.rows, found.unpriced_rows, found.unpriced[0].rows) == (78, 26, 26)
    assert "log.csv: line 3" in found.unpriced[0].first


def test_a_byte_order_mark_and_semicolons_are_taken(tmp_path):
    """As spreadsheets write them."""
    path = tmp_path / "log.csv"
    path.write_text("\ufeffat;model;input_tokens\n2026-11-02;gpt-5-mini;1000\n", encoding="utf-8")
    assert report(path).cost_usd == Decimal("0.00025")


def test_truncated_parquet_is_refused_by_name(tmp_path):
    """At any length, before a figure is shown."""
    whole = written(tmp_path, "parquet").read_bytes()
    path = tmp_path / "short.parquet"
    for length in (8, len(whole) // 2, len(whole) - 4):
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidInput, match=r"short\.parquet: cannot be read"):
            report(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b'{"model": "gpt-5-mini", "input_tokens": 1}\n{"model": \n', "a.jsonl: line 2: no JSON"),
        ("a.jsonl", b'{"model": "m", "input_tokens": 1}\n[1]\n', "a.jsonl: line 2: holds list"),
        ("a.json", b'{"data": [\n{]}', "a.json: line 2: no JSON"),
        ("a.json", b'{"data": [1]}', "a.json: cannot be read: holds int; it must be an object"),
        ("a.jsonl", b'{"resourceSpans": [1]}\n', "a.jsonl: line 1: resourceSpans must hold a list of objects"),
        ("a.csv", b"model,input_tokens,model\nx,1,y\n", "a.csv: line 1: column 'model' stands twice"),
        ("a.csv", b"model,prompt\nx,1\n", "a.csv: no known usage log; its columns: model, prompt"),
        ("a.csv", b"model,input_tokens\n", "a.csv: holds no rows"),
        ("a.csv", b"", "a.csv: is empty"),
        ("a.csv", b"\x1f\x8b\x08", "a.csv: is gzip"),
        ("a.csv", b"model,input\0", "a.csv: is binary"),
        ("a.parquet", b"hello", "a.parquet: no Parquet"),
        ("a.jsonl", b'{"model": "\xff"}\n', "a.jsonl: line 1: no JSON .*utf-8"),
    ],
)
def test_a_damaged_file_is_refused(name, content, said, tmp_path):
    """By file, line and column."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        report(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    """With the system's words."""
    with pytest.raises(InvalidInput, match="No such file"):
        report(tmp_path / "none.csv")


def test_an_unknown_format_is_refused(tmp_path):
    """With the ones there are."""
    with pytest.raises(InvalidInput, match="format is 'xlsx'; valid: csv, jsonl, json, parquet"):
        report(written(tmp_path, "csv"), kind="xlsx")


def test_rows_and_files_together_are_refused(tmp_path):
    """Nobody would know which are meant."""
    with pytest.raises(InvalidInput, match="rows are given, and files too"):
        report(written(tmp_path, "csv"), rows=tuple(ROWS))


def test_sums_pass_64_bits(tmp_path):
    """A log of more than 9.2 million USD adds up to the digit."""
    row = {"at": "2026-11-02", "model": "claude-sonnet-4-5", "input_tokens": 10**12}
    path = tmp_path / "log.jsonl"
    path.write_text((json.dumps(row) + "\n") * 7)
    # 10^12 tokens at 3 USD a million are 3 million USD
    assert report(path).cost_usd == Decimal(21_000_000)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just('{"a": 1}')
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "key", "spans"]), inner),
    max_leaves=4,
)
_PATHS = sorted({p.partition("|")[0].split("/")[0] for s in SHAPES.values() for ps in s.fields.values() for p in ps})


@settings(max_examples=15)
@given(
    st.lists(st.dictionaries(st.sampled_from([*_PATHS, "resourceSpans", "data"]), _TREES, max_size=5), min_size=1),
    st.sampled_from([None, *SHAPES]),
)
def test_rows_of_any_kind_are_read_or_refused(rows, shape):
    """Whatever stands in a column, it is a figure, a named row, or a refusal; never a fault of ours."""
    try:
        found = actuals_report(ActualsReportQuestion(rows=tuple(rows), shape=shape), SHIPPED, NOW)
    except InvalidInput:
        return
    assert found.unpriced_rows == sum(each.rows for each in found.unpriced)


def test_without_polars_the_extra_is_named():
    """A clear refusal, not a traceback; the questions still import."""
    code = (
        "import sys; sys.modules['polars'] = None\n"
        "from planner import ActualsReportQuestion, default_planner\n"
        "default_planner().actuals_report(ActualsReportQuestion(rows=({'model': 'm'},)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "usage logs need Polars and NumPy: pip install 'tokenplan[actuals]'" in ran.stderr
