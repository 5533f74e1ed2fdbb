"""The client against a real server on a real port, and against servers that fail in every way it must know."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from planner import CostQuestion, ModelsQuestion, Usage, default_planner, questions
from planner.client import AsyncClient, Client, Retries
from planner.client.verbs import Asks, Verbs
from planner.examples import examples
from planner.verbs import VERBS
from planner.wire import dumps
from pricing.errors import AmbiguousModel, InvalidInput, KeyNeeded, NoAnswer, NotPriced, UnknownModel

QUESTION = CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000, output_tokens=200))
ROOT = Path(__file__).parents[3]


@pytest.fixture
def local(monkeypatch):
    """The planner in this process, at the server's instant."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    return default_planner()


@contextmanager
def scripted(*answers):
    """A server on a port of its own that gives these (status, headers, body) in turn, and notes what it was sent."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(
                (
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(int(self.headers["content-length"])),
                )
            )
            status, headers, body = answers[min(len(heard), len(answers)) - 1]
            if status is None:
                stopped.wait(5)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    stopped = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", heard
        finally:
            stopped.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def good(local):
    """What a server answers to QUESTION."""
    return 200, {"content-type": "application/json"}, dumps(local.cost(QUESTION)).encode()


def test_the_client_has_every_verb_and_nothing_else():
    """A verb of the list is a method of the client, with the planner's words."""
    found = {name for name, value in vars(Verbs).items() if isinstance(value, Asks)}
    assert found == {verb.name for verb in VERBS} | {"models", "model", "prices", "about"}
    assert Client.cost.__doc__.startswith("What one request costs")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_is_answered_as_in_process(verb, server, local):
    """Question, way there, server, way back: the answer is the one that the planner gives, in its type."""
    with Client(server) as client:
        body = next(iter(examples(verb.path).asked.values()))["value"]
        question = questions.of_values(verb.question_type, body)
        assert getattr(client, verb.name)(question) == getattr(local, verb.name)(question)


def test_look_ups_are_answered_as_in_process(server, local):
    """Models, one model, its prices and the catalog, names with slashes and all."""
    with Client(server) as client:
        question = ModelsQuestion(provider="anthropic", min_context=200_000)
        assert client.models(question) == local.models(question)
        assert client.model("gpt-5-mini", provider="azure") == local.model("gpt-5-mini", "azure")
        assert client.prices("openai/gpt-5-mini") == local.prices("openai/gpt-5-mini")
        assert client.about() == local.about()


def test_the_budget_check_of_the_docs_runs(server):
    """The script in docs/client.md passes within its budget, and fails with 1 and a sentence beyond it."""
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    script = page.partition("```python\n")[2].partition("```")[0]
    assert len(list(filter(str.strip, script.splitlines()))) <= 10
    for budget, code, said in (("2000", 0, ""), ("100", 1, "USD a month, over 100")):
        command = [sys.executable, "-c", script, server, budget]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (ran.returncode, said in ran.stderr) == (code, True), ran.stderr


def test_many_questions_are_asked_at_once_on_a_loop(server, local):
    """The other client awaits the same answers."""

    async def ask():
        async with AsyncClient(server) as client:
            return await asyncio.gather(*(client.cost(QUESTION) for _ in range(20)), client.about())

    *costs, about = asyncio.run(ask())
    assert set(costs) == {local.cost(QUESTION)}
    assert about == local.about()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (CostQuestion(model="gpt-5-minny", usage=Usage(input_tokens=1)), UnknownModel),
        (CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1), service_tier="gold"), NotPriced),
        (CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1), as_of="soon"), InvalidInput),
    ],
)
def test_a_refusal_is_the_error_that_the_planner_raises(question, kind, server, local):
    """Class, message, places and nearest names come back whole, without a second attempt."""
    with pytest.raises(kind) as mine:
        local.cost(question)
    with Client(server, sleep=pytest.fail) as client, pytest.raises(kind) as theirs:
        client.cost(question)
    assert type(theirs.value) is type(mine.value)
    assert str(theirs.value) == str(mine.value)
    assert [(p.loc, p.msg) for p in theirs.value.problems] == [(p.loc, p.msg) for p in mine.value.problems]
    assert getattr(theirs.value, "nearest", ()) == getattr(mine.value, "nearest", ())


def test_a_missing_or_wrong_key_is_said(server_with_key):
    """401 is KeyNeeded; the right key is let in."""
    for key in (None, "wrong"):
        with Client(server_with_key, api_key=key) as client, pytest.raises(KeyNeeded, match="valid key"):
            client.cost(QUESTION)
    with Client(server_with_key, api_key="right") as client:
        assert client.cost(QUESTION).model.id == "gpt-5-mini"


