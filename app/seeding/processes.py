"""Maps a function over many items in forked processes, and gives the results in order."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import cycle
from multiprocessing import Pipe, get_all_start_methods, get_context
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import Any, TypeVar

from app.errors import SeedRefused

PartT = TypeVar("PartT")
DoneT = TypeVar("DoneT")

# Seconds of the processor, some 2,000 entries, after which other processes are started.
PATIENCE = 0.5
# More processes than these would wait for the one that writes.
MOST = 4


def map_in_order(work: Callable[[PartT], DoneT], parts: Iterable[PartT]) -> Iterator[DoneT]:
    """The result of the work for each part, in order; only a few parts are held in memory.

    Work that takes longer than `PATIENCE` continues in other processes. Raises `SeedRefused` if one
    of them cannot be started, or ends early.
    """
    coming = iter(parts)
    count = number_of_processes()
    taken = 0.0
    while count == 1 or taken <= PATIENCE:
        try:
            part = next(coming)
        except StopIteration:
            return
        began = time.process_time()
        done = work(part)
        taken += time.process_time() - began
        yield done
    yield from in_processes(work, coming, count)


def number_of_processes() -> int:
    """One for each processor; only one where a process cannot safely be forked.

    A forked process inherits the locks that other threads hold, and those of macOS's own libraries.
    """
    if threading.active_count() > 1 or sys.platform == "darwin":
        return 1
    return min(os.cpu_count() or 1, MOST) if "fork" in get_all_start_methods() else 1


def in_processes(
    work: Callable[[PartT], DoneT], parts: Iterable[PartT], count: int
) -> Iterator[DoneT]:
    """The result for each part, from other processes, which take turns."""
    workers: list[Worker] = []
    busy: deque[Worker] = deque()
    try:
        for _ in range(count):
            workers.append(Worker(work))
        for worker, part in zip(cycle(workers), parts, strict=False):
            done = [busy.popleft().result()] if len(busy) == count else []
            worker.begin(part)
            busy.append(worker)
            yield from done
        while busy:
            yield busy.popleft().result()
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()
            worker.pipe.close()


class Worker:
    """A process that does one part at a time, and the pipe to it.

    Only that process has the far end of the pipe open: when it ends for any reason, waiting for its
    result ends, too.
    """

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.pipe, far_end = Pipe()
        arguments = (work, far_end, self.pipe)
        self.process = get_context("fork").Process(target=run, args=arguments, daemon=True)
        # A process that starts while SIGINT is blocked never sees Ctrl-C.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self.process.start()
        except OSError as error:
            raise SeedRefused(
                f"No further process can be started ({error}); nothing was changed. "
                "Let more processes run at a time, or end others."
            ) from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            far_end.close()

    def begin(self, part: Any) -> None:
        """Sends a part; a process that has ended is noticed when its result is waited for."""
        with suppress(OSError):
            self.pipe.send(part)

    def result(self) -> Any:
        """The result for the part."""
        try:
            done, error = self.pipe.recv()
        except (EOFError, OSError) as broken:
            self.process.join()
            raise SeedRefused(
                f"One of the processes {how_it_ended(self.process.exitcode)}; nothing was changed. "
                "Try again, with more memory if it happens again."
            ) from broken
        if error is not None:
            raise error
        return done


def how_it_ended(code: int | None) -> str:
    """The exit code of a process in words."""
    if code is not None and code < 0:
        name = signal.strsignal(-code) or "unknown"
        return f"was ended by signal {-code} ({name}), for want of memory perhaps"
    return f"ended early with exit code {code}"


def run(
    work: Callable[[Any], Any], pipe: Connection[Any, Any], near_end: Connection[Any, Any]
) -> None:
    """Receives parts and sends each result, until the starting process ends."""
    near_end.close()
    with suppress(EOFError, ConnectionError):
        while True:
            pipe.send(outcome(work, pipe.recv()))


def outcome(work: Callable[[Any], Any], part: Any) -> tuple[Any, Exception | None]:
    """The result for a part, or the error, which the process that sent the part raises."""
    try:
        return work(part), None
    except Exception as error:  # noqa: BLE001 - every mistake is handed on
        error.add_note(format_exc())
        return None, error
