"""`POST /v1/cost/batch`: a batch is its rows, each as if it were alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

GOOD = {"model": "gpt-5-mini", "usage": {"input_tokens": 1000, "output_tokens": 200}}
THEIRS = {
    "model": "claude-haiku-4-5",
    "provider_usage": {"shape": "anthropic", "payload": {"input_tokens": 120, "output_tokens": 310}},
}
NO_MODEL = {"model": "gpt-5-mni", "usage": {"input_tokens": 1}}
PATH = "/v1/cost/batch"


def test_a_row_is_answered_exactly_as_alone(client):
    """Rows that are priced carry the whole answer of /v1/cost, and the sum is theirs."""
    answer = client.post(PATH, json={"rows": [GOOD, THEIRS, GOOD]}).json()
    assert answer["rows"] == [client.post("/v1/cost", json=row).json() for row in (GOOD, THEIRS, GOOD)]
    assert (answer["count"], answer["priced"], answer["refused"]) == (3, 3, 0)
    # 2 x 0.00065 + (120 x 1 + 310 x 5) / 1e6
    assert answer["total_usd"] == "0.00297"


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        (NO_MODEL, "unknown-model"),
        (GOOD | {"modle": "x"}, "invalid-input"),
        (GOOD | {"usage": {"input_tokens": True}}, "invalid-usage"),
        (GOOD | {"usage": {"input_tokens": "1"}}, "invalid-usage"),
        (GOOD | {"usage": {"input_tokens": 1.5}}, "invalid-usage"),
        (GOOD | {"usage": {"input_tokens": -1}}, "invalid-usage"),
        (GOOD | {"usage": {"input": 1}}, "invalid-input"),
        (GOOD | {"usage": {}}, "invalid-usage"),
        (GOOD | {"usage": {"input_tokens": None}}, "invalid-usage"),
        ({"model": "gpt-5-mini", "input_tokens": 1}, "invalid-input"),
        (7, "invalid-input"),
        ({"usage": {"input_tokens": 1}}, "invalid-input"),
    ],
)
def test_a_bad_row_sinks_no_other(client, row, slug):
    """Its place holds its error; the rows around it are priced."""
    answer = client.post(PATH, json={"rows": [GOOD, row, GOOD]}).json()
    assert answer["rows"][1]["error"]["type"] == slug
    assert answer["total_usd"] == "0.0013"
    assert (answer["priced"], answer["refused"]) == (2, 1)


def test_what_a_row_leaves_out_comes_from_beside_the_rows(client):
    """A model and tier for all rows, which a row may overrule."""
    usage = GOOD["usage"]
    body = {"rows": [{"usage": usage}, {"usage": usage, "service_tier": "standard"}], "model": "gpt-5-mini"}
    answer = client.post(PATH, json=body | {"service_tier": "batch"}).json()
    assert [row["total_usd"] for row in answer["rows"]] == ["0.000325", "0.00065"]


def test_a_body_without_rows_is_refused(client):
    """Neither rows nor an unknown default is guessed at."""
    assert client.post(PATH, json={"row": []}).status_code == 422
    assert client.post(PATH, json={"rows": [], "modle": "x"}).status_code == 422
    assert client.post(PATH, content="{").status_code == 422


def test_ndjson_answers_a_line_for_a_line(client):
    """Each line in has its line out, bad ones too; blank lines are none."""
    lines = [json.dumps(GOOD), "", "{", json.dumps(NO_MODEL), "\xff", json.dumps(THEIRS)]
    sent = "\r\n".join(lines).encode("latin-1")
    answer = client.post(PATH, content=sent, headers={"content-type": "application/x-ndjson"})
    got = [json.loads(line) for line in answer.text.splitlines()]
    assert got[0] == client.post("/v1/cost", json=GOOD).json()
    assert [row.get("error", {}).get("type") for row in got] == [
        None, "invalid-input", "unknown-model", "invalid-input", None,
    ]  # fmt: skip


def test_ndjson_is_limited_by_the_line_not_by_the_body(guarded):
    """A stream far over the body limit is priced to its end; a line without end stops it with an error record."""
    headers = {"content-type": "application/x-ndjson", "authorization": "Bearer first"}
    line = (json.dumps(GOOD) + "\n").encode()
    answer = guarded.post(PATH, content=(line for _ in range(500)), headers=headers)
    assert len(answer.text.splitlines()) == 500
    endless = iter([line, *[b"x" * 100_000] * 11])
    last = [json.loads(each) for each in guarded.post(PATH, content=endless, headers=headers).text.splitlines()]
    assert last[0]["total_usd"] == "0.00065"
    assert last[1]["stream_error"]["type"] == "too-large"


@given(lines=st.lists(st.binary(max_size=30).filter(lambda line: line.strip() and b"\n" not in line), max_size=5))
def test_any_line_has_its_answer(client, lines):
    """Whatever bytes a line holds, it is answered by a line."""
    answer = client.post(PATH, content=b"\n".join(lines), headers={"content-type": "application/x-ndjson"})
    assert answer.status_code == 200
    assert [type(json.loads(line)) for line in answer.text.split("\n")[:-1]] == [dict] * len(lines)


def test_refusals_have_their_own_status(guarded):
    """No key 401, too long a body or first line 413, another content type 415 with those that are taken."""
    key = {"authorization": "Bearer first"}
    assert guarded.post(PATH, json={"rows": []}).status_code == 401
    assert guarded.post(PATH, json={"rows": [GOOD] * 100}, headers=key).status_code == 413
    lines = guarded.post(PATH, content=b"x" * 1_100_000, headers=key | {"content-type": "application/x-ndjson"})
    assert lines.status_code == 413
    other = guarded.post(PATH, content=b"a,b", headers=key | {"content-type": "text/csv"})
    assert other.status_code == 415
    assert "application/vnd.apache.arrow.stream" in other.json()["detail"]