@pytest.fixture(scope="module")
def server_with_key():
    """A real server that wants a key."""
    command = [sys.executable, "-m", "planner.main", "serve", "--port", "0"]
    environment = {**__import__("os").environ, "TOKENPLAN_API_KEYS": "right"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().split()[1]
        process.terminate()


def test_a_server_that_recovers_is_asked_again(good):
    """500, 503, then an answer: the client waits between them, longer each time, and asks the same."""
    waits = []
    with scripted((500, {}, b"oops"), (503, {}, b""), good) as (url, heard):
        with Client(url, api_key="k", sleep=waits.append, retries=Retries(draw=lambda: 1.0)) as client:
            assert str(client.cost(QUESTION).total_usd) == "0.00065"
        assert waits == [0.5, 1.0]
        assert len({body for _, _, body in heard}) == 1
        assert heard[0][0] == "/v1/cost"
        assert heard[0][1]["authorization"] == "Bearer k"


def test_the_loop_waits_and_asks_again_too(good):
    """The awaiting client shares the rules."""
    waits = []

    async def ask(url):
        async def sleep(seconds):
            waits.append(seconds)

        async with AsyncClient(url, sleep=sleep, retries=Retries(draw=lambda: 1.0)) as client:
            return await client.cost(QUESTION)

    with scripted((429, {"retry-after": "7"}, b""), good) as (url, _):
        assert asyncio.run(ask(url)).model.id == "gpt-5-mini"
    assert waits == [7.0]


def test_a_server_says_when_to_come_back(good):
    """Retry-After in seconds or as a date is kept to; one that is too far off ends the attempts."""
    waits = []
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with (
        scripted((429, {"retry-after": "2"}, b""), (429, {"retry-after": soon}, b""), good) as (url, _),
        Client(url, sleep=waits.append) as client,
    ):
        client.cost(QUESTION)
    assert waits[0] == 2.0
    assert 15 < waits[1] <= 20
    with scripted((429, {"retry-after": "3600"}, b"")) as (url, heard), Client(url, sleep=waits.append) as client:
        with pytest.raises(NoAnswer, match="no answer in 1 attempt; the last: 429"):
            client.cost(QUESTION)
        assert len(heard) == 1


def test_a_server_that_stays_at_fault_is_given_up():
    """After the last attempt the error says how many there were and what the server said."""
    fault = (500, {"content-type": "application/problem+json"}, b'{"detail": "a fault of ours"}')
    with scripted(fault) as (url, heard), Client(url, sleep=lambda _: None) as client:
        with pytest.raises(NoAnswer, match="POST /v1/cost: no answer in 4 attempts; the last: 500 a fault of ours"):
            client.cost(QUESTION)
        assert len(heard) == 4


def test_a_server_that_is_down_is_named():
    """Nobody listens: no traceback of the library, but which call failed and how."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with Client(url, sleep=lambda _: None) as client, pytest.raises(NoAnswer, match=r"4 attempts.*ConnectError"):
            client.cost(QUESTION)


def test_a_slow_server_is_not_waited_for():
    """An attempt ends with its time."""
    retries = Retries(attempts=2)
    with (
        scripted((None, {}, b"")) as (url, heard),
        Client(url, timeout_seconds=0.05, sleep=lambda _: None, retries=retries) as client,
    ):
        with pytest.raises(NoAnswer, match=r"2 attempts.*ReadTimeout"):
            client.cost(QUESTION)
        assert len(heard) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}, b"<html>welcome</html>"), "answers, but not as Tokenplan does"),
        ((200, {}, b'{"model": 3}'), "answers, but not as Tokenplan does"),
        ((404, {}, b"no such page"), "404 no such page"),
        ((422, {}, b'{"type": "invalid-input", "errors": []}'), "422"),
        ((422, {}, b'{"type": "of-tomorrow", "errors": [{"loc": [], "msg": "x", "input": 1}]}'), "422"),
    ],
)
def test_what_is_no_tokenplan_server_is_said(answer, said):
    """Another service at the address is no answer, and never half of one."""
    with scripted(answer) as (url, _), Client(url) as client, pytest.raises(NoAnswer, match=said):
        client.cost(QUESTION)


def test_choices_of_an_ambiguous_name_come_back():
    """`nearest` of a problem document is the error's."""
    errors = b'[{"loc": ["model"], "msg": "two", "input": "m"}]'
    body = b'{"type": "ambiguous-model", "errors": %b, "nearest": ["a", "b"]}' % errors
    with scripted((422, {}, body)) as (url, _), Client(url) as client, pytest.raises(AmbiguousModel) as caught:
        client.cost(QUESTION)
    assert caught.value.nearest == ("a", "b")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8321", "ftp://there", "http://", "http://a:b"])
def test_what_is_no_address_is_refused_at_once(url):
    """Before any call."""
    with pytest.raises(InvalidInput, match="url is"):
        Client(url)


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"first_seconds": -1.0}, {"longest_seconds": float("nan")}])
def test_retries_that_make_no_sense_are_refused(wrong):
    """No attempt, or a wait below zero."""
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        Retries(**wrong)
