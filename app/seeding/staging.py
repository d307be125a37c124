"""The staging: validated records in a temporary SQLite file, where they are compared.

Uniqueness, references between entries and the order of all records are asked of its indexes, so the
memory that a seeding takes does not grow with the record.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import NamedTuple

from app.kinds import KINDS
from app.seeding.temporary import scratch_connection, temporary_folder

STATEMENTS: dict[str, str] = dict(
    re.findall(
        r"^-- name: (\w+)\n(.*?;)$(?=\n\n|\Z)",
        files("app.seeding").joinpath("staging.sql").read_text(encoding="utf-8").strip(),
        re.MULTILINE | re.DOTALL,
    )
)


class StagedRecord(NamedTuple):
    """A validated record in canonical form, or the id of a flawed one, with an empty hash.

    `sort_key` is that of an entry's date and id, until the next free one is found for those that
    have the same.
    """

    kind: str
    id: str
    hash: bytes
    sort_key: int | None
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


CACHE_KIB = 64 * 1024
# The path of a staging that has no file.
IN_MEMORY = Path(":memory:")


class Staging:
    """A temporary SQLite file; `close` removes it."""

    def __init__(self, path: Path):
        self.path = path
        if path != IN_MEMORY:
            path.touch(0o600)
        self.connection = scratch_connection(path, CACHE_KIB)
        self.connection.executescript(STATEMENTS["tables"])
        self.connection.execute("BEGIN")
        self.has_evidence = False

    def run(self, name: str, *values: object) -> sqlite3.Cursor:
        """Runs a statement of `staging.sql`, whose rows are read from the cursor."""
        return self.connection.execute(STATEMENTS[name], values)

    def run_many(self, name: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs a statement of `staging.sql` once for each row of values."""
        self.connection.executemany(STATEMENTS[name], rows)

    def add(
        self,
        records: Iterable[StagedRecord],
        mentions: Iterable[StagedMention] = (),
        former_ids: Iterable[FormerId] = (),
    ) -> None:
        """Adds records, what entries they refer to, and their former ids."""
        rows = ((*each, "entry" if each.kind in KINDS else each.kind) for each in records)
        self.run_many("add_records", rows)
        self.run_many("add_mentions", mentions)
        self.run_many("add_former_ids", former_ids)

    def add_evidence(self, evidence: StagedEvidence) -> bool:
        """Adds evidence of a quote's words in a source; False where there is some already."""
        self.has_evidence = True
        return self.run("add_evidence", *evidence).rowcount == 1

    def use_evidence(self, quote: str, keys: list[tuple[str, str]]) -> list[bytes]:
        """The evidence of a quote's wordings, given by source and words, in their order."""
        bodies = {tuple(key): body for *key, body in self.run("evidence_of", quote)}
        used = [key for key in keys if key in bodies]
        self.run_many("use_evidence", ((quote, *key) for key in used))
        return [bodies[key] for key in used]

    def resolve_sort_keys(self) -> None:
        """Gives entries whose sort keys collide the next free ones, in the order of their ids."""
        collisions = self.run("collisions").fetchall()
        if collisions:
            self.run("index_sort_keys")
        for sort_key, row in collisions:
            free = next(
                key for key in count(sort_key) if not self.run("with_sort_key", key).fetchone()
            )
            self.run("set_sort_key", free, row)

    def tasks(self, action: str) -> Iterator[Task]:
        """The tasks of one action, ordered by sort key."""
        return map(Task._make, self.run("tasks", action))

    def records_with(self, *actions: str) -> Iterator[tuple[str, str, str]]:
        """Kind, id and action of every record that has one of some actions, by kind and id."""
        return self.run("records_with", json.dumps(actions))

    def bodies(self, kind: str) -> Iterator[bytes]:
        """The canonical form of every valid record of a kind, by id."""
        return (body for (body,) in self.run("bodies", kind))

    def counts(self) -> Counter[str]:
        """How many records of each kind there are."""
        return Counter(dict(self.run("counts")))

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
