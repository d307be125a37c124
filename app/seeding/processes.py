"""Maps a function over many items in several processes, and gives the results in order."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import Any, TypeVar

from app.errors import SeedRefused

PartT = TypeVar("PartT")
DoneT = TypeVar("DoneT")

# Seconds of work after which other processes are started; starting them takes two seconds.
PATIENCE = 4.0
# More processes than these would wait for the one that writes.
MOST = 4
# A forked process would inherit locks that threads of this one hold.
SPAWN = get_context("spawn")


def map_in_order(work: Callable[[PartT], DoneT], parts: Iterable[PartT]) -> Iterator[DoneT]:
    """The result of the work for each part, in order; only a few parts are held in memory.

    Work that takes longer than `PATIENCE` goes on in other processes. Raises `SeedRefused` where
    one of them cannot be started, or ends early.
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
    yield from in_processes(work, coming, count)


def in_processes(
    work: Callable[[PartT], DoneT], parts: Iterable[PartT], count: int
) -> Iterator[DoneT]:
    """The result for each part, from other processes, which take turns."""
    workers: list[Worker] = []
    waiting: deque[Future[DoneT]] = deque()
    try:
        for _ in range(count):
            workers.append(Worker())
        pickled = pickle.dumps(work)
        for worker in workers:
            worker.thread.submit(worker.pipe.send_bytes, pickled)
        for worker, part in zip(cycle(workers), parts, strict=False):
            waiting.append(worker.thread.submit(worker.do, part))
            if len(waiting) > count + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.thread.shutdown(cancel_futures=True)
            worker.process.join()
            worker.pipe.close()


class Worker:
    """A process, the pipe to it, and the thread that waits at the pipe.

    A pool of the standard library shares its pipes among all processes, and waits for ever where
    one of them is killed while it reads or writes. The far end of this pipe is open in one process
    alone: when that ends, however it does, so does the waiting.
    """

    def __init__(self) -> None:
        self.pipe, far_end = SPAWN.Pipe()
        # The arguments of a new process pass through a shared pipe, so they have to be small.
        self.process = SPAWN.Process(target=run, args=(far_end,), daemon=True)
        self.thread = ThreadPoolExecutor(1)
        try:
            # Where the first process starts it, it would let interruptions through again.
            resource_tracker.ensure_running()
            with without_interruptions():
                self.process.start()
        except OSError as error:
            raise SeedRefused(
                f"No further process can be started ({error}); nothing was changed. "
                "Let more processes run at a time, or end others."
            ) from error
        finally:
            far_end.close()

    def do(self, part: Any) -> Any:
        """The result of the process for a part."""
        try:
            self.pipe.send(part)
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


@contextmanager
def without_interruptions() -> Iterator[None]:
    """Processes that are started within never see Ctrl-C; Windows cannot hold it back."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def how_it_ended(code: int | None) -> str:
    """The exit code of a process in words."""
    if code is not None and code < 0:
        name = signal.strsignal(-code) or "unknown"
        return f"was ended by signal {-code} ({name}), for want of memory perhaps"
    return f"ended early with exit code {code}"


def run(pipe: Connection[Any, Any]) -> None:
    """Receives the work, then parts, and sends each result, until the starting process ends."""
    gc.disable()
    try:
        work = pipe.recv()
        while True:
            pipe.send(outcome(work, pipe.recv()))
    except (EOFError, ConnectionError):
        return


def outcome(work: Callable[[Any], Any], part: Any) -> tuple[Any, Exception | None]:
    """The result for a part, or the error, which the process that sent the part raises."""
    try:
        return work(part), None
    except Exception as error:  # noqa: BLE001 - every mistake is handed on
        error.add_note(format_exc())
        return None, error
