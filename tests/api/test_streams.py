"""Streams on a real port: clients that send everything before they read, and clients that leave."""

from __future__ import annotations

import http.client
import json
import socket

import httpx
import pytest

from planner.api import streams
from planner.api.streams import Body
from pricing import BUCKETS

PATH = "/v1/cost/batch"
WRONG = json.dumps({"model": "gpt-5-mini", "usage": dict.fromkeys(list(BUCKETS)[:16], -1)})
PADDED = f"{WRONG[:-1]}{' ' * 12_000}}}\n".encode()
ROWS = 6000
"""Enough that neither rows (70 MB) nor answers (16 problems each, 13 MB) fit the buffers between the two."""


def test_a_client_may_send_everything_before_it_reads(server):
    """70 MB go out before a byte is read; every row is answered. Else both sides would wait for ever."""
    host, port = server.removeprefix("http://").split(":")
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        wire.settimeout(30)
        wire.connect((host, int(port)))
        head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-ndjson\r\n"
        wire.sendall(f"{head}Content-Length: {len(PADDED) * ROWS}\r\n\r\n".encode())
        for _ in range(ROWS):
            wire.sendall(PADDED)
        answer = http.client.HTTPResponse(wire, method="POST")
        answer.begin()
        lines = answer.read().splitlines()
    assert answer.status == 200
    assert len(lines) == ROWS
    assert {len(json.loads(line)["error"]["errors"]) for line in (lines[0], lines[-1])} == {16}


def test_httpx_gets_its_answer(server):
    """A client that always sends first gets as many lines as it sent."""
    answer = httpx.post(
        f"{server}{PATH}", content=PADDED * 400, headers={"content-type": "application/x-ndjson"}, timeout=30
    )
    assert answer.text.count("\n") == 400


def test_a_client_that_leaves_ends_only_its_own_request(server):
    """Gone in the midst of a row; the next request is answered."""
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as wire:
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-ndjson\r\nContent-Length: 99999\r\n"
        )
        wire.sendall(f"{head}\r\n".encode() + PADDED[:5000])
    assert httpx.get(f"{server}/healthz", timeout=10).status_code == 200


class Slow:
    """A request whose chunks are all there, and a reader that takes its answer when all of them have been read."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks

    async def stream(self):
        for chunk in self.chunks:
            yield chunk

    async def send(self, message):
        import asyncio

        while self.waits():  # noqa: ASYNC110 - the loop's other tasks are what it waits for
            await asyncio.sleep(0)

    def waits(self) -> bool:
        return not self.body._ended


@pytest.mark.parametrize("in_memory", [10, 10**6])
def test_what_is_kept_comes_out_in_its_order(monkeypatch, in_memory):
    """Chunks that came while an answer waited follow as they came, from memory as from disk."""
    import asyncio

    monkeypatch.setattr(streams, "KEPT_IN_MEMORY", in_memory)
    chunks = [bytes([at]) * 7 for at in range(50)]
    slow = Slow(list(chunks))

    async def run() -> bytes:
        slow.body = Body(slow)
        got = b""
        async for chunk in slow.body.chunks():
            got += chunk
            await slow.body.keep_reading(slow.send, {})
        slow.body.close()
        return got

    assert asyncio.run(run()) == b"".join(chunks)


def test_beyond_the_disks_share_nothing_more_is_kept(monkeypatch):
    """A client that never reads is waited for: at most one chunk over the limit has been taken from it."""
    import asyncio

    monkeypatch.setattr(streams, "KEPT_ON_DISK", 100)
    slow = Slow([b"x" * 30] * 50)
    slow.waits = lambda: True

    async def run() -> int:
        slow.body = Body(slow)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow.body.keep_reading(slow.send, {}), 0.2)
        held = slow.body._held
        slow.body.close()
        return held

    assert asyncio.run(run()) == 120
