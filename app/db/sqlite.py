"""Reading from SQLite: a connection is a revision.

The file is opened immutable and never changes in place: seeding renames a new file over it. Once a
second the server looks whether the path names another file; what was begun on the old one ends
there. Questions start in the event loop with a budget of 2 ms and go on in a thread past it.

A file that is changed in place all the same, by mistake, is not believed: what is read is given out
only if the file is still what was opened.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sqlite3
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from app.db.files import OpenFile, read_only_uri, readable
from app.db.schema_version import NO_RECORD, read_schema, refuse_other_schema
from app.db.snapshots import (
    LOOK_EVERY,
    STREAM_CHUNK,
    Memory,
    Revision,
    RevisionCache,
    Snapshot,
)
from app.db.sql import Row, Statement
from app.db.work import overdue
from app.errors import DatabaseUnusable, Unavailable

log = logging.getLogger(__name__)

LOOP_BUDGET = 0.002
OPCODES_BETWEEN_LOOKS = 200
# The file is not mapped into memory: one that is cut short would end the process (SIGBUS).
LOOP_CACHE_KIB = 32 * 1024
THREAD_CACHE_KIB = 2 * 1024
# Connections for two threads and two downloads. They are opened ahead, as the path may name another
# file later.
THREAD_CONNECTIONS = 4

CHANGED = (
    "The database file was changed in place while it was served; a new one must be put in its "
    "place, as `parley seed` does."
)


class Interrupted(Exception):
    """A statement that ran past its time."""


class Connection:
    """One connection with a deadline on every statement."""

    def __init__(self, path: Path, cache_kib: int):
        self.raw = sqlite3.connect(
            read_only_uri(path),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        self.raw.execute(f"PRAGMA cache_size = -{cache_kib}")
        self.raw.execute("PRAGMA query_only = ON")
        self.deadline = float("inf")
        self.raw.set_progress_handler(self._is_late, OPCODES_BETWEEN_LOOKS)

    def _is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def rows(self, text: str, arguments: tuple[Any, ...], seconds: float) -> list[Row]:
        """All rows; raises `Interrupted` past the seconds."""
        self.deadline = time.monotonic() + seconds
        try:
            return self.raw.execute(text, arguments).fetchall()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise Interrupted from error
            raise damaged(error) from error


def damaged(error: sqlite3.DatabaseError) -> Exception:
    """The error for a file that cannot be read; it reveals nothing about the server."""
    log.error("The database cannot be read: %s", error)
    return Unavailable("The database cannot be read; it may be damaged.", retry_after=60)


class DatabaseFile(OpenFile):
    """A database file that is served, and never changes meanwhile."""

    def __init__(self, path: Path):
        super().__init__(path.open("rb", buffering=0))
        self.path = path
        self.identity = file_identity(os.fstat(self.file.fileno()))
        self.changed = False

    def is_named(self) -> bool:
        """Whether the path still names this file."""
        try:
            return file_identity(self.path.stat())[:2] == self.identity[:2]
        except OSError:
            return False

    def check(self) -> None:
        """Raises `Unavailable` where the file is not what was opened, so nothing read is sure."""
        if file_identity(os.fstat(self.file.fileno())) == self.identity:
            return
        if not self.changed:
            log.error("%s was changed in place; nothing is read from it any more.", self.path)
        self.changed = True
        raise Unavailable(CHANGED, retry_after=60)


def file_identity(seen: os.stat_result) -> tuple[int, int, int, int]:
    """What tells one file from the next, and from itself after a change."""
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


class Opened:
    """One database file: its revision, a connection for the loop, some for threads."""

    def __init__(self, path: Path):
        self.file = DatabaseFile(path)
        self.spare: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self.kept = RevisionCache()
        self.users = 0
        self.retired = False
        with ExitStack() as opening:
            opening.enter_context(self.file.file)
            self.loop = Connection(path, LOOP_CACHE_KIB)
            opening.callback(self.loop.raw.close)
            refuse_other_schema(read_schema(self.loop.raw))
            self.revision = read_revision(self.loop.raw)
            for _ in range(THREAD_CONNECTIONS):
                connection = Connection(path, THREAD_CACHE_KIB)
                opening.callback(connection.raw.close)
                self.spare.put(connection)
            self.close = opening.pop_all().close

    @contextmanager
    def connection(self, seconds: float) -> Iterator[Connection]:
        """A connection for a thread, whose cache is given back; waits for one that is free."""
        try:
            connection = self.spare.get(timeout=seconds)
        except queue.Empty as empty:
            raise overdue(seconds) from empty
        try:
            yield connection
        finally:
            connection.deadline = float("inf")
            connection.raw.execute("PRAGMA shrink_memory")
            self.spare.put(connection)


def read_revision(connection: sqlite3.Connection) -> Revision:
    """The latest revision; refuses a database that was never seeded."""
    row = connection.execute(
        "SELECT number, digest, version FROM revision ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise DatabaseUnusable(NO_RECORD)
    return Revision(*row)


class SqliteSnapshot:
    """Questions to the file that answers now, for as long as one question takes."""

    engine = "sqlite"

    def __init__(self, database: SqliteDatabase):
        self.database = database
        self.opened = opened = database.opened
        self.file: OpenFile | None = opened.file
        self.began = time.monotonic()
        self.timeout = database.timeout
        self.revision = opened.revision
        self.memory = Memory(opened.revision, opened.kept)

    async def __aenter__(self) -> Snapshot:
        self.opened.users += 1
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        opened = self.opened
        try:
            # Where the file was changed in place, that is the answer, also to what failed by it.
            opened.file.check()
        finally:
            opened.users -= 1
            if opened.retired and opened.users == 0:
                opened.close()

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows: in the loop within its budget, else in a thread under the deadline."""
        compiled = statement.sqlite
        arguments = compiled.arguments(values)
        try:
            return self.opened.loop.rows(compiled.text, arguments, LOOP_BUDGET)
        except Interrupted:
            return await asyncio.to_thread(self._rows, compiled.text, arguments)

    def _rows(self, text: str, arguments: tuple[Any, ...]) -> list[Row]:
        try:
            with self.opened.connection(self.timeout) as connection:
                return connection.rows(text, arguments, self.timeout)
        except Interrupted as interrupted:
            raise overdue(self.timeout) from interrupted

    async def stream(self, statement: Statement, **values: Any) -> AsyncGenerator[Sequence[Row]]:
        """The rows in chunks, read in threads; without a deadline."""
        compiled = statement.sqlite
        with ExitStack() as using:
            taken = self.opened.connection(self.timeout)
            connection = await asyncio.to_thread(using.enter_context, taken)
            connection.deadline = float("inf")
            try:
                arguments = compiled.arguments(values)
                cursor = await asyncio.to_thread(connection.raw.execute, compiled.text, arguments)
                using.callback(cursor.close)
                while rows := await asyncio.to_thread(cursor.fetchmany, STREAM_CHUNK):
                    self.opened.file.check()
                    yield rows
            except sqlite3.DatabaseError as error:
                raise damaged(error) from error


