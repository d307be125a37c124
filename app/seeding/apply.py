"""From the list of what to do to rows: tidy tables, documents, index rows, the change log."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, select

from app.db.postings import STORED, stored_lists, unpacked
from app.db.sql import Statement
from app.db.tables import (
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
from app.entries.documents import DOCUMENT_FORMAT
from app.entries.fulltext import FULL_TEXT, words_of
from app.entries.names import folded_name
from app.entries.sort_keys import key_of
from app.entries.words import split
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.registry import Reference
from app.seeding.change_set import Comparison
from app.seeding.index_terms import postings, texts
from app.seeding.postings_writer import Lists, put_state, sort_keys_before
from app.seeding.processes import in_order
from app.seeding.relational_rows import owner_columns
from app.seeding.row_builder import Maker, Part
from app.seeding.rows import Rows
from app.seeding.staging import Stage, Task
from app.seeding.target import Target, insertion

BATCH = 1000
CLOSURES = {"actor": "affiliate", "topic": "topic", "source": "source"}

OLD_BODY = Statement(
    select(record.c.body).where(record.c.kind == bindparam("kind"), record.c.id == bindparam("id"))
)
BODIES = Statement(
    select(record.c.body).where(record.c.kind == bindparam("kind")).order_by(record.c.id)
)
LAST_REVISION = Statement(select(func.coalesce(func.max(revision.c.number), 0)))
LAST_CHANGE = Statement(select(func.coalesce(func.max(change.c.sequence), 0)))

DELETE_RECORD = Statement(
    delete(record).where(record.c.kind == bindparam("k"), record.c.id == bindparam("i"))
)
DELETE_CORRECTIONS = Statement(
    delete(correction).where(correction.c.kind == bindparam("k"), correction.c.id == bindparam("i"))
)
DELETE_DOCUMENT = Statement(delete(document).where(document.c.sort_key == bindparam("p")))
DELETE_LINE = Statement(delete(csv_line).where(csv_line.c.sort_key == bindparam("p")))
MOVE_RECORD = Statement(
    record.update()
    .where(record.c.kind == bindparam("k"), record.c.id == bindparam("i"))
    .values(sort_key=bindparam("p"))
)
EVERYTHING_INDEXED = Statement(
    select(record.c.kind, record.c.id, record.c.sort_key).where(record.c.sort_key.is_not(None))
)


class Application:
    """One seeding being applied; `old` and `new` are the reference data before and after."""

    def __init__(self, stage: Stage, target: Target, new: Reference, comparison: Comparison):
        self.stage = stage
        self.target = target
        self.new = new
        self.comparison = comparison
        self.starts_anew = self.format_differs()
        # What entries were indexed by; it is read before anything of it is removed.
        self.old = Reference() if self.starts_anew else old_reference(target)
        self.before = array("q") if self.starts_anew else sort_keys_before(target)
        self.number = scalar(target, LAST_REVISION) + 1
        self.sequence = scalar(target, LAST_CHANGE)

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        return self.comparison.changes_record or self.starts_anew

    def run(self, version: str, progress: Callable[[int], object]) -> None:
        """Everything, in an order in which nothing is deleted that was just written."""
        if self.comparison.changes_record:
            self.write_revision(version)
        if self.starts_anew:
            self.empty_index()
        self.lists = Lists(self.stage, self.target, self.before)
        for action, step in (
            ("removed", self.remove),
            ("changed", self.remove),
            ("moved", self.move),
            ("rendered", self.unindex),
        ):
            self.each(action, step)
        for action in ("added", "changed", "moved", "rendered"):
            self.make(action, progress)
        self.lists.write()
        self.write_reference()
        self.write_state()

    def each(self, action: str, step: Callable[[Rows, Task], None]) -> None:
        """A step for each record that an action concerns, in the order of sort keys."""
        rows = Rows(self.target)
        for number, task in enumerate(self.stage.tasks(action), 1):
            step(rows, task)
            if number % BATCH == 0:
                rows.flush()
        rows.flush()

    def make(self, action: str, progress: Callable[[int], object]) -> None:
        """What the records are made into that an action concerns."""
        maker = Maker(self.target.engine, self.new)
        for made in in_order(maker, self.parts(action)):
            self.target.run(FULL_TEXT[self.target.engine].insert, made.words)
            for table, rows in made.rows.items():
                self.target.many(insertion(record.metadata.tables[table]), rows)
            self.lists.put(made.coming)
            progress(made.records)

    def parts(self, action: str) -> Iterator[Part]:
        """The records that an action concerns, in the order of sort keys."""
        tasks = self.stage.tasks(action)
        while part := list(islice(tasks, BATCH)):
            yield Part(action, part, [self.lists.number_of(task.new or 0) for task in part])

    def write_revision(self, version: str) -> None:
        """The new revision and its change log."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = (self.number, self.comparison.digest, version, now)
        self.target.many(insertion(revision), [row])
        rows = Rows(self.target)
        listed = self.stage.connection.execute(
            "SELECT kind, id, action FROM todo WHERE action IN ('added', 'changed', 'removed')"
            " ORDER BY kind, id"
        )
        for kind, record_id, action in listed:
            before = None if action == "added" else self.old_body(kind, record_id)
            self.sequence += 1
            logged = (self.sequence, self.number, kind, record_id, action, before)
            rows.add(insertion(change), logged)
            if self.sequence % BATCH == 0:
                rows.flush()
        rows.flush()

    def old_body(self, kind: str, record_id: str) -> bytes:
        """A record as it stands in the database."""
        (row,) = self.target.rows(OLD_BODY, kind=kind, id=record_id)
        return bytes(row[0])

    def add_rerendered(self) -> None:
        """Notes the entries whose documents change because what they refer to changed."""
        if self.starts_anew:
            self.note_rerendered(self.target.rows(EVERYTHING_INDEXED))
            return
        changed = self.stage.connection.execute(
            "SELECT kind, id FROM todo WHERE action = 'changed' AND kind IN"
            " ('actor', 'topic', 'source')"
        ).fetchall()
        for name_type, record_id in changed:
            for kind in KINDS:
                key = key_of(kind, CLOSURES[name_type], record_id)
                self.note_rerendered(self.posted(key))

    def posted(self, key: int) -> Iterator[tuple[Any, ...]]:
        """Kind, id and sort key of each entry in a posting list of the database."""
        statement, values = stored_lists([key])
        for _, numbers in list(self.target.rows(statement, **values)):
            sort_keys = [self.before[number] for number in unpacked(bytes(numbers))]
            for start in range(0, len(sort_keys), BATCH):
                part = sort_keys[start : start + BATCH]
                asked = {f"sort_key_{number}": sort_key for number, sort_key in enumerate(part)}
                yield from list(self.target.rows(at_sort_keys(len(part)), **asked))

    def note_rerendered(self, found: Iterable[tuple[Any, ...]]) -> None:
        """Adds entries to the list of what to do, unless something is done about them anyway."""
        self.stage.connection.executemany(
            "INSERT OR IGNORE INTO todo VALUES (?, ?, 'rendered', ?, ?)",
            ((kind, record_id, sort_key, sort_key) for kind, record_id, sort_key in found),
        )

    def format_differs(self) -> bool:
        """Whether the documents in the database are of another format than the code's."""
        stored = list(self.target.rows(STORED, name="document_format"))
        return bool(stored) and bytes(stored[0][0]) != str(DOCUMENT_FORMAT).encode()

    def empty_index(self) -> None:
        """Takes out all documents and index rows, which another version of the code may have made.

        What that version indexed, and how, is not known; the curated records are.
        """
        for table in (document, csv_line, posting, tally):
            self.target.many(Statement(delete(table)), [()])
        self.target.run(FULL_TEXT[self.target.engine].clear, [()])

    def remove(self, rows: Rows, task: Task) -> None:
        """Everything about a record but its past."""
        if task.old is not None:
            self.unindex(rows, task)
        rows.add(DELETE_RECORD, (task.kind, task.id))
        rows.add(DELETE_CORRECTIONS, (task.kind, task.id))
        if task.kind != "dataset":
            for table, column in owner_columns(task.kind).items():
                rows.add(deletion(table, column), (task.id,))

    def unindex(self, rows: Rows, task: Task) -> None:
        """The document and index rows of an entry, as they were made before."""
        if self.starts_anew:
            return
        kind, old = task.kind, task.old
        assert old is not None
        entry = KINDS[kind].record.model_validate_json(self.old_body(kind, task.id))
        words = words_of(texts(entry, self.old))
        self.lists.take(kind, old, postings(kind, entry, words, self.old))
        rows.add(DELETE_DOCUMENT, (old,))
        rows.add(DELETE_LINE, (old,))
        rows.wordless.append(FULL_TEXT[self.target.engine].deleted(old, words))

    def move(self, rows: Rows, task: Task) -> None:
        """An entry whose sort key another one took."""
        self.unindex(rows, task)
        rows.add(MOVE_RECORD, (task.new, task.kind, task.id))

    def write_reference(self) -> None:
        """The documents and names of all actors, topics and sources; they are few."""
        rows = Rows(self.target)
        for table in (reference, name, name_word, former_id):
            self.target.many(Statement(delete(table)), [()])
        for name_type, record_ in self.new.records():
            document = REFERENCE_TYPES[name_type].document_of(record_, self.new)
            body = document.model_dump_json().encode()
            names = record_.names()
            shown = names[1] if len(names) > 1 else names[0]
            rows.add(insertion(reference), (name_type, record_.id, shown, body))
            folded = {folded_name(each) for each in names} - {""}
            for each in sorted(folded):
                rows.add(insertion(name), (name_type, each, record_.id))
            for word in sorted({word for each in record_.searched() for word in split(each)}):
                rows.add(insertion(name_word), (name_type, word, record_.id))
        for former in self.stage.former_ids():
            rows.add(insertion(former_id), former)
        rows.flush()

    def write_state(self) -> None:
        """The dataset's description and the format of the documents."""
        values = {
            "dataset": self.stage.only_body("dataset"),
            "document_format": str(DOCUMENT_FORMAT).encode(),
        }
        put_state(self.target, values)


