"""Which schema this version reads and writes, and what to do about another one."""

from __future__ import annotations

import sqlite3

from app.errors import DatabaseUnusable

# The newest revision under migrations/versions; a test compares the two.
SCHEMA = "0004"
NO_RECORD = "The database has no record yet; run `parley seed` to load one."
NO_SCHEMA = "The database holds no Parley schema; run `parley seed` to make it."
# What a client is told; the log says more.
UNREADY = "The database is missing, damaged or of another version; see the server's log."


def check_schema(connection: sqlite3.Connection) -> None:
    """Raises `DatabaseUnusable` where the file's schema is not ours."""
    refuse_other_schema(read_schema(connection))


def read_schema(connection: sqlite3.Connection) -> str | None:
    """The schema of a database file, None where it has none of ours."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    ).fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row is not None else None


def refuse_other_schema(schema: str | None) -> None:
    """Says what to do about a database that is empty, older or newer."""
    if schema == SCHEMA:
        return
    if schema is None:
        raise DatabaseUnusable(NO_SCHEMA)
    if schema < SCHEMA:
        raise DatabaseUnusable(
            f"The database has the older schema {schema} and this version needs {SCHEMA}; "
            "run `parley seed`, which upgrades it."
        )
    raise DatabaseUnusable(
        f"The database has the newer schema {schema}, which this version (schema {SCHEMA}) does "
        "not know; install the version of Parley that wrote it."
    )


def refuse_newer_schema(schema: str | None, database: str) -> None:
    """A database that a newer version wrote is not seeded by this one."""
    if schema is not None and schema > SCHEMA:
        raise DatabaseUnusable(
            f"{database} has the newer schema {schema}, which this version (schema {SCHEMA}) does "
            "not know; seed it with the version of Parley that wrote it."
        )
