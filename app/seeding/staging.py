"""The stage: checked records in a temporary file, where they are held against each other.

It keeps memory bounded however large the record is: uniqueness, references between entries and
the order of all records are asked of an index, not of a set in memory.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from app.kinds import KINDS
from app.seeding.references import Mention

SCHEMA = """
CREATE TABLE staged (
    kind TEXT, id TEXT, hash BLOB, base INTEGER, file TEXT, line INTEGER, body BLOB, name_type TEXT
);
CREATE TABLE mention (kind TEXT, target TEXT, file TEXT, line INTEGER, id TEXT, field TEXT);
CREATE TABLE former (name_type TEXT, former TEXT, id TEXT, file TEXT, line INTEGER);
CREATE TABLE evidence (
    quote TEXT, source TEXT, words TEXT, file TEXT, line INTEGER, body BLOB, used INTEGER,
    PRIMARY KEY (quote, source, words)
) WITHOUT ROWID;
CREATE TABLE moved (id TEXT PRIMARY KEY, sort_key INTEGER);
"""
BATCH = 5000
BATCH_BYTES = 4 * 1024 * 1024


class Staged(NamedTuple):
    """A checked record in canonical form."""

    kind: str
    id: str
    hash: bytes
    base: int | None
    file: str
    line: int
    body: bytes


class Mentioned(NamedTuple):
    """That a record refers to an entry, to be checked when all are in."""

    kind: str
    target: str
    file: str
    line: int
    by: str
    field: str


class Former(NamedTuple):
    """A former id of a record."""

    name_type: str
    former: str
    id: str
    file: str
    line: int


class FoundWords(NamedTuple):
    """Evidence of a quote's words in a source."""

    quote: str
    source: str
    words: str
    file: str
    line: int
    body: bytes


class Task(NamedTuple):
    """A record that something has to be done to: where it stood and stands, and what it is now."""

    kind: str
    id: str
    old: int | None
    new: int | None
    hash: bytes
    body: bytes


