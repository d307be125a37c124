"""Databases of earlier schemas are upgraded by the next seeding, or refused with what to do."""

from __future__ import annotations

import lzma
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from app.cli import main
from app.db.schema_version import SCHEMA
from app.db.sqlite import open_file
from app.entries.documents import DOCUMENT_FORMAT
from app.errors import DatabaseUnusable
from app.seeding.migrations import configuration, upgrade
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import Seeded, sqlite_settings
from tests.seeding.contents import (
    OF_THE_PAST,
    check_agreement,
    contents,
    indexed_texts,
    rows_of,
)

# Made by the first version whose databases can be upgraded (commit 449ad58), in three seedings:
# the tiny record with one figure more, without a place and with another label; with both of them
# right; and the tiny record itself.
FIRST = Path(__file__).parent / "databases" / "schema-0001.db.xz"
DIGESTS = ["ee483bfb2d8bc895", "0a63058f22645aa8", "4b144725808b9964"]
SCHEMAS = [
    each.revision
    for each in ScriptDirectory.from_config(configuration("sqlite://")).walk_revisions()
]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The database of the first schema."""
    path = tmp_path / "first.db"
    path.write_bytes(lzma.decompress(FIRST.read_bytes()))
    return path


def past(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that keep the past."""
    return {table: rows_of(database, f'SELECT * FROM "{table}"') for table in OF_THE_PAST}


