"""The migrations build what the code reads, and can be taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from app.db.schema_version import SCHEMA
from app.seeding.migrations import configuration, upgrade
from tests.seeding.contents import rows_of


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that is not there yet."""
    return f"sqlite:///{tmp_path / 'empty.db'}"


def tables(url: str) -> set[str]:
    """The tables of a database, without those that SQLite makes by itself."""
    rows = rows_of(
        Path(url.removeprefix("sqlite:///")),
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'words_%'",
    )
    return {str(row[0]) for row in rows}


def test_the_code_reads_the_newest_schema(url: str) -> None:
    """The schema that the code names is the newest migration, and the only end of their chain."""
    script = ScriptDirectory.from_config(configuration(url))
    assert script.get_heads() == [SCHEMA]


def test_no_difference_between_migrations_and_models(url: str) -> None:
    """A migrated database is what the tables of the code describe."""
    upgrade(url)
    command.check(configuration(url))


def test_downgrade_takes_all_back(url: str) -> None:
    """Every migration can be taken back, one by one, and done again."""
    upgrade(url)
    built = tables(url)
    script = ScriptDirectory.from_config(configuration(url))
    for _ in script.walk_revisions():
        command.downgrade(configuration(url), "-1")
    assert tables(url) == {"alembic_version"}
    upgrade(url)
    assert tables(url) == built


def test_references_are_declared(url: str) -> None:
    """Relational tables have foreign keys to each other, enforced when a transaction ends."""
    upgrade(url)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("INSERT INTO entry_topic VALUES ('nothing', 'nowhere')")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.commit()
