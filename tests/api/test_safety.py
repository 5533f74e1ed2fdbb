"""Safe by default: keys, limits, addresses, and a server that one text cannot stop."""

from __future__ import annotations

import re
import subprocess
import sys
import threading

import httpx
import pytest

from planner.api.settings import Settings, from_environment, refuse_open_bind
from pricing import InvalidInput

ASKED = {"model": "gpt-5-mini", "usage": {"input_tokens": 1}}


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic first", "Bearer", "first", "Bearer first second"])
def test_without_a_valid_key_the_verbs_are_closed(guarded, header):
    """401 with the scheme it wants, as a problem document."""
    answer = guarded.post("/v1/cost", json=ASKED, headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "key-needed"


@pytest.mark.parametrize("key", ["first", "second"])
def test_each_key_opens_them(guarded, key):
    """Several keys can be valid, so that one can be replaced without a gap."""
    answer = guarded.post("/v1/cost", json=ASKED, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_the_key_is_documented_where_one_is_needed(guarded, client):
    """The page offers to enter a key only when the server asks for one."""
    assert "HTTPBearer" in guarded.get("/openapi.json").json()["components"]["securitySchemes"]
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]


def test_health_needs_no_key(guarded):
    """A load balancer has none."""
    assert guarded.get("/healthz").status_code == 200


def test_a_body_over_the_limit_is_a_413(guarded):
    """Whether or not its length is announced."""
    headers = {"authorization": "Bearer first", "content-type": "application/json"}
    body = b'{"model": "' + b"x" * 3000 + b'"}'
    assert guarded.post("/v1/cost", content=body, headers=headers).status_code == 413
    assert guarded.post("/v1/cost", content=iter([body[:1500], body[1500:]]), headers=headers).status_code == 413
    small = iter([b'{"model": "gpt-5-mini",', b'"usage": {"input_tokens": 1}}'])
    assert guarded.post("/v1/cost", content=small, headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_needs_no_key(host):
    """The default is open to this machine only."""
    refuse_open_bind(host, Settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_any_other_address_needs_a_key(host):
    """A reachable server without a key is refused before it binds."""
    with pytest.raises(InvalidInput, match="TOKENPLAN_API_KEYS"):
        refuse_open_bind(host, Settings())
    refuse_open_bind(host, Settings(api_keys=("k",)))


def test_settings_come_from_the_environment(monkeypatch):
    """Keys are split at commas; a limit that is no number is named."""
    monkeypatch.setenv("TOKENPLAN_API_KEYS", "a, b,")
    monkeypatch.setenv("TOKENPLAN_MAX_BODY_MB", "0.5")
    assert from_environment() == Settings(("a", "b"), (), 500_000)
    monkeypatch.setenv("TOKENPLAN_MAX_BODY_MB", "lots")
    with pytest.raises(InvalidInput, match="TOKENPLAN_MAX_BODY_MB is 'lots'"):
        from_environment()


def test_cors_is_off_unless_an_origin_is_named(client, planner):
    """A foreign page gets no permission by default."""
    from starlette.testclient import TestClient

    from planner.api.app import create_app

    asking = {"origin": "https://sheet.example"}
    assert "access-control-allow-origin" not in client.get("/healthz", headers=asking).headers
    named = TestClient(create_app(lambda: planner, Settings(cors_origins=("https://sheet.example",))))
    assert named.get("/healthz", headers=asking).headers["access-control-allow-origin"] == "https://sheet.example"


def test_a_real_server_answers_on_its_port(server):
    """It says ready once it answers."""
    answer = httpx.post(f"{server}/v1/cost", json=ASKED)
    assert answer.json()["total_usd"] == "0.00000025"


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_and_their_assets_come_from_here(server, path):
    """Nothing on either page names another host, the policy forbids it, and every asset named is there."""
    page = httpx.get(f"{server}{path}")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assets = re.findall(r'"(/assets/[^"]+)"', page.text)
    assert len(assets) > 3
    for asset in assets:
        assert httpx.get(f"{server}{asset}").status_code == 200, asset


def test_a_500_page_document_passes(server):
    """1.5 MB of text is an ordinary document."""
    text = "The quick brown fox jumps over the lazy dog, and the report goes on. " * 22_000
    answer = httpx.post(f"{server}/v1/tokens", json={"model": "gpt-5-mini", "text": text}, timeout=60)
    assert answer.status_code == 200
    assert answer.json()["tokens"] > 300_000


HOSTILE = {
    "spaces": " " * 1_000_000,
    "one letter": "a" * 1_000_000,
    "random letters": "".join(chr(97 + i * i * 7919 % 26) for i in range(1_000_000)),
    "line ends": "\n" * 1_000_000,
    "no spaces, many marks": "!?" * 500_000,
    "ideographs": "漢字" * 300_000,
    "emoji": "👩‍👩‍👧" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_counted_or_refused_and_others_are_served(server, name):
    """While the text is dealt with, another client's request is answered; afterwards the server still lives."""
    outcome = []

    def send():
        asked = {"model": "gpt-5-mini", "text": HOSTILE[name]}
        outcome.append(httpx.post(f"{server}/v1/tokens", json=asked, timeout=60).status_code)

    sender = threading.Thread(target=send)
    sender.start()
    assert httpx.post(f"{server}/v1/cost", json=ASKED, timeout=10).status_code == 200
    sender.join()
    assert outcome[0] in (200, 422)
    assert httpx.get(f"{server}/healthz").status_code == 200


def test_a_lone_surrogate_and_special_tokens_are_text(server):
    """User text may hold anything JSON can carry."""
    body = rb'{"model": "gpt-5-mini", "text": "a \ud800 <|endoftext|> b"}'
    answer = httpx.post(f"{server}/v1/tokens", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 422)
    told = {"model": "gpt-5-mini", "text": "<|endoftext|>"}
    assert httpx.post(f"{server}/v1/tokens", json=told).json()["tokens"] > 1


@pytest.mark.parametrize("port", ["99999", "65536"])
def test_a_port_out_of_range_is_refused_not_wrapped(port):
    """The system would serve on another port than the one asked for."""
    command = [sys.executable, "-m", "planner.main", "serve", "--port", port]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2
    assert f"port is {port}" in result.stderr


def test_a_taken_port_is_said_in_words(server):
    """The second server exits with 2 and names the port."""
    port = server.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "planner.main", "serve", "--port", port]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr


def test_a_document_is_read_beside_the_loop(client, monkeypatch):
    """However small, a document is opened in a worker thread: a hostile one must not hold up every other request."""
    import threading
    from base64 import b64encode

    from planner.reading import documents

    seen, read = [], documents.read_document
    monkeypatch.setattr(
        "planner.reading.documents.read_document",
        lambda *given: seen.append(threading.current_thread().name) or read(*given),
    )
    body = {"model": "gpt-4o", "documents": [{"name": "a.pdf", "data": b64encode(b"%PDF-1.7 x").decode()}]}
    answer = client.post("/v1/tokens", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["documents", 0])
    assert "AnyIO worker thread" in seen[0]


def test_an_image_on_a_model_that_has_no_rule_is_a_422(client):
    """A model without a rule is told by its own slug, with the models that have one."""
    answer = client.post("/v1/tokens", json={"model": "deepseek-chat", "images": [{"width": 5, "height": 5}]})
    assert (answer.status_code, answer.json()["type"]) == (422, "no-rule")
    assert "gpt-4o" in answer.json()["detail"]
