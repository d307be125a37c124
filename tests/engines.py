"""The engine that the tests of HTTP ask: SQLite, or with `--engine=postgresql` PostgreSQL.

A test names its database by a path. On SQLite that is the file; on PostgreSQL it stands for a
database of its own, which is made when it is first asked for.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol


class Engine(Protocol):
    """Where the databases of tests are."""

    name: str

    def url(self, path: Path) -> str:
        """The address of the database that a path stands for."""
        ...

    def copy(self, source: Path, path: Path) -> None:
        """Makes a database from another one, which nobody has open."""
        ...

    def drop(self, path: Path) -> None:
        """Removes a database that is not needed any more."""
        ...

    def close(self) -> None:
        """Removes all of them."""
        ...


class Files:
    """SQLite's files; pytest removes them."""

    name = "sqlite"

    def url(self, path: Path) -> str:
        """The address of a file."""
        return f"sqlite:///{path}"

    def copy(self, source: Path, path: Path) -> None:
        """Copies a file."""
        shutil.copyfile(source, path)

    def drop(self, path: Path) -> None:
        """Leaves the file where it is."""

    def close(self) -> None:
        """Leaves the files where they are."""


class Chosen:
    """The engine of this session."""

    engine: Engine = Files()


def url_of(path: Path) -> str:
    """The address of the database that a path stands for, on the engine of this session."""
    return Chosen.engine.url(path)
