"""Every face gives one answer: each verb's OpenAPI examples over Python, HTTP and the command line."""

from __future__ import annotations

import json

import pytest
from catalogs import NOW
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from planner import (
    ChunksQuestion,
    CompareQuestion,
    CostQuestion,
    EstimateQuestion,
    FitQuestion,
    PackQuestion,
    TokensQuestion,
    default_planner,
)
from planner.api.app import create_app
from planner.api.examples import EXAMPLES
from planner.main import main
from planner.wire import dumps

MESSAGES = "MESSAGES"
VERBS = {
    "/v1/cost": (CostQuestion, "cost"),
    "/v1/compare": (CompareQuestion, "compare"),
    "/v1/tokens": (TokensQuestion, "tokens"),
    "/v1/estimate": (EstimateQuestion, "estimate"),
    "/v1/context/fit": (FitQuestion, "fit"),
    "/v1/context/pack": (PackQuestion, "pack"),
    "/v1/context/chunks": (ChunksQuestion, "chunks"),
}
TYPED = {
    ("/v1/cost", "usage"): "cost gpt-5-mini 1000 200",
    ("/v1/cost", "provider_usage"): "cost claude-haiku-4-5 --usage PAYLOAD --shape anthropic",
    ("/v1/cost", "batch"): "cost gpt-5-mini 500000 20000 --tier batch",
    ("/v1/compare", "named"): "compare --input 3000 --output 400 --models gpt-5,gpt-5-mini,claude-haiku-4-5",
    (
        "/v1/compare",
        "prompt",
    ): "compare --messages MESSAGES --output 300 --models gpt-5-mini,claude-haiku-4-5,gemini-2.5-flash",
    ("/v1/compare", "cheapest"): "compare --input 3000 --output 400 --most 5",
    ("/v1/tokens", "text"): "tokens gpt-5-mini --text TEXT",
    ("/v1/tokens", "messages"): "tokens gpt-5-mini --messages MESSAGES",
    ("/v1/estimate", "messages"): (
        "estimate --messages MESSAGES --models gpt-5-mini,claude-haiku-4-5,gemini-2.5-flash --output-p50 250 "
        "--output-p95 700 --requests-per-month 100000 --cached-prefix-share 0.6 --cache-hit-rate 0.8"
    ),
    ("/v1/context/fit", "counted"): "fit gpt-5-mini --input-tokens 250000 --reserve-output 8000",
    ("/v1/context/fit", "text"): "fit gpt-5-mini --text TEXT --reserve-output 1000",
    ("/v1/context/pack", "window"): (
        "context pack claude-haiku-4-5 ITEMS --reserve-output 800 --budget 6000 --policy score_first --order edges "
        "--position-quality 0:1,0.5:0.6,1:0.9 --cache-hit-rate 0.8"
    ),
    ("/v1/context/pack", "summary"): (
        "context pack gpt-5-mini ITEMS --budget 7000 --summarise-at 0.1 --summary-tokens 120 --keep-turns 1"
    ),
    ("/v1/context/chunks", "text"): (
        "context chunks text-embedding-3-small --text TEXT --limit 24 --overlap 8 --with-text"
    ),
    ("/v1/context/chunks", "planned"): (
        "context chunks text-embedding-3-small --document-tokens 1000000 --overlap 64 --dimensions 1536 "
        "--embedding text-embedding-3-large:3072 --usd-per-gb-month 0.33"
    ),
}
EXAMPLE = {f"{path} {name}": (path, name) for path, named in EXAMPLES.items() for name in named}


@pytest.fixture(scope="module")
def client():
    from planner.planner import Planner

    planner = default_planner()
    return TestClient(create_app(lambda: Planner(planner.catalog, planner.counter, lambda: NOW)))


@pytest.mark.parametrize(("path", "name"), EXAMPLE.values(), ids=EXAMPLE)
def test_every_face_gives_the_same_answer(client, capsys, monkeypatch, tmp_path, path, name):
    """The same question, asked three ways, is answered with the same JSON."""
    monkeypatch.setenv("TOKENPLAN_NOW", NOW.isoformat())
    body = EXAMPLES[path][name]["value"]
    question, verb = VERBS[path]
    in_python = dumps(getattr(default_planner(), verb)(TypeAdapter(question).validate_python(body)))
    over_http = client.post(path, json=body).text
    files = {"MESSAGES": body.get("messages"), "PAYLOAD": body.get("provider_usage", {}).get("payload")}
    files["ITEMS"] = body.get("items")
    argv = [_argument(word, body, files, tmp_path) for word in TYPED[path, name].split()]
    assert main([*argv, "--json"]) == 0
    typed = json.loads(capsys.readouterr().out)
    assert json.loads(over_http) == json.loads(in_python) == typed


def _argument(word, body, files, folder):
    """A word of the command line; MESSAGES and PAYLOAD become files, TEXT the example's text."""
    if word == "TEXT":
        return body["text"]
    if word not in files:
        return word
    path = folder / f"{word}.json"
    path.write_text(json.dumps(files[word]))
    return str(path)
