"""How often each client may ask, and what it is told of that."""

from __future__ import annotations

import time
from typing import NamedTuple

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Standing(NamedTuple):
    """Where a client stands: whether it may ask now, in how many seconds again, and the headers."""

    allowed: bool
    wait: int
    headers: list[tuple[bytes, bytes]]


class Rates:
    """The rate of each client in this worker."""

    def __init__(self, limit: str):
        self.rate = parse(limit)
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def ask(self, client: str) -> Standing:
        """Counts a question of a client, where it may ask it."""
        rate = self.rate
        allowed = self.limiter.hit(rate, client)
        stats = self.limiter.get_window_stats(rate, client)
        wait = max(1, int(stats.reset_time - time.time()) + 1)
        policy = f'"default";q={rate.amount};w={rate.get_expiry()}'
        left = f'"default";r={stats.remaining};t={wait}'
        headers = [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
        return Standing(allowed, wait, headers)
