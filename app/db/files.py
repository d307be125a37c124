"""Reading files that are open, and database files, and why one cannot be read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO

from app.errors import DatabaseUnusable, Unavailable

# What the machine refuses, whatever the file holds.
MACHINE_ERRORS = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL))


class OpenFile:
    """A file that stays open, and can be read to its end after it is renamed or deleted."""

    def __init__(self, file: IO[bytes]):
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        self.lock = Lock()

    def __del__(self) -> None:
        self.file.close()

    def append(self, part: bytes) -> None:
        """Appends bytes, before anything is read."""
        self.file.write(part)
        self.file.flush()
        self.size += len(part)

    def read(self, first: int, size: int) -> bytes:
        """Some of its bytes; several threads may read at once."""
        try:
            with self.lock:
                self.file.seek(first)
                part = self.file.read(size)
        except OSError as error:
            raise Unavailable("The file cannot be read now.", retry_after=60) from error
        self.check()
        if len(part) < size:
            raise Unavailable("The file became shorter while it was read.", retry_after=60)
        return part

    def check(self) -> None:
        """Raises `Unavailable` if what was read must not be sent."""


def read_only_uri(path: Path) -> str:
    """The URI by which SQLite reads a file that never changes, and writes nothing."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """Raises `DatabaseUnusable` if the file cannot be read or is no database of a kind.

    A missing file raises the operating system's error.
    """
    try:
        with path.open("rb"):
            pass
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except PermissionError as error:
        raise DatabaseUnusable(
            f"The file {path} may not be read by this user ({error.strerror}); give the right to "
            "read it and to enter its folder, or name another database."
        ) from error
    except (sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, sqlite3.DatabaseError | IsADirectoryError) and not is_of_machine(
            error
        ):
            raise DatabaseUnusable(
                f"The file {path} is not a readable {kind} ({error}); move it away and run `parley "
                "seed` to make a new one."
            ) from error
        raise DatabaseUnusable(
            f"The file {path} cannot be read ({error}); look whether the disk is sound, and try "
            "again."
        ) from error


def is_of_machine(error: Exception) -> bool:
    """Whether an error of SQLite is about the machine, not about the content of the file."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in MACHINE_ERRORS
