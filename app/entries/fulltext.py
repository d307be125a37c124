"""The one seam where SQLite's and PostgreSQL's full text differ: table, rows, expressions.

Both index the words of our own reading of text; neither splits nor folds anything itself. They are
asked for what the postings of words cannot answer: phrases, and prefixes of very many words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from pyroaring import BitMap
from sqlalchemy import (
    ColumnElement,
    bindparam,
    cast,
    column,
    literal_column,
    select,
    table,
)
from sqlalchemy.types import UserDefinedType

from app.db.postings import MIB, POSTINGS, SortKeys, all_sort_keys, key_of, size_of_bitmap
from app.db.snapshots import Loadable, Memory, Snapshot, refuse_overdue
from app.db.sql import Statement
from app.entries.spellings import other_spellings
from app.entries.word_plan import WORD, FulltextTerms
from app.entries.words import (
    SearchTerm,
    fts5_all,
    fts5_any,
    split,
    tsquery_all,
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
    """What is indexed of several texts: their words, and these in other spellings."""
    read = list(texts)
    return [*own_words(read), *spelled_words(read)]


def own_words(texts: Iterable[str]) -> list[str]:
    """The words of several texts in order, a boundary between one text and the next."""
    joined: list[str] = []
    for text in texts:
        if joined:
            joined.append(BOUNDARY)
        joined.extend(split(text))
    return joined


def spelled_words(texts: Iterable[str]) -> Iterator[str]:
    """The words of several texts in other spellings, a boundary before each."""
    for text in texts:
        for word in other_spellings(text):
            yield BOUNDARY
            yield word


class TsQuery(UserDefinedType[str]):
    """PostgreSQL's type of full-text expressions; SQLAlchemy's own comes with the whole dialect."""

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type."""
        return "TSQUERY"


@dataclass(frozen=True)
class FullText:
    """The full text of an engine: its table, and what is written into it."""

    insert: str
    delete: str
    clear: str
    sort_key: ColumnElement[Any]
    # Whether a row matches the expression `sought`.
    matches: ColumnElement[bool]
    # The expressions for all, and for any, of some terms, whether they are excluded or not.
    all_of: Callable[[Iterable[SearchTerm]], str]
    any_of: Callable[[Iterable[SearchTerm]], str]
    # What is indexed for the words of one entry.
    stored: Callable[[Iterable[str]], str]
    # Whether `delete` takes the words that an entry was indexed with, beside its sort key.
    deletes_words: bool

    def deleted(self, sort_key: int, words: Iterable[str]) -> tuple[Any, ...]:
        """The values of `delete` for an entry that was indexed with these words."""
        return (sort_key, self.stored(words)) if self.deletes_words else (sort_key,)


TSVECTORS = table("words", column("sort_key"), column("vector"))
FULL_TEXT = {
    # FTS5's row key is the sort key, so that its own lists are in date order. The table is
    # contentless: it has the index alone. An entry is deleted by naming the words it was indexed
    # with; other words would leave the index wrong, without an error.
    "sqlite": FullText(
        insert="INSERT INTO words (rowid, text) VALUES (?, ?)",
        delete="INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
        clear="INSERT INTO words (words) VALUES ('delete-all')",
        sort_key=table("words", column("rowid")).c.rowid,
        matches=literal_column("words.words").op("MATCH")(bindparam("sought")),
        all_of=fts5_all,
        any_of=fts5_any,
        stored=" ".join,
        deletes_words=True,
    ),
    # A tsvector with a GIN index.
    "postgresql": FullText(
        insert="COPY words (sort_key, vector) FROM STDIN",
        delete="DELETE FROM words WHERE sort_key = %s",
        clear="DELETE FROM words",
        sort_key=TSVECTORS.c.sort_key,
        matches=TSVECTORS.c.vector.op("@@")(cast(bindparam("sought"), TsQuery)),
        all_of=tsquery_all,
        any_of=tsquery_any,
        stored=tsvector_text,
        deletes_words=False,
    ),
}


