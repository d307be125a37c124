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

from app.entries.words import (
    FTS5_TOKENIZE,
    Sought,
    fts5_all,
    fts5_any,
    split,
    tsquery_all,
    tsquery_any,
    tsvector_text,
)
from app.statements import Statement

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

    @property
    def place(self) -> ColumnElement[Any]:
        """The column with the places."""
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
        """What is stored for the words of one entry."""
        ...


class Fts5:
    """SQLite's FTS5; its row key is the place, so that its lists are in date order."""

    create = f"CREATE VIRTUAL TABLE words USING fts5(text, tokenize = '{FTS5_TOKENIZE}')"
    insert = "INSERT INTO words (rowid, text) VALUES (?, ?)"
    delete = "DELETE FROM words WHERE rowid = ?"
    clear = "DELETE FROM words"
    place = table("words", column("rowid")).c.rowid
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


class TsQuery(UserDefinedType[str]):
    """PostgreSQL's type of full-text expressions; SQLAlchemy's own comes with the whole dialect."""

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type."""
        return "TSQUERY"


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
    place = table.c.place
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


FULL_TEXT: dict[str, FullText] = {"sqlite": Fts5(), "postgresql": TsVector()}


@cache
def matching_statement(engine: str) -> Statement:
    """The places between two others whose words answer an expression."""
    text = FULL_TEXT[engine]
    within = text.place.between(bindparam("low"), bindparam("high"))
    return Statement(select(text.place).where(text.matches, within))
