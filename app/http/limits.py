"""Bounds what clients may use: addresses, bodies, hosts, requests at once, and requests in a time.

A request beyond a bound gets a problem document, and no more memory.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache
from ipaddress import IPv6Address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.db.work import Work
from app.errors import (
    BadRequest,
    LengthRequired,
    MethodNotAllowed,
    Misdirected,
    Problem,
    TooLarge,
    TooLong,
    TooMany,
    Unavailable,
)
from app.http.messages import CompleteResponse, Fields, problem_response

# `host[:port]` (RFC 3986, section 3.2.2): an address in brackets, or a name, which may be empty. A
# comma is left out, as it separates the hosts of several lines.
HOST = re.compile(
    rb"(\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2}){0,255})(?::\d{0,5})?"
)
# What counts as one question, and what counts as more.
CHARACTERS, LONGEST_TEXT, ENTRIES = 2000, 40_000, 100
COMPARISONS = frozenset(
    ("/v1/compare", "/compare", "/embed/compare", "/cards/compare.png", "/oembed")
)
COMPARING = 10
FORMAT, WHOLE = re.compile(rb"(?:^|&)format=(?:csv|atom|ics|svg)(?:&|$)"), 5
LIMIT = re.compile(rb"(?:^|&)limit=([0-9]{1,3})(?:&|$)")
# Asked by whoever runs the service, by its address and whatever else is asked at the time.
OPERATION = frozenset(("/health/live", "/health/ready", "/metrics"))


class Limits:
    """An ASGI application that lets a request through to another one, or says why not."""

    def __init__(self, app: ASGIApp, settings: Settings):
        self.app = app
        self.max_url_length = settings.max_url_length
        self.max_body = settings.max_body
        self.max_requests = settings.max_requests
        self.hosts = frozenset(host.lower() for host in settings.trusted_hosts)
        self.rates = Rates(settings.rate_limit) if settings.rate_limit else None
        self.active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = self.problem_of(scope)
        if problem is not None:
            await problem_response(problem, scope=scope)(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await preflight(scope["path"])(scope, receive, send)
            return
        if b"transfer-encoding" in scope["state"]["fields"]:
            receive = self.counting(receive)
        self.active += 1
        Work.last_asked = scope["state"]["began"]
        try:
            await self.app(scope, receive, send)
        finally:
            self.active -= 1

    def problem_of(self, scope: Scope) -> Problem | None:
        """Why a request is not let through."""
        fields = scope["state"]["fields"]
        host = host_in(fields.get(b"host"), scope["http_version"])
        if host is None:
            return BadRequest("A request names its host in one `Host`: `name` or `name:port`.")
        has_body = b"content-length" in fields or b"transfer-encoding" in fields
        if has_body or scope["method"] == "POST":
            problem = self.problem_of_body(fields)
            if problem is not None:
                return problem
        path, query = scope["raw_path"], scope["query_string"]
        if len(path) + len(query) + bool(query) > self.max_url_length:
            return TooLong(f"An address may have {self.max_url_length} bytes; ask for less.")
        if scope["path"] in OPERATION:
            return None
        if self.active >= self.max_requests:
            return Unavailable("Too many questions at once; ask again shortly.", retry_after=1)
        if self.hosts and host not in self.hosts:
            return Misdirected("This host name is not served here.")
        return None if self.rates is None else self.rates.problem_of(scope)

    def problem_of_body(self, fields: Fields) -> Problem | None:
        """Why a body is not read, as far as the headers tell."""
        size, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
        if coding is not None:
            if coding.lower() == b"chunked" and size is None:
                return None
            return BadRequest("A body comes with its `Content-Length`, or `chunked` alone.")
        if size is None:
            return LengthRequired("Say how long the body is.")
        if not size.isdigit():
            return BadRequest("`Content-Length` is a number.")
        return self.too_large() if int(size) > self.max_body else None

    def too_large(self) -> TooLarge:
        return TooLarge(f"A body may have {self.max_body} bytes.")

    def counting(self, receive: Receive) -> Receive:
        """What is received; raises `TooLarge` where it is more than a body may have."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.max_body:
                raise self.too_large()
            return message

        return counted


