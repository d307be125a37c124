"""Bringing a database to the newest schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def configuration(url: str) -> Config:
    """Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Runs every migration that the database lacks."""
    command.upgrade(configuration(url), "head")


def upgrade_within(connection: Connection) -> None:
    """As `upgrade`, within the transaction of a connection."""
    config = configuration(str(connection.engine.url))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
