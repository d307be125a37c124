"""Work that takes long: a thread of its own, a deadline, and a client that waits for it.

The interpreter runs one thread at a time, so one thread does all of it, a piece after the other,
and another one what is short: lists, pages and health never wait for a free thread. Work pauses
most of the time while others ask, as each hand-over of the interpreter delays them.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, TypeVarTuple, Unpack

from app.errors import Unavailable

R = TypeVar("R")
Gone = Callable[[], Coroutine[Any, Any, None]]
Ts = TypeVarTuple("Ts")

# Requests that may be in work, or wait for it, at the same time.
AT_ONCE = 32
# How far threads step back behind the event loop (`nice`).
NICE = 10
# Seconds that work goes on, and then pauses if another request came in the last `RECENT` ones.
TURN, PAUSE, RECENT = 0.002, 0.004, 0.05


def step_back() -> None:
    """Lets other threads go first, where the system knows the priority of a single one (Linux)."""
    if sys.platform == "linux":
        this = threading.get_native_id()
        # A server that steps back itself is not overtaken by its own threads.
        now = os.getpriority(os.PRIO_PROCESS, this)
        os.setpriority(os.PRIO_PROCESS, this, min(now + NICE, 19))


THREAD = ThreadPoolExecutor(1, thread_name_prefix="expensive", initializer=step_back)
SHORT = ThreadPoolExecutor(1, thread_name_prefix="short", initializer=step_back)
CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)


def overdue(seconds: float) -> Unavailable:
    """The refusal of a question that takes too long."""
    return Unavailable(
        f"The question took longer than {seconds:g} seconds; ask for less at once, by dates or by "
        "actor."
    )


class Abandoned(Exception):
    """The client has hung up; nobody waits for the answer."""


class Work:
    """The work for one request: it ends at the deadline, and when the client hangs up."""

    active = 0
    # When the latest request came that is no work, and when work pauses next.
    last_asked = turn_ends = 0.0

    def __init__(self, began: float, timeout: float):
        self.began = began
        self.deadline = began + timeout
        self.timeout = timeout
        self.gone: asyncio.Task[None] | None = None

    def check(self) -> None:
        """Raises `Unavailable` past the deadline and `Abandoned` where nobody waits any more.

        It is called between small steps.
        """
        if self.gone is not None and self.gone.done():
            raise Abandoned
        if time.monotonic() > self.deadline:
            raise overdue(self.timeout)

    def check_in_turns(self) -> None:
        """As `check`, in a thread; pauses after each turn while others are asking."""
        self.check()
        now = time.monotonic()
        if now > Work.turn_ends:
            if Work.last_asked > max(self.began, now - RECENT):
                time.sleep(PAUSE)
            Work.turn_ends = time.monotonic() + TURN

    async def in_short_thread(self, function: Callable[[Unpack[Ts]], R], *args: *Ts) -> R:
        """As `in_thread`, for what takes milliseconds: it does not wait for long work."""
        return await asyncio.get_running_loop().run_in_executor(SHORT, self._run, function, *args)

    async def in_thread(self, function: Callable[[Unpack[Ts]], R], *args: *Ts) -> R:
        """What a function returns that runs in the thread; given up at the deadline."""
        self.check()
        running = asyncio.get_running_loop().run_in_executor(THREAD, self._run, function, *args)
        left = self.deadline - time.monotonic()
        try:
            done, _ = await asyncio.wait((running,), timeout=max(left, 0))
        finally:
            # Where it is not done, nobody waits for it any more.
            running.cancel()
        if not done:
            raise overdue(self.timeout)
        return running.result()

    def _run(self, function: Callable[[Unpack[Ts]], R], *args: *Ts) -> R:
        CURRENT.set(self)
        self.check_in_turns()
        return function(*args)

    @asynccontextmanager
    async def for_client(self, gone: Gone) -> AsyncIterator[None]:
        """Work until `gone` ends; raises `Unavailable` where too many requests are in work."""
        if Work.active >= AT_ONCE:
            raise Unavailable("Too many long questions are in work; try again.", retry_after=1)
        if Work.last_asked == self.began:
            # Work does not pause for other work.
            Work.last_asked = 0.0
        Work.active += 1
        self.gone = asyncio.create_task(gone())
        try:
            yield
        finally:
            Work.active -= 1
            self.gone.cancel()


def check_work() -> None:
    """To be called between small steps of what may be done as `Work`."""
    work = CURRENT.get()
    if work is not None:
        work.check_in_turns()
