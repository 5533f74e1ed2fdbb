"""Real servers on real ports: starting them, asking them cheaply, and reading the CPU time they used."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import Unavailable
from benchmarks.peers import ROOT
from benchmarks.processes import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_SECONDS: Final = 90
_SCHED: Final = 2
"""Linux's CPU clock of any process: the id is made of its pid and this kind (see clock_getcpuclockid)."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process, its port, and the key it wants."""

    pid: int
    port: int
    key: str = ""

    def request(self, path: str, body: Mapping[str, object]) -> bytes:
        """A POST as the bytes that go over the wire; the connection is kept."""
        payload = json.dumps(body).encode()
        key = f"Authorization: Bearer {self.key}\r\n" if self.key else ""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{key}Content-Length: {len(payload)}\r\n\r\n"
        )
        return head.encode() + payload

    def ask(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """One answer, parsed.

        Raises:
            Unavailable: the status is not 200.
        """
        with socket.create_connection(("127.0.0.1", self.port)) as wire:
            status, answer = _exchange(wire, self.request(path, body))
        if status != b"200":
            raise Unavailable(f"{path} answers {status.decode()}: {answer[:200].decode()}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed

    def cpu(self, request: bytes, count: int) -> float:
        """CPU seconds of the server's process for one request, the mean of `count` in a row on one connection."""
        with socket.create_connection(("127.0.0.1", self.port)) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _exchange(wire, request)
            before = _cpu_clock(self.pid)
            for _ in range(count):
                status, _ = _exchange(wire, request)
                if status != b"200":
                    raise Unavailable(f"a request answers {status.decode()} in mid-run")
            return (_cpu_clock(self.pid) - before) / count


@contextmanager
def served(command: list[str], health: str, *, key: str = "", env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start a server on a free port (`{port}` in the command stands for it), wait until it answers, stop it after.

    Raises:
        Unavailable: it ended, or did not answer in time.
    """
    port = _free_port()
    started = [part.replace("{port}", str(port)) for part in command]
    with subprocess.Popen(
        started, cwd=ROOT, env=environment(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(process, port, health)
            yield Server(process.pid, port, key)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: subprocess.Popen[bytes], port: int, health: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Unavailable(f"the server of {health} ended at start with {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", health)
            if connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise Unavailable(f"{health} did not answer in {START_SECONDS} s")


def _exchange(wire: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Send one request; the status and body of its answer."""
    wire.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(wire)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += _more(wire)
    return head.split(b" ", 2)[1], body


def _more(wire: socket.socket) -> bytes:
    got = wire.recv(262_144)
    if not got:
        raise Unavailable("the server closed the connection")
    return got


def _cpu_clock(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | _SCHED)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
