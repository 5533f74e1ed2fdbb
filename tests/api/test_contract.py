"""The HTTP contract: examples, shapes of answers, strictness, problem details."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from planner import CostQuestion, EstimateQuestion, OutputSpread, TokensQuestion, Usage
from planner.api.batch import PATH as BATCH
from planner.examples import examples
from planner.verbs import VERBS
from planner.wire import dumps

PATHS = [*(verb.path for verb in VERBS), BATCH]
SENT = {f"{path} {name}": (path, each["value"]) for path in PATHS for name, each in examples(path).asked.items()}

UNCOUNTABLE = "\u088f" * 70_000
"""A letter newer than tiktoken in one run: the fast engine leaves it to tiktoken, which refuses the run."""


@pytest.mark.parametrize(("path", "body"), SENT.values(), ids=SENT)
def test_every_openapi_example_runs_and_answers_its_schema(client, path, body):
    """What the documentation shows can be sent as it stands, and the answer is what the schema says."""
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    openapi = client.get("/openapi.json").json()
    schema = openapi["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": openapi["components"]}).validate(answer.json())


def test_every_verb_has_an_example(client):
    """OpenAPI shows one for each POST endpoint."""
    posts = {path for path, item in client.get("/openapi.json").json()["paths"].items() if "post" in item}
    assert posts == set(PATHS)


def test_the_contracts_first_example_costs_what_the_contract_says(client):
    """1,000 tokens at 0.25 and 200 at 2 USD a million: 0.00065, as a plain decimal string."""
    asked = {"model": "gpt-5-mini", "usage": {"input_tokens": 1000, "output_tokens": 200}}
    answer = client.post("/v1/cost", json=asked).json()
    assert answer["total_usd"] == "0.00065"
    assert answer["model"] == {
        "id": "gpt-5-mini",
        "provider": "openai",
        "requested": "gpt-5-mini",
        "resolved_by": "exact",
    }
    assert answer["as_of"] == "2026-11-23T12:00:00Z"
    line = answer["lines"][0]
    assert {name: line[name] for name in ("bucket", "quantity", "unit", "usd_per_unit", "amount_usd")} == {
        "bucket": "input_tokens",
        "quantity": 1000,
        "unit": "million_tokens",
        "usd_per_unit": "0.25",
        "amount_usd": "0.00025",
    }
    assert line["source"]
    assert line["observed"]


def test_http_answers_what_python_answers(client, planner):
    """The same question gives the same bytes on both faces."""
    asked = {"model": "gpt-5-mini", "usage": {"input_tokens": 1234, "output_tokens": 77}}
    question = CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1234, output_tokens=77))
    assert client.post("/v1/cost", json=asked).text == dumps(planner.cost(question))
    told = {"model": "claude-haiku-4-5", "text": "Where is my parcel?"}
    assert client.post("/v1/tokens", json=told).text == dumps(planner.tokens(TokensQuestion(**told)))
    body = {"models": ["gpt-5-mini", "claude-haiku-4-5"], "text": "hello", "output_tokens": {"p50": 100, "p95": 300}}
    estimate = EstimateQuestion(
        models=("gpt-5-mini", "claude-haiku-4-5"), text="hello", output_tokens=OutputSpread(100, 300)
    )
    assert client.post("/v1/estimate", json=body).text == dumps(planner.estimate(estimate))


GOOD = {"model": "gpt-5-mini", "usage": {"input_tokens": 1}}


@pytest.mark.parametrize(
    ("path", "body", "slug", "loc"),
    [
        ("/v1/cost", GOOD | {"modle": "x"}, "invalid-input", ["modle"]),
        ("/v1/cost", GOOD | {"usage": {"input": 1}}, "invalid-input", ["usage", "input"]),
        ("/v1/cost", GOOD | {"usage": {"input_tokens": -1}}, "invalid-usage", ["usage", "input_tokens"]),
        ("/v1/cost", GOOD | {"usage": {"input_tokens": True}}, "invalid-input", ["usage", "input_tokens"]),
        ("/v1/cost", GOOD | {"usage": {"input_tokens": "1"}}, "invalid-input", ["usage", "input_tokens"]),
        ("/v1/cost", GOOD | {"usage": {"input_tokens": 1.5}}, "invalid-input", ["usage", "input_tokens"]),
        ("/v1/cost", {"model": "gpt-5-mini"}, "invalid-input", ["usage"]),
        ("/v1/cost", GOOD | {"model": "gpt-5-minus"}, "unknown-model", ["model"]),
        ("/v1/cost", GOOD | {"provider": "opnai"}, "unknown-model", ["provider"]),
        ("/v1/cost", GOOD | {"service_tier": "turbo"}, "not-priced", ["service_tier"]),
        ("/v1/cost", GOOD | {"region": "mars"}, "not-priced", ["region"]),
        ("/v1/cost", GOOD | {"as_of": "yesterday"}, "invalid-input", ["as_of"]),
        (
            "/v1/cost",
            {"model": "gpt-5-mini", "provider_usage": {"shape": "openai", "payload": {}}},
            "invalid-usage",
            ["provider_usage", "shape"],
        ),
        ("/v1/compare", {"text": UNCOUNTABLE, "output_tokens": 1}, "not-countable", ["text"]),
        ("/v1/compare", {"usage": {"input_tokens": 1}, "models": ["nope"]}, "unknown-model", ["model"]),
        ("/v1/compare", {"usage": {"input_tokens": 1}, "most": 0}, "invalid-input", ["most"]),
        ("/v1/tokens", {"model": "gpt-5-mini"}, "invalid-input", ["text"]),
        ("/v1/tokens", {"model": "gpt-5-mini", "text": UNCOUNTABLE}, "not-countable", ["text"]),
        ("/v1/estimate", {"models": [], "text": "x", "output_tokens": 1}, "invalid-input", ["models"]),
        (
            "/v1/estimate",
            {"models": ["gpt-5-mini"], "text": "x", "output_tokens": -1},
            "invalid-input",
            ["output_tokens"],
        ),
        (
            "/v1/estimate",
            {"models": ["gpt-5-mini"], "text": "x", "output_tokens": 1, "cache_hit_rate": 1.5},
            "invalid-input",
            ["cache_hit_rate"],
        ),
        (
            "/v1/estimate",
            {"models": ["gpt-5-mini"], "text": "x", "output_tokens": {"p50": 9, "p95": 3}},
            "invalid-input",
            ["output_tokens"],
        ),
        ("/v1/context/fit", {"model": "gpt-5-mini"}, "invalid-input", ["input_tokens"]),
        ("/v1/context/fit", {"model": "gpt-5-mini", "input_tokens": -4}, "invalid-input", ["input_tokens"]),
    ],
)
def test_wrong_input_is_a_422_that_names_the_key(client, path, body, slug, loc):
    """Every refusal is a problem document with a stable type, the place and a message."""
    answer = client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == slug
    assert problem["status"] == 422
    assert problem["errors"][0]["loc"][: len(loc)] == loc
    assert problem["errors"][0]["msg"]


def test_an_unknown_model_lists_the_nearest(client):
    """The caller can offer them."""
    problem = client.post("/v1/cost", json=GOOD | {"model": "gpt-5-minus"}).json()
    assert "gpt-5-mini" in problem["nearest"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5000])
def test_a_body_that_is_no_question_is_a_422(client, body):
    """Broken JSON, the wrong type and bytes that are no text are told apart from faults of ours."""
    answer = client.post("/v1/cost", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "invalid-input"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/models/no-such-model-at-all", 404),
        ("/v1/models/no-such-model-at-all/prices", 404),
        ("/nowhere", 404),
        ("/v1/models?provider=nobody", 422),
        ("/v1/models?capabilty=vision", 422),
        ("/v1/models?min_context=-1", 422),
        ("/v1/models?active_on=soon", 422),
        ("/v1/models?capability=visoin", 422),
        ("/v1/models?max_price=nan", 422),
        ("/v1/cost", 405),
    ],
)
def test_lookups_refuse_with_problem_details_too(client, path, status):
    """404 is for unknown paths and ids in paths, 422 for parameters."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_models_can_be_filtered(client):
    """Every filter given holds in every row."""
    found = client.get("/v1/models?provider=openai&min_context=200000&max_price=1&active_on=2026-11-23").json()
    assert found["count"] == len(found["models"]) > 3
    for each in found["models"]:
        assert each["provider"] == "openai"
        assert Decimal(each["input_usd"]) <= 1
        assert (each["context_window"] or each["max_input_tokens"]) >= 200_000


