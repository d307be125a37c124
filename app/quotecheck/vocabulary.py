"""The words of `vocabulary.toml`, folded as texts are compared, and the weights of words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from app.data_files import read_toml
from app.entries.words import fold

TABLES: dict[str, dict[str, Any]] = read_toml("quotecheck/vocabulary.toml")


def word_table(table: str, *names: str) -> frozenset[str]:
    """The words of a table in all languages, or of some of its lines."""
    lines = TABLES[table]
    return frozenset(word for name in names or lines for word in fold(lines[name]).split())


FUNCTION_WORDS = word_table("function_words")
# What a word tells that joins others, beside one that says what is meant.
FUNCTION_WEIGHT = 0.25


def telling(keys: Iterable[str]) -> int:
    """How many of some words say what is meant."""
    return sum(key not in FUNCTION_WORDS for key in keys)


def telling_weight(keys: Collection[str]) -> float:
    """The weight of some words: one each, a quarter for those that only join others."""
    joining = sum(map(FUNCTION_WORDS.__contains__, keys))
    return len(keys) - joining * (1 - FUNCTION_WEIGHT)
