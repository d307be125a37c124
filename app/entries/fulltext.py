"""The one seam where SQLite's and PostgreSQL's full text differ: table, rows, expressions.

Both index the words of our own reading of text; neither splits nor folds anything itself. They are
asked for what posting lists of words cannot tell: phrases, and beginnings of very many words.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol

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

from app.db.sql import Statement
from app.entries.words import (
    Sought,
    fts5_all,
    fts5_any,
    split,
    tsquery_all,
    tsquery_any,
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

    insert: str
    delete: str
    clear: str

    @property
    def sort_key(self) -> ColumnElement[Any]:
        """The column with the sort keys."""
        ...

    @property
    def matches(self) -> ColumnElement[bool]:
        """Whether a row answers the expression `sought`."""
        ...

    def all_of(self, sought: Iterable[Sought]) -> str:
        """The expression for all of these, whether they are excluded or not."""
        ...

    def any_of(self, sought: Iterable[Sought]) -> str:
        """The expression for any of these."""
        ...

    def stored(self, words: Iterable[str]) -> str:
        """What is indexed for the words of one entry."""
        ...

    def deleted(self, sort_key: int, words: Iterable[str]) -> tuple[Any, ...]:
        """The values of `delete` for an entry that was indexed with these words."""
        ...


class Fts5:
    """SQLite's FTS5; its row key is the sort key, so that its lists are in date order.

    The table is contentless: it has the index alone. An entry is deleted by naming the words it was
    indexed with; other words would leave the index wrong, without an error.
    """

    insert = "INSERT INTO words (rowid, text) VALUES (?, ?)"
    delete = "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)"
    clear = "INSERT INTO words (words) VALUES ('delete-all')"
    sort_key = table("words", column("rowid")).c.rowid
    matches: ColumnElement[bool] = literal_column("words.words").op("MATCH")(bindparam("sought"))

    def all_of(self, sought: Iterable[Sought]) -> str:
        """A MATCH expression."""
        return fts5_all(sought)

    def any_of(self, sought: Iterable[Sought]) -> str:
        """A MATCH expression."""
        return fts5_any(sought)

    def stored(self, words: Iterable[str]) -> str:
        """The words with spaces between."""
        return " ".join(words)

    def deleted(self, sort_key: int, words: Iterable[str]) -> tuple[Any, ...]:
        """The row as it was inserted."""
        return sort_key, self.stored(words)


class TsQuery(UserDefinedType[str]):
    """PostgreSQL's type of full-text expressions; SQLAlchemy's own comes with the whole dialect."""

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type."""
        return "TSQUERY"


class TsVector:
    """PostgreSQL's tsvector with a GIN index."""

    insert = "COPY words (sort_key, vector) FROM STDIN"
    delete = "DELETE FROM words WHERE sort_key = %s"
    clear = "DELETE FROM words"
    table = table("words", column("sort_key"), column("vector"))
    sort_key = table.c.sort_key
    matches: ColumnElement[bool] = table.c.vector.op("@@")(cast(bindparam("sought"), TsQuery))

    def all_of(self, sought: Iterable[Sought]) -> str:
        """A tsquery."""
        return tsquery_all(sought)

    def any_of(self, sought: Iterable[Sought]) -> str:
        """A tsquery."""
        return tsquery_any(sought)

    def stored(self, words: Iterable[str]) -> str:
        """The text of a tsvector."""
        return tsvector_text(words)

    def deleted(self, sort_key: int, words: Iterable[str]) -> tuple[Any, ...]:
        """The key of the row."""
        del words
        return (sort_key,)


FULL_TEXT: dict[str, FullText] = {"sqlite": Fts5(), "postgresql": TsVector()}


@cache
def matching_statement(engine: str) -> Statement:
    """The sort keys between two others whose words answer an expression."""
    text = FULL_TEXT[engine]
    within = text.sort_key.between(bindparam("low"), bindparam("high"))
    return Statement(select(text.sort_key).where(text.matches, within))
