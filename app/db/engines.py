"""Which engine answers: chosen by the URL, in one place."""

from __future__ import annotations

from app.config import Settings
from app.db.snapshots import Database
from app.db.sqlite import SqliteDatabase
from app.errors import DatabaseUnusable


def open_database(settings: Settings) -> Database:
    """The database that the settings name; raises `DatabaseUnusable` with what to do."""
    path = settings.sqlite_path
    if path is not None:
        return SqliteDatabase(path, settings.statement_timeout)
    # Imported here, as psycopg is an extra that SQLite does without.
    try:
        from app.db.postgres import PostgresDatabase  # noqa: PLC0415
    except ImportError as missing:
        raise DatabaseUnusable(
            "Reading from PostgreSQL needs the extra: pip install 'parley[postgres]'."
        ) from missing
    return PostgresDatabase(
        settings.database_url, settings.statement_timeout, settings.database_connections
    )
