"""The words of `vocabulary.toml`, folded as texts are compared."""

from __future__ import annotations

from typing import Any

from app.data_files import read_toml
from app.entries.words import fold

TABLES: dict[str, dict[str, Any]] = read_toml("quotecheck/vocabulary.toml")


def word_table(table: str, *names: str) -> frozenset[str]:
    """The words of a table in all languages, or of some of its lines."""
    lines = TABLES[table]
    return frozenset(word for name in names or lines for word in fold(lines[name]).split())
