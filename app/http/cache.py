"""The edge: what stands in front of routing. It answers rendered pages from memory, compresses,
answers OPTIONS, and adds the headers that every answer has. What it knows at once needs no waiting.

Only 200s of GET that their endpoint returned as one object are kept, bounded in bytes with their
keys. An answer is found again by its raw path and query, its coding, the revision that answers, and
the media type that `Accept` chooses among those which the question offers.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import zstandard
from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.answering import coded_etag, is_held
from app.db.snapshots import Revision
from app.errors import PROBLEM_MEDIA_TYPE, Problem, TooLong
from app.http.methods import allowed
from app.http.route import Header, Rendered, chosen_type

COMPRESS_FROM = 500
# Bytes that a kept answer takes beside its key and body: its headers, and the objects that hold it.
KEPT_BESIDE = 3000
# What a client may have an answer in, the best first: zstd is as small as gzip at a seventh of the
# time. An ETag names its coding.
CODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
    b"gzip": lambda body: gzip.compress(body, 5, mtime=0),
}
COMPRESSIBLE = (b"application/json", b"application/", b"text/", b"image/svg")
EXPOSED = (
    b"ETag, Link, Parley-Revision, Cache-Status, Retry-After, Content-Range, Content-Disposition, "
    b"X-Request-Id, RateLimit, RateLimit-Policy"
)
COMMON: list[Header] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
PREFLIGHT: list[Header] = [
    (b"access-control-allow-headers", b"Accept, If-None-Match, Range, If-Range, Content-Type"),
    (b"access-control-max-age", b"86400"),
    (b"vary", b"Access-Control-Request-Headers"),
]
HIT = (b"cache-status", b"parley; hit")
MISS = (b"cache-status", b"parley; fwd=miss; stored")


@dataclass(slots=True)
class Kept:
    """A rendered page: ETag, headers, body, and its route."""

    etag: str
    headers: list[Header]
    body: bytes
    route: Any = None
    # The headers of a 304, once one was sent.
    unchanged: list[Header] | None = None


# Raw path, query, coding, revision. A record may be seeded again as it was: the same digest, but a
# past that is longer.
Key = tuple[bytes, bytes, bytes, Revision | None]


@dataclass(slots=True)
class Variants:
    """The kept answers to one question, by the media type that `Accept` chose among `offered`."""

    key: Key
    offered: tuple[str, ...]
    pages: dict[str, Kept] = field(default_factory=dict)


def size_of(variants: Variants) -> int:
    """The bytes that the answers to one question take, with their key."""
    path, query, _, _ = variants.key
    bodies = sum(len(page.body) + KEPT_BESIDE for page in variants.pages.values())
    return len(path) + len(query) + bodies


def new_cache(limit: int) -> LRUCache[Key, Variants]:
    """A cache bounded in bytes."""
    return LRUCache(limit, size_of)


class Edge:
    """An ASGI application in front of another one, to be called for what it does not know at once.

    `at_once` comes first: it notes in the scope what the answer depends on.
    """

    def __init__(
        self,
        inner: ASGIApp,
        ask: Callable[[Scope], Awaitable[ASGIApp | None]],
        revision: Callable[[], Revision | None],
        cache: LRUCache[Key, Variants],
        max_url_length: int,
    ):
        self.inner = inner
        self.ask = ask
        self.revision = revision
        self.cache = cache
        self.max_url_length = max_url_length

    def at_once(self, scope: Scope) -> Rendered | None:
        """A page from memory, or what is said to any OPTIONS or too long an address."""
        if length_of(scope) > self.max_url_length:
            limit = self.max_url_length
            return refused(TooLong(f"An address may have {limit} bytes; ask for less."))
        if scope["method"] == "OPTIONS":
            return Rendered(204, [*preflight(scope["path"]), *COMMON], b"")
        accept, coding, known = negotiated(scope["headers"])
        scope["accept"], scope["coding"], scope["known"] = accept.decode("latin-1"), coding, known
        if scope["method"] not in ("GET", "HEAD"):
            return None
        key = (scope["raw_path"], scope["query_string"], coding, self.revision())
        variants = self.cache.get(key)
        page = None
        if variants is not None:
            page = variants.pages.get(chosen_type(scope["accept"], variants.offered))
        if page is None:
            scope["page"] = key
            return None
        scope["route"], scope["cache"] = page.route, "hit"
        if not is_held(known, page.etag):
            return Rendered(200, page.headers, page.body)
        if page.unchanged is None:
            page.unchanged = without_body(page.headers)
        return Rendered(304, page.unchanged, b"")

    async def answer(self, scope: Scope) -> Rendered | None:
        """The answer to a question, where it is whole; any other is the application's to send."""
        answer = await self.ask(scope)
        if isinstance(answer, Rendered):
            return self.finished(scope, answer, whole=True)
        if answer is not None:
            scope["answer"] = answer
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application send its answer."""
        await self.inner(scope, receive, Capture(self.finished, scope, receive, send))

    def finished(self, scope: Scope, answer: Rendered, *, whole: bool) -> Rendered:
        """An answer with what every answer has, in the coding; kept where it may be.

        `whole` says that the endpoint returned it as one object. What was captured from a stream
        may be its beginning only.
        """
        status, body = answer.status, answer.body
        headers = [*answer.headers, *COMMON]
        if "page" not in scope:
            return Rendered(status, headers, body)
        coding, known = scope["coding"], scope["known"]
        if coding:
            if status == 304 and not is_held(known, etag_in(headers)):
                headers = [named_as_coded(each, coding) for each in headers]
            headers, body = coded(headers, body, coding)
        page = kept(headers, body) if status == 200 and whole else None
        if page is None:
            return Rendered(status, headers, body)
        scope["cache"] = "miss"
        if scope["method"] == "GET":
            page.route = scope.get("route")
            self.keep(scope, page)
        headers.append(MISS)
        if is_held(known, page.etag):
            return Rendered(304, without_body(headers), b"")
        return Rendered(200, headers, body)

    def keep(self, scope: Scope, page: Kept) -> None:
        """Keeps an answer, unless it would take the room of many others."""
        key, offered = scope["page"], scope.get("offered", ())
        kept_before = self.cache.get(key)
        variants = Variants(key, offered, dict(kept_before.pages) if kept_before else {})
        variants.pages[chosen_type(scope["accept"], offered)] = page
        if size_of(variants) <= self.cache.maxsize // 8:
            self.cache[key] = variants


def length_of(scope: Scope) -> int:
    """How long the path and query are, as they came over the wire."""
    path, query = scope["raw_path"].split(b"?")[0], scope["query_string"]
    return len(path) + len(query) + bool(query)


def preflight(path: str) -> list[Header]:
    """What a client may do at an address, from any origin."""
    methods = allowed(path).encode()
    return [(b"allow", methods), (b"access-control-allow-methods", methods), *PREFLIGHT]


def negotiated(headers: list[Header]) -> tuple[bytes, bytes, str | None]:
    """What the client accepts, the coding it gets, and what it has already.

    Several lines of one name are one list (RFC 9110, section 5.3).
    """
    accept, codings = b"", b""
    known: bytes | None = None
    for name, value in headers:
        if name == b"accept":
            accept = accept + b"," + value if accept else value
        elif name == b"accept-encoding":
            codings = codings + b"," + value if codings else value
        elif name == b"if-none-match":
            known = known + b"," + value if known else value
    coding = chosen_coding(codings) if codings else b""
    return accept, coding, None if known is None else known.decode("latin-1")


REFUSED = re.compile(rb";\s*q\s*=\s*0(?:\.0*)?\s*$")


def chosen_coding(value: bytes) -> bytes:
    """The first of our codings that a client accepts; empty for none."""
    accepted = accepted_codings(value)
    return next((coding for coding in CODERS if coding in accepted), b"")


def accepts_gzip(value: bytes) -> bool:
    """Whether gzip is among the codings, or any is, and not refused by a weight of 0."""
    return b"gzip" in accepted_codings(value)


def accepted_codings(value: bytes) -> set[bytes]:
    """The codings of an `Accept-Encoding` that are not refused; `*` stands for gzip."""
    codings = {part.split(b";")[0].strip(): part for part in value.lower().split(b",")}
    accepted = {name for name, part in codings.items() if REFUSED.search(part) is None}
    if b"*" in accepted and b"gzip" not in codings:
        accepted.add(b"gzip")
    return accepted


class Capture:
    """Takes one answer of the application: one that is whole is finished, others are passed on."""

    __slots__ = ("finished", "receive", "scope", "send", "start")

    def __init__(
        self,
        finished: Callable[..., Rendered],
        scope: Scope,
        receive: Receive,
        send: Send,
    ):
        self.finished = finished
        self.scope = scope
        self.receive = receive
        self.send = send
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """One message of the application."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is None:
            await self.send(message)
            return
        start, self.start = self.start, None
        if message.get("more_body", False):
            await self.send({**start, "headers": [*start["headers"], *COMMON]})
            await self.send(message)
            return
        answer = Rendered(start["status"], start["headers"], message.get("body", b""))
        whole = "whole" in self.scope
        finished = self.finished(self.scope, answer, whole=whole)
        await finished(self.scope, self.receive, self.send)


