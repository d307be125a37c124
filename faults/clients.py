"""Clients that ask without a pause and know which answers are right."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

PATHS = ("/v1/events", "/v1/events?limit=3", "/v1/quotes", "/v1/timeline?sort=date", "/v1/actors")

NUMBER = re.compile(rb'"number":[0-9]+,(?="digest")')


def fetch(base: str, path: str) -> tuple[int, bytes]:
    """One answer on a connection of its own."""
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def right_answers(base: str) -> dict[str, bytes]:
    """What is answered now."""
    return {path: unnumbered(fetch(base, path)[1]) for path in PATHS}


def unnumbered(body: bytes) -> bytes:
    """An answer without the number of its revision, which counts the seedings of one database."""
    return NUMBER.sub(b"", body, count=1)


class Clients:
    """Some threads that ask all the time; each answer is compared with the right ones."""

    def __init__(self, base: str, *right: dict[str, bytes], number: int = 4, pause: float = 0.002):
        self.base = base
        self.right = right
        self.pause = pause
        self.seen: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.going = True
        self.last_good = time.monotonic()
        self.longest_gap = 0.0
        self.threads = [threading.Thread(target=self.ask, daemon=True) for _ in range(number)]

    def __enter__(self) -> Self:
        self.last_good = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.going = False
        for thread in self.threads:
            thread.join()
        self.longest_gap = max(self.longest_gap, time.monotonic() - self.last_good)

    def ask(self) -> None:
        """Asks until told to stop, on one connection as long as it lasts."""
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=30)
        number = 0
        while self.going:
            path = PATHS[number % len(PATHS)]
            number += 1
            began = time.monotonic()
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                self.note(path, response.status, response.read(), time.monotonic() - began)
            except (OSError, http.client.HTTPException):
                self.seen["connection lost"] += 1
                connection.close()
                time.sleep(0.02)
            time.sleep(self.pause)
        connection.close()

    def note(self, path: str, status: int, body: bytes, seconds: float) -> None:
        """One answer: right, refused, or wrong."""
        if status != 200:
            self.seen[str(status)] += 1
        elif self.right and unnumbered(body) not in [right[path] for right in self.right]:
            self.seen["WRONG"] += 1
        else:
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - self.last_good)
            self.last_good = now
            self.seen["200"] += 1
            self.seconds.append(seconds)

    def p99(self) -> float:
        """The 99th percentile of the right answers, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[int(len(ordered) * 0.99)] * 1000 if ordered else float("nan")

    def summary(self) -> str:
        """What was seen."""
        counted = ", ".join(f"{number} × {what}" for what, number in sorted(self.seen.items()))
        return f"{counted}; longest pause {self.longest_gap:.1f} s, p99 {self.p99():.0f} ms"
