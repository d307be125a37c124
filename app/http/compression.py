"""Compresses whole bodies in the best coding that the client accepts; a stream codes itself."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import zstandard
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.negotiation import coded_etag, coding_of
from app.http.responses import Header

# Shorter bodies gain nothing.
SHORTEST = 500
COMPRESSIBLE = (b"text/", b"application/", b"image/svg")
CODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
    b"gzip": lambda body: gzip.compress(body, 5, mtime=0),
}


class Compression:
    """An ASGI application that compresses the responses of another one."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            coding = coding_of(scope["state"]["fields"])
            send = CompressingSend(send, coding) if coding else send
        await self.app(scope, receive, send)


class CompressingSend:
    """Holds the start of a response until its body comes, and compresses a body that is whole."""

    __slots__ = ("coding", "send", "start")

    def __init__(self, send: Send, coding: bytes):
        self.send = send
        self.coding = coding
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is not None:
            start, self.start = self.start, None
            if not message.get("more_body", False) and is_worth_it(start, message["body"]):
                body = CODERS[self.coding](message["body"])
                start = {**start, "headers": coded(start["headers"], self.coding, len(body))}
                message = {**message, "body": body}
            await self.send(start)
        await self.send(message)


def is_worth_it(start: Message, body: bytes) -> bool:
    """Whether a body is long enough, of text, and not coded yet."""
    if len(body) < SHORTEST:
        return False
    fields = dict(start["headers"])
    kind: bytes = fields.get(b"content-type", b"")
    return kind.startswith(COMPRESSIBLE) and b"content-encoding" not in fields


def coded(headers: list[Header], coding: bytes, size: int) -> list[Header]:
    """The headers of a body in a coding, which has an ETag of its own."""
    changed = [(b"content-encoding", coding), (b"content-length", b"%d" % size)]
    for name, value in headers:
        if name == b"etag":
            changed.append((name, coded_etag(value, coding)))
        elif name != b"content-length":
            changed.append((name, value))
    return changed
