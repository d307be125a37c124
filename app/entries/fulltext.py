"""The one seam where SQLite's and PostgreSQL's full text differ: table, rows, expressions, walks.

Both index the words of our own reading of text; neither splits nor folds anything itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.entries.words import (
    FTS5_TOKENIZE,
    Sought,
    fts5_excluded,
    fts5_match,
    split,
    tsquery,
    tsvector_text,
)

# A word that no query can hold: it keeps phrases from running over from one text to the next.
BOUNDARY = "¶"


def words_of(texts: Iterable[str]) -> list[str]:
    """The words of several texts in order, a boundary between one text and the next."""
    joined: list[str] = []
    for text in texts:
        if joined:
            joined.append(BOUNDARY)
        joined.extend(split(text))
    return joined


class FullText(Protocol):
    """What an engine's full text must do."""

    create: str
    insert: str
    delete: str
    clear: str

    def wanted(self, sought: tuple[Sought, ...]) -> str | None:
        """The expression for the words that must and must not occur; None for exclusions alone."""
        ...

    def unwanted(self, sought: tuple[Sought, ...]) -> str | None:
        """The expression that finds what exclusions alone exclude."""
        ...

    def walk(self, name: str = "wanted") -> tuple[Select[Any], Any]:
        """The places that answer the expression of that name, and their column."""
        ...

    def score(self) -> ColumnElement[float]:
        """How well a row of the walk answers `wanted`: the lower, the better."""
        ...

    def lacks(self, place: Any) -> ColumnElement[bool]:
        """Whether nothing of the exclusions in `unwanted` occurs at a place."""
        ...

    def stored(self, texts: Iterable[str]) -> str:
        """What is stored for the texts of one entry."""
        ...


class Fts5:
    """SQLite's FTS5; its row key is the place, so that its lists are in date order."""

    create = f"CREATE VIRTUAL TABLE words USING fts5(text, tokenize = '{FTS5_TOKENIZE}')"
    insert = "INSERT INTO words (rowid, text) VALUES (?, ?)"
    delete = "DELETE FROM words WHERE rowid = ?"
    clear = "DELETE FROM words"
    table = table("words", column("rowid"))
    match: ColumnElement[Any] = literal_column("words.words")

    def wanted(self, sought: tuple[Sought, ...]) -> str | None:
        """A MATCH expression."""
        return fts5_match(sought)

    def unwanted(self, sought: tuple[Sought, ...]) -> str | None:
        """A MATCH expression of all exclusions."""
        return fts5_excluded(sought)

    def walk(self, name: str = "wanted") -> tuple[Select[Any], Any]:
        """The rows that match the expression of that name."""
        return self._matching(name), self.table.c.rowid

    def score(self) -> ColumnElement[float]:
        """BM25, which SQLite gives as a negative number."""
        return func.bm25(literal_column("words"))

    def lacks(self, place: Any) -> ColumnElement[bool]:
        """Not among the rows that match `unwanted`."""
        excluded: ColumnElement[bool] = place.not_in(self._matching("unwanted"))
        return excluded

    def _matching(self, name: str) -> Select[Any]:
        matching = self.match.op("MATCH")(bindparam(name))
        return select(self.table.c.rowid.label("place")).where(matching)

    def stored(self, texts: Iterable[str]) -> str:
        """The words with spaces between."""
        return " ".join(words_of(texts))


class TsVector:
    """PostgreSQL's tsvector with a GIN index."""

    create = (
        "CREATE TABLE words (place bigint PRIMARY KEY, vector tsvector NOT NULL);"
        "CREATE INDEX ix_words_vector ON words USING gin (vector)"
    )
    insert = "COPY words (place, vector) FROM STDIN"
    delete = "DELETE FROM words WHERE place = %s"
    clear = "DELETE FROM words"
    table = table("words", column("place"), column("vector"))

    def wanted(self, sought: tuple[Sought, ...]) -> str | None:
        """A tsquery, or None for exclusions alone."""
        return tsquery(sought) if any(not part.excluded for part in sought) else None

    def unwanted(self, sought: tuple[Sought, ...]) -> str | None:
        """A tsquery of exclusions alone."""
        return tsquery(sought) or None

    def walk(self, name: str = "wanted") -> tuple[Select[Any], Any]:
        """The rows that match the expression of that name."""
        return self._matching(name), self.table.c.place

    def score(self) -> ColumnElement[float]:
        """The cover density of the words, as a negative number."""
        query = cast(bindparam("wanted"), TSQUERY)
        return -func.ts_rank_cd(self.table.c.vector, query)

    def lacks(self, place: Any) -> ColumnElement[bool]:
        """The place's own row matches the negations of `unwanted`."""
        own = self.table.alias("own_words")
        matching = own.c.vector.op("@@")(cast(bindparam("unwanted"), TSQUERY))
        negated: ColumnElement[bool] = exists().where(own.c.place == place, matching)
        return negated

    def _matching(self, name: str) -> Select[Any]:
        matching = self.table.c.vector.op("@@")(cast(bindparam(name), TSQUERY))
        return select(self.table.c.place.label("place")).where(matching)

    def stored(self, texts: Iterable[str]) -> str:
        """The text of a tsvector."""
        return tsvector_text(words_of(texts))


FULL_TEXT: dict[str, FullText] = {"sqlite": Fts5(), "postgresql": TsVector()}
