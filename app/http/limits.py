"""Bounds what clients may use: addresses, bodies, hosts, requests at once, and requests in a time.

What is too much gets a problem document instead of growing memory.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.errors import BadRequest, Misdirected, Problem, TooLarge, TooLong, TooMany, Unavailable
from app.http.methods import preflight
from app.http.responses import problem_response

if TYPE_CHECKING:
    from app.http.rates import Rates

# `host[:port]` (RFC 3986, section 3.2.2): an address in brackets, or a name, which may be empty. A
# comma is left out, as it separates two hosts.
HOST = re.compile(
    rb"(\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2}){0,255})(?::\d{0,5})?"
)
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
        self.rates = rates_of(settings)
        self.active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = self.problem_of(scope)
        if problem is not None:
            await problem_response(problem)(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await preflight(scope["path"])(scope, receive, send)
            return
        self.active += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.active -= 1

    def problem_of(self, scope: Scope) -> Problem | None:
        """Why a request is not let through."""
        host, body = host_and_body(scope)
        if host is None:
            return BadRequest(
                "A request names its host in one `Host` header: `name` or `name:port`."
            )
        if body is None or body > self.max_body:
            return TooLarge(f"A body may have {self.max_body} bytes, said in Content-Length.")
        if length_of(scope) > self.max_url_length:
            return TooLong(f"An address may have {self.max_url_length} bytes; ask for less.")
        if scope["path"] in OPERATION:
            return None
        if self.active >= self.max_requests:
            return Unavailable("Too many questions at once; ask again shortly.", retry_after=1)
        if self.hosts and host not in self.hosts:
            return Misdirected("This host name is not served here.")
        return None if self.rates is None else self.problem_of_rate(self.rates, scope)

    def problem_of_rate(self, rates: Rates, scope: Scope) -> Problem | None:
        """Counts a request of a client; every answer tells where the client stands."""
        client = scope.get("client")
        standing = rates.ask(client[0] if client else "")
        scope["state"]["headers"] += standing.headers
        return None if standing.allowed else TooMany(standing.wait)


def rates_of(settings: Settings) -> Rates | None:
    """The rates of clients, where they are limited."""
    if not settings.rate_limit:
        return None
    # Imported here, as starting should not wait for it where no rate is limited.
    from app.http.rates import Rates  # noqa: PLC0415

    return Rates(settings.rate_limit)


def length_of(scope: Scope) -> int:
    """How long the path and query are, as they came over the wire."""
    query = scope["query_string"]
    return len(scope["raw_path"]) + len(query) + bool(query)


def host_and_body(scope: Scope) -> tuple[str | None, int | None]:
    """The host that a request names, and the bytes of its body.

    No host where `Host` is malformed, doubled, or missing from HTTP/1.1 (RFC 9112, section 3.2). No
    bytes where they are not stated.
    """
    hosts: list[bytes] = []
    size: int | None = 0
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value)
        elif name == b"content-length":
            size = int(value) if value.isdigit() else None
        elif name == b"transfer-encoding":
            size = None
    if len(hosts) == 1:
        return host_in(hosts[0]), size
    return "" if not hosts and scope["http_version"] == "1.0" else None, size


@lru_cache(maxsize=256)
def host_in(value: bytes) -> str | None:
    """The host of a `Host` header in lower case, without its port; None where it is malformed."""
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
