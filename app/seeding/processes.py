"""Work on many parts, in as many processes as there are processors for it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from app.errors import SeedRefused

log = logging.getLogger(__name__)

PartT = TypeVar("PartT")
DoneT = TypeVar("DoneT")

# Seconds of work after which other processes are started: they take two of them to start.
PATIENCE = 4.0
# More processes than these would wait for the one that writes.
MOST = 4

# What a process does to each part.
WORK: list[Callable[[Any], Any]] = []


def in_order(work: Callable[[PartT], DoneT], parts: Iterable[PartT]) -> Iterator[DoneT]:
    """What the work makes of each part, in their order; a few of them are in memory.

    What takes longer than a moment is done in other processes.
    """
    coming = iter(parts)
    count = min(os.cpu_count() or 1, MOST)
    taken = 0.0
    while count == 1 or taken <= PATIENCE:
        try:
            part = next(coming)
        except StopIteration:
            return
        began = time.monotonic()
        done = work(part)
        taken += time.monotonic() - began
        yield done
    try:
        # Others than new processes would have locks that threads of this one hold.
        processes = ProcessPoolExecutor(
            count, get_context("spawn"), initializer=begin, initargs=(work,)
        )
    except (OSError, NotImplementedError) as error:
        log.warning("No other processes can be used (%s); it takes longer.", error)
        yield from map(work, coming)
        return
    waiting: deque[Future[DoneT]] = deque()
    try:
        for part in coming:
            waiting.append(given(processes, part))
            if len(waiting) > count + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as broken:
        raise SeedRefused(
            "One of the processes ended early, for want of memory perhaps; nothing was changed."
        ) from broken
    finally:
        processes.shutdown(cancel_futures=True)


def given(processes: ProcessPoolExecutor, part: Any) -> Future[Any]:
    """What will be made of a part; processes that this starts never see an interruption."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return processes.submit(do, part)
    except OSError as error:
        raise SeedRefused(
            f"No further process can be started ({error}); nothing was changed. "
            "Let more processes run at a time, or end others."
        ) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin(work: Callable[[Any], Any]) -> None:
    """Takes up the work; this process ends with the one that gave it."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    gc.disable()
    WORK.append(work)


def end_with_parent() -> None:
    """Ends this process when the one that started it has ended, in whatever way."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def do(part: Any) -> Any:
    """What the work makes of a part."""
    return WORK[0](part)
