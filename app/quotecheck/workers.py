"""Work that takes long, in threads of its own, so that pages do not wait for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar, TypeVarTuple, Unpack

from app.db.snapshots import overdue
from app.errors import Unavailable

R = TypeVar("R")
Gone = Callable[[], Coroutine[Any, Any, None]]
Ts = TypeVarTuple("Ts")

# The interpreter runs one thread at a time: more threads would only make each slower.
THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="quotecheck")
# Requests that may be in work at the same time.
AT_ONCE = 16


class Abandoned(Exception):
    """The client has hung up; nobody waits for the answer."""


class Work:
    """The work for one request: it ends at the deadline, and when the client hangs up."""

    active = 0

    def __init__(self, began: float, timeout: float):
        self.deadline = began + timeout
        self.timeout = timeout
        self.is_abandoned = False

    def check(self) -> None:
        """Raises `Unavailable` past the deadline and `Abandoned` where nobody waits any more.

        It is called between small steps.
        """
        if self.is_abandoned:
            raise Abandoned
        if time.monotonic() > self.deadline:
            raise overdue(self.timeout)

    async def in_loop(self, function: Callable[[Unpack[Ts]], R], *args: *Ts) -> R:
        """What a function returns that takes so little time that a thread would cost more."""
        self.check()
        return function(*args)

    async def in_thread(self, function: Callable[[Unpack[Ts]], R], *args: *Ts) -> R:
        """What a function returns that runs in one of the threads."""
        self.check()
        return await asyncio.get_running_loop().run_in_executor(THREADS, function, *args)

    @asynccontextmanager
    async def for_client(self, gone: Gone) -> AsyncIterator[None]:
        """Work until `gone` ends; raises `Unavailable` where too many requests are in work."""
        if Work.active >= AT_ONCE:
            raise Unavailable("Too many texts are being looked through; try again.", retry_after=1)
        Work.active += 1
        watching = asyncio.create_task(gone())
        watching.add_done_callback(self._abandon)
        try:
            yield
        finally:
            Work.active -= 1
            watching.remove_done_callback(self._abandon)
            watching.cancel()

    def _abandon(self, watching: asyncio.Task[None]) -> None:
        del watching
        self.is_abandoned = True
