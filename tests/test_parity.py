"""Every face gives one answer: each verb's OpenAPI examples over Python, HTTP and the command line."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from catalogs import NOW
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from planner import default_planner
from planner.api.app import create_app
from planner.examples import examples
from planner.main import main
from planner.verbs import VERBS
from planner.wire import dumps

MESSAGES = "MESSAGES"
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
    ("/v1/tokens", "images"): (
        "tokens gemini-3-flash-preview --text TEXT --image-size 1920x1080 --detail medium --audio 12.5"
    ),
    ("/v1/tokens", "document"): "tokens claude-haiku-4-5 --text TEXT --document DOCUMENT",
    ("/v1/tokens", "tools"): "tokens gpt-4o --messages MESSAGES --tools TOOLS --response-format SCHEMA",
    ("/v1/tokens", "request"): "tokens gpt-5-mini --request REQUEST --shape anthropic",
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
    ("/v1/context/pack", "request"): "context pack gpt-5-mini ITEMS --request REQUEST --budget 230",
    ("/v1/context/chunks", "text"): (
        "context chunks text-embedding-3-small --text TEXT --limit 24 --overlap 8 --with-text"
    ),
    ("/v1/context/chunks", "planned"): (
        "context chunks text-embedding-3-small --document-tokens 1000000 --overlap 64 --dimensions 1536 "
        "--embedding text-embedding-3-large:3072 --usd-per-gb-month 0.33"
    ),
    ("/v1/prices/changes", "makers"): "prices changes --since 2026-10-01 --provider google",
    ("/v1/prices/changes", "cheaper"): (
        "prices changes --since 2026-09-01 --models claude-haiku-5-5,gemini-2.5-flash,ministral-8b-2512,gpt-5-mini "
        "--in-use gpt-5-mini --input 3000 --output 400"
    ),
}
EXAMPLE = {f"{verb.path} {name}": (verb.path, name) for verb in VERBS for name in examples(verb.path).asked}


@pytest.fixture(scope="module")
def client():
    from planner.planner import Planner

    planner = default_planner()
    return TestClient(create_app(lambda: Planner(planner.catalog, planner.counter, lambda: NOW)))


@pytest.mark.parametrize(("path", "name"), EXAMPLE.values(), ids=EXAMPLE)
def test_every_face_gives_the_same_answer(client, capsys, monkeypatch, tmp_path, path, name):
    """The same question, asked three ways, is answered with the same JSON."""
    monkeypatch.setenv("TOKENPLAN_NOW", NOW.isoformat())
    body = examples(path).asked[name]["value"]
    verb = next(each for each in VERBS if each.path == path)
    question = TypeAdapter(verb.question_type).validate_python(body)
    in_python = dumps(getattr(default_planner(), verb.name)(question))
    over_http = client.post(path, json=body).text
    files = {"MESSAGES": body.get("messages"), "PAYLOAD": body.get("provider_usage", {}).get("payload")}
    files["ITEMS"] = body.get("items")
    for document in body.get("documents", ()):
        files["DOCUMENT"] = b64decode(document["data"])
    files |= {"TOOLS": body.get("tools"), "SCHEMA": body.get("response_format"), "REQUEST": body.get("request")}
    if (path, name) in TYPED:
        argv = [_argument(word, body, files, tmp_path) for word in TYPED[path, name].split()]
    else:
        argv = [*verb.words.split(), "--question", _argument("QUESTION", body, {"QUESTION": body}, tmp_path)]
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
    path.write_bytes(files[word] if isinstance(files[word], bytes) else json.dumps(files[word]).encode())
    return str(path)
