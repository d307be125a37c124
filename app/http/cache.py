"""Answers from memory, in front of the routes.

Kept are 200s of GET that their endpoint returned as one object, never anything of a stream; they
are bounded in bytes, with their keys. An answer is found again by its raw path and query, the
coding, the revision that answers, and the media type that `Accept` prefers among those offered.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

import zstandard
from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db.snapshots import Revision
from app.http.request import Fields, coded_etag, coding_of, holds, preferred_type
from app.http.responses import Header, send_whole, without_body

# Bytes that a kept answer takes beside its key and body: its headers, and the objects that hold it.
OVERHEAD = 3000
HIT = (b"cache-status", b"parley; hit")
STORED = (b"cache-status", b"parley; fwd=miss; stored")
# Raw path, query, coding, revision. A record may be seeded again as it was: the same digest, but a
# past that is longer.
Key = tuple[bytes, bytes, bytes, Revision | None]


@dataclass(slots=True)
class CachedResponse:
    """A 200: its ETag, its headers and those of its 304, its body, and its route."""

    etag: bytes
    headers: list[Header]
    unchanged: list[Header]
    body: bytes
    route: object


@dataclass(slots=True)
class Variants:
    """The answers to one question, by the media type that `Accept` preferred among `offered`."""

    key: Key
    offered: tuple[str, ...]
    responses: dict[str, CachedResponse]


def size_of(variants: Variants) -> int:
    """The bytes that the answers to one question take, with their key."""
    path, query, _, _ = variants.key
    bodies = sum(len(each.body) + OVERHEAD for each in variants.responses.values())
    return len(path) + len(query) + bodies


class Cache:
    """An ASGI application that answers from memory, or lets another one answer and keeps that."""

    def __init__(self, app: ASGIApp, revision: Callable[[], Revision | None], limit: int):
        self.app = app
        self.revision = revision
        self.answers: LRUCache[Key, Variants] = LRUCache(limit, size_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        fields = scope["state"]["fields"]
        key = (scope["raw_path"], scope["query_string"], coding_of(fields), self.revision())
        found = self.found(key, fields)
        if found is None:
            await self.app(scope, receive, CapturingSend(self, key, scope, send))
            return
        scope["route"], scope["state"]["cache"] = found.route, "hit"
        status, headers, body = 200, found.headers, found.body
        if b"if-none-match" in fields and holds(fields, found.etag):
            status, headers, body = 304, found.unchanged, b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def found(self, key: Key, fields: Fields) -> CachedResponse | None:
        """The answer to a question in the media type that a client prefers."""
        try:
            variants = self.answers[key]
        except KeyError:
            return None
        return variants.responses.get(preferred_type(fields, variants.offered))

    def store(self, key: Key, scope: Scope, response: CachedResponse) -> None:
        """Keeps an answer, unless it would take the room of many others."""
        offered = scope["state"].get("offered", ())
        chosen = preferred_type(scope["state"]["fields"], offered)
        before = self.answers.get(key)
        responses = before.responses if before is not None else {}
        variants = Variants(key, offered, {**responses, chosen: response})
        if size_of(variants) <= self.answers.maxsize // 8:
            self.answers[key] = variants


class CapturingSend:
    """Passes a response on; one that is complete is stored, or is a 304 where the client has it."""

    __slots__ = ("cache", "key", "scope", "send", "start")

    def __init__(self, cache: Cache, key: Key, scope: Scope, send: Send):
        self.cache = cache
        self.key = key
        self.scope = scope
        self.send = send
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and "complete" in self.scope["state"]:
                self.start = message
            else:
                await self.send(message)
        elif self.start is not None:
            await self.finish(self.start["headers"], message["body"])
        else:
            await self.send(message)

    async def finish(self, headers: list[Header], body: bytes) -> None:
        """Sends a complete 200, which is stored where it has an ETag and does not forbid it."""
        fields = dict(headers)
        etag = fields.get(b"etag")
        if etag is None or b"no-store" in fields.get(b"cache-control", b""):
            await send_whole(self.send, 200, headers, body)
            return
        self.scope["state"]["cache"] = "miss"
        unchanged = without_body(headers)
        if self.scope["method"] == "GET":
            route = self.scope.get("route")
            stored = CachedResponse(etag, [*headers, HIT], [*unchanged, HIT], body, route)
            self.cache.store(self.key, self.scope, stored)
            headers, unchanged = [*headers, STORED], [*unchanged, STORED]
        if holds(self.scope["state"]["fields"], etag):
            await send_whole(self.send, 304, unchanged, b"")
        else:
            await send_whole(self.send, 200, headers, body)


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
