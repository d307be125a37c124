"""What Prometheus is told: requests by route, status and cache, their durations, the record.

A request costs one look-up and two additions. Each of several workers writes its numbers into a
folder that all share within a second, so that any of them answers for all.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
BOUNDS = (*map(str, BUCKETS), "+Inf")
# The variable that names the folder which several workers share, and how often they write there.
FOLDER = "PARLEY_METRICS_FOLDER"
WRITTEN_EVERY = 1.0
# Requests in each bucket, and the seconds that they took together.
Numbers = list[float]


def no_numbers() -> Numbers:
    """What is counted of a route before its first request."""
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
    """The numbers of two together."""
    return [a + b for a, b in zip(one, other, strict=True)]
