"""Migrations lead to the declared tables and back, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from app.db.schema_version import SCHEMA
from app.db.tables import METADATA
from app.seeding.migrations import configuration, upgrade
from tests.postgres.servers import execute


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of either engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield request.getfixturevalue("empty_url")


def tables_of(url: str) -> set[str]:
    """The names of the tables in a database."""
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_up_and_down(url: str) -> None:
    """Upgraded, the tables are those declared and those of full text; downgraded, none is left."""
    upgrade(url)
    made = {name for name in tables_of(url) if not name.startswith("words")}
    assert made == {*METADATA.tables, "alembic_version"}
    assert "words" in tables_of(url)
    command.check(configuration(url))
    command.downgrade(configuration(url), "base")
    assert tables_of(url) == {"alembic_version"}
    upgrade(url)


def test_schema_is_the_newest_migration() -> None:
    """The schema that the code asks for is the newest one."""
    assert ScriptDirectory.from_config(configuration("sqlite://")).get_heads() == [SCHEMA]


def test_ids_are_sorted_by_bytes(tiny_url: str) -> None:
    """Ids, names and keys sort on every server as they do on SQLite."""
    columns = execute(
        tiny_url,
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND collation_name = 'C'",
    )
    assert {("document", "id"), ("record", "id"), ("name", "folded"), ("reference", "id")} <= {
        *columns
    }


def test_words_have_their_index(tiny_url: str) -> None:
    """Searches for words have a GIN index."""
    (found,) = execute(
        tiny_url, "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_words_vector'"
    )
    assert "USING gin (vector)" in str(found[0])
