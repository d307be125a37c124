"""Reading a database file, and why it cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import DatabaseUnusable

# What the machine refuses, whatever the file holds.
MACHINE_ERRORS = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL))


def read_only_uri(path: Path) -> str:
    """The URI by which SQLite reads a file that never changes, and writes nothing."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """Raises `DatabaseUnusable` where the file cannot be read, or is no database of a kind.

    That there is no file is raised as it comes.
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
    """Whether an error of SQLite's tells of the machine, not of what the file holds."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in MACHINE_ERRORS
