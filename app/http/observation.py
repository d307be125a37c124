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
from app.http.fields import Fields, fields_of
from app.http.metrics import Metrics
from app.http.responses import COMMON_HEADERS

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
        state = scope.setdefault("state", {})
        fields = state["fields"] = fields_of(scope["headers"])
        headers = state["headers"] = [*COMMON_HEADERS, (b"x-request-id", self.request_id(fields))]
        # 0 where no response came to be.
        status = size = 0

        def observed(message: Message) -> Awaitable[None]:
            nonlocal headers, status, size
            if message["type"] == "http.response.start":
                status, headers = message["status"], [*message["headers"], *headers]
                message["headers"] = headers
            else:
                size += len(message.get("body", b""))
            return send(message)

        try:
            await self.app(scope, receive, observed)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.note(route, status, state.get("cache", "none"), seconds)
            if seconds >= self.slow or (status >= 500 and self.logs_failures):
                said = self.described(scope, dict(headers))
                said |= {"status": status, "milliseconds": round(seconds * 1000, 3), "bytes": size}
                REQUEST_LOG.info("request", extra={"parley": said})

    def request_id(self, fields: Fields) -> bytes:
        """The id that the client or a proxy gave, where it is a plain one, or one of our own."""
        given = fields.get(b"x-request-id")
        if given is not None and ID.fullmatch(given):
            return given
        return b"%b-%x" % (self.prefix, next(self.numbers))

    def described(self, scope: Scope, headers: dict[bytes, bytes]) -> dict[str, Any]:
        """What the log says of a request; the client's address only where it is asked for."""
        query = scope["query_string"].decode("ascii", "backslashreplace")
        path = scope["raw_path"].decode("ascii", "backslashreplace")
        said = {
            "request_id": headers[b"x-request-id"].decode(),
            "method": scope["method"],
            "question": f"{path}?{query}" if query else path,
            "rows": scope["state"].get("rows"),
            "cache": scope["state"].get("cache", "none"),
            "revision": headers.get(b"parley-revision", b"").decode()[:16] or None,
        }
        if self.log_clients and scope.get("client"):
            said["client"] = scope["client"][0]
        return said
