"""Keys that stand twice, and a request that names another model than it is asked about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from planner import CostQuestion, EstimateQuestion, FitQuestion, Planner, TokensQuestion
from planner.questions import read
from planner.tokens import Counter
from pricing.errors import InvalidInput

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAID = "the request is for the model 'gpt-4o'; this answer is for gpt-5-mini"


@pytest.fixture(scope="module")
def planner(shipped):
    """The shipped catalog."""
    return Planner(shipped, Counter, lambda: NOW)


def body(model):
    """A chat request as OpenAI takes it."""
    return {"model": model, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"model": "gpt-5-mini", "usage": {"input_tokens": 1}, "model": "gpt-4o"}', "model"),
        ('{"model": "gpt-5-mini", "usage": {"input_tokens": 1, "input_tokens": 9}}', "input_tokens"),
        (
            b'{"model": "gpt-5-mini", "usage": {"input_tokens": 1, "output_tokens": null, "input_tokens": 9}}',
            "input_tokens",
        ),
    ],
)
def test_a_key_that_stands_twice_is_refused(text, key):
    """Of two values for one key none is dropped unsaid."""
    with pytest.raises(InvalidInput, match=f"the key '{key}' stands twice"):
        read(CostQuestion, text)


def test_a_request_for_another_model_is_said(planner):
    """A body that names one model and is asked about for another says so, in each answer about one prompt."""
    asked = {"request": body("gpt-4o")}
    assert SAID in planner.tokens(TokensQuestion(model="gpt-5-mini", **asked)).warnings
    assert SAID in planner.fit(FitQuestion(model="gpt-5-mini", **asked)).warnings
    assert SAID in planner.estimate(EstimateQuestion(models=("gpt-5-mini",), output_tokens=1, **asked)).assumptions


@pytest.mark.parametrize("own", ["gpt-5-mini", "openai/gpt-5-mini", "gpt-5-mini-2025-08-07", None])
def test_a_request_for_the_same_model_is_not(planner, own):
    """Another spelling of the model asked about is the same model; without a name nothing is said."""
    request = body(own) if own else {"messages": body("")["messages"]}
    warnings = planner.tokens(TokensQuestion(model="gpt-5-mini", request=request)).warnings
    assert not any("the request is for" in said for said in warnings)


def test_models_to_compare_may_hold_the_requests_own(planner):
    """Among several models the request's own is one: nothing differs."""
    question = EstimateQuestion(models=("gpt-4o", "gpt-5-mini"), output_tokens=1, request=body("gpt-4o"))
    assert not any("the request is for" in said for said in planner.estimate(question).assumptions)