def etag_in(headers: list[Header]) -> str:
    """The ETag among some headers; empty where there is none."""
    return dict(headers).get(b"etag", b"").decode("latin-1")


def coded(headers: list[Header], body: bytes, coding: bytes) -> tuple[list[Header], bytes]:
    """The body in the coding, with an ETag of its own, where that is worth it."""
    fields = dict(headers)
    kind = fields.get(b"content-type", b"")
    if len(body) < COMPRESS_FROM or not kind.startswith(COMPRESSIBLE):
        return headers, body
    body = CODERS[coding](body)
    changed: list[Header] = []
    for name, value in headers:
        if name == b"etag":
            changed.append(named_as_coded((name, value), coding))
        elif name == b"content-length":
            changed.append((name, str(len(body)).encode()))
        else:
            changed.append((name, value))
    return [*changed, (b"content-encoding", coding)], body


def named_as_coded(header: Header, coding: bytes) -> Header:
    """An ETag becomes that of the coding; other headers stay."""
    name, value = header
    return (name, coded_etag(value.decode(), coding).encode()) if name == b"etag" else header


def without_body(headers: list[Header]) -> list[Header]:
    """The headers of a 304: those of the 200 without those of a body."""
    of_body = (b"content-type", b"content-length", b"content-encoding")
    return [each for each in headers if each[0] not in of_body]


def kept(headers: list[Header], body: bytes) -> Kept | None:
    """What is kept of a 200; nothing of one that forbids it or has no ETag."""
    etag = b""
    for name, value in headers:
        if name == b"etag":
            etag = value
        elif name == b"cache-control" and value.find(b"no-store") >= 0:
            return None
    return Kept(etag.decode("latin-1"), [*headers, HIT], body) if etag else None


def refused(problem: Problem) -> Rendered:
    """A problem document from in front of the application."""
    body = problem.body()
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
        *COMMON,
    ]
    return Rendered(problem.status, headers, body)
