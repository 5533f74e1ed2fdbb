"""The batch verb in each of its forms: the same requests cost the same, row for row.

On the command line its form is `cost --rows FILE`: a file of rows is what people have there, and what they want back is
the file with its costs, not a JSON body. So what is held equal is not the JSON but each row's money and model.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pyarrow as pa
import pytest
from catalogs import NOW
from pyarrow import parquet
from starlette.testclient import TestClient

from planner import CostQuestion, Usage, default_planner
from planner.api.app import create_app
from planner.api.arrow import ARROW
from planner.batch import BatchQuestion
from planner.main import main
from planner.planner import Planner
from pricing.cost import Cost

PATH = "/v1/cost/batch"
ROWS = [
    {"model": "gpt-5-mini", "service_tier": None, "input_tokens": 1000, "output_tokens": 200},
    {"model": "claude-haiku-4-5", "service_tier": "batch", "input_tokens": 123_457, "output_tokens": 3},
    {"model": "gemini-2.5-pro", "service_tier": None, "input_tokens": 250_000, "output_tokens": 7},
    {"model": "gpt-5-mni", "service_tier": None, "input_tokens": 1, "output_tokens": 1},
]
LISTS = {name: [row[name] for row in ROWS] for name in ROWS[0]}
BUCKETS = ("input_tokens", "output_tokens")
QUESTIONS = [
    {"model": row["model"], "service_tier": row["service_tier"], "usage": {name: row[name] for name in BUCKETS}}
    for row in ROWS
]


@pytest.fixture(scope="module")
def planner():
    found = default_planner()
    return Planner(found.catalog, found.counter, lambda: NOW)


@pytest.fixture(scope="module")
def expected(planner):
    """What Python says: the USD and the model of each row, or None."""
    rows = tuple(CostQuestion(**row | {"usage": Usage(**row["usage"])}) for row in QUESTIONS)
    answers = planner.cost_batch(BatchQuestion(rows)).rows
    found = [(row.total_usd, row.model.id) if isinstance(row, Cost) else (None, None) for row in answers]
    assert [usd is None for usd, _ in found] == [False, False, False, True]
    return found


@pytest.fixture(scope="module")
def client(planner):
    return TestClient(create_app(lambda: planner))


def _money(text):
    return Decimal(text) if text else None


def test_rows_columns_lines_and_arrow_cost_what_python_says(client, expected):
    """Four content types and shapes over HTTP."""
    rows = client.post(PATH, json={"rows": QUESTIONS}).json()["rows"]
    lines = client.post(
        PATH, content="\n".join(map(json.dumps, QUESTIONS)), headers={"content-type": "application/x-ndjson"}
    ).text.splitlines()
    for found in (rows, map(json.loads, lines)):
        assert [(_money(row.get("total_usd")), row.get("model", {}).get("id")) for row in found] == expected
    columns = client.post(PATH, json={"columns": LISTS}).json()["columns"]
    assert list(zip(map(_money, columns["total_usd"]), columns["model"], strict=True)) == expected
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, pa.record_batch(LISTS).schema) as writer:
        writer.write_batch(pa.record_batch(LISTS))
    answer = client.post(PATH, content=sink.getvalue(), headers={"content-type": ARROW})
    table = pa.ipc.open_stream(answer.content).read_all()
    money = table["cost_usd"].to_pylist()
    models = [usd and model for usd, model in zip(money, table["cost_model"].to_pylist(), strict=True)]
    assert list(zip(money, models, strict=True)) == expected


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_file_of_rows_costs_what_python_says(expected, kind, tmp_path, monkeypatch, capsys):
    """`cost --rows` on the command line."""
    monkeypatch.setenv("TOKENPLAN_NOW", NOW.isoformat())
    source, out = tmp_path / f"in.{kind}", tmp_path / f"out.{kind}"
    if kind == "parquet":
        parquet.write_table(pa.table(LISTS), source)
    elif kind == "jsonl":
        source.write_text("".join(f"{json.dumps(row)}\n" for row in QUESTIONS))
    else:
        with source.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(LISTS))
            writer.writeheader()
            writer.writerows(ROWS)
    assert main(["cost", "--rows", str(source), "--out", str(out)]) == 2  # one model is unknown
    capsys.readouterr()
    if kind == "parquet":
        rows = parquet.read_table(out).to_pylist()
    elif kind == "jsonl":
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    else:
        rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(_money(row["cost_usd"]), row["cost_model"] or None) for row in rows] == expected
