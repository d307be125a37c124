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
# comma is left out, as it separates the hosts of several lines.
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
        fields = scope["state"]["fields"]
        host = host_in(fields.get(b"host"), scope["http_version"])
        if host is None:
            return BadRequest("A request names its host in one `Host`: `name` or `name:port`.")
        size = fields.get(b"content-length")
        is_known = b"transfer-encoding" not in fields and (size is None or size.isdigit())
        if not is_known or (size is not None and int(size) > self.max_body):
            return TooLarge(f"A body may have {self.max_body} bytes, said in Content-Length.")
        path, query = scope["raw_path"], scope["query_string"]
        if len(path) + len(query) + bool(query) > self.max_url_length:
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