class SqliteDatabase:
    """The newest file under a path; older ones live until their last question ends."""

    def __init__(self, path: Path, timeout: float):
        self.path = path
        self.timeout = timeout
        self.opened = open_file(path)
        self.looked = time.monotonic()

    def snapshot(self, at_least: int = 0, *, from_memory: bool = False) -> SqliteSnapshot:
        """One revision of the record; of that number or a later one, if there is any here."""
        del from_memory
        if at_least > self.opened.revision.number:
            self.looked = float("-inf")
        self.refresh()
        return SqliteSnapshot(self)

    def current_revision(self) -> Revision:
        """The revision that answers now."""
        if time.monotonic() - self.looked >= LOOK_EVERY:
            self.refresh()
        return self.opened.revision

    async def check(self) -> None:
        """Raises where the path no longer names a database that can be served, and says why."""
        self.refresh()
        self.opened.file.check()
        if self.opened.file.is_named():
            # It is open and as it was; to open it again would keep the event loop for milliseconds.
            return
        try:
            open_file(self.path).close()
        except DatabaseUnusable as unusable:
            log.error("The database cannot be served: %s", unusable)
            # Clients are not told the folder.
            reason = str(unusable).replace(str(self.path), self.path.name)
            raise Unavailable(reason, retry_after=60) from unusable

    def refresh(self) -> None:
        """Looks, at most once a second, whether the path names another file."""
        now = time.monotonic()
        if now - self.looked < LOOK_EVERY:
            return
        self.looked = now
        if self.opened.file.is_named():
            return
        try:
            fresh = open_file(self.path)
        except DatabaseUnusable:
            # The old file is still open and whole: it is served on, and readiness tells.
            return
        old, self.opened = self.opened, fresh
        old.retired = True
        if old.users == 0:
            old.close()

    async def close(self) -> None:
        """Closes the file."""
        self.opened.close()


def open_file(path: Path) -> Opened:
    """Opens a database file; raises `DatabaseUnusable` with what to do."""
    try:
        with readable(path, "Parley database"):
            while not (opened := Opened(path)).file.is_named():
                # Another file came meanwhile, and some connections may be to that one.
                opened.close()
            return opened
    except (FileNotFoundError, NotADirectoryError) as missing:
        raise DatabaseUnusable(
            f"There is no database at {path}; run `parley seed` to make it from the seed files."
        ) from missing
