"""A server as it is run: a process of its own, with settings, workers and a log."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.api.asking import wait_for
from tests.engines import url_of
from tests.ports import free_port

PARLEY = str(Path(sys.executable).with_name("parley"))
STOP_SECONDS = 60


@dataclass
class Running:
    """A server: its address, its process, its log."""

    base: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, **options: str) -> httpx.Response:
        """One request on a connection of its own, so that any worker may get it."""
        return httpx.get(self.base + path, headers=options, timeout=60)

    def lines(self) -> list[str]:
        """What was logged until now."""
        return self.log.read_text().splitlines()


@contextmanager
def running(
    database: Path | str,
    log: Path,
    *,
    workers: int = 1,
    prefix: Sequence[str] = (),
    **settings: object,
) -> Iterator[Running]:
    """A server over a database or its URL; it is ended with the block.

    `prefix` is a command that becomes the server.
    """
    port = free_port()
    url = database if isinstance(database, str) else url_of(database)
    given = {name.upper(): str(value) for name, value in settings.items()}
    command = [PARLEY, "serve", "--port", str(port), "--workers", str(workers), "--database", url]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, **given},
        )
    try:
        wait_for(port, process)
        yield Running(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


def parley(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of Parley's, to its end."""
    return subprocess.run(
        [PARLEY, *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )


def eventually(true: Callable[[], bool], seconds: float) -> float:
    """Waits until something is true, and says how long that took; fails past the seconds."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if true():
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not true after {seconds} seconds")
