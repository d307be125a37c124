"""What Prometheus is told: requests by route, status and cache, their durations, the record.

With more workers `prometheus_client` keeps the numbers in files that all share, so that any worker
answers for all.
"""

from __future__ import annotations

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)


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
        # The counter and histogram of each route, status and cache; to look them up costs more
        # than to count.
        self.known: dict[tuple[str, int, str], tuple[Counter, Histogram]] = {}

    def note(self, route: str, status: int, cache: str, seconds: float) -> None:
        """One answered request."""
        known = self.known.get((route, status, cache))
        if known is None:
            known = self.requests.labels(route, str(status), cache), self.seconds.labels(route)
            self.known[route, status, cache] = known
        counter, histogram = known
        counter.inc()
        histogram.observe(seconds)

    def text(self, revision: int) -> bytes:
        """The exposition of all workers."""
        self.revision.set(revision)
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
