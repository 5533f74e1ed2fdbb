"""Serving: a loopback address by default, a key for anything else, one line when it answers."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING, Final

import uvicorn

from planner.api.app import create_app
from planner.api.settings import from_environment, refuse_open_bind
from planner.tokens.workers import Workers
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from planner.planner import Planner
    from planner.tokens.workers import Bounds


def serve(
    planner: Callable[[], Planner],
    *,
    host: str,
    port: int,
    cors_origins: tuple[str, ...] = (),
    extend: Callable[[FastAPI, Callable[[], Planner]], None] = lambda _app, _planner: None,
    secure: tuple[Path, Path] | None = None,
) -> None:
    """Serve whichever planner `planner()` returns at each request, until interrupted.

    Prints `ready http://host:port` once it answers, or `ready https://...` where `secure` names the files of a
    certificate and its key. `extend` adds other faces' routes.

    Raises:
        InvalidInput: the host is open to others without a key, or the address cannot be bound.
    """
    settings = from_environment(cors_origins)
    refuse_open_bind(host, settings)
    listener = _bind(host, port)
    with _counted_apart(planner, settings.counting) as current:
        app = create_app(current, settings)
        extend(app, current)
        Thread(target=_warm, args=(planner(),), daemon=True).start()
        certificate, key = secure or (None, None)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        with suppress(KeyboardInterrupt):
            _Announced(config).run(sockets=[listener])


LAST_PORT: Final = 65535


class _Announced(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        scheme = "https" if self.config.is_ssl else "http"
        for each in sockets or ():
            host, port = each.getsockname()[:2]
            print(f"ready {scheme}://{f'[{host}]' if ':' in host else host}:{port}", flush=True)  # noqa: T201 - the contract


@contextmanager
def _counted_apart(planner: Callable[[], Planner], bounds: Bounds) -> Iterator[Callable[[], Planner]]:
    """The planner of each moment, with a counter whose large texts are counted in worker processes while this lasts."""
    if not bounds.workers:
        yield planner
        return
    with Workers(planner().counter().lengths, bounds) as workers:
        yield _Apart(planner, workers)


class _Apart:
    """Makes a planner of its own from each that it is given, and keeps the last."""

    def __init__(self, planner: Callable[[], Planner], workers: Workers) -> None:
        self._planner = planner
        self._workers = workers
        self._last: tuple[Planner, Planner] | None = None

    def __call__(self) -> Planner:
        found = self._planner()
        if self._last is None or self._last[0] is not found:
            self._last = found, replace(found, counter=lambda: replace(found.counter(), lengths=self._workers.lengths))
        return self._last[1]


def _bind(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise InvalidInput(
            f"port is {port}; it must be from 0 (any free one) to {LAST_PORT}", loc=("port",), value=port
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        raise InvalidInput(
            f"cannot listen on {host}:{port}: {error}; choose another --port", loc=("port",), value=port
        ) from error
    return listener


def _warm(planner: Planner) -> None:
    """Load the encoding most models use, so that the first request does not wait for it."""
    planner.counter().count("warm", "gpt-5-mini", "openai")
