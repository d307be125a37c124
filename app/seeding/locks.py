"""One seeding at a time: locks on files, which end with the process that holds them."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:
    # Windows has none.
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

# Between two attempts to take the lock.
WAIT_SECONDS = 0.1


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Waits for any other seeding of a database file, under any of its names.

    Symbolic links lead to one `path`; hard links share the file itself.
    """
    with ExitStack() as locks:
        locks.enter_context(held_lock(path.with_name(f".{path.name}.lock"), path))
        if path.is_file() and path.stat().st_nlink > 1:
            locks.enter_context(held_lock(path, path))
        yield


@contextmanager
def held_lock(file: Path, database: Path) -> Iterator[None]:
    """Holds the lock on a file; logs if it has to wait."""
    lock = try_lock(file)
    if lock is None:
        log.warning("Waiting until another seeding of %s ends.", database)
    # A call that waits for the lock could not be interrupted at every moment.
    while lock is None:
        time.sleep(WAIT_SECONDS)
        lock = try_lock(file)
    with closing(lock):
        yield


def try_lock(file: Path) -> IO[str] | sqlite3.Connection | None:
    """The lock on a file, which closing gives back; None where another process holds it."""
    if fcntl is None:
        return try_database_lock(file)
    # One that another user has made is locked as well as one of ours.
    lock = file.open("a" if os.access(file, os.W_OK) or not file.exists() else "r")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def try_database_lock(file: Path) -> sqlite3.Connection | None:
    """As `try_lock`, by SQLite, which has locks on every system."""
    lock = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return None
        raise
    return lock
