"""What no answer can be faster than: the same bytes from a bare ASGI function, and from an empty
FastAPI route.

The folder in BODIES has one file for each path.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

FOLDER = Path(os.environ.get("BODIES", "."))
BODIES = {f"/{path.name}": path.read_bytes() for path in FOLDER.iterdir() if path.is_file()}
HEADERS = {
    path: [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    for path, body in BODIES.items()
}


async def bare(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """The bytes of a path."""
    del receive
    if scope["type"] == "http":
        path = scope["path"]
        start = {"type": "http.response.start", "status": 200, "headers": HEADERS[path]}
        await send(start)
        await send({"type": "http.response.body", "body": BODIES[path]})


def empty_route(body: bytes) -> Callable[[], Awaitable[Response]]:
    """An endpoint without a parameter."""

    async def route() -> Response:
        return Response(body, media_type="application/json")

    return route


fastapi = FastAPI()
for each, content in BODIES.items():
    fastapi.add_api_route(each, empty_route(content))
