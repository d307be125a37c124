"""The guard: the outermost layer. It bounds what clients may use, and sees every request.

Limits answer with problem documents instead of growing memory: concurrency, hosts, bodies, and,
where it is switched on, the rate of each client. What is seen goes to the metrics and the log.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address
from itertools import count
from typing import TYPE_CHECKING, Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from app.api.metrics import Metrics
from app.config import LogRequests, Settings
from app.errors import BadRequest, Misdirected, Problem, TooLarge, TooMany, Unavailable
from app.http.cache import Edge, refused
from app.http.route import Header, Rendered

if TYPE_CHECKING:
    from app.http.rates import Rates

REQUEST_LOG = logging.getLogger("parley.requests")
ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# `host[:port]` (RFC 3986, section 3.2.2): an address in brackets, or a name, which may be empty. A
# comma is left out, as it separates two hosts.
HOST = re.compile(
    rb"(\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2}){0,255})(?::\d{0,5})?"
)
# What was seen of an answer that did not come to be.
NOTHING = Rendered(0, [], b"")
# Asked by whoever runs the service, by its address and whatever else is asked at the time.
OPERATION = frozenset(("/health/live", "/health/ready", "/metrics"))


class Guard:
    """An ASGI application in front of all others."""

    def __init__(self, inner: Edge, settings: Settings, metrics: Metrics):
        self.inner = inner
        self.metrics = metrics
        self.max_body = settings.max_body
        self.max_requests = settings.max_requests
        self.log_requests = settings.log_requests
        self.log_clients = settings.log_clients
        # Of whatever took as many seconds as this, the log is told.
        self.slow = {
            LogRequests.all: 0.0,
            LogRequests.slow: settings.slow_request,
            LogRequests.none: float("inf"),
        }[settings.log_requests]
        self.active = 0
        self.hosts = frozenset(host.lower() for host in settings.trusted_hosts)
        self.rates = rates_of(settings)
        self.numbers = count()
        self.prefix = secrets.token_hex(4).encode()

    def at_once(self, scope: Scope) -> Rendered | None:
        """What can be answered without waiting: why a request is not let through, or a known page.

        Asked once for each request; one that is not answered here counts among the active ones
        until `__call__` has answered it, which goes on from what is noted in the scope.
        """
        began = scope["began"] = time.perf_counter()
        headers = dict(scope["headers"])
        extra = scope["extra"] = [(b"x-request-id", self.request_id(headers))]
        refusal = self.refusal(scope, headers, extra)
        answer = self.inner.at_once(scope) if refusal is None else refused(refusal)
        if answer is None:
            self.active += 1
            return None
        answer = with_headers(answer, extra)
        self.note(scope, answer, time.perf_counter() - began)
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or says why not; notes how it went."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        answer = self.at_once(scope) if "began" not in scope else None
        if answer is not None:
            await answer(scope, receive, send)
            return
        seen: Seen | Rendered = NOTHING
        try:
            answer = await self.inner.answer(scope)
            if answer is None:
                seen = Seen(send, scope["extra"])
                await self.inner(scope, receive, seen)
            else:
                seen = with_headers(answer, scope["extra"])
                await seen(scope, receive, send)
        finally:
            self.active -= 1
            self.note(scope, seen, time.perf_counter() - scope["began"])

    def request_id(self, headers: dict[bytes, bytes]) -> bytes:
        """The id that the client or a proxy gave, where it is a plain one, or one of our own."""
        given = headers.get(b"x-request-id")
        if given is not None and ID.fullmatch(given):
            return given
        return b"%b-%x" % (self.prefix, next(self.numbers))

    def refusal(
        self, scope: Scope, headers: dict[bytes, bytes], extra: list[Header]
    ) -> Problem | None:
        """Why a request is not let through; adds headers that its answer has in any case."""
        host = host_of(scope)
        if host is None:
            return BadRequest(
                "A request names its host in one `Host` header: `name` or `name:port`."
            )
        length = headers.get(b"content-length", b"0")
        limit = self.max_body
        if b"transfer-encoding" in headers or not length.isdigit() or int(length) > limit:
            return TooLarge(f"A body may have {limit} bytes, said in Content-Length.")
        if scope["path"] in OPERATION:
            return None
        if self.active >= self.max_requests:
            return Unavailable("Too many questions at once; ask again shortly.", retry_after=1)
        if self.hosts and host not in self.hosts:
            return Misdirected("This host name is not served here.")
        if self.rates is None:
            return None
        standing = self.rates.ask(scope["client"][0] if scope.get("client") else "")
        extra += standing.headers
        return None if standing.allowed else TooMany(standing.wait)

    def note(self, scope: Scope, seen: Seen | Rendered, seconds: float) -> None:
        """Counts a request, and logs it where the settings say so."""
        self.metrics.note(route_of(scope), seen.status, scope.get("cache", "none"), seconds)
        if seconds >= self.slow or (seen.status >= 500 and self.log_requests != LogRequests.none):
            REQUEST_LOG.info("request", extra={"parley": self.described(scope, seen, seconds)})

    def described(self, scope: Scope, seen: Seen | Rendered, seconds: float) -> dict[str, Any]:
        """What the log says of a request; the client's address only where it is asked for."""
        query = scope["query_string"].decode("ascii", "backslashreplace")
        path = scope["raw_path"].split(b"?")[0].decode("ascii", "backslashreplace")
        said = {
            "request_id": scope["extra"][0][1].decode(),
            "method": scope["method"],
            "question": f"{path}?{query}" if query else path,
            "status": seen.status,
            "milliseconds": round(seconds * 1000, 3),
            "bytes": seen.size if isinstance(seen, Seen) else len(seen.body),
            "rows": scope.get("rows"),
            "cache": scope.get("cache", "none"),
            "revision": dict(seen.headers).get(b"parley-revision", b"").decode()[:16] or None,
        }
        if self.log_clients and scope.get("client"):
            said["client"] = scope["client"][0]
        return said


