"""Full text in SQLite and in PostgreSQL: the only module where the two differ.

Both index the words of `words.split`; neither splits nor folds text itself. They are asked for what
the postings of words cannot answer: phrases, and prefixes of very many words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyroaring import BitMap
from sqlalchemy import TableClause, column, table, text

from app.db.postings import MIB, POSTINGS, SortKeys, all_sort_keys, key_of, size_of_bitmap
from app.db.snapshots import Loadable, Memory, Snapshot, refuse_overdue
from app.db.sql import Statement
from app.entries.spellings import other_spellings
from app.entries.word_plan import WORD, FulltextGroup
from app.entries.words import (
    SearchTerm,
    fts5_any,
    split,
    tsquery_any,
    tsvector_text,
)

# A word that no query can hold: it keeps phrases from running over from one text to the next.
BOUNDARY = "¶"
# What a word of a query takes in memory, roughly.
WORD_BYTES = 100
# Ordinals about which the full text is asked at once.
FULLTEXT_WINDOW = 1 << 18


def words_of(texts: Iterable[str]) -> list[str]:
    """The words that are indexed for several texts: as written, and in other spellings."""
    read = list(texts)
    return [*own_words(read), *spelled_words(read)]


def own_words(texts: Iterable[str]) -> list[str]:
    """The words of several texts in order, a boundary between one text and the next."""
    joined: list[str] = []
    for each in texts:
        if joined:
            joined.append(BOUNDARY)
        joined.extend(split(each))
    return joined


def spelled_words(texts: Iterable[str]) -> Iterator[str]:
    """The words of several texts in other spellings, a boundary before each."""
    for each in texts:
        for word in other_spellings(each):
            yield BOUNDARY
            yield word


@dataclass(frozen=True)
class FullText:
    """The full text of an engine: what is written into its table `words`, and how it is asked."""

    # The columns for an entry's sort key and words.
    table: TableClause
    delete: str
    clear: str
    # The sort keys between two others whose words match the expression `sought`.
    matching: Statement
    # The expression for any of some terms.
    any_of: Callable[[Iterable[SearchTerm]], str]
    # What is indexed for the words of one entry.
    stored: Callable[[Iterable[str]], str]
    # Whether `delete` takes the words that an entry was indexed with, beside its sort key.
    deletes_words: bool

    def deleted(self, sort_key: int, words: Iterable[str]) -> tuple[Any, ...]:
        """The values of `delete` for an entry that was indexed with these words."""
        return (sort_key, self.stored(words)) if self.deletes_words else (sort_key,)


FULL_TEXT = {
    # FTS5's row key is the sort key, so that its own lists are in date order. The table is
    # contentless: it has the index alone. An entry is deleted by naming the words it was indexed
    # with; other words would leave the index wrong, without an error.
    "sqlite": FullText(
        table=table("words", column("rowid"), column("text")),
        delete="INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
        clear="INSERT INTO words (words) VALUES ('delete-all')",
        matching=Statement(
            text(
                "SELECT rowid FROM words WHERE words MATCH :sought AND rowid BETWEEN :low AND :high"
            )
        ),
        any_of=fts5_any,
        stored=" ".join,
        deletes_words=True,
    ),
    # A tsvector with a GIN index.
    "postgresql": FullText(
        table=table("words", column("sort_key"), column("vector")),
        delete="DELETE FROM words WHERE sort_key = %s",
        clear="DELETE FROM words",
        matching=Statement(
            text(
                "SELECT sort_key FROM words WHERE vector @@ CAST(:sought AS tsquery)"
                " AND sort_key BETWEEN :low AND :high"
            )
        ),
        any_of=tsquery_any,
        stored=tsvector_text,
        deletes_words=False,
    ),
}


class FulltextQuery(NamedTuple):
    """Which entries have any of some terms, from one sort key to another."""

    terms: tuple[SearchTerm, ...]
    low: int
    high: int


async def load_matches(
    queries: list[FulltextQuery], snapshot: Snapshot
) -> dict[FulltextQuery, BitMap]:
    """The ordinals that match each query."""
    full_text = FULL_TEXT[snapshot.engine]
    sort_keys = all_sort_keys(snapshot.memory)
    found = {}
    for query in queries:
        refuse_overdue(snapshot)
        sought = full_text.any_of(query.terms)
        rows = await snapshot.rows(
            full_text.matching, sought=sought, low=query.low, high=query.high
        )
        found[query] = sort_keys.ordinals(row[0] for row in rows)
    return found


def size_of_query(query: FulltextQuery) -> int:
    """The bytes that a query takes in memory, roughly."""
    return WORD_BYTES * sum(len(term.words) for term in query.terms)


FULLTEXT_MATCHES = Loadable(load_matches, 16 * MIB, size_of_bitmap, size_of_query)


class FulltextMatch(NamedTuple):
    """What the full text has to decide: groups, each with the entries that have its words."""

    groups: list[tuple[FulltextGroup, BitMap]]
    sort_keys: SortKeys

    def among(self, memory: Memory, windows: list[BitMap]) -> list[BitMap]:
        """The entries of each window that match every group.

        The full text is asked from the first to the last entry of a window.
        """
        queries = [
            FulltextQuery(group.terms, *self.sort_keys.at((found[0], found[-1])))
            for found in windows
            if found
            for group, _ in self.groups
        ]
        matches = iter(memory.get_all(FULLTEXT_MATCHES, queries))
        return [self.matching(found, matches) if found else found for found in windows]

    def matching(self, found: BitMap, matches: Iterator[BitMap]) -> BitMap:
        """The found entries that match every group, of which the full text found these matches."""
        for (group, decided), match in zip(self.groups, matches, strict=False):
            matching = match | decided
            found = found - matching if group.excluded else found & matching
        return found


def fulltext_match(
    memory: Memory, groups: tuple[FulltextGroup, ...], kinds: tuple[str, ...], sort_keys: SortKeys
) -> FulltextMatch:
    """What the full text has to decide of a query."""
    keys = [[key_of(kind, WORD, word) for kind in kinds for word in each.words] for each in groups]
    decided = [BitMap.union(BitMap(), *each) for each in memory.get_groups(POSTINGS, keys)]
    return FulltextMatch(list(zip(groups, decided, strict=True)), sort_keys)