@cache
def matching_statement(engine: str) -> Statement:
    """The sort keys between two others whose words match an expression."""
    text = FULL_TEXT[engine]
    within = text.sort_key.between(bindparam("low"), bindparam("high"))
    return Statement(select(text.sort_key).where(text.matches, within))


class FulltextQuery(NamedTuple):
    """Which entries have all or any of some terms, from one sort key to another."""

    terms: tuple[SearchTerm, ...]
    combine_all: bool
    low: int
    high: int


async def load_matches(
    queries: list[FulltextQuery], snapshot: Snapshot
) -> dict[FulltextQuery, BitMap]:
    """The ordinals that match each query."""
    text, statement = FULL_TEXT[snapshot.engine], matching_statement(snapshot.engine)
    sort_keys = all_sort_keys(snapshot.memory)
    found = {}
    for query in queries:
        refuse_overdue(snapshot)
        sought = (text.all_of if query.combine_all else text.any_of)(query.terms)
        rows = await snapshot.rows(statement, sought=sought, low=query.low, high=query.high)
        found[query] = sort_keys.ordinals(row[0] for row in rows)
    return found


def size_of_query(query: FulltextQuery) -> int:
    """The bytes that a query takes in memory, roughly."""
    return WORD_BYTES * sum(len(term.words) for term in query.terms)


FULLTEXT_MATCHES = Loadable(load_matches, 16 * MIB, size_of_bitmap, size_of_query)


class FulltextMatch(NamedTuple):
    """What the full text has to decide: terms that must all match, and terms that must not.

    Postings of words are enough for single words, but not for phrases. Of each group an entry must
    match one term, unless it is in the bitmap.
    """

    wanted: tuple[SearchTerm, ...]
    unwanted: tuple[SearchTerm, ...]
    groups: list[tuple[tuple[SearchTerm, ...], BitMap]]
    sort_keys: SortKeys

    def among(self, memory: Memory, windows: list[BitMap]) -> list[BitMap]:
        """The entries of each window for which it holds."""
        if self.wanted:
            matches = self.matches(memory, self.wanted, windows, combine_all=True)
            windows = [found & each for found, each in zip(windows, matches, strict=True)]
        if self.unwanted:
            matches = self.matches(memory, self.unwanted, windows, combine_all=False)
            windows = [found - each for found, each in zip(windows, matches, strict=True)]
        for terms, decided in self.groups:
            rest = [found - decided for found in windows]
            matches = self.matches(memory, terms, rest, combine_all=False)
            windows = [
                (found & decided) | (undecided & each)
                for found, undecided, each in zip(windows, rest, matches, strict=True)
            ]
        return windows

    def matches(
        self,
        memory: Memory,
        terms: tuple[SearchTerm, ...],
        windows: list[BitMap],
        *,
        combine_all: bool,
    ) -> list[BitMap]:
        """What matches terms between the first and the last entry of each window."""
        queries = [
            FulltextQuery(terms, combine_all, *self.sort_keys.at((found[0], found[-1])))
            for found in windows
            if found
        ]
        matches = iter(memory.get_all(FULLTEXT_MATCHES, queries))
        return [next(matches) if found else found for found in windows]


def fulltext_match(
    memory: Memory, asked: FulltextTerms, kinds: tuple[str, ...], sort_keys: SortKeys
) -> FulltextMatch:
    """What the full text has to decide of a query."""
    terms = [group.terms for group in asked.groups]
    keys = [
        [key_of(kind, WORD, word) for kind in kinds for word in each.words] for each in asked.groups
    ]
    decided = [BitMap.union(BitMap(), *each) for each in memory.get_groups(POSTINGS, keys)]
    groups = list(zip(terms, decided, strict=True))
    return FulltextMatch(asked.wanted, asked.unwanted, groups, sort_keys)
