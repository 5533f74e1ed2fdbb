"""A provider's own count: what is sent, what is tried again, and a clear error for everything that is no count."""

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from planner.tokens.remote import Remote
from planner.tokens.remote.client import Client, Patience
from planner.tokens.remote.providers import ENDPOINTS
from pricing.errors import NotCountable, TokenplanError, TooLarge

KEY = "sk-secret-0123456789"
ENV = {key: KEY for where in ENDPOINTS.values() for key in where.keys}
ANSWERS = {
    "openai": {"object": "response.input_tokens", "input_tokens": 11},
    "anthropic": {"input_tokens": 11},
    "google": {"totalTokens": 11},
    "cohere": {"tokens": list(range(11)), "token_strings": ["a"] * 11},
    "x-ai": {"token_ids": [{"token_id": at} for at in range(11)]},
}
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
    {"role": "assistant", "content": "Hi"},
]


class Server:
    """Answers in order; remembers what it was asked and how long the client would have slept."""

    def __init__(self, *answers):
        self.answers, self.asked, self.slept, self.clock = list(answers), [], [], 0.0

    def remote(self, env=ENV, **patience):
        return Remote(
            Client(
                Patience(**patience), httpx.MockTransport(self._answer), self._sleep, lambda: self.clock, lambda: 0.0
            ),
            env,
        )

    def _sleep(self, seconds):
        self.slept.append(seconds)
        self.clock += seconds

    def _answer(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def answered(body, status=200, **headers):
    return httpx.Response(status, json=body, headers={key.replace("_", "-"): value for key, value in headers.items()})


@pytest.mark.parametrize(
    ("provider", "url", "header", "body"),
    [
        (
            "openai",
            "https://api.openai.com/v1/responses/input_tokens",
            "authorization",
            {"model": "m", "input": "Hello"},
        ),
        (
            "anthropic",
            "https://api.anthropic.com/v1/messages/count_tokens",
            "x-api-key",
            {"model": "m", "messages": [{"role": "user", "content": "Hello"}]},
        ),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/models/m:countTokens",
            "x-goog-api-key",
            {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
        ),
        ("cohere", "https://api.cohere.com/v1/tokenize", "authorization", {"model": "m", "text": "Hello"}),
        ("x-ai", "https://api.x.ai/v1/tokenize-text", "authorization", {"model": "m", "text": "Hello"}),
    ],
)
def test_a_text_is_sent_as_each_provider_takes_it(provider, url, header, body):
    """Each provider gets its own body and its own key header, and its own figure is the count, low and high in one."""
    server = Server(answered(ANSWERS[provider]))
    found = server.remote().count("Hello", "m", provider)
    (request,) = server.asked
    assert (str(request.url), json.loads(request.content)) == (url, body)
    assert request.headers[header].removeprefix("Bearer ") == KEY
    assert (found.tokens, found.low, found.high, found.method) == (11, 11, 11, "provider")


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (
            "openai",
            {
                "model": "m",
                "input": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
                    {"role": "assistant", "content": "Hi"},
                ],
            },
        ),
        (
            "anthropic",
            {
                "model": "m",
                "messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}],
                "system": "Be brief.",
            },
        ),
        (
            "google",
            {
                "generateContentRequest": {
                    "model": "models/m",
                    "contents": [
                        {"role": "user", "parts": [{"text": "Hello"}]},
                        {"role": "model", "parts": [{"text": "Hi"}]},
                    ],
                    "systemInstruction": {"parts": [{"text": "Be brief."}]},
                }
            },
        ),
    ],
)
def test_messages_are_sent_in_each_providers_shape(provider, body):
    """System messages, parts and the assistant's role become what each provider calls them."""
    server = Server(answered(ANSWERS[provider]))
    assert server.remote().count_messages(MESSAGES, "m", provider).tokens == 11
    assert json.loads(server.asked[0].content) == body


def test_what_may_pass_is_tried_again():
    """A rate limit, a fault of theirs and a time-out are waited out, twice as long each time."""
    server = Server(answered({}, 429), answered({}, 503), httpx.ReadTimeout("slow"), answered(ANSWERS["openai"]))
    assert server.remote().count("Hello", "m", "openai").tokens == 11
    assert server.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "3"}, 3.0), ({"retry_after_ms": "250"}, 0.25), ({"retry_after": "soon"}, 0.5)],
)
def test_what_a_provider_asks_to_wait_is_waited(headers, seconds):
    """`retry-after` in seconds or milliseconds is kept to; what cannot be read is no wait of its own."""
    server = Server(answered({}, 429, **headers), answered(ANSWERS["openai"]))
    server.remote().count("Hello", "m", "openai")
    assert server.slept == [seconds]


