"""Answers from memory, in front of the routes, and the coding of what the routes answer.

Kept are 200s of GET that their endpoint returned as one object, never anything of a stream; they
are bounded in bytes, with their keys. An answer is found again by its raw path and query, the
coding, the revision that answers, and the media type that `Accept` prefers among those offered.
Whole bodies are compressed in the best coding that the client accepts; a stream codes itself.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import zstandard
from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db.snapshots import Revision
from app.http.messages import (
    Fields,
    Header,
    coded_etag,
    coding_of,
    holds,
    preferred_type,
    send_whole,
    without_body,
)

# Shorter bodies gain nothing by compression.
SHORTEST = 500
COMPRESSIBLE = (b"text/", b"application/", b"image/svg")
# Longer ones are compressed in a thread, which leaves the interpreter to others meanwhile.
LONG = 100_000
CODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
    b"gzip": lambda body: gzip.compress(body, 5, mtime=0),
}
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
    """The answers to one question, by the media type that `Accept` preferred among `offered`.

    `size` is the bytes that they take, with their key.
    """

    offered: tuple[str, ...]
    responses: dict[str, CachedResponse]
    size: int


class Cache:
    """An ASGI application that answers from memory, or lets another one answer and keeps that."""

    def __init__(self, app: ASGIApp, revision: Callable[[], Revision | None], limit: int):
        self.app = app
        self.revision = revision
        self.answers: LRUCache[Key, Variants] = LRUCache(limit, attrgetter("size"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fields = scope["state"]["fields"]
        coding = coding_of(fields)
        key = (scope["raw_path"], scope["query_string"], coding, self.revision())
        found = self.found(key, fields) if scope["method"] in ("GET", "HEAD") else None
        if found is None:
            await self.app(scope, receive, FinishingSend(self, key, scope, send))
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
        responses = {**before.responses} if before is not None else {}
        responses[chosen] = response
        size = sum([len(each.body) + OVERHEAD for each in responses.values()], len(key[0] + key[1]))
        if size <= self.answers.maxsize // 8:
            self.answers[key] = Variants(offered, responses, size)


class FinishingSend:
    """Passes a response on: compressed, kept, and as a 304 where the client has it.

    The start of a response is held until it is known whether its body is whole.
    """

    __slots__ = ("cache", "key", "scope", "send", "start")

    def __init__(self, cache: Cache, key: Key, scope: Scope, send: Send):
        self.cache = cache
        self.key = key
        self.scope = scope
        self.send = send
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        start, self.start = self.start, None
        if start is None:
            await self.send(message)
        elif message.get("more_body", False):
            await self.send(start)
            await self.send(message)
        else:
            await self.finish(start["status"], start["headers"], message.get("body", b""))

    async def finish(self, status: int, headers: list[Header], body: bytes) -> None:
        """Sends a whole response. A complete 200 is kept if it has an ETag and does not forbid it.

        What is not returned as one object is only compressed.
        """
        coding, fields = self.key[2], dict(headers)
        if coding and len(body) >= SHORTEST and is_compressible(fields):
            pack = CODERS[coding]
            body = pack(body) if len(body) < LONG else await asyncio.to_thread(pack, body)
            headers = coded(headers, coding, len(body))
        etag = fields.get(b"etag")
        is_kept = status == 200 and "complete" in self.scope["state"]
        if is_kept and etag is not None and b"no-store" not in fields.get(b"cache-control", b""):
            status, headers, body = self.kept(headers, body)
        await send_whole(self.send, status, headers, body)

    def kept(self, headers: list[Header], body: bytes) -> tuple[int, list[Header], bytes]:
        """A stored response, or its 304 if the client has it."""
        state, etag, unchanged = self.scope["state"], dict(headers)[b"etag"], without_body(headers)
        state["cache"] = "miss"
        if self.scope["method"] == "GET":
            route = self.scope.get("route")
            stored = CachedResponse(etag, [*headers, HIT], [*unchanged, HIT], body, route)
            self.cache.store(self.key, self.scope, stored)
            headers, unchanged = [*headers, STORED], [*unchanged, STORED]
        return (304, unchanged, b"") if holds(state["fields"], etag) else (200, headers, body)


def is_compressible(fields: Fields) -> bool:
    """Whether a body is of text, and not coded yet."""
    kind = fields.get(b"content-type", b"")
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