def with_headers(answer: Rendered, extra: list[Header]) -> Rendered:
    """An answer with the headers of the guard."""
    return Rendered(answer.status, [*answer.headers, *extra], answer.body)


class Seen:
    """Passes an answer on, with the headers of the guard, and remembers how it went."""

    __slots__ = ("extra", "headers", "send", "size", "status")

    def __init__(self, send: Send, extra: list[Header]):
        self.send = send
        self.extra = extra
        self.status = 0
        self.size = 0
        self.headers: list[Header] = []

    def __call__(self, message: Message) -> Awaitable[None]:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [*message["headers"], *self.extra]
            message = {**message, "headers": self.headers}
        else:
            self.size += len(message.get("body", b""))
        return self.send(message)


def rates_of(settings: Settings) -> Rates | None:
    """The rates of clients, where they are limited."""
    if not settings.rate_limit:
        return None
    # Imported here, as starting should not wait for it where no rate is limited.
    from app.http.rates import Rates  # noqa: PLC0415

    return Rates(settings.rate_limit)


def host_of(scope: Scope) -> str | None:
    """The host that a request names, in lower case and without its port.

    None where `Host` is malformed, doubled, or missing from HTTP/1.1 (RFC 9112, section 3.2).
    """
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) == 1:
        return host_in(hosts[0])
    return "" if not hosts and scope["http_version"] == "1.0" else None


@lru_cache(maxsize=256)
def host_in(value: bytes) -> str | None:
    """The host of a `Host` header; None where it is malformed."""
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


def route_of(scope: Scope) -> str:
    """The template of the path, whether the answer came from the application or from memory."""
    return str(getattr(scope.get("route"), "path", "other"))


def written(record: logging.LogRecord) -> str:
    """When something was logged, in UTC."""
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said = {
            "time": written(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "parley", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str).decode()


class Readable(logging.Formatter):
    """One line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as `time level message name=value …`."""
        said = getattr(record, "parley", {})
        pairs = " ".join(f"{name}={value}" for name, value in said.items() if value is not None)
        line = (
            f"{written(record)} {record.levelname.lower()} {record.getMessage()} {pairs}".rstrip()
        )
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
