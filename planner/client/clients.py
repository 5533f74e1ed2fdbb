"""The two drivers: one sends and sleeps in its thread, the other on an event loop."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

import httpx

from planner.client.exchange import Asked, exchange
from planner.client.retries import Retries
from planner.client.verbs import Verbs
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Self

    from planner.client.exchange import Came

SECONDS: Final = 30.0
"""How long an attempt may take, unless said otherwise."""
_RETRIES: Final = Retries()


class Client(Verbs):
    """A Tokenplan server, asked from this thread; closed by `with` or `close`.

    `api_key` goes as `Authorization: Bearer KEY`. `timeout_seconds` bounds each attempt to connect, send and read.
    `transport` and `sleep` are for tests.

    Raises:
        InvalidInput: the URL is no http(s) address.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8321",
        *,
        api_key: str | None = None,
        timeout_seconds: float = SECONDS,
        retries: Retries = _RETRIES,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(**_settings(url, api_key, timeout_seconds), transport=transport)
        self._retries = retries
        self._sleep = sleep

    def ask(self, asked: Asked) -> Any:
        """The answer of one call, attempt after attempt.

        Raises:
            TokenplanError: the server's refusal, in its own class; `NoAnswer` and `KeyNeeded` where there is none.
        """
        talk = exchange(asked, self._retries)
        step, came = next(talk), None
        while True:
            if isinstance(step, Asked):
                came = self._send(step)
            else:
                self._sleep(step)
            try:
                step = talk.send(came if isinstance(step, Asked) else None)
            except StopIteration as done:
                return done.value

    def _send(self, asked: Asked) -> Came:
        try:
            return self._http.request(asked.method, asked.path, **_parts(asked))
        except httpx.TransportError as error:
            return error

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(Verbs):
    """The same on an event loop: every verb is awaited; closed by `async with` or `aclose`."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8321",
        *,
        api_key: str | None = None,
        timeout_seconds: float = SECONDS,
        retries: Retries = _RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = httpx.AsyncClient(**_settings(url, api_key, timeout_seconds), transport=transport)
        self._retries = retries
        self._sleep = sleep

    async def ask_later(self, asked: Asked) -> Any:
        """The answer of one call, attempt after attempt.

        Raises:
            TokenplanError: as `Client.ask`.
        """
        talk = exchange(asked, self._retries)
        step, came = next(talk), None
        while True:
            if isinstance(step, Asked):
                came = await self._send(step)
            else:
                await self._sleep(step)
            try:
                step = talk.send(came if isinstance(step, Asked) else None)
            except StopIteration as done:
                return done.value

    async def _send(self, asked: Asked) -> Came:
        try:
            return await self._http.request(asked.method, asked.path, **_parts(asked))
        except httpx.TransportError as error:
            return error

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _settings(url: str, api_key: str | None, timeout_seconds: float) -> dict[str, Any]:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InvalidInput(f"url is {url!r}: {error}", loc=("url",), value=url) from None
    if address.scheme not in ("http", "https") or not address.host:
        raise InvalidInput(f"url is {url!r}; it must be like http://127.0.0.1:8321", loc=("url",), value=url)
    headers = {"accept": "application/json"} | ({} if api_key is None else {"authorization": f"Bearer {api_key}"})
    return {"base_url": address, "timeout": timeout_seconds, "headers": headers}


def _parts(asked: Asked) -> dict[str, Any]:
    if asked.body is None:
        return {"params": list(asked.params)}
    return {"content": asked.body, "headers": {"content-type": "application/json"}}
