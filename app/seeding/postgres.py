"""Seeding PostgreSQL: one transaction under a lock of its own, migrations included."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from alembic.runtime.migration import MigrationContext
from psycopg import Connection, capabilities
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, TableClause, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.db.conninfo import conninfo_of
from app.db.schema_version import RELEASED_COLUMN, SCHEMA, refuse_unknown_schema, schema_named
from app.db.sql import Row, Statement
from app.errors import SeedRefused
from app.seeding.migrations import upgrade

log = logging.getLogger(__name__)

# Any number, as long as nothing else in the database uses it: "parley" on a telephone's keys.
LOCK = 727539
# Rows read ahead, and rows from which the planner should count anew.
CHUNK = 1000
MANY = 1000

# A seeding may take long, also between its statements.
WITHOUT_TIMEOUTS = """
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0
"""

UNWRITTEN = "The database could not be written ({}); nothing was changed."
UNACKNOWLEDGED = (
    "The end of the seeding was not acknowledged ({}); seed again: what was done is found done."
)


class PostgresTarget:
    """A transaction on the primary server."""

    engine = "postgresql"

    def __init__(self, raw: Connection[Row], upgraded_from: str | None = None):
        self.upgraded_from = upgraded_from
        self.raw = raw
        self.written = 0
        self.refusal = UNWRITTEN

    def rows(self, statement: Statement, **values: Any) -> Iterable[Row]:
        """The rows of a statement, as they are fetched; nothing else runs until the last one."""
        compiled = statement.postgresql
        size = CHUNK if capabilities.has_stream_chunked() else 1
        with self.raw.cursor(binary=True) as cursor:
            yield from cursor.stream(compiled.text, compiled.arguments(values), size=size)

    def insert(self, table: TableClause, rows: list[Row]) -> None:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        copy = f'COPY "{table.name}" ({columns}) FROM STDIN'
        with self.raw.cursor() as cursor, cursor.copy(copy) as copied:
            for row in rows:
                copied.write_row(row)
        self.written += len(rows)

    def execute_many(self, statement: Statement | str, rows: list[Row]) -> None:
        text = statement if isinstance(statement, str) else statement.postgresql.text
        with self.raw.cursor() as cursor:
            cursor.executemany(text, rows)

    def begin(self) -> None:
        """Nothing: the transaction has begun."""

    def commit(self) -> None:
        """Makes all changes visible at once, with the planner's statistics of them."""
        if self.written >= MANY:
            # Words wait in a list beside their index, which every search would read through.
            self.raw.execute("SELECT gin_clean_pending_list('ix_words_vector')")
            self.raw.execute("ANALYZE")
        self.refusal = UNACKNOWLEDGED
        self.raw.commit()


@contextmanager
def postgres_target(url: str) -> Iterator[PostgresTarget]:
    """The database with the newest schema, under a lock against other seedings.

    Without a commit nothing is changed. Among several hosts, the writable one is used.
    """
    target = None
    try:
        with writable(url).connect() as connection, connection.begin():
            raw = connection.connection.driver_connection
            assert isinstance(raw, Connection)
            raw.execute(WITHOUT_TIMEOUTS)
            wait_for_others(raw)
            schema = stored_schema(connection)
            refuse_unknown_schema(schema, "The database")
            if schema != SCHEMA:
                upgrade(url, connection)
            target = PostgresTarget(raw, schema if schema != SCHEMA else None)
            yield target
            raw.rollback()
    except (psycopg.Error, SQLAlchemyError) as error:
        raise SeedRefused((target.refusal if target else UNWRITTEN).format(error)) from error


def writable(url: str) -> Engine:
    """An engine whose connections may write."""
    conninfo = conninfo_of(url, target_session_attrs="read-write")
    return create_engine(
        "postgresql+psycopg://",
        creator=partial(psycopg.connect, conninfo),
        # After waiting for another seeding, what that one wrote must be seen.
        isolation_level="READ COMMITTED",
        poolclass=NullPool,
    )


def wait_for_others(raw: Connection[Row]) -> None:
    """Takes the lock of seedings, until the end of the transaction; waits for it if need be."""
    if raw.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone() != (True,):
        log.warning("Waiting until another seeding of the database ends.")
        raw.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


def stored_schema(connection: SqlConnection) -> str | None:
    """The schema of a database, None where it has none of ours."""
    version = MigrationContext.configure(connection).get_current_revision()
    released = connection.exec_driver_sql(
        "SELECT 1 FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s AND column_name = %s",
        RELEASED_COLUMN,
    ).first()
    return schema_named(version, is_released=released is not None)
