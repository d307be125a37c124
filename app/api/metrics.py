"""What Prometheus is told: requests by route, status and cache, their durations, the record.

Requests are counted in plain numbers and handed to `prometheus_client` within a second; with more
workers it keeps them in files that all share, so that any worker answers for all.
"""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_left
from collections import defaultdict
from typing import Annotated, Any

from fastapi import FastAPI, Query
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from starlette.requests import Request

from app.api.answering import service_of
from app.api.models import problem_responses
from app.api.single import NoQuestion
from app.errors import InvalidQuery, TooLong, Unavailable
from app.http.route import QuestionRoute, Rendered, rendered

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
HANDED_EVERY = 1.0


class Metrics:
    """The numbers of one worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "parley_requests",
            "Requests answered.",
            ("route", "status", "cache"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "parley_request_seconds",
            "Time from the request to the end of its answer.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.revision = Gauge(
            "parley_revision",
            "The number of the revision that answers.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        # For each route, status and cache: requests in each bucket of seconds, and the seconds.
        self.timed: dict[tuple[str, int, str], list[float]] = defaultdict(
            lambda: [0.0] * (len(BUCKETS) + 2)
        )
        self.due = False

    def note(self, route: str, status: int, cache: str, seconds: float) -> None:
        """One answered request."""
        timed = self.timed[route, status, cache]
        timed[bisect_left(BUCKETS, seconds)] += 1
        timed[-1] += seconds
        if not self.due:
            self.due = True
            asyncio.get_running_loop().call_later(HANDED_EVERY, self.hand_over)

    def hand_over(self) -> None:
        """Hands what was counted to the library."""
        self.due = False
        for (route, status, cache), (*numbers, seconds) in self.timed.items():
            self.requests.labels(route, str(status), cache).inc(sum(numbers))
            histogram: Any = self.seconds.labels(route)
            histogram._sum.inc(seconds)
            for bucket, number in zip(histogram._buckets, numbers, strict=True):
                bucket.inc(number)
        self.timed.clear()

    def text(self, revision: int) -> bytes:
        """The exposition of all workers."""
        self.hand_over()
        self.revision.set(revision)
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


async def metrics(request: Request, question: Annotated[NoQuestion, Query()]) -> Rendered:
    """What Prometheus scrapes."""
    del question
    async with service_of(request).database.snapshot() as snapshot:
        revision = snapshot.revision.number
    kept: Metrics = request.app.state.metrics
    headers = [(b"content-type", CONTENT_TYPE_LATEST.encode()), (b"cache-control", b"no-store")]
    return rendered(200, headers, kept.text(revision))


def add_routes(app: FastAPI) -> None:
    """Registers the metrics."""
    app.router.add_api_route(
        "/metrics",
        metrics,
        route_class_override=QuestionRoute,
        operation_id="getMetrics",
        summary="Metrics for Prometheus",
        tags=["operation"],
        response_model=None,
        responses={
            200: {
                "description": "The metrics of all workers.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
            **problem_responses(InvalidQuery, TooLong, Unavailable),
        },
    )
