"""Databases of tests on a PostgreSQL server that is started when the first one is needed."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from tests.postgres.servers import any_server, new_database


class Databases:
    """A database for each path that a test names."""

    name = "postgresql"

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.made: dict[Path, tuple[str, ExitStack]] = {}
        self.count = 0

    @cached_property
    def server_url(self) -> str:
        """The server of the session."""
        return self.stack.enter_context(any_server())

    def url(self, path: Path) -> str:
        """The address of the path's database, which is made empty where there is none yet."""
        if path not in self.made:
            self.make(path)
        return self.made[path][0]

    def make(self, path: Path, template: str | None = None) -> None:
        """A database, from another one or empty."""
        self.count += 1
        name = f"parley_test_{os.getpid()}_http_{self.count}"
        server_url = self.server_url
        until_dropped = ExitStack()
        self.stack.push(until_dropped)
        url = until_dropped.enter_context(new_database(server_url, name, template))
        self.made[path] = url, until_dropped

    def copy(self, source: Path, path: Path) -> None:
        """A database from another one."""
        self.make(path, self.url(source).rpartition("/")[2].partition("?")[0])

    def drop(self, path: Path) -> None:
        """Removes a path's database, if it has one."""
        if path in self.made:
            self.made.pop(path)[1].close()

    def close(self) -> None:
        """Removes all databases, and the server if it is the session's own."""
        self.stack.close()