def test_an_id_with_slashes_and_its_prices_are_found(client):
    """`{id:path}` takes gateways' ids, and the prices route is matched first."""
    detail = client.get("/v1/models/openai/gpt-5-mini?provider=openrouter").json()
    assert detail["model"]["provider"] == "openrouter"
    history = client.get("/v1/models/openai/gpt-5-mini/prices?provider=openrouter").json()
    assert history["prices"]


def test_the_catalog_says_what_it_is(client):
    """Version, age and sources with their dates."""
    about = client.get("/v1/catalog").json()
    assert about["age_days"] >= 0
    assert {"genai-prices", "litellm", "model-prices"} <= {each["name"] for each in about["sources"]}
    assert client.get("/healthz").json() == {"status": "ok", "catalog": about["version"]}


def test_the_schema_of_a_plan_is_served(client):
    """What an editor asks for is what the verbs take."""
    example = examples("/v1/plans/check").asked["plan"]["value"]["plan"]
    Draft202012Validator(client.get("/v1/plans/schema").json()).validate(example)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"steps": {"a": {"kind": "judge", "model": "gpt-5-mini", "prompt": {"user": {"file": "/etc/passwd"}}}}},
            "not read",
        ),
        ({"prices": "ours.toml"}, "was not read"),
        ({"steps": {}}, "1 to 100 steps"),
        ({"policies": {}}, "nothing to check"),
        ({"nam": 1}, "unknown field"),
    ],
)
def test_a_plan_over_http_reads_no_file(client, change, said):
    """Prompts stand in the body: a file, a price file and a plan that is none are problems, with their place."""
    example = examples("/v1/plans/check").asked["plan"]["value"]["plan"]
    answer = client.post("/v1/plans/check", json={"plan": {**example, **change}})
    assert answer.status_code == 422
    assert said in answer.json()["errors"][0]["msg"]
    assert answer.json()["errors"][0]["loc"]


