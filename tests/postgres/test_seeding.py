"""Seeding PostgreSQL: the same rows as SQLite, all of them or none, one seeding after another."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from app.config import Settings
from app.db.engines import open_database
from app.db.schema_version import NO_RECORD, SCHEMA
from app.db.tables import METADATA
from app.errors import DatabaseUnusable, SeedRefused
from app.seeding.migrations import configuration, upgrade
from app.seeding.seed import seed
from tests.conftest import SHIPPED, TINY, Seeded
from tests.ports import free_port
from tests.postgres.editions import edition, seed_edition
from tests.postgres.servers import execute, plain

# What tells when a seeding took place differs between two of them.
UNLIKE = {"revision": {"seeded_at"}}
SCHEMAS = [
    each.revision
    for each in ScriptDirectory.from_config(configuration("sqlite://")).walk_revisions()
]


def columns_of(table: str) -> str:
    """The columns that two seedings have alike."""
    columns = [column.name for column in METADATA.tables[table].columns]
    return ", ".join(f'"{name}"' for name in columns if name not in UNLIKE.get(table, ()))


def postgres_rows(url: str) -> dict[str, set[Any]]:
    """Every row of every table."""
    with psycopg.connect(plain(url)) as connection:
        cursor = connection.cursor(binary=True)
        return {
            name: set(cursor.execute(f'SELECT {columns_of(name)} FROM "{name}"'.encode()))
            for name in METADATA.tables
        }


def sqlite_rows(path: Path) -> dict[str, set[Any]]:
    """Every row of every table."""
    connection = sqlite3.connect(path)
    try:
        return {
            name: set(connection.execute(f'SELECT {columns_of(name)} FROM "{name}"'))
            for name in METADATA.tables
        }
    finally:
        connection.close()


def test_same_rows(shipped_url: str, cached_files: Seeded) -> None:
    """Both engines hold the same rows in every table."""
    theirs, ours = postgres_rows(shipped_url), sqlite_rows(cached_files(SHIPPED))
    assert theirs == ours
    assert len(theirs["posting"]) > 5_000


def test_seeding_again(empty_url: str, tmp_path: Path) -> None:
    """What did not change makes no revision; what did makes one, and the same rows as on SQLite."""
    settings = Settings(database_url=empty_url)
    file = tmp_path / "record.db"
    steps = [TINY, TINY, edition(tmp_path, 2), edition(tmp_path, 3), TINY]
    revisions = [seed(folder, settings).revision for folder in steps]
    for folder in steps:
        seed(folder, Settings(database_url=f"sqlite:///{file}"))
    assert revisions == [1, None, 2, 3, 4]
    assert postgres_rows(empty_url) == sqlite_rows(file)


def test_two_seedings_at_once(empty_url: str, tmp_path: Path) -> None:
    """Each waits for the other; both are made, one after the other."""
    with ThreadPoolExecutor() as threads:
        numbers = range(1, 5)
        seedings = [threads.submit(seed_edition, empty_url, tmp_path, each) for each in numbers]
        revisions = sorted(each.result().revision or 0 for each in seedings)
    assert revisions == [1, 2, 3, 4]
    titles = [str(row[0]) for row in execute(empty_url, "SELECT title FROM event")]
    assert len({title.rpartition("[")[2] for title in titles}) == 1


def test_dry_run_leaves_nothing(empty_url: str) -> None:
    """A dry run makes not even tables."""
    assert seed(TINY, Settings(database_url=empty_url), dry_run=True).revision == 1
    assert execute(empty_url, "SELECT to_regclass('alembic_version')") == [(None,)]


def test_lost_connection_changes_nothing(empty_url: str, tmp_path: Path) -> None:
    """A seeding whose connection is ended is refused as a whole, and goes through later."""
    seed(TINY, Settings(database_url=empty_url))
    before = postgres_rows(empty_url)
    # The tables are locked, so that the seeding is caught in its middle.
    with psycopg.connect(plain(empty_url)) as blocker, ThreadPoolExecutor() as threads:
        blocker.execute("LOCK TABLE tally IN SHARE MODE")
        seeding = threads.submit(seed_edition, empty_url, tmp_path, 2)
        end_where(empty_url, "wait_event_type = 'Lock'")
        with pytest.raises(SeedRefused, match="nothing was changed"):
            seeding.result(timeout=120)
    assert postgres_rows(empty_url) == before
    assert seed_edition(empty_url, tmp_path, 3).revision == 2


# The server answers the end of a transaction that adds a revision after ten minutes.
SLOW_END = """
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); END';
CREATE CONSTRAINT TRIGGER slow_end AFTER INSERT ON revision DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait()
"""


def test_a_connection_lost_at_the_end_is_not_called_no_change(
    empty_url: str, tmp_path: Path
) -> None:
    """Whoever lost the answer to the end of a seeding cannot know, and is told to seed again."""
    seed(TINY, Settings(database_url=empty_url))
    execute(empty_url, SLOW_END)
    with ThreadPoolExecutor() as threads:
        seeding = threads.submit(seed_edition, empty_url, tmp_path, 2)
        end_where(empty_url, "wait_event = 'PgSleep'")
        with pytest.raises(SeedRefused, match="was not acknowledged"):
            seeding.result(timeout=120)
    execute(empty_url, "DROP TRIGGER slow_end ON revision")
    assert seed_edition(empty_url, tmp_path, 3).revision == 2


def end_where(url: str, condition: str) -> None:
    """Ends the connection to a database that is as described, once there is one."""
    ended: list[tuple[object, ...]] = []
    while not ended:
        ended = execute(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE {condition} AND datname = current_database()",
        )


def test_unreachable_server_is_refused() -> None:
    """A server that is not there is said so."""
    nowhere = f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/nothing"
    with pytest.raises(SeedRefused, match="could not be written"):
        seed(TINY, Settings(database_url=nowhere))


def test_empty_database_is_unusable(empty_url: str) -> None:
    """Without tables, and with tables without a record, serving says what to do."""
    settings = Settings(database_url=empty_url)
    with pytest.raises(DatabaseUnusable, match="holds no Parley schema; run `parley seed`"):
        open_database(settings)
    upgrade(empty_url)
    with pytest.raises(DatabaseUnusable, match=NO_RECORD):
        open_database(settings)


@pytest.mark.parametrize(
    ("schema", "said"),
    [("0000", "older schema 0000 and this version needs"), ("9999", "newer schema 9999")],
)
def test_other_schemas_are_unusable(empty_url: str, schema: str, said: str) -> None:
    """An older or newer schema is named, with what to do."""
    seed(TINY, Settings(database_url=empty_url))
    execute(empty_url, "UPDATE alembic_version SET version_num = %s", (schema,))
    with pytest.raises(DatabaseUnusable, match=said):
        open_database(Settings(database_url=empty_url))


@pytest.mark.parametrize("schema", sorted(set(SCHEMAS) - {SCHEMA}))
def test_every_schema_is_upgraded(empty_url: str, schema: str) -> None:
    """What an upgrade makes is kept, also where the migrations are all that there is to do."""
    settings = Settings(database_url=empty_url)
    seed(TINY, settings)
    before = postgres_rows(empty_url)
    command.downgrade(configuration(empty_url), schema)
    summary = seed(TINY, settings)
    assert (summary.revision, summary.upgraded_from) == (None, schema)
    assert postgres_rows(empty_url) == before
    assert seed(TINY, settings).upgraded_from is None


def test_drafts_of_the_first_schema_are_refused(empty_url: str) -> None:
    """A draft is told from the schema that it claims by its columns."""
    upgrade(empty_url)
    command.downgrade(configuration(empty_url), "0001")
    execute(empty_url, "ALTER TABLE rendering DROP COLUMN evidence")
    with pytest.raises(DatabaseUnusable, match=r"draft of schema 0001.*; move it away, or name"):
        seed(TINY, Settings(database_url=empty_url))


def test_newer_schema_is_not_seeded(empty_url: str) -> None:
    """What a newer version wrote is left alone."""
    seed(TINY, Settings(database_url=empty_url))
    execute(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match=f"newer schema 9999.*schema {SCHEMA}"):
        seed(TINY, Settings(database_url=empty_url))


def test_references_are_checked(tiny_url: str) -> None:
    """A row that refers to nothing is refused when its transaction ends, not before."""
    with psycopg.connect(plain(tiny_url)) as connection:
        connection.execute("INSERT INTO quote_speaker VALUES ('no-quote', 'no-actor', NULL)")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.commit()
