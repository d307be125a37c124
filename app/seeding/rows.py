"""Rows on their way to the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert

from app.database import Statement
from app.entries.fulltext import FULL_TEXT
from app.seeding.target import Target
from app.tables import tally

# Changed lengths of posting lists that are held in memory.
COUNTS_KEPT = 100_000

# Both engines write an upsert alike; SQLAlchemy's form for PostgreSQL compiles for SQLite too.
NEW_TALLY = upsert(tally)
RAISE_TALLY = Statement(
    NEW_TALLY.on_conflict_do_update(
        index_elements=[tally.c.key], set_={"n": tally.c.n + NEW_TALLY.excluded.n}
    )
)


class Rows:
    """Rows on their way to the database, written many at a time."""

    def __init__(self, target: Target):
        self.target = target
        self.waiting: dict[Statement, list[Any]] = defaultdict(list)
        self.words: list[tuple[int, str]] = []
        self.wordless: list[tuple[int]] = []
        self.counts: dict[int, tuple[tuple[str, str, str], int]] = {}

    def add(self, statement: Statement, row: Iterable[Any]) -> None:
        """One row for a statement."""
        self.waiting[statement].append(tuple(row))

    def count(self, key: int, listed: tuple[str, str, str], number: int) -> None:
        """One entry more or less in a posting list, given by its key and by what it lists."""
        before = self.counts.get(key)
        self.counts[key] = (listed, number if before is None else before[1] + number)

    def flush(self) -> None:
        """Writes what is waiting: what goes before what comes."""
        full_text = FULL_TEXT[self.target.engine]
        self.target.run(full_text.delete, self.wordless)
        self.target.run(full_text.insert, self.words)
        for statement, rows in self.waiting.items():
            self.target.many(statement, rows)
        self.waiting.clear()
        self.words.clear()
        self.wordless.clear()
        if len(self.counts) > COUNTS_KEPT:
            self.flush_counts()

    def flush_counts(self) -> None:
        """Adds to the length of each posting list what came and what went."""
        tallies = sorted(
            (key, *listed, number) for key, (listed, number) in self.counts.items() if number
        )
        self.target.many(RAISE_TALLY, tallies)
        self.counts.clear()
