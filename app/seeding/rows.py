"""Rows on their way to the database."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from app.db.sql import Statement
from app.entries.fulltext import FULL_TEXT
from app.seeding.target import Target


class Rows:
    """Rows on their way to the database, written many at a time."""

    def __init__(self, target: Target):
        self.target = target
        self.waiting: dict[Statement, list[Any]] = defaultdict(list)
        self.wordless: list[tuple[Any, ...]] = []

    def add(self, statement: Statement, row: tuple[Any, ...]) -> None:
        """One row for a statement."""
        self.waiting[statement].append(row)

    def flush(self) -> None:
        """Writes what is waiting: what goes before what comes."""
        full_text = FULL_TEXT[self.target.engine]
        self.target.run(full_text.delete, self.wordless)
        for statement, rows in self.waiting.items():
            self.target.many(statement, rows)
        self.waiting.clear()
        self.wordless.clear()
