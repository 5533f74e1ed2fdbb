"""Answers that begin before their question has ended, and clients that send all of it before they read."""

from __future__ import annotations

import asyncio
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.types import Message, Receive, Scope, Send

KEPT_IN_MEMORY: Final = 1_000_000
KEPT_ON_DISK: Final = 1_000_000_000
"""Bytes of a body that are kept while nobody reads the answer; a client that sends more must read meanwhile."""


class Streamed(Response):
    """An answer made of a body's chunks while they come.

    It alone reads the request: Starlette's own streaming would eat the body. An error before the first piece of the
    answer is the error's own response.
    """

    def __init__(
        self,
        request: Request,
        media_type: str,
        answers: Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]],
    ) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._request = request
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the body ends; a client that leaves ends the work."""
        del scope, receive
        body, begun = Body(self._request), False
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        try:
            async for piece in self._answers(body.chunks()):
                if not begun:
                    await send(start)
                begun = True
                await body.keep_reading(send, {"type": "http.response.body", "body": piece, "more_body": True})
            if not begun:
                await send(start)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except ClientDisconnect:
            return
        finally:
            body.close()


class Body:
    """A request's body; what arrives while a piece of the answer waits to be read is kept, beyond a megabyte on disk.

    Clients such as httpx and requests send a whole body before they read a byte. Once the answer fills the buffers
    between, a server that stops reading until its answer is taken would wait for the client, and the client for it.
    """

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        self._coming: asyncio.Task[bytes | None] | None = None
        self._kept = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._taken = self._held = 0
        self._ended = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body's bytes in their order, what was kept first."""
        while True:
            if self._taken < self._held:
                yield self._take()
            elif self._ended:
                return
            else:
                await asyncio.wait({self._next()})
                self._keep()

    async def keep_reading(self, send: Send, message: Message) -> None:
        """Send a message; until it is taken, keep what comes in."""
        sending = asyncio.ensure_future(_sent(send, message))
        try:
            while not (sending.done() or self._ended or self._held >= KEPT_ON_DISK):
                await asyncio.wait({sending, self._next()}, return_when=asyncio.FIRST_COMPLETED)
                if self._next().done():
                    self._keep()
            await sending
        finally:
            sending.cancel()

    def close(self) -> None:
        """Stop reading and forget what was kept."""
        if self._coming is not None and not self._coming.cancel():
            self._coming.exception()  # it ended with the connection, and nobody waits for it any more
        self._kept.close()

    def _next(self) -> asyncio.Task[bytes | None]:
        if self._coming is None:
            self._coming = asyncio.ensure_future(_chunk(self._stream))
        return self._coming

    def _keep(self) -> None:
        """Put the chunk that has come behind those that are kept."""
        coming, self._coming = self._next(), None
        chunk = coming.result()
        self._ended = chunk is None
        self._kept.seek(self._held)
        self._held += self._kept.write(chunk or b"")

    def _take(self) -> bytes:
        self._kept.seek(self._taken)
        chunk = self._kept.read(KEPT_IN_MEMORY)
        self._taken += len(chunk)
        if self._taken == self._held:
            self._kept.seek(0)
            self._kept.truncate()
            self._taken = self._held = 0
        return chunk


async def _chunk(stream: AsyncIterator[bytes]) -> bytes | None:
    return await anext(stream, None)


async def _sent(send: Send, message: Message) -> None:
    await send(message)
