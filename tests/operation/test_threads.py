"""What takes long runs in threads that leave the processor to the loop."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from app.db.work import NICE
from app.main import SWITCH_SECONDS
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded


def priority() -> int:
    """How far this thread steps back."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows the priority of one thread")
def test_slow_threads_step_back(cached_databases: Seeded) -> None:
    """While the application runs, a thread for slow work has a lower priority than the loop."""
    app = Asker(cached_databases(TINY)).routes

    async def running() -> tuple[int, int, float]:
        async with app.router.lifespan_context(app):
            return priority(), await asyncio.to_thread(priority), sys.getswitchinterval()

    before = sys.getswitchinterval()
    try:
        loop, thread, interval = asyncio.run(running())
    finally:
        sys.setswitchinterval(before)
    assert thread == min(loop + NICE, 19)
    assert thread > loop
    assert interval == pytest.approx(SWITCH_SECONDS)
