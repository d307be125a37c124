"""The tables that answer questions (keyed by sort key) and those that keep the past.

The relational tables for people are in `app.db.relational`; the server reads only those below.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite sorts text by its bytes; PostgreSQL does so only when told.
SLUG = String().with_variant(String(collation="C"), "postgresql")
# Only a column declared INTEGER is SQLite's own 64-bit row key.
INTEGER_KEY = BigInteger().with_variant(Integer(), "sqlite")

slug = partial(Column, type_=SLUG, nullable=False)
key = partial(slug, primary_key=True)
row_key = partial(Column, type_=INTEGER_KEY, primary_key=True, autoincrement=False)
number_key = partial(row_key, type_=Integer())
text = partial(Column, type_=String(), nullable=False)
blob = partial(Column, type_=LargeBinary(), nullable=False)


def table(name: str, /, *, by_key: bool = False, **columns: Callable[[str], Column[Any]]) -> Table:
    """A table of columns by name; with `by_key`, SQLite has the rows in the index of their key."""
    made = [make(column) for column, make in columns.items()]
    return Table(name, METADATA, *made, sqlite_with_rowid=not by_key)


document = table("document", sort_key=row_key, id=partial(slug, unique=True), kind=slug, body=blob)

# What each entry is in the CSV of its kind.
csv_line = table("csv_line", sort_key=row_key, kind=slug, body=blob)
Index("ix_csv_line_kind", csv_line.c.kind, csv_line.c.sort_key)

# The numbers of the entries in each posting list, as `app.db.postings` reads them.
posting = table("posting", key=row_key, numbers=blob)
tally = table(
    "tally", key=row_key, kind=slug, dimension=slug, value=slug, n=partial(slug, type_=BigInteger())
)
Index("ix_tally_dimension", tally.c.kind, tally.c.dimension, tally.c.n)

reference = table("reference", by_key=True, name_type=key, id=key, name=text, body=blob)
name = table("name", by_key=True, name_type=key, folded=key, id=slug)
name_word = table("name_word", by_key=True, name_type=key, word=key, id=key)
former_id = table("former_id", by_key=True, name_type=key, former=key, id=slug)

record = table(
    "record", kind=key, id=key, hash=blob, sort_key=partial(Column, type_=BigInteger()), body=blob
)
revision = table(
    "revision",
    number=number_key,
    digest=partial(text, type_=String(64)),
    version=text,
    seeded_at=text,
)
change = table(
    "change",
    sequence=row_key,
    revision=lambda name: Column(name, ForeignKey("revision.number"), nullable=False),
    kind=slug,
    id=slug,
    action=slug,
    before=partial(blob, nullable=True),
)
Index("ix_change_revision", change.c.revision, change.c.sequence)
Index("ix_change_id", change.c.kind, change.c.id, change.c.sequence)

# The curated corrections of records of all kinds; `day` is the first day of their date.
correction = table(
    "correction",
    by_key=True,
    kind=key,
    id=key,
    position=number_key,
    day=slug,
    date=text,
    reason=text,
)
by_day = (correction.c.day, correction.c.kind, correction.c.id, correction.c.position)
Index("ix_correction_day", *by_day)

state = table("state", name=key, value=blob)
