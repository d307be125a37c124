"""Work on many parts, in as many processes as there are processors for it."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from app.errors import SeedRefused

PartT = TypeVar("PartT")
DoneT = TypeVar("DoneT")

# Fewer parts are done before other processes have started.
FEW = 6
# More processes than these would wait for the one that writes.
MOST = 4

# What a process does to each part.
WORK: list[Callable[[Any], Any]] = []


def in_order(work: Callable[[PartT], DoneT], parts: Iterable[PartT]) -> Iterator[DoneT]:
    """What the work makes of each part, in their order; a few parts of each are in memory."""
    coming = iter(parts)
    first = list(islice(coming, FEW + 1))
    count = min(os.cpu_count() or 1, MOST)
    if len(first) <= FEW or count == 1:
        yield from map(work, chain(first, coming))
        return
    # Others than new processes would have locks that threads of this one hold.
    context = get_context("spawn")
    with ProcessPoolExecutor(count, context, initializer=begin, initargs=(work,)) as processes:
        waiting: deque[Future[DoneT]] = deque()
        try:
            for part in chain(first, coming):
                waiting.append(processes.submit(do, part))
                if len(waiting) > 2 * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as broken:
            raise SeedRefused(
                "One of the processes ended early, for want of memory perhaps; nothing was changed."
            ) from broken
        finally:
            processes.shutdown(cancel_futures=True)


def begin(work: Callable[[Any], Any]) -> None:
    """Takes up the work; it ends with the process that gave it, and when that one says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
