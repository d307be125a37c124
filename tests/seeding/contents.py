"""All that a database holds, as values that can be compared, and whether it agrees with itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.db.postings import unpacked, unpacked_sort_keys, unpacked_words, vocabulary_of
from app.db.tables import METADATA
from app.entries.csv_columns import columns_of, lines
from app.entries.documents import json_of
from app.entries.fulltext import BOUNDARY, words_of
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.registry import Reference
from app.seeding.index_terms import searched_texts

Row = tuple[Any, ...]
Contents = dict[str, list[Row]]

# These tell when and in which steps a record came about; all others tell only what it is.
OF_THE_PAST = {"revision", "change"}
OF_THE_PRESENT = sorted(set(METADATA.tables) - OF_THE_PAST)


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def rows_of(database: Path, statement: str, *values: Any) -> list[Row]:
    """The rows of a statement."""
    with opened(database) as connection:
        return connection.execute(statement, values).fetchall()


def contents(database: Path) -> Contents:
    """Every row of every table but the past, sorted, and every word of the full text."""
    with opened(database) as connection:
        found = {
            table: sorted(connection.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in OF_THE_PRESENT
        }
        connection.execute(
            "CREATE VIRTUAL TABLE temp.word_places USING fts5vocab(main, words, instance)"
        )
        found["words"] = sorted(connection.execute("SELECT * FROM temp.word_places").fetchall())
        found["posting"] = [
            (key, list(unpacked(numbers))) for key, numbers in sorted(found["posting"])
        ]
    return found


def records(database: Path) -> dict[tuple[str, str], bytes]:
    """Every curated record by kind and id."""
    rows = rows_of(database, "SELECT kind, id, body FROM record")
    return {(kind, record_id): body for kind, record_id, body in rows}


def changes(database: Path, revision: int) -> list[Row]:
    """Kind, id, action and former body of each change of a revision, in order."""
    return rows_of(
        database,
        "SELECT kind, id, action, before FROM change WHERE revision = ? ORDER BY sequence",
        revision,
    )


def check_agreement(database: Path) -> None:
    """Asserts that references hold, counts are true, and documents render what is on record."""
    with opened(database) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counted = connection.execute("SELECT key, n FROM tally ORDER BY key").fetchall()
        listed = connection.execute(
            "SELECT key, numbers FROM posting WHERE key IN (SELECT key FROM tally) ORDER BY key"
        )
        assert counted == [(key, len(unpacked(numbers))) for key, numbers in listed]
        sort_keys = connection.execute("SELECT sort_key FROM document ORDER BY sort_key")
        stored = connection.execute("SELECT value FROM state WHERE name = 'sort_keys'").fetchone()
        assert list(unpacked_sort_keys(stored[0])) == [row[0] for row in sort_keys]
    check_documents(database)


def reference_of(database: Path) -> Reference:
    """The actors, topics and sources of a database."""
    reference = Reference()
    for (kind, _), body in records(database).items():
        if kind in REFERENCE_TYPES:
            reference.add(kind, REFERENCE_TYPES[kind].record.model_validate_json(body))
    return reference


def indexed_texts(database: Path) -> list[tuple[int, str]]:
    """Sort key and indexed text of each entry, made from its record."""
    reference = reference_of(database)
    return [
        (sort_key, " ".join(words_of(searched_texts(record, reference))))
        for kind, sort_key, body in rows_of(database, "SELECT kind, sort_key, body FROM record")
        if kind in KINDS
        for record in (KINDS[kind].record.model_validate_json(body),)
    ]


def check_documents(database: Path) -> None:
    """Asserts that every document equals, byte for byte, what its record gives now."""
    reference = reference_of(database)
    kept = records(database)
    entries = {
        record_id: json_of(
            KINDS[kind].document_of(KINDS[kind].record.model_validate_json(body), reference)
        )
        for (kind, record_id), body in kept.items()
        if kind in KINDS
    }
    assert dict(rows_of(database, "SELECT id, body FROM document")) == entries
    shown = rows_of(database, "SELECT kind, sort_key, body FROM document ORDER BY kind, sort_key")
    assert rows_of(
        database, "SELECT kind, sort_key, body FROM csv_line ORDER BY kind, sort_key"
    ) == [
        (kind, sort_key, *lines([body], columns_of(KINDS[kind].document).values()))
        for kind, sort_key, body in shown
    ]
    words: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for (kind, _), body in kept.items():
        if kind in KINDS:
            record = KINDS[kind].record.model_validate_json(body)
            words[kind] |= {*words_of(searched_texts(record, reference))} - {BOUNDARY}
    listed = rows_of(database, "SELECT name, value FROM state WHERE name LIKE 'words %'")
    assert {name: unpacked_words(value) for name, value in listed} == {
        vocabulary_of(kind): each for kind, each in words.items()
    }
    others = {
        (name_type, record.id): json_of(REFERENCE_TYPES[name_type].document_of(record, reference))
        for name_type, record in reference.records()
    }
    stored = rows_of(database, "SELECT name_type, id, body FROM reference")
    assert {(name_type, record_id): body for name_type, record_id, body in stored} == others
