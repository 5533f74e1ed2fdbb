"""A real server on a real port: hostile texts are counted apart, within bounds, while everyone else is served."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from planner.api.settings import Settings, from_environment
from planner.tokens.workers import Bounds
from pricing import InvalidInput

LETTERS = "".join(random.Random(4).choices("abcdefghijklmnopqrstuvwxyz", k=8_000_000))
SOME = LETTERS[:3_000_000]
WORDS = "".join(LETTERS[at : at + 60_000] + " " for at in range(0, 7_980_000, 60_000))
HOSTILE = {
    "spaces": " " * 8_000_000,
    "one letter": "a" * 8_000_000,
    "random letters": LETTERS,
    "long words": WORDS,
    "line ends": "\r\n" * 3_900_000,
    "ideographs": "漢字" * 1_300_000,
    "emoji": "👩‍👩‍👧" * 440_000,
    "lone surrogates": "\ud800 " * 2_000_000,
}


@contextmanager
def serving(**settings):
    """A server process with these settings; it ends by Ctrl-C and leaves no process behind."""
    environment = {**os.environ, "TOKENPLAN_NOW": "2026-11-23T12:00:00Z", "PYTHONWARNINGS": "error", **settings}
    command = [sys.executable, "-m", "planner.main", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:")
        try:
            yield line.split()[1], process
        finally:
            left = descendants(process.pid)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) in (0, 130)
            assert gone(left)


def descendants(pid):
    """The processes that a process has started."""
    return [int(child) for each in Path(f"/proc/{pid}/task").glob("*/children") for child in each.read_text().split()]


def gone(pids):
    """Whether processes end within five seconds."""
    for _ in range(50):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def workers(pid):
    """The processes that count; the one that tracks resources is multiprocessing's own."""
    return [child for child in descendants(pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def ask(url, text):
    """The status and answer to a count of a text."""
    body = json.dumps({"model": "gpt-5-mini", "text": text}, ensure_ascii="\ud800" in text)
    answer = httpx.post(f"{url}/v1/tokens", content=body, headers={"content-type": "application/json"}, timeout=60)
    return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def without_the_extra(tmp_path_factory):
    """A path on which toktok cannot be imported."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "toktok.py").write_text("raise ImportError")
    return str(folder)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["toktok", "tiktoken"])
def test_hostile_texts_are_counted_or_refused_and_others_are_served_meanwhile(engine, without_the_extra):
    """Eight texts of 8 MB at once: each is counted or refused, and small requests are answered before they are done."""
    path = without_the_extra if engine == "tiktoken" else ""
    with serving(PYTHONPATH=path, TOKENPLAN_COUNT_SECONDS="60") as (url, process):
        with ThreadPoolExecutor(len(HOSTILE)) as threads:
            asked = {kind: threads.submit(ask, url, text) for kind, text in HOSTILE.items()}
            served = 0
            while not all(each.done() for each in asked.values()):
                assert ask(url, "hello world")[1]["tokens"] == 2
                served += 1
        told = {kind: each.result() for kind, each in asked.items()}
        assert served >= 3
        assert {kind: answer["detail"] for kind, (status, answer) in told.items() if status not in (200, 422)} == {}
        refused = {kind for kind, (_, answer) in told.items() if answer.get("type") == "not-countable"}
        runs = {"spaces", "one letter", "random letters", "line ends", "ideographs", "emoji"}
        assert refused == (runs if engine == "tiktoken" else set())
        assert told["long words"][1]["tokens"] > 3_000_000
        assert len(workers(process.pid)) in (1, 2)


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced():
    """Kill -9 in the middle of a count: that request is refused with the reason, the next one counted."""
    with serving(TOKENPLAN_COUNT_WORKERS="1") as (url, process), ThreadPoolExecutor(1) as threads:
        assert ask(url, "a " * 200_000)[0] == 200
        (first,) = workers(process.pid)
        asked = threads.submit(ask, url, SOME)
        used = Path(f"/proc/{first}/stat")
        start = used.read_text().split()[13]
        while used.read_text().split()[13] == start:
            time.sleep(0.01)
        os.kill(first, signal.SIGKILL)
        status, told = asked.result()
        assert status == 422
        assert told["type"] == "not-countable"
        assert told["detail"].startswith("text: the process that counted it ended with code -9")
        assert told["errors"][0]["loc"] == ["text"]
        assert ask(url, "a " * 200_000)[1]["tokens"] == 200_001
        assert workers(process.pid) != [first]


@pytest.mark.slow
def test_a_count_over_its_time_is_refused():
    """The bound is named, and the server goes on."""
    with serving(TOKENPLAN_COUNT_SECONDS="0.1") as (url, _):
        status, told = ask(url, SOME)
        assert (status, told["detail"]) == (422, "text: counting it takes longer than the bound of 0.1 s")
        assert ask(url, "a " * 200_000)[0] == 200


@pytest.mark.slow
def test_a_count_over_its_memory_is_refused():
    """A worker whose address space is bounded too tightly for the text ends; the server has no part in it."""
    with serving(TOKENPLAN_COUNT_MEMORY_MB="130") as (url, process):
        status, told = ask(url, HOSTILE["emoji"])
        assert status == 422
        assert "130 MB" in told["detail"]
        assert ask(url, "hello world")[1]["tokens"] == 2
        assert process.poll() is None


@pytest.mark.slow
def test_a_server_that_is_killed_leaves_no_worker():
    """Even kill -9 of the server ends its workers: their pipe is closed."""
    with serving() as (url, process):
        assert ask(url, "a " * 200_000)[0] == 200
        left = descendants(process.pid)
        assert workers(process.pid)
        process.kill()
        process.wait()
        assert gone(left)
        process.returncode = 0


def test_the_bounds_come_from_the_environment(monkeypatch):
    """Each has a variable; what is out of range is refused with the range."""
    assert from_environment() == Settings(counting=Bounds(2, 10.0, 1_000_000_000))
    monkeypatch.setenv("TOKENPLAN_COUNT_WORKERS", "0")
    monkeypatch.setenv("TOKENPLAN_COUNT_SECONDS", "2.5")
    monkeypatch.setenv("TOKENPLAN_COUNT_MEMORY_MB", "512")
    assert from_environment().counting == Bounds(0, 2.5, 512_000_000)
    for variable, text, said in (
        ("TOKENPLAN_COUNT_WORKERS", "1.5", "a whole number from 0 to 64"),
        ("TOKENPLAN_COUNT_WORKERS", "-1", "a whole number from 0 to 64"),
        ("TOKENPLAN_COUNT_SECONDS", "soon", "a number from 0.001 to 3600"),
        ("TOKENPLAN_COUNT_SECONDS", "nan", "a number from 0.001 to 3600"),
        ("TOKENPLAN_COUNT_MEMORY_MB", "0", "a positive number of megabytes"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(variable, text)
            with pytest.raises(InvalidInput, match=f"{variable} is '{text}'.*{said}"):
                from_environment()


@pytest.mark.slow
def test_without_workers_the_server_counts_itself():
    """`TOKENPLAN_COUNT_WORKERS=0` starts no process, whatever the text."""
    with serving(TOKENPLAN_COUNT_WORKERS="0") as (url, process):
        assert ask(url, "a " * 200_000)[0] == 200
        assert descendants(process.pid) == []
