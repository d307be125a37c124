"""Which schema this version reads and writes, and what to do about another one."""

from __future__ import annotations

import sqlite3

from app.errors import DatabaseUnusable

# The newest revision under migrations/versions; a test compares the two.
SCHEMA = "0008"
# Drafts of the first schema say 0001, too, but lack a column that every released one has.
DRAFT = "0001 (draft)"
RELEASED_COLUMN = ("rendering", "evidence")
NO_RECORD = "The database has no record yet; run `parley seed` to load one."
NO_SCHEMA = "The database holds no Parley schema; run `parley seed` to make it."
CANNOT_BE_UPGRADED = (
    "has a draft of schema 0001, which cannot be upgraded; move it away, or name another database, "
    "and run `parley seed` to make a new one."
)
# What a client is told; the log says more.
UNREADY = "The database is missing, damaged or of another version; see the server's log."


def read_schema(connection: sqlite3.Connection) -> str | None:
    """The schema of a database file, None where it has none of ours."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    ).fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    has_column = "SELECT 1 FROM pragma_table_info(?) WHERE name = ?"
    released = connection.execute(has_column, RELEASED_COLUMN).fetchone()
    return schema_named(row and row[0], is_released=released is not None)


def schema_named(version: str | None, *, is_released: bool) -> str | None:
    """The schema that a database names, `DRAFT` where it lacks the `RELEASED_COLUMN`."""
    return DRAFT if version is not None and not is_released and version <= SCHEMA else version


def refuse_other_schema(schema: str | None) -> None:
    """Says what to do about a database that is empty, older or newer."""
    if schema is None:
        raise DatabaseUnusable(NO_SCHEMA)
    refuse_unknown_schema(schema, "The database", "install")
    if schema != SCHEMA:
        raise DatabaseUnusable(
            f"The database has the older schema {schema} and this version needs {SCHEMA}; "
            "run `parley seed`, which upgrades it."
        )


def refuse_unknown_schema(schema: str | None, database: str, remedy: str = "seed it with") -> None:
    """Says what to do about a database that this version cannot upgrade, and so cannot seed."""
    if schema == DRAFT:
        raise DatabaseUnusable(f"{database} {CANNOT_BE_UPGRADED}")
    if schema is not None and schema > SCHEMA:
        raise DatabaseUnusable(
            f"{database} has the newer schema {schema}, which this version (schema {SCHEMA}) does "
            f"not know; {remedy} the version of Parley that wrote it."
        )
