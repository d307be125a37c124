"""Responses, whole or made while they are sent, and the headers that every one of them has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from html import escape

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import PROBLEM_MEDIA_TYPE, Problem

Header = tuple[bytes, bytes]

EXPOSED = (
    b"ETag, Link, Parley-Revision, Cache-Status, Retry-After, Content-Range, Content-Disposition, "
    b"X-Request-Id, RateLimit, RateLimit-Policy"
)
# What every response says, a failure too.
COMMON_HEADERS: list[Header] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
# What a picture may load or run where it is opened as a document of its own: nothing.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# A problem in a frame, where the record cannot be asked how a page of it looks.
PROBLEM_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title>'
    '<body style="font:1rem/1.5 system-ui,sans-serif;margin:1rem"><p><b>{0}</b></p><p>{1}</p>'
)
FRAMED: list[Header] = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", SVG_POLICY.encode()),
]
OF_BODY = frozenset((b"content-type", b"content-length", b"content-encoding"))


class CompleteResponse(Response):
    """A response of which nothing is left to be made.

    Its headers are bytes already: Starlette's own way to them takes longer than to read an entry.
    """

    def __init__(self, status: int, headers: list[Header], body: bytes):
        self.status_code = status
        self.raw_headers = headers
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, and notes that it is complete: what may be kept in memory."""
        del receive
        scope["state"]["complete"] = True
        await send_whole(send, self.status_code, self.raw_headers, bytes(self.body))


def complete(status: int, headers: Iterable[Header], body: bytes) -> CompleteResponse:
    """A response that says how long its body is."""
    return CompleteResponse(status, [*headers, (b"content-length", b"%d" % len(body))], body)


async def send_whole(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    """Sends a response in two messages."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def is_frame(scope: Scope) -> bool:
    """Whether a page is asked for that is shown within a page of another origin."""
    accept: bytes = scope["state"]["fields"].get(b"accept", b"")
    return scope["path"].startswith("/embed/") and b"text/html" in accept


def not_modified(headers: Iterable[Header]) -> CompleteResponse:
    """A 304 in the place of a 200 with these headers."""
    return CompleteResponse(304, without_body(headers), b"")


def without_body(headers: Iterable[Header]) -> list[Header]:
    """Headers without those that only a response with a body has."""
    return [header for header in headers if header[0] not in OF_BODY]


def problem_response(
    problem: Problem, body: bytes | None = None, scope: Scope | None = None
) -> CompleteResponse:
    """A problem document (RFC 9457), which nobody keeps; its own body or another edition of it.

    Where it is shown in a frame, it is text.
    """
    own = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    if scope is not None and is_frame(scope):
        shown = PROBLEM_PAGE.format(escape(problem.title), escape(problem.detail))
        return complete(problem.status, [*FRAMED, *own], shown.encode())
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"cache-control", b"no-store"),
        *own,
    ]
    return complete(problem.status, headers, problem.body() if body is None else body)


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
