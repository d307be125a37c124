"""Applies a change set to the database: records, documents, index, reference data, change log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import orjson
from sqlalchemy import Column, Table, func, select

from app.db.postings import SORT_KEYS, STORED_POSTINGS, key_of, unpacked, unpacked_sort_keys
from app.db.relational import TABLES
from app.db.sql import KeyedStatement, Row, Statement, given
from app.db.tables import (
    METADATA,
    change,
    correction,
    csv_line,
    document,
    former_id,
    name,
    name_word,
    posting,
    record,
    reference,
    revision,
    tally,
)
from app.entries.documents import DOCUMENT_FORMAT, json_of
from app.entries.fulltext import BOUNDARY, FULL_TEXT, words_of
from app.entries.names import folded_name
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.dataset import language_of
from app.reference.registry import Reference
from app.seeding.change_set import ChangeSet
from app.seeding.index_terms import index_entry
from app.seeding.postings_writer import PostingsWriter, put_state, stored_state
from app.seeding.processes import map_in_order
from app.seeding.quality import quality_of
from app.seeding.relational_rows import tables_of
from app.seeding.row_builder import RowBuilder
from app.seeding.staging import Task
from app.seeding.target import Target, batched, deletion
from app.seeding.validation import FolderValidator

CURRENT_FORMAT = str(DOCUMENT_FORMAT).encode()
# The dimensions in which an entry is found by what it refers to, directly or not.
CLOSURES = {
    "actor": ("affiliate", "claimed_by:affiliate"),
    "topic": ("topic",),
    "source": ("source",),
}

OLD_BODY = Statement(select(record.c.body).where(given(record.c.kind, record.c.id)))
BODIES = Statement(select(record.c.body).where(given(record.c.kind)).order_by(record.c.id))
RECORDS = Statement(select(record.c.kind, record.c.id, record.c.sort_key))
ENTRIES = KeyedStatement(
    select(document.c.kind, document.c.id, document.c.sort_key), document.c.sort_key
)


class Seeding:
    """One seeding; `old_reference` and `new_reference` are the reference data before and after.

    Where the documents in the database have another format than this code's, or are of a record in
    another language, everything but the records and the change log is made anew (`rebuilds`), as
    what other code wrote cannot be undone.
    """

    def __init__(self, target: Target, folder: FolderValidator, change_set: ChangeSet):
        self.staging = folder.staging
        self.target = target
        self.full_text = FULL_TEXT[target.engine]
        self.new_reference = folder.reference
        self.quality = quality_of(folder)
        self.change_set = change_set
        self.rebuilds = has_other_documents(target, self.new_reference.language)
        # Read before anything is removed.
        self.old_reference = Reference() if self.rebuilds else stored_reference(target)
        stored = None if self.rebuilds else stored_state(target, SORT_KEYS)
        self.old_sort_keys = unpacked_sort_keys(stored or b"")
        self.revision = last_number(target, revision.c.number) + 1

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.change_set.changes_record or self.rebuilds

    def add_rendering_tasks(self) -> None:
        """Adds a task for each entry whose document changes with what it refers to."""
        if self.rebuilds:
            self.add_rendering(self.target.rows(RECORDS))
            return
        for name_type, record_id, _ in list(self.staging.records_with("changed")):
            for kind, dimension in product(KINDS, CLOSURES.get(name_type, ())):
                key = key_of(kind, dimension, record_id)
                self.add_rendering(self.stored_entries(key))

    def add_rendering(self, records: Iterable[Row]) -> None:
        """Adds tasks for unchanged records, given by kind, id and sort key."""
        rows = ((kind, each, "rendered", key, key) for kind, each, key in records)
        self.staging.run_many("add_tasks", rows)

    def stored_entries(self, key: int) -> Iterator[Row]:
        """Kind, id and sort key of each entry in a posting list of the database."""
        statement, values = STORED_POSTINGS.of([key])
        for _, ordinals in list(self.target.rows(statement, **values)):
            sort_keys = (self.old_sort_keys[ordinal] for ordinal in unpacked(bytes(ordinals)))
            for some in batched(sort_keys):
                entries, asked = ENTRIES.of(some)
                yield from list(self.target.rows(entries, **asked))

    def run(self, version: str, progress: Callable[[int], object]) -> None:
        """Applies all changes, removals first, as new records may have the ids of removed ones."""
        if self.change_set.changes_record:
            self.write_revision(version)
        if self.rebuilds:
            self.delete_derived()
        self.postings = PostingsWriter(self.staging, self.target, self.old_sort_keys)
        for action in ("removed", "changed", "moved", "rendered"):
            for tasks in batched(self.staging.tasks(action)):
                self.remove(action, tasks)
        for action in ("added", "changed", "moved", "rendered"):
            self.write(action, progress)
        self.postings.write()
        self.write_reference()
        self.write_state()

    def write_revision(self, version: str) -> None:
        """Writes the new revision and its change log."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.target.insert(revision, [(self.revision, self.change_set.digest, version, now)])
        first = last_number(self.target, change.c.sequence) + 1
        changed = self.staging.records_with("added", "changed", "removed")
        for changes in batched(enumerate(changed, first)):
            rows: list[Row] = []
            for sequence, (kind, record_id, action) in changes:
                before = None if action == "added" else self.old_body(kind, record_id)
                rows.append((sequence, self.revision, kind, record_id, action, before))
            self.target.insert(change, rows)

    def old_body(self, kind: str, record_id: str) -> bytes:
        """A record as it stands in the database."""
        (row,) = self.target.rows(OLD_BODY, kind=kind, id=record_id)
        return bytes(row[0])

    def delete_derived(self) -> None:
        """Deletes all documents, the index, and all rows of relational tables."""
        for table in (document, csv_line, posting, tally, correction, *TABLES.values()):
            self.target.execute_many(deletion(table), [()])
        self.target.execute_many(self.full_text.clear, [()])

    def remove(self, action: str, tasks: list[Task]) -> None:
        """Deletes what some tasks make obsolete, except in the change log."""
        rows: defaultdict[Statement | str, list[Row]] = defaultdict(list)
        for task in tasks:
            if task.old_sort_key is not None and not self.rebuilds:
                for table in (document, csv_line):
                    rows[deletion(table, "sort_key")].append((task.old_sort_key,))
                words = self.unindex(task.kind, task.id, task.old_sort_key)
                rows[self.full_text.delete].append(words)
            if action != "rendered":
                for table in (record, correction):
                    rows[deletion(table, "kind", "id")].append((task.kind, task.id))
                for table in tables_of(task.kind):
                    rows[deletion(table, table.c[0].name)].append((task.id,))
        for statement, values in rows.items():
            self.target.execute_many(statement, values)

    def unindex(self, kind: str, record_id: str, sort_key: int) -> Row:
        """Removes an entry from its postings; returns the row that deletes its words."""
        entry = KINDS[kind].record.model_validate_json(self.old_body(kind, record_id))
        words, terms = index_entry(kind, entry, self.old_reference)
        self.postings.remove(kind, sort_key, terms)
        return self.full_text.deleted(sort_key, words)

    def write(self, action: str, progress: Callable[[int], object]) -> None:
        """Writes the rows of the records that have an action."""
        writes_record = action != "rendered"
        builder = RowBuilder(
            self.target.engine,
            self.new_reference,
            self.postings.ordinal_of,
            writes_record,
            writes_relational=writes_record or self.rebuilds,
        )
        words = self.full_text.table
        for built in map_in_order(builder, batched(self.staging.tasks(action))):
            for table, rows in built.rows.items():
                self.target.insert(METADATA.tables.get(table, words), rows)
            self.postings.add(built.postings)
            progress(built.records)

    def write_reference(self) -> None:
        """Writes the documents and names of all actors, topics and sources anew; they are few."""
        for table in (reference, name, name_word, former_id):
            self.target.execute_many(deletion(table), [()])
        rows: defaultdict[Table, list[Row]] = defaultdict(list)
        identified: dict[tuple[str, str], str] = {}
        for name_type, each in self.new_reference.records():
            rendered = REFERENCE_TYPES[name_type].document_of(each, self.new_reference)
            names = each.names()
            shown = names[1] if len(names) > 1 else names[0]
            rows[reference].append((name_type, each.id, shown, json_of(rendered)))
            for folded in sorted({*map(folded_name, names)} - {""}):
                rows[name].append((name_type, folded, each.id))
            for outside_id in known_as(rendered):
                identified.setdefault((name_type, folded_name(outside_id)), each.id)
            for word in sorted(set(words_of(each.searched())) - {BOUNDARY}):
                rows[name_word].append((name_type, word, each.id))
        # A name finds its own record, also where it is another one's id in an outside register.
        named = {(name_type, folded) for name_type, folded, _ in rows[name]}
        rows[name] += [(*key, found) for key, found in identified.items() if key not in named]
        rows[former_id] = self.staging.run("former_ids").fetchall()
        for table, values in rows.items():
            self.target.insert(table, values)

    def write_state(self) -> None:
        """Writes the dataset's description and quality, and the format of the documents."""
        (dataset,) = self.staging.bodies("dataset")
        quality = self.quality.model_dump_json().encode()
        state = {"dataset": dataset, "document_format": CURRENT_FORMAT, "quality": quality}
        put_state(self.target, state)


def known_as(document: dict[str, Any]) -> Iterator[str]:
    """The outside ids by which an actor, topic or source is found, except numbers."""
    return (each for each in (document["identifiers"] or {}).values() if isinstance(each, str))


def last_number(target: Target, column: Column[Any]) -> int:
    """The largest number of a column; 0 where there is none."""
    (row,) = target.rows(Statement(select(func.coalesce(func.max(column), 0))))
    return int(row[0])


def has_other_documents(target: Target, language: str) -> bool:
    """Whether documents in the database have another format, or write dates in another language."""
    dataset = stored_dataset(target)
    return stored_state(target, "document_format") not in (None, CURRENT_FORMAT) or (
        dataset is not None and language_of(dataset) != language
    )


def stored_reference(target: Target) -> Reference:
    """The reference data in the database."""
    return Reference(
        (each.name, each.record.model_validate_json(row[0]))
        for each in REFERENCE_TYPES.values()
        for row in target.rows(BODIES, kind=each.name)
    )


def stored_dataset(target: Target) -> dict[str, Any] | None:
    """The dataset's description in the database, None where there is none."""
    stored = stored_state(target, "dataset")
    return orjson.loads(stored) if stored is not None else None
