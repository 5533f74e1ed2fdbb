"""Serving: a loopback address by default, a key for anything else, one line when it answers."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Final

import uvicorn

from planner.api.app import create_app
from planner.api.settings import from_environment, refuse_open_bind
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from planner.planner import Planner


def serve(
    planner: Callable[[], Planner],
    *,
    host: str,
    port: int,
    cors_origins: tuple[str, ...] = (),
    extend: Callable[[FastAPI], None] = lambda _: None,
) -> None:
    """Serve whichever planner `planner()` returns at each request, until interrupted.

    Prints `ready http://host:port` once it answers. `extend` adds other faces' routes.

    Raises:
        InvalidInput: the host is open to others without a key, or the address cannot be bound.
    """
    settings = from_environment(cors_origins)
    refuse_open_bind(host, settings)
    app = create_app(planner, settings)
    extend(app)
    listener = _bind(host, port)
    Thread(target=_warm, args=(planner(),), daemon=True).start()
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    with suppress(KeyboardInterrupt):
        _Announced(config).run(sockets=[listener])


LAST_PORT: Final = 65535


class _Announced(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or ():
            host, port = each.getsockname()[:2]
            print(f"ready http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)  # noqa: T201 - the contract


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
