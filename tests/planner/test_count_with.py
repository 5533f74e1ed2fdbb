"""A prompt leaves the machine only where the question asks for it and the planner is allowed to send it."""

import httpx
import pytest
from catalogs import NOW
from starlette.testclient import TestClient

from planner import EstimateQuestion, TokensQuestion, default_planner
from planner.api.app import create_app
from planner.planner import Planner
from planner.tokens import Counter
from planner.tokens.remote import Remote
from planner.tokens.remote.client import Client
from pricing.errors import InvalidInput, NotCountable

ASKS = {"model": "gpt-5-mini", "text": "hello", "count_with": "provider"}


def allowed(asked):
    """A planner that may ask a provider, which answers 42 to everything and is remembered in `asked`."""

    def answer(request):
        asked.append(request)
        return httpx.Response(200, json={"input_tokens": 42})

    remote = Remote(Client(transport=httpx.MockTransport(answer)), {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"})
    counter = Counter(remote=lambda: remote)
    return Planner(default_planner().catalog, lambda: counter, lambda: NOW)


def test_a_question_may_ask_the_provider():
    """The provider's count is the answer, in one figure, with who counted; the prompt is priced by it."""
    asked = []
    planner = allowed(asked)
    found = planner.tokens(TokensQuestion(**ASKS))
    assert (found.tokens, found.low, found.high, found.method) == (42, 42, 42, "provider")
    assert "counted by OpenAI as one message" in found.warnings[-1]
    question = EstimateQuestion(
        text="hello", models=("gpt-5-mini", "claude-haiku-4-5"), output_tokens=1, count_with="provider"
    )
    assert [row.tokens.tokens for row in planner.estimate(question).rows] == [42, 42]
    assert [request.url.host for request in asked[1:]] == ["api.openai.com", "api.anthropic.com"]


def test_a_provider_without_a_count_api_does_not_sink_the_others():
    """A model whose provider counts nothing is refused by name; the others are answered for."""
    question = EstimateQuestion(
        text="hello", models=("gpt-5-mini", "mistral-large-latest"), output_tokens=1, count_with="provider"
    )
    answer = allowed([]).estimate(question)
    assert [row.model.id for row in answer.rows] == ["gpt-5-mini"]
    assert [(each.requested, each.type) for each in answer.refused] == [("mistral-large-latest", "no-rule")]


def test_nothing_is_sent_unasked():
    """A planner that may ask a provider counts offline where the question does not say otherwise."""
    asked = []
    assert allowed(asked).tokens(TokensQuestion(model="gpt-5-mini", text="hello")).method == "exact"
    assert asked == []


def test_a_planner_sends_nothing_unless_allowed():
    """Without leave the question is refused: over Python and HTTP alike, naming the key and what would allow it."""
    planner = default_planner()
    with pytest.raises(InvalidInput, match="TOKENPLAN_PROVIDER_COUNTS=1 allows it"):
        planner.tokens(TokensQuestion(**ASKS))
    answer = TestClient(create_app(lambda: planner)).post("/v1/tokens", json=ASKS)
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["count_with"])


def test_a_server_that_is_allowed_asks():
    """A server whose planner may ask answers with the provider's count."""
    asked = []
    planner = allowed(asked)
    answer = TestClient(create_app(lambda: planner)).post("/v1/tokens", json=ASKS)
    assert (answer.status_code, answer.json()["method"], len(asked)) == (200, "provider", 1)


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_leave_is_given_by_argument_or_environment(monkeypatch, how):
    """`default_planner(provider_counts=True)` or TOKENPLAN_PROVIDER_COUNTS=1 allows it; the key is then looked for."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if how == "environment":
        monkeypatch.setenv("TOKENPLAN_PROVIDER_COUNTS", "1")
    planner = default_planner(provider_counts=how == "argument")
    with pytest.raises(NotCountable, match="set OPENAI_API_KEY"):
        planner.tokens(TokensQuestion(**ASKS))
