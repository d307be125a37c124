"""Responses that are made while they are sent, for as long as the client listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from app.http.responses import Header


@dataclass(slots=True)
class StreamedResponse:
    """A response whose body is made part by part: an ASGI application that sends it.

    Once the client has gone away nothing more is sent, and no end: what was sent is not the whole.
    """

    status: int
    headers: list[Header]
    parts: AsyncGenerator[bytes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.create_task(disconnected(receive))
        try:
            async with aclosing(self.parts) as parts:
                async for part in parts:
                    if gone.done():
                        return
                    if part:
                        await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


async def disconnected(receive: Receive) -> None:
    """Waits until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
