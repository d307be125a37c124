"""The database that the settings name."""

from __future__ import annotations

from app.config import Settings
from app.database import Database
from app.sqlite import SqliteDatabase


def open_database(settings: Settings) -> Database:
    """Opens it; raises `DatabaseUnusable` with what to do where it cannot be served."""
    path = settings.sqlite_path
    assert path is not None
    return SqliteDatabase(path, settings.statement_timeout)
