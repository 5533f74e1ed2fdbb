"""Columnar JSON over `POST /v1/cost/batch`: the same money as rows, exact in the last digit."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.batch import ColumnsQuestion
from planner.wire import dumps

PATH = "/v1/cost/batch"
MODELS = ["gpt-5-mini", "claude-haiku-4-5", "gemini-2.5-pro", "whisper-1", "gpt-5-mni"]
COUNTS = st.one_of(st.integers(0, 10**6), st.integers(0, 10**11))  # a row of columns holds 9.2 M USD
ROW = st.fixed_dictionaries({
    "model": st.sampled_from(MODELS),
    "service_tier": st.sampled_from([None, "standard", "batch"]),
    "as_of": st.sampled_from([None, "2026-11-01", "2026-02-03T04:05:06Z", "1999-01-01"]),
    "input_tokens": COUNTS,
    "output_tokens": COUNTS,
    "audio_seconds": st.one_of(st.just(0), st.decimals(0, 1000, places=13).map(float)),
})  # fmt: skip


def columns(client, **given):
    answer = client.post(PATH, json={"columns": given})
    return answer.json() | {"status": answer.status_code}


@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_columns_cost_what_rows_cost(client, rows):
    """Row for row the money's text, the model and the error's class are those of the row form; so is the sum."""
    lists = {name: [row[name] for row in rows] for name in rows[0]}
    terms = ("model", "service_tier", "as_of")
    asked = [
        {name: row[name] for name in terms} | {"usage": {name: row[name] for name in row if name not in terms}}
        for row in rows
    ]
    expected, found = client.post(PATH, json={"rows": asked}).json(), columns(client, **lists)
    assert found["total_usd"] == expected["total_usd"]
    assert found["priced"] == expected["priced"]
    held = found["columns"]
    for place, row in enumerate(expected["rows"]):
        assert held["total_usd"][place] == row.get("total_usd")
        assert held["model"][place] == row.get("model", {}).get("id")
        assert held["provider"][place] == row.get("model", {}).get("provider")
        assert (held["error"][place] or {}).get("type") == row.get("error", {}).get("type")


def test_a_row_beyond_what_a_column_holds_is_refused(client):
    """10^12 tokens at 10 USD a million are more than 64 bits hold: an error that names the most."""
    answer = columns(client, model=["gpt-5", "gpt-5"], output_tokens=[10**12, 100_000])
    assert answer["columns"]["error"][0]["type"] == "too-large"
    assert "one row of a table holds at most 9223372.036854775807" in answer["columns"]["error"][0]["errors"][0]["msg"]
    assert (answer["priced"], answer["total_usd"]) == (1, "1")


def test_http_answers_what_python_answers(client, planner):
    """The body is the planner's own answer, written as every face writes it."""
    given = {"model": ["gpt-5-mini", "nope"], "input_tokens": [1000, 1]}
    import json

    assert columns(client, **given) == json.loads(dumps(planner.cost_columns(ColumnsQuestion(given)))) | {"status": 200}


def test_a_decimal_keeps_its_digits(client):
    """0.12345678901234567891 s of whisper-1 at 0.0001 a second, digits that no float holds, and they are all there."""
    body = '{"columns": {"model": ["whisper-1"], "audio_seconds": [0.12345678901234567891], "requests": 1}}'
    answer = client.post(PATH, content=body, headers={"content-type": "application/json"}).json()
    assert answer["total_usd"] == "0.000012345678901234567891"
    assert answer["columns"]["total_usd"] == [answer["total_usd"]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": ["gpt-5-mini"], "ouput_tokens": [1]}, "ouput_tokens: unknown column"),
        ({"model": ["gpt-5-mini"] * 2, "input_tokens": [1]}, "has"),
        ({"model": "gpt-5-mini"}, "no column is a list"),
        ({"input_tokens": [1]}, "columns name no model"),
        ({"model": [7], "service_tier": 3}, "service_tier is 3"),
        ({"model": ["gpt-5-mini"]}, "no usage"),
        ({"model": ["gpt-5-mini"], "input_tokens": None}, "no usage"),
        ({"model": ["gpt-5-mini"], "input_tokens": 1.5}, "input_tokens is 1.5"),
        ({"model": ["gpt-5-mini"], "as_of": "soon"}, "as_of is 'soon'"),
    ],
)
def test_a_wrong_column_is_refused_whole(client, given, said):
    """What is wrong for every row is a 422 that names the column and the value."""
    answer = columns(client, **given)
    assert answer["status"] == 422
    assert said in answer["detail"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", 7), ("model", None), ("service_tier", []), ("as_of", "soon"), ("as_of", 3), ("input_tokens", True),
        ("input_tokens", 1.5), ("input_tokens", "1"), ("input_tokens", -1),
        ("input_tokens", 10**30), ("audio_seconds", True), ("audio_seconds", [1]),
        ("audio_seconds", -0.5),
    ],
)  # fmt: skip
def test_a_wrong_value_is_its_rows_error(client, name, value):
    """It sinks no other row: the one before it is priced."""
    given = {"model": ["gpt-5-mini"] * 2, "input_tokens": [1000, 1000]}
    given[name] = [*(given.get(name, [0 if "audio" in name else None])[:1]), value]
    answer = columns(client, **given)
    assert answer["columns"]["total_usd"] == ["0.00025", None]
    assert (answer["priced"], answer["refused"]) == (1, 1)
    assert answer["columns"]["error"][0] is None
    assert answer["columns"]["error"][1]["errors"][0]["msg"]


@pytest.mark.parametrize(("name", "value"), [("video_seconds", -828), ("video_seconds", "2"), ("input_tokens", -3)])
def test_a_wrong_value_for_all_rows_is_refused_whole(client, name, value):
    """It is no row's fault; the key and what it must be are named."""
    answer = client.post("/v1/cost/batch", json={"columns": {"model": ["gpt-5-mini"], name: value}})
    assert (answer.status_code, f"{name} is {value!r}" in answer.json()["detail"]) == (422, True), answer.text


def test_a_null_is_not_used_and_a_row_of_nulls_is_refused(client):
    """1,000 x 0.25 a million where output is null; a row with null in every bucket used nothing, which is an error."""
    answer = columns(
        client, model=["gpt-5-mini"] * 3, input_tokens=[1000, None, 0], output_tokens=[None, None, None]
    )["columns"]  # fmt: skip
    assert answer["total_usd"] == ["0.00025", None, "0"]
    assert "no usage" in answer["error"][1]["errors"][0]["msg"]


def test_what_a_reader_must_know_is_said_once(client):
    """Instants ahead, and bare dates where prices go by the hour."""
    answer = columns(client, model=["gpt-5-mini", "deepseek-flash"], input_tokens=1, as_of=["2027-01-01", "2026-11-20"])
    assert any("as_of lies ahead in 1 rows" in each for each in answer["warnings"])
    assert any("deepseek-flash go by the hour" in each for each in answer["warnings"])


def test_without_the_extra_columns_say_what_to_install(client, monkeypatch):
    """Rows need no NumPy and no orjson; columns name the extra."""
    for name in ("numpy", "orjson", "planner.columns", "pricing.table"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "planner.columns")
    monkeypatch.delitem(sys.modules, "pricing.table")
    rows = client.post(PATH, json={"rows": [{"model": "gpt-5-mini", "usage": {"input_tokens": 1000}}]}).json()
    assert Decimal(rows["total_usd"]) == Decimal("0.00025")
    answer = columns(client, model=["gpt-5-mini"], input_tokens=[1])
    assert answer["status"] == 422
    assert "pip install 'tokenplan[table]'" in answer["detail"]
