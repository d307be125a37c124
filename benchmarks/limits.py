"""What no answer can be faster than: the same bytes from a bare ASGI function, without or with the
headers of Parley's own answer, and from an empty FastAPI route.

The folder in BODIES has one file for each path, and its headers beside it as JSON.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Response

FOLDER = Path(os.environ.get("BODIES", "."))
BODIES = {f"/{path.name}": path.read_bytes() for path in FOLDER.iterdir() if path.suffix == ""}
HEADERS = {
    path: [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    for path, body in BODIES.items()
}
SAME_HEADERS = {
    f"/{path.stem}": [
        (name.encode(), value.encode()) for name, value in orjson.loads(path.read_bytes())
    ]
    for path in FOLDER.glob("*.json")
}
UNCHANGED_HEADERS = {
    path: [each for each in headers if each[0] not in (b"content-type", b"content-length")]
    for path, headers in SAME_HEADERS.items()
}


async def bare(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """The bytes of a path."""
    del receive
    if scope["type"] == "http":
        path = scope["path"]
        start = {"type": "http.response.start", "status": 200, "headers": HEADERS[path]}
        await send(start)
        await send({"type": "http.response.body", "body": BODIES[path]})


async def same(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """The bytes of a path with the headers of Parley's answer, or its 304 to a conditional one."""
    del receive
    if scope["type"] == "http":
        path = scope["path"]
        status, headers, body = 200, SAME_HEADERS[path], BODIES[path]
        if any(name == b"if-none-match" for name, _ in scope["headers"]):
            status, body = 304, b""
            headers = UNCHANGED_HEADERS[path]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def empty_route(body: bytes) -> Callable[[], Awaitable[Response]]:
    """An endpoint without a parameter."""

    async def route() -> Response:
        return Response(body, media_type="application/json")

    return route


fastapi = FastAPI()
for each, content in BODIES.items():
    fastapi.add_api_route(each, empty_route(content))