class Stage:
    """A temporary SQLite file; it vanishes with `close`."""

    def __init__(self, path: Path):
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;"
            "PRAGMA cache_size = -65536;" + SCHEMA
        )
        self.connection.execute("BEGIN")
        self.records: list[Staged] = []
        self.bytes = 0
        self.mentions: list[Mentioned] = []
        self.formers: list[Former] = []
        self.has_evidence = False

    def add(
        self,
        staged: Iterable[Staged],
        mentions: Iterable[Mentioned] = (),
        formers: Iterable[Former] = (),
    ) -> None:
        """Takes records in, what entries they refer to, and their former ids."""
        for each in staged:
            self.records.append(each)
            self.bytes += len(each.body)
        self.mentions += mentions
        self.formers += formers
        if len(self.records) >= BATCH or self.bytes >= BATCH_BYTES:
            self.flush()

    def add_evidence(self, found: FoundWords) -> bool:
        """Takes in evidence of a quote's words in a source; False where there is some already."""
        self.has_evidence = True
        added = self.connection.execute(
            "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?, 0)", found
        )
        return added.rowcount == 1

    def take_evidence(self, quote: str, keys: list[tuple[str, str]]) -> list[bytes]:
        """The evidence of a quote's wordings, given by source and words, in their order."""
        rows = self.connection.execute(
            "SELECT source, words, body FROM evidence WHERE quote = ?", (quote,)
        )
        bodies = {(source, words): bytes(body) for source, words, body in rows}
        taken = [key for key in keys if key in bodies]
        self.connection.executemany(
            "UPDATE evidence SET used = 1 WHERE quote = ? AND source = ? AND words = ?",
            ((quote, *key) for key in taken),
        )
        return [bodies[key] for key in taken]

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

    def flush(self) -> None:
        """Writes what is waiting."""
        rows = (
            (*staged, "entry" if staged.kind in KINDS else staged.kind) for staged in self.records
        )
        self.connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self.connection.executemany("INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?)", self.mentions)
        self.connection.executemany("INSERT INTO former VALUES (?, ?, ?, ?, ?)", self.formers)
        self.records.clear()
        self.mentions.clear()
        self.formers.clear()
        self.bytes = 0

    def index(self) -> None:
        """Ends the taking in; from here on records are looked up."""
        self.flush()
        self.connection.executescript(
            "CREATE INDEX staged_order ON staged (kind, id, hash, base);"
            "CREATE INDEX staged_id ON staged (id);"
        )

    def duplicates(self) -> Iterator[tuple[str, str, str, int, str, int]]:
        """Id, kind, file and line of each record whose id was there before, and where."""
        yield from self.connection.execute(
            """
            SELECT later.id, later.kind, later.file, later.line, first.file, first.line
            FROM (
                SELECT name_type, id, min(rowid) AS first FROM staged
                GROUP BY 1, 2 HAVING count(*) > 1
            ) AS twice
            JOIN staged AS later ON later.id = twice.id AND later.rowid > twice.first
                AND later.name_type = twice.name_type
            JOIN staged AS first ON first.rowid = twice.first
            ORDER BY later.rowid
            """
        )

    def dangling(self) -> Iterator[tuple[Mention, str, int, str, str, str | None]]:
        """Mentions of entries that are not there, with the kind that the id has, if any."""
        rows = self.connection.execute(
            """
            SELECT m.kind, m.target, m.file, m.line, m.id, m.field,
                   (SELECT s.kind FROM staged AS s WHERE s.id = m.target LIMIT 1)
            FROM mention AS m
            WHERE NOT EXISTS (SELECT 1 FROM staged AS s WHERE s.kind = m.kind AND s.id = m.target)
            ORDER BY m.rowid
            """
        )
        for kind, target, *sort_key in rows:
            yield Mention(kind, target, ()), *sort_key

    def reply_cycles(self) -> Iterator[tuple[list[str], str, int]]:
        """Each chain of proposals that answer each other in a circle, with where it begins."""
        rows = self.connection.execute(
            "SELECT id, target, file, line FROM mention WHERE field = 'in_reply_to.proposal'"
        )
        answered = {by: (target, file, line) for by, target, file, line in rows}
        done: set[str] = set()
        for start in sorted(answered):
            path: list[str] = []
            current = start
            while current in answered and current not in done:
                done.add(current)
                path.append(current)
                current = answered[current][0]
            if current in path:
                loop = path[path.index(current) :]
                yield [*loop, loop[0]], *answered[loop[0]][1:]

    def reused_former_ids(self) -> Iterator[tuple[str, str, str, int, str]]:
        """Former ids that are a present id, or that another record claims: and who has them."""
        rows = self.connection.execute(
            """
            SELECT f.former, f.id, f.file, f.line,
                   'the id of what stands at ' || s.file || ':' || s.line
            FROM former AS f JOIN staged AS s ON s.id = f.former AND s.name_type = f.name_type
            UNION ALL
            SELECT f.former, f.id, f.file, f.line,
                   'claimed at ' || g.file || ':' || g.line || ' too'
            FROM former AS f JOIN former AS g
                ON g.name_type = f.name_type AND g.former = f.former
                AND g.rowid < f.rowid AND g.id <> f.id
            """
        )
        yield from rows

    def ids_like(self, kind: str, start: str, limit: int = 5000) -> list[str]:
        """Ids of a kind from a start on, to find what a typo meant."""
        rows = self.connection.execute(
            "SELECT id FROM staged WHERE kind = ? AND id >= ? ORDER BY id LIMIT ?",
            (kind, start, limit),
        )
        return [row[0] for row in rows]

    def resolve_sort_keys(self) -> None:
        """Gives entries whose sort keys collide the next free ones, in the order of their ids."""
        collided = self.connection.execute(
            """
            SELECT base, id FROM staged WHERE base IN (
                SELECT base FROM staged WHERE base IS NOT NULL GROUP BY base HAVING count(*) > 1
            ) ORDER BY base, id
            """
        ).fetchall()
        if not collided:
            return
        self.connection.execute("CREATE INDEX staged_base ON staged (base)")
        taken: set[int] = set()
        previous = None
        for base, entry_id in collided:
            if base != previous:
                previous = base
                continue
            sort_key = base + 1
            while sort_key in taken or self.is_base(sort_key):
                sort_key += 1
            taken.add(sort_key)
            self.connection.execute("INSERT INTO moved VALUES (?, ?)", (entry_id, sort_key))

    def is_base(self, sort_key: int) -> bool:
        """Whether an entry stands at a sort key by its own date and id."""
        row = self.connection.execute("SELECT 1 FROM staged WHERE base = ?", (sort_key,)).fetchone()
        return row is not None

    def sort_keys(self) -> array[int]:
        """The sort keys of all entries in order."""
        rows = self.connection.execute(
            """
            SELECT coalesce(m.sort_key, s.base) FROM staged AS s LEFT JOIN moved AS m ON m.id = s.id
            WHERE s.base IS NOT NULL ORDER BY 1
            """
        )
        return array("q", (row[0] for row in rows))

    def in_order(self) -> Iterator[tuple[str, str, bytes, int | None]]:
        """Kind, id, hash and sort key of every record, by kind and id."""
        moved = dict(self.connection.execute("SELECT id, sort_key FROM moved"))
        rows = self.connection.execute("SELECT kind, id, hash, base FROM staged ORDER BY kind, id")
        for kind, record_id, digest, base in rows:
            yield kind, record_id, digest, moved.get(record_id, base) if base else base

    def tasks(self, action: str) -> Iterator[Task]:
        """What an action has to be done to, in the order of sort keys."""
        rows = self.connection.execute(
            """
            SELECT t.kind, t.id, t.old, t.new, s.hash, s.body FROM todo AS t
            LEFT JOIN staged AS s ON s.kind = t.kind AND s.id = t.id
            WHERE t.action = ? ORDER BY coalesce(t.new, t.old)
            """,
            (action,),
        )
        return map(Task._make, rows)

    def bodies(self, kind: str) -> Iterator[bytes]:
        """The canonical form of every record of a kind, by id."""
        rows = self.connection.execute(
            "SELECT body FROM staged WHERE kind = ? AND length(hash) > 0 ORDER BY id", (kind,)
        )
        return (bytes(row[0]) for row in rows)

    def only_body(self, kind: str) -> bytes:
        """The canonical form of the one record of a kind."""
        row = self.connection.execute("SELECT body FROM staged WHERE kind = ?", (kind,)).fetchone()
        return bytes(row[0])

    def former_ids(self) -> list[tuple[str, str, str]]:
        """Type of name, former id and present id."""
        return self.connection.execute("SELECT name_type, former, id FROM former").fetchall()

    def todo(self, action: str) -> list[tuple[str, str]]:
        """Kind and id of the records that an action concerns."""
        rows = self.connection.execute("SELECT kind, id FROM todo WHERE action = ?", (action,))
        return rows.fetchall()

    def added_as_other(self, kind: str, record_id: str) -> list[tuple[str, str, int]]:
        """Kind, file and line of an entry of this id that is new, where its kind is another."""
        rows = self.connection.execute(
            """
            SELECT s.kind, s.file, s.line FROM staged AS s JOIN todo AS t
                ON t.kind = s.kind AND t.id = s.id AND t.action = 'added'
            WHERE s.id = ? AND s.name_type = 'entry' AND s.kind <> ?
            """,
            (record_id, kind),
        )
        return rows.fetchall()

    def counts(self) -> Counter[str]:
        """How many records of each kind there are."""
        return Counter(
            dict(self.connection.execute("SELECT kind, count(*) FROM staged GROUP BY 1"))
        )

    def close(self) -> None:
        """Removes the file."""
        self.connection.close()
        self.path.unlink(missing_ok=True)
