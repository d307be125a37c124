"""Sends a body part by part, for as long as the client listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.types import Receive, Send


async def send_parts(parts: AsyncGenerator[bytes], receive: Receive, send: Send) -> None:
    """Sends every part and then the end of the body.

    Once the client has gone away nothing more is sent, and no end: what was sent is not the whole.
    """
    gone = asyncio.create_task(disconnected(receive))
    try:
        async with aclosing(parts):
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