def test_prompts_stay_out_of_logs_and_errors_are_short(client, caplog):
    """A refused prompt is neither logged nor echoed whole."""
    secret = "tell-no-one " * 50 + UNCOUNTABLE
    answer = client.post("/v1/tokens", json={"model": "gpt-5-mini", "text": secret})
    assert answer.status_code == 422
    assert "tell-no-one" not in caplog.text
    assert len(answer.text) < 2000


def test_openapi_is_what_was_agreed(client, golden):
    """The description changes only on purpose."""
    golden("openapi.json", json.dumps(client.get("/openapi.json").json(), indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("usage", [{}, {"input_tokens": None}])
@pytest.mark.parametrize("path", ["/v1/cost", "/v1/compare"])
def test_a_usage_that_says_nothing_is_refused(client, path, usage):
    """No bucket, or null in each, is a mistake of the caller's, not a request that costs nothing."""
    named = {"model": "gpt-5-mini"} if path == "/v1/cost" else {"models": ["gpt-5-mini"]}
    answer = client.post(path, json={**named, "usage": usage})
    assert (answer.status_code, "no usage" in answer.json()["detail"]) == (422, True), answer.text


def test_a_null_bucket_is_not_used(client):
    """1,000 x 0.25 a million; a null beside them costs nothing, a stated 0 alone is a usage of 0 USD."""
    for usage, usd in (({"input_tokens": 1000, "output_tokens": None}, "0.00025"), ({"input_tokens": 0}, "0")):
        answer = client.post("/v1/cost", json={"model": "gpt-5-mini", "usage": usage})
        assert answer.json()["total_usd"] == usd


def test_a_null_bucket_is_not_used_however_deep(client):
    """A usage inside a call reads as one of its own: 1,000 x 0.25 a million for the weak, x 1.25 for the strong."""
    calls = {
        role: {"model": model, "usage": {"input_tokens": 1000, "audio_seconds": None}}
        for role, model in (("weak", "gpt-5-mini"), ("strong", "gpt-5"))
    }
    answer = client.post("/v1/routing/route", json={**calls, "strong_share": 1.0}).json()
    assert (answer["weak"]["usd"], answer["cost_usd"]) == ("0.00025", pytest.approx(0.00125))
