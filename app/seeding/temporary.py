"""Temporary files, where there is a folder for them; a container may have none."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path | None]:
    """A folder that is removed at the end; None where none can be made."""
    try:
        made = tempfile.TemporaryDirectory(prefix=prefix)
    except OSError:
        yield None
        return
    with made as folder:
        yield Path(folder)


def scratch_connection(path: Path, cache_kib: int) -> sqlite3.Connection:
    """A connection to a database that is thrown away where anything fails, so nothing is synced."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
        f"PRAGMA cache_size = -{cache_kib}; PRAGMA temp_store = {temp_store()};"
    )
    return connection


def temp_store() -> str:
    """Where SQLite keeps what does not fit into its cache: its `temp_store`."""
    try:
        tempfile.gettempdir()
    except OSError:
        return "MEMORY"
    return "FILE"


def temporary_file() -> IO[bytes]:
    """A file without a name, which ends with the process; in memory where none can be made."""
    try:
        return tempfile.TemporaryFile(prefix="parley-")
    except OSError:
        return BytesIO()
