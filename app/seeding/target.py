"""Where a seeding writes: one transaction, visible as a whole or not at all.

On SQLite the file is copied, changed, synced and renamed over the old one; on PostgreSQL it is one
transaction under a lock of its own.
"""

from __future__ import annotations

import fcntl
import glob
import logging
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy import URL, Table

from app.config import Settings
from app.db.schema_version import SCHEMA, read_schema, refuse_unknown_schema
from app.db.sql import Row, Statement
from app.errors import DatabaseUnusable, SeedRefused

log = logging.getLogger(__name__)

PAGE_CACHE_KIB = 192 * 1024
# A document has about 1.6 kB: pages of SQLite's usual 4 KiB hold two, with much room left over.
PAGE_BYTES = 8192
# Between two attempts to take the lock.
WAIT_SECONDS = 0.1


class Target(Protocol):
    """A database that is being written."""

    engine: str
    # The schema before it was upgraded to this version's; None where nothing was upgraded.
    upgraded_from: str | None

    def rows(self, statement: Statement, **values: Any) -> Iterable[Row]:
        """The rows of a statement, as they are fetched."""
        ...

    def execute_text(self, text: str, rows: list[Row]) -> None:
        """Runs a statement of the engine's own SQL once for each row of values."""
        ...

    def execute_many(self, statement: Statement, rows: list[Row]) -> None:
        """Runs a statement once for each row of values, in the order of its parameters."""
        ...

    def commit(self) -> None:
        """Makes all changes visible at once."""
        ...


@cache
def insertion(table: Table) -> Statement:
    """Inserts whole rows, with values in the order of the columns."""
    return Statement(table.insert())


class SqliteTarget:
    """A copy of the database file, or a new one."""

    engine = "sqlite"

    def __init__(self, path: Path, working: Path, upgraded_from: str | None = None):
        self.upgraded_from = upgraded_from
        self.path = path
        self.working = working
        self.raw = sqlite3.connect(working, isolation_level=None)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{PAGE_CACHE_KIB}",
            "temp_store = FILE",
            "locking_mode = EXCLUSIVE",
        ):
            self.raw.execute(f"PRAGMA {pragma}")
        self.raw.execute("BEGIN")

    def rows(self, statement: Statement, **values: Any) -> Iterable[Row]:
        """The rows of a statement, as they are fetched."""
        compiled = statement.sqlite
        return self.raw.execute(compiled.text, compiled.arguments(values))

    def execute_text(self, text: str, rows: list[Row]) -> None:
        """Runs a statement of SQLite's own SQL once for each row of values."""
        self.raw.executemany(text, rows)

    def execute_many(self, statement: Statement, rows: list[Row]) -> None:
        """Runs a statement once for each row of values."""
        self.raw.executemany(statement.sqlite.text, rows)

    def commit(self) -> None:
        """Commits, syncs, and renames the copy over the file."""
        self.raw.execute("COMMIT")
        self.raw.close()
        sync(self.working)
        self.working.replace(self.path)
        sync(self.path.parent)


def sync(path: Path) -> None:
    """Writes a file or folder to the disk (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def sqlite_target(path: Path) -> Iterator[SqliteTarget]:
    """A copy of the file with the newest schema; without a commit it is removed."""
    working = path.with_name(f".{path.name}.seeding-{os.getpid()}")
    schema = None
    try:
        if path.exists():
            schema = upgradable_schema(path)
            shutil.copyfile(path, working)
            shutil.copymode(path, working)
        if schema is None:
            with closing(sqlite3.connect(working)) as raw:
                raw.executescript(f"PRAGMA page_size = {PAGE_BYTES}; VACUUM;")
        if schema != SCHEMA:
            # Imported here, as most seedings find the newest schema.
            from app.seeding.migrations import upgrade  # noqa: PLC0415

            upgrade(URL.create("sqlite", database=str(working)).render_as_string())
        target = SqliteTarget(path, working, schema if schema != SCHEMA else None)
        try:
            yield target
        finally:
            target.raw.close()
    finally:
        working.unlink(missing_ok=True)


def upgradable_schema(path: Path) -> str | None:
    """The schema of a file, None where it is empty.

    Refuses a schema that cannot be upgraded, and a file that holds anything else.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as raw:
            schema = read_schema(raw)
            tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(
            f"{path} is not a readable database ({error}); move it away to make a new one."
        ) from error
    if schema is None and tables:
        raise DatabaseUnusable(
            f"{path} is a database of something else; move it away, or name another --database."
        )
    refuse_unknown_schema(schema, str(path))
    return schema


def try_lock(lock: IO[str]) -> bool:
    """Takes the lock if nobody has it; whether it was taken."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Waits for any other seeding of the same file, then removes what an interrupted one left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        if not try_lock(lock):
            log.warning("Waiting until another seeding of %s ends.", path)
            # A call that waits for the lock could not be interrupted at every moment.
            while not try_lock(lock):
                time.sleep(WAIT_SECONDS)
        for left in path.parent.glob(f".{glob.escape(path.name)}.seeding-*"):
            left.unlink(missing_ok=True)
        yield


@contextmanager
def staging_path(settings: Settings) -> Iterator[Path]:
    """The path for the temporary file of the staging; on SQLite, with no other seeding at work."""
    path = settings.sqlite_path
    if path is None:
        with tempfile.TemporaryDirectory(prefix="parley-seed-") as folder:
            yield Path(folder) / "stage"
        return
    try:
        with exclusive_lock(path):
            staging = path.with_name(f".{path.name}.seeding-{os.getpid()}.stage")
            try:
                yield staging
            finally:
                staging.unlink(missing_ok=True)
    except OSError as error:
        raise SeedRefused(
            f"{error.filename or path}: {error.strerror}; nothing was changed."
        ) from error
