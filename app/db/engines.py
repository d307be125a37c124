"""Which engine answers: chosen by the URL, in one place."""

from __future__ import annotations

from app.config import Settings
from app.db.snapshots import Database
from app.db.sqlite import SqliteDatabase
from app.errors import needs_extra


def open_database(settings: Settings) -> Database:
    """The database that the settings name; raises `ParleyError` with what to do."""
    path = settings.sqlite_path
    if path is not None:
        return SqliteDatabase(path, settings.statement_timeout)
    with needs_extra("postgres", "Reading from PostgreSQL"):
        from app.db.postgres import PostgresDatabase  # noqa: PLC0415
    return PostgresDatabase(
        settings.database_url, settings.statement_timeout, settings.database_connections
    )