@lru_cache(maxsize=16)
def at_sort_keys(count: int) -> Statement:
    """Kind, id and sort key of the entries at some sort keys."""
    sort_keys: list[Any] = [bindparam(f"sort_key_{number}") for number in range(count)]
    columns = (document.c.kind, document.c.id, document.c.sort_key)
    return Statement(select(*columns).where(document.c.sort_key.in_(sort_keys)))


def deletion(table: Any, column: str) -> Statement:
    """Deletes the rows of one record."""
    key = (table.name, column)
    if key not in DELETIONS:
        DELETIONS[key] = Statement(delete(table).where(table.c[column] == bindparam("value")))
    return DELETIONS[key]


DELETIONS: dict[tuple[str, str], Statement] = {}


def scalar(target: Target, statement: Statement) -> int:
    """The one number that a statement answers."""
    (row,) = target.rows(statement)
    return int(row[0])


def old_reference(target: Target) -> Reference:
    """The reference data as the database has it."""
    return Reference(
        (each.name, each.record.model_validate_json(row[0]))
        for each in REFERENCE_TYPES.values()
        for row in target.rows(BODIES, kind=each.name)
    )


def dataset_id(target: Target) -> str | None:
    """The id of the dataset in the database, None where there is none."""
    stored = list(target.rows(STORED, name="dataset"))
    return str(orjson.loads(stored[0][0])["id"]) if stored else None
