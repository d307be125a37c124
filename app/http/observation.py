"""What is seen of every request: its id, its place in the metrics, and its line in the log.

The outermost application: it adds the headers that every response has, a refusal too.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime
from itertools import accumulate, count
from pathlib import Path
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.errors import Problem
from app.http.messages import COMMON_HEADERS, Fields, header_fields, problem_response

MISTAKE = "The answer could not be made; this is logged."
REQUEST_LOG = logging.getLogger("parley.requests")
ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Observation:
    """An ASGI application around all others."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics):
        self.app = app
        self.metrics = metrics
        self.logs_failures = settings.log_requests != "none"
        self.log_clients = settings.log_clients
        # Whatever took as many seconds as this is logged.
        slow = {"all": 0.0, "slow": settings.slow_request, "none": float("inf")}
        self.slow = slow[settings.log_requests]
        self.numbers = count()
        self.prefix = secrets.token_hex(4).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        began = state["began"] = time.monotonic()
        fields = state["fields"] = header_fields(scope["headers"])
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
        except Exception:
            if not status:
                await problem_response(Problem(MISTAKE), scope=scope)(scope, receive, observed)
            raise
        finally:
            seconds = time.monotonic() - began
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


log = logging.getLogger(__name__)

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
BOUNDS = (*map(str, BUCKETS), "+Inf")
# The variable that names the folder which several workers share, and how often they write there.
FOLDER = "PARLEY_METRICS_FOLDER"
WRITTEN_EVERY = 1.0
# Requests in each bucket, and the seconds that they took together.
Numbers = list[float]


def no_numbers() -> Numbers:
    """The counters of a route before its first request."""
    return [0.0] * (len(BOUNDS) + 1)


class Metrics(Collector):
    """The numbers of one worker, by route, status and cache."""

    def __init__(self) -> None:
        self.revision = 0
        self.counted: dict[tuple[str, int, str], Numbers] = defaultdict(no_numbers)
        folder = os.environ.get(FOLDER)
        self.file = Path(folder, f"{secrets.token_hex(8)}.json") if folder else None
        self.is_due = False
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def note(self, route: str, status: int, cache: str, seconds: float) -> None:
        """One answered request."""
        numbers = self.counted[route, status, cache]
        numbers[bisect_left(BUCKETS, seconds)] += 1
        numbers[-1] += seconds
        if self.file is not None and not self.is_due:
            self.is_due = True
            asyncio.get_running_loop().call_later(WRITTEN_EVERY, self.write, self.file)

    def write(self, file: Path) -> None:
        """Writes the numbers for the other workers, in one piece."""
        self.is_due = False
        new = file.with_suffix(".new")
        try:
            new.write_bytes(orjson.dumps([*self.counted.items()]))
            new.replace(file)
        except OSError as error:
            log.warning("Other workers cannot be told what this one has counted: %s", error)

    def of_all_workers(self) -> dict[tuple[str, int, str], Numbers]:
        """The numbers of this worker, and those that the others have written."""
        written = self.file.parent.glob("*.json") if self.file is not None else ()
        others = [orjson.loads(each.read_bytes()) for each in written if each != self.file]
        together: dict[tuple[str, int, str], Numbers] = defaultdict(no_numbers)
        for counted in ([*self.counted.items()], *others):
            for key, numbers in counted:
                together[tuple(key)] = added(together[tuple(key)], numbers)
        return together

    def collect(self) -> Iterator[Metric]:
        """The metrics, for the registry."""
        labels = ("route", "status", "cache")
        requests = CounterMetricFamily("parley_requests", "Requests answered.", labels=labels)
        by_route: dict[str, Numbers] = defaultdict(no_numbers)
        for (route, status, cache), numbers in self.of_all_workers().items():
            requests.add_metric((route, str(status), cache), sum(numbers[:-1]))
            by_route[route] = added(by_route[route], numbers)
        seconds = HistogramMetricFamily(
            "parley_request_seconds",
            "Time from the request to the end of its answer.",
            labels=("route",),
        )
        for route, (*numbers, sum_of_seconds) in by_route.items():
            seconds.add_metric(
                (route,), [*zip(BOUNDS, accumulate(numbers), strict=True)], sum_of_seconds
            )
        yield requests
        yield seconds
        about = "The number of the revision that answers."
        yield GaugeMetricFamily("parley_revision", about, self.revision)

    def text(self, revision: int) -> bytes:
        """The exposition of all workers."""
        self.revision = revision
        return generate_latest(self.registry)


def added(one: Numbers, other: Numbers) -> Numbers:
    """The sums of two sets of numbers."""
    return [a + b for a, b in zip(one, other, strict=True)]


def log_configuration(settings: Settings) -> dict[str, Any]:
    """The configuration of Python's logging."""
    formatter = JsonLines if settings.log_format == "json" else Readable
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["standard"], "level": "INFO"},
        # What they say of every message and request is in the log already.
        "loggers": {name: {"level": "WARNING"} for name in ("mcp", "httpx")},
    }


def logged_at(record: logging.LogRecord) -> str:
    """When something was logged, in UTC."""
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said = {
            "time": logged_at(record),
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
            f"{logged_at(record)} {record.levelname.lower()} {record.getMessage()} {pairs}".rstrip()
        )
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
