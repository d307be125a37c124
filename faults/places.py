"""Servers over records of their own, and what is seen of their processes and connections."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.seeding.seed import seed
from tests.conftest import TINY, sqlite_settings
from tests.operation.running import Running, running


@contextmanager
def folder() -> Iterator[Path]:
    """A place of its own."""
    made = Path(tempfile.mkdtemp(prefix="parley-faults-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def served(**options: object) -> Iterator[tuple[Running, Path]]:
    """A server over the tiny record, and its database."""
    with folder() as place:
        database = place / "record.db"
        seed(TINY, sqlite_settings(database))
        with running(database, place / "log", **options) as server:  # type: ignore[arg-type]
            yield server, database


def memory(server: Running) -> float:
    """The resident memory of a server and its workers, in MB."""
    return sum(resident(pid) for pid in (server.process.pid, *children(server.process.pid)))


def resident(pid: int) -> float:
    """The resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_open(connection: socket.socket) -> bool:
    """Whether the other side has not closed it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
