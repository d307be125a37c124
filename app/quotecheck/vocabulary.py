"""The words of `vocabulary.toml`, folded as texts are compared."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from app.entries.words import fold

TABLES: dict[str, dict[str, Any]] = tomllib.loads(
    files("app.quotecheck").joinpath("vocabulary.toml").read_text(encoding="utf-8")
)


def word_table(table: str, *names: str) -> frozenset[str]:
    """The words of a table in all languages, or of some of its lines."""
    lines = TABLES[table]
    return frozenset(word for name in names or lines for word in fold(lines[name]).split())
