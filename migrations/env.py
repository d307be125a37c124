"""Runs the migrations on the database that the configuration names."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, pool

import app.db.relational  # noqa: F401 - declares the tidy tables
from app.db.tables import METADATA


def is_ours(name: str | None, type_: str, parent_names: object) -> bool:
    """The full-text tables are made by hand; their engine adds tables of its own."""
    del parent_names
    return type_ != "table" or not (name or "").startswith("words")


def run(connection: Connection) -> None:
    """Runs the migrations in one transaction: the connection's own, if it is within one."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_by_url() -> None:
    """Runs the migrations on the database of the configured URL."""
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)
    engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    run_by_url()
else:
    run(given)