@lru_cache(maxsize=256)
def host_in(value: bytes | None, version: str) -> str | None:
    """The host of a `Host` header in lower case, without its port (RFC 9112, section 3.2).

    None where it is malformed, of several lines, or missing from HTTP/1.1.
    """
    if value is None:
        return "" if version == "1.0" else None
    match = HOST.fullmatch(value)
    if match is None:
        return None
    host = match[1].decode("ascii").lower()
    return host if not host.startswith("[") or is_address(host[1:-1]) else None


def is_address(text: str) -> bool:
    """Whether a text is an IPv6 address."""
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


class Rates:
    """How often each client of this worker may ask."""

    def __init__(self, limit: str):
        # Imported here, as starting should not wait for it where no rate is limited.
        import limits  # noqa: PLC0415

        self.rate = limits.parse(limit)
        self.limiter = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())

    def problem_of(self, scope: Scope) -> Problem | None:
        """Counts a request of a client; every answer says where the client stands."""
        rate, client = self.rate, (scope.get("client") or ("",))[0]
        allowed = self.limiter.hit(rate, client, cost=min(cost_of(scope), rate.amount))
        stats = self.limiter.get_window_stats(rate, client)
        wait = max(1, int(stats.reset_time - time.time()) + 1)
        policy = f'"default";q={rate.amount};w={rate.get_expiry()}'
        left = f'"default";r={stats.remaining};t={wait}'
        headers = [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
        scope["state"]["headers"] += headers
        return None if allowed else TooMany(wait)


def cost_of(scope: Scope) -> int:
    """How many questions a request counts as, by the work that it may take."""
    path, query = scope["path"], scope["query_string"]
    if scope["method"] == "POST":
        size = int(scope["state"]["fields"].get(b"content-length", LONGEST_TEXT))
        return 1 + size // CHARACTERS
    if path in COMPARISONS:
        return COMPARING
    limit = LIMIT.search(query)
    return 1 + int(limit[1]) // ENTRIES if limit else WHOLE if FORMAT.search(query) else 1


# All addresses are read with GET; texts to be checked may be posted.
READ = "GET, HEAD, OPTIONS"
# What clients send beside what they ask: the marks of traces, and whatever else; nothing is done
# by any header that a page of another origin should not do.
ALLOWED_HEADERS = (
    b"Accept, If-None-Match, Range, If-Range, Content-Type, X-Request-Id, traceparent, tracestate, "
    b"baggage, sentry-trace, b3, X-B3-TraceId, X-B3-SpanId, X-B3-ParentSpanId, X-B3-Sampled, "
    b"X-B3-Flags, uber-trace-id, X-Amzn-Trace-Id, X-Cloud-Trace-Context, X-Correlation-Id, *"
)
POSTED = {
    "/v1/check": "GET, HEAD, POST, OPTIONS",
    "/check": "GET, HEAD, POST, OPTIONS",
    "/mcp": "POST, OPTIONS",
}


def allowed(path: str) -> str:
    """The methods of an address, as the `Allow` header lists them."""
    return POSTED.get(path, READ)


def not_allowed(method: str, path: str) -> MethodNotAllowed:
    """The problem of a method that an address does not take."""
    methods = allowed(path)
    return MethodNotAllowed(
        f"{method} is not possible here; possible are {methods}.", headers={"Allow": methods}
    )


def preflight(path: str) -> CompleteResponse:
    """What a client of any origin may do at an address: the answer to OPTIONS."""
    methods = allowed(path).encode()
    headers = [
        (b"allow", methods),
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", ALLOWED_HEADERS),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
    return CompleteResponse(204, headers, b"")