def test_a_database_of_the_first_schema_is_upgraded(
    first: Path, tiny: Path, seeded: Seeded, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seeding the same record makes no revision, keeps every row of the past, and is idempotent."""
    before = past(first)
    assert [str(row[1])[:16] for row in before["revision"]] == DIGESTS
    arguments = ["seed", str(tiny), "--database", f"sqlite:///{first}"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == (
        "seeded; documents rendered again: 15\n"
        f"schema: upgraded from 0001 to {SCHEMA}\n"
        f"no change of the record, digest {DIGESTS[-1]}\n"
    )
    assert past(first) == before
    assert contents(first) == contents(seeded(tiny))
    check_agreement(first)
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"seeded; nothing to change, digest {DIGESTS[-1]}\n"


def test_the_history_of_the_first_schema_is_served(first: Path, tiny: Path) -> None:
    """Versions, changes and removals of before the upgrade are answered after it."""
    seed(tiny, sqlite_settings(first))
    with Asker(first) as ask:
        versions = ask("/v1/entries/agreement-reached/history").json()["data"]
        assert [each["revision"]["number"] for each in versions] == [2, 1]
        then = ask("/v1/events/agreement-reached?revision=1").json()["data"]
        assert (then["place"], then["corrections"]) == (None, [])
        assert ask("/v1/figures/fig-turnout").status_code == 410
        old = ask("/v1/figures/fig-turnout?revision=ee483bfb2d8bc895").json()["data"]
        assert old["quantity"]["value"] == 81
        changes = ask("/v1/changes?since_revision=1").json()["data"]
        assert [(each["revision"], each["id"], each["action"]) for each in changes] == [
            (2, "good-friday", "changed"),
            (2, "agreement-reached", "changed"),
            (2, "prisoners", "changed"),
            (3, "good-friday", "changed"),
            (3, "fig-turnout", "removed"),
        ]


@pytest.mark.parametrize("schema", sorted(set(SCHEMAS) - {SCHEMA}))
def test_every_schema_is_upgraded_though_the_record_is_the_same(
    schema: str, tiny: Path, seeded: Seeded
) -> None:
    """What an upgrade makes is kept, also where the migrations are all that there is to do."""
    database = seeded(tiny)
    before, history = contents(database), past(database)
    command.downgrade(configuration(f"sqlite:///{database}"), schema)
    with pytest.raises(DatabaseUnusable, match=f"older schema {schema} and this version needs"):
        open_file(database)
    dry = seed(tiny, sqlite_settings(database), dry_run=True)
    assert f"schema: would be upgraded from {schema} to {SCHEMA}" in str(dry).split("\n")
    assert rows_of(database, "SELECT version_num FROM alembic_version") == [(schema,)]
    summary = seed(tiny, sqlite_settings(database))
    assert (summary.revision, summary.upgraded_from) == (None, schema)
    open_file(database).close()
    assert (contents(database), past(database)) == (before, history)
    assert seed(tiny, sqlite_settings(database)).upgraded_from is None


def without_corrections(connection: sqlite3.Connection) -> None:
    """As the first drafts were."""
    connection.execute("DROP TABLE correction")
    without_evidence(connection)


def without_evidence(connection: sqlite3.Connection) -> None:
    """As the last draft was."""
    columns = connection.execute(
        "SELECT name FROM pragma_table_info('rendering') WHERE name LIKE 'evidence%'"
    )
    for (name,) in columns.fetchall():
        connection.execute(f"ALTER TABLE rendering DROP COLUMN {name}")


@pytest.mark.parametrize("schema", ["0001", "0004"])
@pytest.mark.parametrize("draft", [without_corrections, without_evidence])
def test_drafts_of_the_first_schema_are_refused(
    draft: Callable[[sqlite3.Connection], None],
    schema: str,
    tiny: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A draft is told from the schema that it claims by its columns; nothing is changed."""
    database = tmp_path / "draft.db"
    upgrade(f"sqlite:///{database}")
    command.downgrade(configuration(f"sqlite:///{database}"), schema)
    with closing(sqlite3.connect(database)) as connection:
        draft(connection)
    before = database.read_bytes()
    said = (
        "has a draft of schema 0001, which cannot be upgraded; move it away, or name another "
        "database, and run `parley seed` to make a new one."
    )
    assert main(["seed", str(tiny), "--database", f"sqlite:///{database}"]) == 1
    assert capsys.readouterr().err == f"{database} {said}\n"
    with pytest.raises(DatabaseUnusable, match=re.escape(said)):
        open_file(database)
    assert database.read_bytes() == before


def test_a_schema_that_never_was_is_refused(tiny: Path, seeded: Seeded) -> None:
    """Where no migration starts from a schema, seeding names it and says what to do."""
    database = seeded(tiny)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    before = database.read_bytes()
    with pytest.raises(DatabaseUnusable, match=r"'0000'.*; move it away, or name another database"):
        seed(tiny, sqlite_settings(database))
    assert database.read_bytes() == before


def test_an_upgrade_alone_is_kept(
    tiny: Path, seeded: Seeded, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where neither the record nor the documents change, the upgrade is committed and said."""
    database = seeded(tiny)
    before = contents(database)
    command.downgrade(configuration(f"sqlite:///{database}"), "0005")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)", indexed_texts(database)
        )
        connection.execute(
            "UPDATE state SET value = ? WHERE name = 'document_format'",
            (str(DOCUMENT_FORMAT).encode(),),
        )
    assert main(["seed", str(tiny), "--database", f"sqlite:///{database}"]) == 0
    assert capsys.readouterr().out == (
        f"seeded; schema: upgraded from 0005 to {SCHEMA}\n"
        f"no change of the record, digest {DIGESTS[-1]}\n"
    )
    open_file(database).close()
    assert contents(database) == before


def test_rows_of_another_format_are_made_anew(tiny: Path, seeded: Seeded) -> None:
    """Whatever a former version derived from the records is replaced, the records' rows as well."""
    database = seeded(tiny)
    before, history = contents(database), past(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE state SET value = X'30' WHERE name = 'document_format'")
        connection.execute("UPDATE document SET body = '{}'")
        connection.execute("UPDATE csv_line SET body = 'x'")
        connection.execute("UPDATE event SET title = 'x'")
        connection.execute("DELETE FROM entry_topic")
        connection.execute("UPDATE actor_position SET title = 'x'")
        connection.execute("UPDATE correction SET reason = 'x'")
        connection.execute("INSERT INTO tally VALUES (1, 'event', 'place', 'x', 1)")
    assert seed(tiny, sqlite_settings(database)).revision is None
    assert (contents(database), past(database)) == (before, history)