def test_a_wait_may_be_a_date():
    """`retry-after` may name an instant."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    server = Server(answered({}, 503, retry_after=at), answered(ANSWERS["openai"]))
    server.remote().count("Hello", "m", "openai")
    assert 15 < server.slept[0] <= 20


def test_the_deadline_ends_it():
    """A wait that would pass the deadline is not begun: the error says what the provider asked for."""
    server = Server(answered({"error": {"message": "quota"}}, 429, retry_after="3600"))
    with pytest.raises(
        NotCountable, match=r"OpenAI gave no count in 1 attempt \(status 429: quota; it asks to wait 3600"
    ):
        server.remote().count("Hello", "m", "openai")
    assert server.slept == []


def test_attempts_are_counted():
    """After the last attempt the error names the provider, the attempts and the last fault."""
    server = Server(httpx.ConnectError("refused"))
    with pytest.raises(NotCountable, match=r"xAI gave no count in 3 attempts \(ConnectError: refused\)"):
        server.remote(attempts=3).count("Hello", "m", "x-ai")
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            answered({"error": {"message": f"bad key {KEY}"}}, 401),
            r"Anthropic refuses the key \(status 401\): bad key \*\*\*",
        ),
        (
            answered({"error": {"message": "no such model"}}, 404),
            r"Anthropic does not count this \(status 404\): no such",
        ),
        (httpx.Response(400, text="plain words"), r"status 400\): plain words"),
        (httpx.Response(200, text='{"input_tok'), "Anthropic answered with no JSON"),
        (answered([1]), "Anthropic answered with list"),
        (answered({"tokens": 3}), "Anthropic answered without 'input_tokens'"),
        (answered({"input_tokens": "11"}), "Anthropic answered '11' where a number"),
        (answered({"input_tokens": True}), "Anthropic answered True where a number"),
        (answered({"input_tokens": -1}), "Anthropic answered -1 where a number"),
    ],
)
def test_what_is_no_count_is_an_error(answer, said):
    """A refused key, an unknown model, truncated JSON, a wrong type: errors that name the provider, never the key."""
    server = Server(answer)
    with pytest.raises(NotCountable, match=said) as told:
        server.remote().count("Hello", "m", "anthropic")
    assert KEY not in str(told.value)
    assert len(server.asked) == 1


def test_no_key_no_call():
    """Without the provider's key nothing is sent; the error names the variable."""
    server = Server(answered({}))
    with pytest.raises(NotCountable, match="Gemini counts only with a key; set GEMINI_API_KEY"):
        server.remote(env={}).count("Hello", "m", "google")
    assert server.asked == []


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda remote: remote.count("a", "m", "azure"), NotCountable, "no count API is known of the provider 'azure'"),
        (lambda remote: remote.count("a" * 65_537, "m", "cohere"), TooLarge, "Cohere counts at most 65536"),
        (lambda remote: remote.count_messages(MESSAGES, "m", "x-ai"), NotCountable, "xAI counts plain text"),
        (lambda remote: remote.count_messages([], "m", "openai"), TokenplanError, "at least one message"),
        (lambda remote: remote.count_messages([{"role": "tool", "content": "x"}], "m", "openai"), NotCountable, "0"),
        (
            lambda remote: remote.count_messages([{"role": "user", "content": [{"type": "image_url"}]}], "m", "openai"),
            NotCountable,
            "a part of type 'image_url' is not sent",
        ),
        (
            lambda remote: remote.count_messages([{"role": "user", "content": "", "tool_calls": [1]}], "m", "google"),
            NotCountable,
            r"messages\[0\] holds tool_calls",
        ),
    ],
)
def test_what_cannot_be_asked_is_not_sent(ask, error, said):
    """A provider without a count API, too long a text and what is not text are refused before anything leaves."""
    server = Server(answered({}))
    with pytest.raises(error, match=said):
        ask(server.remote())
    assert server.asked == []


class _Handler(BaseHTTPRequestHandler):
    """Over a real socket: busy once, then as the path of the base address says."""

    def do_POST(self):
        asked = self.server.asked
        asked.append((self.path, self.headers["authorization"], self.rfile.read(int(self.headers["content-length"]))))
        kind = self.path.split("/")[1]
        if kind == "busy" and len(asked) == 1:
            self._send(429, b"{}", ("retry-after", "0"))
        elif kind == "cut":
            self._send(200, b'{"input_tokens": 1', ("content-type", "application/json"))
        elif kind == "slow":
            self.server.stop.wait(5)
        else:
            self._send(200, b'{"input_tokens": 7}', ("content-type", "application/json"))

    def _send(self, status, body, header):
        self.send_response(status)
        self.send_header(*header)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def loopback():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked, server.stop, server.daemon_threads = [], threading.Event(), True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()


def at(server, kind, **patience):
    """A Remote whose OpenAI is the loopback server."""
    base = f"http://127.0.0.1:{server.server_address[1]}/{kind}/v1"
    return Remote(Client(Patience(**patience)), {**ENV, "TOKENPLAN_OPENAI_BASE_URL": base})


def test_a_real_server_is_asked_again(loopback):
    """Over a real connection, 429 and then 200 give the count; the base address is the one that was set."""
    assert at(loopback, "busy").count("Hello", "m", "openai").tokens == 7
    assert [path for path, _, _ in loopback.asked] == ["/busy/v1/responses/input_tokens"] * 2


@pytest.mark.parametrize(
    ("kind", "said"),
    [("cut", "OpenAI answered with no JSON"), ("slow", "gave no count in 1 attempt .no answer within 0")],
)
def test_a_real_server_that_fails(loopback, kind, said):
    """Over a real connection, truncated JSON and silence end in an error, silence within the deadline."""
    with pytest.raises(NotCountable, match=said):
        at(loopback, kind, total=0.2, once=0.2).count("Hello", "m", "openai")
