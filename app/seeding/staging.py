"""The staging: validated records in a temporary SQLite file, where they are compared.

Uniqueness, references between entries and the order of all records are asked of its indexes, so the
memory that a seeding takes does not grow with the record.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from app.kinds import KINDS
from app.seeding.references import RecordMention
from app.seeding.temporary import temp_store, temporary_folder

TABLES = """
CREATE TABLE staged (
    kind TEXT, id TEXT, hash BLOB, own_sort_key INTEGER, file TEXT, line INTEGER, body BLOB,
    name_type TEXT
);
CREATE TABLE mention (kind TEXT, target TEXT, file TEXT, line INTEGER, id TEXT, field TEXT);
CREATE TABLE former_id (name_type TEXT, former TEXT, id TEXT, file TEXT, line INTEGER);
CREATE TABLE evidence (
    quote TEXT, source TEXT, words TEXT, file TEXT, line INTEGER, body BLOB, used INTEGER,
    PRIMARY KEY (quote, source, words)
) WITHOUT ROWID;
CREATE TABLE moved (id TEXT PRIMARY KEY, sort_key INTEGER);
CREATE TABLE task (
    kind TEXT, id TEXT, action TEXT, old_sort_key INTEGER, new_sort_key INTEGER,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
"""


class StagedRecord(NamedTuple):
    """A validated record in canonical form, or the id of a flawed one, with an empty hash.

    `own_sort_key` is that of an entry's date and id, which another entry may have as well.
    """

    kind: str
    id: str
    hash: bytes
    own_sort_key: int | None
    file: str
    line: int
    body: bytes


class StagedMention(NamedTuple):
    """That a field of a record, `id`, refers to an entry."""

    kind: str
    target: str
    file: str
    line: int
    id: str
    field: str


class FormerId(NamedTuple):
    """A former id of a record."""

    name_type: str
    former: str
    id: str
    file: str
    line: int


class StagedEvidence(NamedTuple):
    """Evidence of a quote's words in a source."""

    quote: str
    source: str
    words: str
    file: str
    line: int
    body: bytes


class Task(NamedTuple):
    """A record to be written, moved or removed, with its sort keys before and after.

    `hash` and `body` are those of the new record, None where there is none.
    """

    kind: str
    id: str
    old_sort_key: int | None
    new_sort_key: int | None
    hash: bytes
    body: bytes


# The path of a staging that has no file.
IN_MEMORY = Path(":memory:")


class Staging:
    """A temporary SQLite file; `close` removes it."""

    def __init__(self, path: Path):
        self.path = path
        if path != IN_MEMORY:
            path.touch(0o600)
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
            f"PRAGMA temp_store = {temp_store()};{TABLES}"
        )
        self.connection.execute("BEGIN")
        self.has_evidence = False

    def add(
        self,
        records: Iterable[StagedRecord],
        mentions: Iterable[StagedMention] = (),
        former_ids: Iterable[FormerId] = (),
    ) -> None:
        """Adds records, what entries they refer to, and their former ids."""
        rows = ((*each, "entry" if each.kind in KINDS else each.kind) for each in records)
        self.connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self.connection.executemany("INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?)", mentions)
        self.connection.executemany("INSERT INTO former_id VALUES (?, ?, ?, ?, ?)", former_ids)

    def add_evidence(self, evidence: StagedEvidence) -> bool:
        """Adds evidence of a quote's words in a source; False where there is some already."""
        self.has_evidence = True
        added = self.connection.execute(
            "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?, 0)", evidence
        )
        return added.rowcount == 1

    def use_evidence(self, quote: str, keys: list[tuple[str, str]]) -> list[bytes]:
        """The evidence of a quote's wordings, given by source and words, in their order."""
        rows = self.connection.execute(
            "SELECT source, words, body FROM evidence WHERE quote = ?", (quote,)
        )
        bodies = {(source, words): bytes(body) for source, words, body in rows}
        used = [key for key in keys if key in bodies]
        self.connection.executemany(
            "UPDATE evidence SET used = 1 WHERE quote = ? AND source = ? AND words = ?",
            ((quote, *key) for key in used),
        )
        return [bodies[key] for key in used]

    def unused_evidence(self) -> Iterator[tuple[str, str, str, int]]:
        """Quote, source, file and line of evidence for words that its quote does not have."""
        yield from self.connection.execute(
            """
            SELECT e.quote, e.source, e.file, e.line FROM evidence AS e
            WHERE NOT e.used AND EXISTS (
                SELECT 1 FROM staged AS s
                WHERE s.kind = 'quote' AND s.id = e.quote AND length(s.hash) > 0
            ) ORDER BY e.file, e.line
            """
        )

    def build_indexes(self) -> None:
        """Call this when all records are added, before any of the questions below."""
        self.connection.executescript(
            "CREATE INDEX staged_order ON staged (kind, id, hash, own_sort_key);"
            "CREATE INDEX staged_id ON staged (id, name_type);"
        )

    def duplicates(self) -> Iterator[tuple[str, str, str, int, str, int]]:
        """Id, kind, file and line of each record whose id was there before, and where."""
        yield from self.connection.execute(
            """
            SELECT later.id, later.kind, later.file, later.line, first.file, first.line
            FROM (
                SELECT id, name_type, min(rowid) AS first FROM staged
                GROUP BY id, name_type HAVING count(*) > 1
            ) AS twice
            JOIN staged AS later ON later.id = twice.id AND later.rowid > twice.first
                AND later.name_type = twice.name_type
            JOIN staged AS first ON first.rowid = twice.first
            ORDER BY later.rowid
            """
        )

    def dangling_mentions(self) -> Iterator[tuple[RecordMention, str, int, str, str, str | None]]:
        """Each mention of an entry that is not there: the mention, its file, line, record and
        field, and the kind that has the id, if any.
        """
        rows = self.connection.execute(
            """
            SELECT m.kind, m.target, m.file, m.line, m.id, m.field,
                   (SELECT s.kind FROM staged AS s WHERE s.id = m.target LIMIT 1)
            FROM mention AS m
            WHERE NOT EXISTS (SELECT 1 FROM staged AS s WHERE s.kind = m.kind AND s.id = m.target)
            ORDER BY m.rowid
            """
        )
        for kind, target, *where in rows:
            yield RecordMention(kind, target, ()), *where

    def reply_cycles(self) -> Iterator[tuple[list[str], str, int]]:
        """Each cycle of proposals that reply to each other, with the file and line of its first."""
        rows = self.connection.execute(
            "SELECT id, target, file, line FROM mention WHERE field = 'in_reply_to.proposal'"
        )
        replies = {reply: (target, file, line) for reply, target, file, line in rows}
        done: set[str] = set()
        for start in sorted(replies):
            path: list[str] = []
            current = start
            while current in replies and current not in done:
                done.add(current)
                path.append(current)
                current = replies[current][0]
            if current in path:
                cycle = path[path.index(current) :]
                yield [*cycle, cycle[0]], *replies[cycle[0]][1:]

    def reused_former_ids(self) -> Iterator[tuple[str, str, str, int, str]]:
        """Former ids that are a present id, or that another record claims: and who has them."""
        yield from self.connection.execute(
            """
            SELECT f.former, f.id, f.file, f.line,
                   'the id of what stands at ' || s.file || ':' || s.line
            FROM former_id AS f JOIN staged AS s ON s.id = f.former AND s.name_type = f.name_type
            UNION ALL
            SELECT f.former, f.id, f.file, f.line,
                   'claimed at ' || g.file || ':' || g.line || ' too'
            FROM former_id AS f JOIN former_id AS g
                ON g.name_type = f.name_type AND g.former = f.former
                AND g.rowid < f.rowid AND g.id <> f.id
            """
        )

    def has_id(self, record_id: str) -> bool:
        """Whether a record has this id, or had it."""
        rows = self.connection.execute(
            "SELECT 1 FROM staged WHERE id = ?1 UNION ALL "
            "SELECT 1 FROM former_id WHERE former = ?1 LIMIT 1",
            (record_id,),
        )
        return rows.fetchone() is not None

    def ids_from(self, kind: str, start: str, limit: int = 5000) -> list[str]:
        """Ids of a kind in order, the first of which begins so or comes after it."""
        rows = self.connection.execute(
            "SELECT id FROM staged WHERE kind = ? AND id >= ? ORDER BY id LIMIT ?",
            (kind, start, limit),
        )
        return [row[0] for row in rows]

    def resolve_sort_keys(self) -> None:
        """Gives entries whose sort keys collide the next free ones, in the order of their ids."""
        collided = self.connection.execute(
            """
            SELECT own_sort_key, id FROM staged WHERE own_sort_key IN (
                SELECT own_sort_key FROM staged WHERE own_sort_key IS NOT NULL
                GROUP BY own_sort_key HAVING count(*) > 1
            ) ORDER BY own_sort_key, id
            """
        ).fetchall()
        if not collided:
            return
        self.connection.execute("CREATE INDEX staged_own_sort_key ON staged (own_sort_key)")
        assigned: set[int] = set()
        previous = None
        for own_sort_key, entry_id in collided:
            if own_sort_key != previous:
                previous = own_sort_key
                continue
            sort_key = own_sort_key + 1
            while sort_key in assigned or self.is_own_sort_key(sort_key):
                sort_key += 1
            assigned.add(sort_key)
            self.connection.execute("INSERT INTO moved VALUES (?, ?)", (entry_id, sort_key))

    def is_own_sort_key(self, sort_key: int) -> bool:
        """Whether a sort key is that of an entry's own date and id."""
        row = self.connection.execute(
            "SELECT 1 FROM staged WHERE own_sort_key = ?", (sort_key,)
        ).fetchone()
        return row is not None

    def sort_keys(self) -> array[int]:
        """The sort keys of all entries in order."""
        rows = self.connection.execute(
            """
            SELECT coalesce(m.sort_key, s.own_sort_key)
            FROM staged AS s LEFT JOIN moved AS m ON m.id = s.id
            WHERE s.own_sort_key IS NOT NULL ORDER BY 1
            """
        )
        return array("q", (row[0] for row in rows))

    def records(self) -> Iterator[tuple[str, str, bytes, int | None]]:
        """Kind, id, hash and sort key of every record, by kind and id."""
        moved = dict(self.connection.execute("SELECT id, sort_key FROM moved"))
        rows = self.connection.execute(
            "SELECT kind, id, hash, own_sort_key FROM staged ORDER BY kind, id"
        )
        for kind, record_id, digest, sort_key in rows:
            yield kind, record_id, digest, moved.get(record_id, sort_key) if sort_key else sort_key

    def add_tasks(self, rows: Iterable[tuple[str, str, str, int | None, int | None]]) -> None:
        """Adds kind, id, action, old and new sort key, unless a record has a task already."""
        self.connection.executemany("INSERT OR IGNORE INTO task VALUES (?, ?, ?, ?, ?)", rows)

    def index_tasks(self) -> None:
        """Call this when the tasks are added, so that none has to be sorted."""
        self.connection.execute(
            "CREATE INDEX task_order ON task"
            " (action, coalesce(new_sort_key, old_sort_key), old_sort_key, new_sort_key)"
        )

    def tasks(self, action: str) -> Iterator[Task]:
        """The tasks of one action, ordered by sort key."""
        rows = self.connection.execute(
            """
            SELECT t.kind, t.id, t.old_sort_key, t.new_sort_key, s.hash, s.body FROM task AS t
            LEFT JOIN staged AS s ON s.kind = t.kind AND s.id = t.id
            WHERE t.action = ? ORDER BY coalesce(t.new_sort_key, t.old_sort_key)
            """,
            (action,),
        )
        return map(Task._make, rows)

    def records_with(self, *actions: str) -> Iterator[tuple[str, str, str]]:
        """Kind, id and action of every record that has one of some actions, by kind and id."""
        marks = ", ".join("?" * len(actions))
        yield from self.connection.execute(
            f"SELECT kind, id, action FROM task WHERE action IN ({marks}) ORDER BY kind, id",
            actions,
        )

    def added_as_other(self, kind: str, record_id: str) -> list[tuple[str, str, int]]:
        """Kind, file and line of an entry of this id that is new, where its kind is another."""
        rows = self.connection.execute(
            """
            SELECT s.kind, s.file, s.line FROM staged AS s JOIN task AS t
                ON t.kind = s.kind AND t.id = s.id AND t.action = 'added'
            WHERE s.id = ? AND s.name_type = 'entry' AND s.kind <> ?
            """,
            (record_id, kind),
        )
        return rows.fetchall()

    def bodies(self, kind: str) -> Iterator[bytes]:
        """The canonical form of every valid record of a kind, by id."""
        rows = self.connection.execute(
            "SELECT body FROM staged WHERE kind = ? AND length(hash) > 0 ORDER BY id", (kind,)
        )
        return (bytes(row[0]) for row in rows)

    def former_ids(self) -> list[tuple[str, str, str]]:
        """Type of name, former id and present id."""
        return self.connection.execute("SELECT name_type, former, id FROM former_id").fetchall()

    def counts(self) -> Counter[str]:
        """How many records of each kind there are."""
        return Counter(
            dict(self.connection.execute("SELECT kind, count(*) FROM staged GROUP BY 1"))
        )

    def close(self) -> None:
        """Removes the file."""
        self.connection.close()
        if self.path != IN_MEMORY:
            self.path.unlink(missing_ok=True)


@contextmanager
def temporary_staging(prefix: str) -> Iterator[Staging]:
    """A staging in a folder for temporary files, in memory where there is none."""
    with temporary_folder(prefix) as folder:
        path = folder / "stage" if folder is not None else IN_MEMORY
        with closing(Staging(path)) as staging:
            yield staging
