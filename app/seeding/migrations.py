"""Bringing a database to the newest schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from app.errors import DatabaseUnusable

PACKAGE = Path(__file__).parents[1]
# A wheel has them in the package, a checkout beside it.
MIGRATIONS = next(
    each for each in (PACKAGE / "migrations", PACKAGE.parent / "migrations") if each.is_dir()
)


def configuration(url: str) -> Config:
    """Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, connection: Connection | None = None) -> None:
    """Runs every migration that the database lacks, within the transaction of a connection if any.

    Raises `DatabaseUnusable` where none starts from the database's schema.
    """
    config = configuration(url)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseUnusable(
            f"The database cannot be upgraded ({error}); move it away, or name another database, "
            "and run `parley seed` to make a new one."
        ) from error
