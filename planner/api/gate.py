"""What stands before the routes: the key check and the body limit, as one small ASGI layer."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from planner.api.problems import problem
from pricing.errors import Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from planner.api.settings import Settings

STREAMED: Final = "/v1/cost/batch"
STREAMS: Final = (b"application/x-ndjson", b"application/vnd.apache.arrow.stream")
"""Where, and as what, a body is read in pieces: its whole size is not limited."""


class Gate:
    """Refuses a request without a valid key (401, only under /v1) or with too large a body (413)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._keys = tuple(key.encode() for key in settings.api_keys)
        self._most = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer the refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if self._keys and scope["path"].startswith("/v1") and not self._knows(headers.get(b"authorization", b"")):
            said = Problem(("authorization",), "send a valid key as `Authorization: Bearer KEY`")
            refusal = problem(401, "key-needed", (said,), headers={"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        if (
            scope["path"] == STREAMED
            and headers.get(b"content-type", b"").partition(b";")[0].strip().lower() in STREAMS
        ):
            await self._app(scope, receive, send)  # limits each row or record batch instead
            return
        length = headers.get(b"content-length")
        if length is not None:
            if length.isdigit() and int(length) <= self._most:
                await self._app(scope, receive, send)
            else:
                await self._too_large()(scope, receive, send)
            return
        await self._measured(scope, receive, send)

    def _knows(self, header: bytes) -> bool:
        """Compare against every key, each in constant time, so that timing tells nothing of any."""
        given = header[7:] if header[:7].lower() == b"bearer " else b""
        matches = [hmac.compare_digest(given, key) for key in self._keys]
        return any(matches)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A body of unstated length: read it up to the limit, then hand it on whole."""
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
            if size > self._most:
                await self._too_large()(scope, receive, send)
                return
        parts = iter([{"type": "http.request", "body": b"".join(chunks), "more_body": False}])

        async def replay() -> Message:
            return next(parts, None) or await receive()

        await self._app(scope, replay, send)

    def _too_large(self) -> ASGIApp:
        said = Problem(("body",), f"the body is larger than {self._most} bytes; TOKENPLAN_MAX_BODY_MB raises the limit")
        return problem(413, "too-large", (said,))
