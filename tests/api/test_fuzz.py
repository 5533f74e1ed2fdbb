"""Generated requests on the real description: no fault of ours, no undocumented answer, no wrong input taken."""

from __future__ import annotations

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance, unsupported_method

from planner.api.batch import PATH as BATCH
from planner.verbs import VERBS

pytestmark = pytest.mark.slow

LOOKUPS = ("/v1/models", "/v1/models/{id}", "/v1/models/{id}/prices", "/v1/catalog", "/healthz")
FIXED = ("/v1/catalog", "/healthz")
EXAMPLES = {"/v1/latency": 5}
"""Fewer than 40 where hops hold hops: breaking a schema that holds itself takes schemathesis seconds an example."""
TIMES = int(os.environ.get("TOKENPLAN_FUZZ", "1"))
"""How many times as many examples to try; a gate tries few and always the same."""
ENDPOINTS = [*(("POST", verb.path) for verb in VERBS), ("POST", BATCH), *(("GET", path) for path in LOOKUPS)]
SENT = {f"valid {path}": (method, path, GenerationMode.POSITIVE) for method, path in ENDPOINTS} | {
    f"broken {path}": (method, path, GenerationMode.NEGATIVE) for method, path in ENDPOINTS if path not in FIXED
}


@pytest.fixture(scope="module")
def schema(app):
    """The description, read once: reading it costs as much as the requests of one test."""
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize(("method", "path", "mode"), SENT.values(), ids=SENT)
def test_generated_requests_meet_the_description(schema, method, path, mode):
    """Whatever is sent, the answer is one the OpenAPI describes, and what breaks the schema is refused.

    A well-formed question may still name no model, so refusing it is no failure; 405 carries no schema.
    """
    strategy = schema[path][method].as_strategy(generation_mode=mode)

    @given(case=strategy)
    @settings(max_examples=TIMES * EXAMPLES.get(path, 40), suppress_health_check=list(HealthCheck), database=None)
    def send(case):
        case.call_and_validate(excluded_checks=[positive_data_acceptance, unsupported_method])

    send()
