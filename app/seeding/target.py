"""Where a seeding writes: one transaction, visible as a whole or not at all.

On SQLite the file is copied, changed, synced and renamed over the old one; on PostgreSQL it is one
transaction under a lock of its own.
"""

from __future__ import annotations

import errno
import glob
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Table, TableClause, bindparam, delete

from app.config import Settings
from app.db.files import read_only_uri, readable
from app.db.schema_version import SCHEMA, read_schema, refuse_unknown_schema
from app.db.sql import Row, Statement
from app.errors import DatabaseUnusable, SeedRefused
from app.seeding.locks import exclusive_lock
from app.seeding.replacing import real_path, replace_file
from app.seeding.staging import IN_MEMORY
from app.seeding.temporary import scratch_connection, temporary_folder

log = logging.getLogger(__name__)

ItemT = TypeVar("ItemT")

# Records and lists that are written at a time.
BATCH = 1000
PAGE_CACHE_KIB = 192 * 1024
# A document has about 1.6 kB: pages of SQLite's usual 4 KiB hold two, with much room left over.
PAGE_BYTES = 8192
# What FTS5 collects before it writes a part of the index; of its usual 1 MiB, parts would be merged
# again and again.
FULL_TEXT_BYTES = 16 * 1024 * 1024
SET_FULL_TEXT_BYTES = "INSERT INTO words (words, rank) VALUES ('hashsize', ?)"


class Target(Protocol):
    """A database that is being written."""

    engine: str
    # The schema before it was upgraded to this version's; None where nothing was upgraded.
    upgraded_from: str | None

    def rows(self, statement: Statement, **values: Any) -> Iterable[Row]:
        """The rows of a statement, as they are fetched."""

    def insert(self, table: TableClause, rows: list[Row]) -> None:
        """Inserts whole rows, with values in the order of the columns."""

    def execute_many(self, statement: Statement | str, rows: list[Row]) -> None:
        """Runs a statement, or the engine's own SQL, once for each row of values."""

    def begin(self) -> None:
        """Makes it ready to be written; raises `SeedRefused` where it cannot be."""

    def commit(self) -> None:
        """Makes all changes visible at once."""


def batched(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    """The items, `BATCH` at a time."""
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        yield batch


@cache
def insertion(table: TableClause) -> Statement:
    return Statement(table.insert())


@cache
def deletion(table: Table, *columns: str) -> Statement:
    """Deletes the rows with some values in these columns; without columns, all rows."""
    return Statement(delete(table).where(*(table.c[each] == bindparam(each) for each in columns)))


@dataclass(frozen=True)
class Workplace:
    """The folder for the temporary files of a seeding: beside the database, or any other.

    `folder` is None where nothing can be written: temporary data stays in memory.
    """

    folder: Path | None
    name: str
    beside_database: bool = False

    def file(self, suffix: str = "") -> Path:
        """The path of a temporary file."""
        name = f".{self.name}.seeding-{os.getpid()}{suffix}"
        return self.folder / name if self.folder is not None else IN_MEMORY


class SqliteTarget:
    """A database file that is read, and its copy, or a new one, that is written."""

    engine = "sqlite"

    def __init__(self, path: Path, place: Workplace):
        self.path = path
        self.place = place
        self.working = place.file()
        self.upgraded_from: str | None = None
        self.is_writable = False
        schema = None
        with suppress(FileNotFoundError):
            schema = upgradable_schema(path)
        if schema == SCHEMA:
            self.raw = sqlite3.connect(read_only_uri(path), uri=True, isolation_level=None)
        else:
            self.upgraded_from = schema
            self.make_working_file(schema)

    def make_working_file(self, schema: str | None) -> None:
        """Opens a copy of the file, or a new one, at the newest schema."""
        if self.place.folder is None:
            raise self.closed()
        if schema is not None:
            # A copy of what only some may read is not to be read by others meanwhile.
            self.working.touch(0o600)
            shutil.copyfile(self.path, self.working)
        else:
            with closing(sqlite3.connect(self.working)) as raw:
                raw.executescript(f"PRAGMA page_size = {PAGE_BYTES}; VACUUM;")
        if schema != SCHEMA:
            # Imported here, as most seedings find the newest schema.
            from app.seeding.migrations import upgrade  # noqa: PLC0415

            upgrade(URL.create("sqlite", database=str(self.working)).render_as_string())
        self.raw = scratch_connection(self.working, PAGE_CACHE_KIB)
        self.raw.execute("BEGIN")
        self.raw.execute(SET_FULL_TEXT_BYTES, (FULL_TEXT_BYTES,))
        self.is_writable = True

    def closed(self) -> SeedRefused:
        """The refusal of a folder that cannot be written."""
        return SeedRefused(
            f"{self.path.parent} cannot be written by this user, or is on a read-only disk; "
            "nothing was changed. Give the right to write there, or name another --database."
        )

    def rows(self, statement: Statement, **values: Any) -> Iterable[Row]:
        """The rows of a statement, as they are fetched."""
        compiled = statement.sqlite
        return self.raw.execute(compiled.text, compiled.arguments(values))

    def insert(self, table: TableClause, rows: list[Row]) -> None:
        self.execute_many(insertion(table), rows)

    def execute_many(self, statement: Statement | str, rows: list[Row]) -> None:
        text = statement if isinstance(statement, str) else statement.sqlite.text
        self.raw.executemany(text, rows)

    def begin(self) -> None:
        """Continues with a copy if the file itself was read."""
        if not self.place.beside_database:
            raise self.closed()
        if not self.is_writable:
            self.raw.close()
            self.make_working_file(SCHEMA)

    def commit(self) -> None:
        """Commits, syncs, and renames the copy over the file."""
        self.raw.execute("COMMIT")
        self.raw.close()
        replace_file(self.path, self.working)

    def close(self) -> None:
        """Closes the file; what was not committed is lost."""
        self.raw.close()


def upgradable_schema(path: Path) -> str | None:
    """The schema of a file, None where it is empty.

    Refuses a schema that cannot be upgraded, and a file that holds anything else.
    """
    with readable(path, "database"), closing(sqlite3.connect(read_only_uri(path), uri=True)) as raw:
        schema = read_schema(raw)
        tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if schema is None and tables:
        raise DatabaseUnusable(
            f"{path} is a database of something else; move it away, or name another --database."
        )
    refuse_unknown_schema(schema, str(path))
    return schema


@contextmanager
def workplace(settings: Settings) -> Iterator[Workplace]:
    """The place for temporary files; on SQLite with no other seeding at work.

    Where the folder of the database cannot be written, nothing in it changes: no lock is needed.
    """
    path = settings.sqlite_path and real_path(settings.sqlite_path)
    try:
        if path is None or not is_writable(path.parent):
            with temporary_folder("parley-seed-") as folder:
                yield Workplace(folder, "record")
            return
        with exclusive_lock(path):
            # An interrupted seeding may have left some.
            remove_temporary_files(path)
            try:
                yield Workplace(path.parent, path.name, beside_database=True)
            finally:
                remove_temporary_files(path)
    except OSError as error:
        raise SeedRefused(
            f"{error.filename or path}: {error.strerror}; nothing was changed."
        ) from error


def remove_temporary_files(path: Path) -> None:
    """Removes the temporary files of seedings beside a database; its lock must be held."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.seeding-*"):
        left.unlink(missing_ok=True)


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder; makes the folder where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return False
        raise
    return os.access(folder, os.W_OK | os.X_OK)
