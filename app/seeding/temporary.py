"""Temporary files, where there is a folder for them; a container may have none."""

from __future__ import annotations

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
