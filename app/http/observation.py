"""What is seen of every request: its id, its place in the metrics, and its line in the log.

The outermost application: it adds the headers that every response has, a refusal too.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable
from itertools import count
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import LogRequests, Settings
from app.http.metrics import Metrics
from app.http.responses import COMMON_HEADERS, Header

REQUEST_LOG = logging.getLogger("parley.requests")
ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Observation:
    """An ASGI application around all others."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics):
        self.app = app
        self.metrics = metrics
        self.logs_failures = settings.log_requests != LogRequests.none
        self.log_clients = settings.log_clients
        # Whatever took as many seconds as this is logged.
        self.slow = {
            LogRequests.all: 0.0,
            LogRequests.slow: settings.slow_request,
            LogRequests.none: float("inf"),
        }[settings.log_requests]
        self.numbers = count()
        self.prefix = secrets.token_hex(4).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        added = [*COMMON_HEADERS, (b"x-request-id", self.request_id(scope))]
        scope.setdefault("state", {})["headers"] = added
        observed = ObservedSend(send, added)
        try:
            await self.app(scope, receive, observed)
        finally:
            self.note(scope, observed, time.perf_counter() - began)

    def request_id(self, scope: Scope) -> bytes:
        """The id that the client or a proxy gave, where it is a plain one, or one of our own."""
        for name, value in scope["headers"]:
            if name == b"x-request-id" and ID.fullmatch(value):
                return bytes(value)
        return b"%b-%x" % (self.prefix, next(self.numbers))

    def note(self, scope: Scope, observed: ObservedSend, seconds: float) -> None:
        """Counts a request, and logs it where the settings say so."""
        route = getattr(scope.get("route"), "path", "other")
        self.metrics.note(route, observed.status, scope["state"].get("cache", "none"), seconds)
        if seconds >= self.slow or (observed.status >= 500 and self.logs_failures):
            REQUEST_LOG.info("request", extra={"parley": self.described(scope, observed, seconds)})

    def described(self, scope: Scope, observed: ObservedSend, seconds: float) -> dict[str, Any]:
        """What the log says of a request; the client's address only where it is asked for."""
        query = scope["query_string"].decode("ascii", "backslashreplace")
        path = scope["raw_path"].decode("ascii", "backslashreplace")
        headers, state = dict(observed.headers), scope["state"]
        said = {
            "request_id": headers.get(b"x-request-id", b"").decode(),
            "method": scope["method"],
            "question": f"{path}?{query}" if query else path,
            "status": observed.status,
            "milliseconds": round(seconds * 1000, 3),
            "bytes": observed.size,
            "rows": state.get("rows"),
            "cache": state.get("cache", "none"),
            "revision": headers.get(b"parley-revision", b"").decode()[:16] or None,
        }
        if self.log_clients and scope.get("client"):
            said["client"] = scope["client"][0]
        return said


class ObservedSend:
    """Passes a response on with more headers, and remembers its status and size."""

    __slots__ = ("added", "headers", "send", "size", "status")

    def __init__(self, send: Send, added: list[Header]):
        self.send = send
        self.added = added
        self.headers = added
        # 0 where no response came to be.
        self.status = 0
        self.size = 0

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [*message["headers"], *self.added]
            message = {**message, "headers": self.headers}
        else:
            self.size += len(message.get("body", b""))
        return self.send(message)
