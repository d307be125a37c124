"""The tables that answer questions (keyed by sort key) and those that keep the past.

The relational tables for people are in `app.db.relational`; the server reads only those below.
"""

from __future__ import annotations

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

document = Table(
    "document",
    METADATA,
    Column("sort_key", INTEGER_KEY, primary_key=True, autoincrement=False),
    Column("id", SLUG, nullable=False, unique=True),
    Column("kind", SLUG, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What each entry is in the CSV of its kind.
csv_line = Table(
    "csv_line",
    METADATA,
    Column("sort_key", INTEGER_KEY, primary_key=True, autoincrement=False),
    Column("kind", SLUG, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_csv_line_kind", "kind", "sort_key"),
)

# The numbers of the entries in each posting list, as `app.db.postings` reads them.
posting = Table(
    "posting",
    METADATA,
    Column("key", INTEGER_KEY, primary_key=True, autoincrement=False),
    Column("numbers", LargeBinary, nullable=False),
)

tally = Table(
    "tally",
    METADATA,
    Column("key", INTEGER_KEY, primary_key=True, autoincrement=False),
    Column("kind", SLUG, nullable=False),
    Column("dimension", SLUG, nullable=False),
    Column("value", SLUG, nullable=False),
    Column("n", BigInteger, nullable=False),
    Index("ix_tally_dimension", "kind", "dimension", "n"),
)

reference = Table(
    "reference",
    METADATA,
    Column("name_type", SLUG, primary_key=True),
    Column("id", SLUG, primary_key=True),
    Column("name", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

name = Table(
    "name",
    METADATA,
    Column("name_type", SLUG, primary_key=True),
    Column("folded", SLUG, primary_key=True),
    Column("id", SLUG, nullable=False),
    sqlite_with_rowid=False,
)

name_word = Table(
    "name_word",
    METADATA,
    Column("name_type", SLUG, primary_key=True),
    Column("word", SLUG, primary_key=True),
    Column("id", SLUG, primary_key=True),
    sqlite_with_rowid=False,
)

former_id = Table(
    "former_id",
    METADATA,
    Column("name_type", SLUG, primary_key=True),
    Column("former", SLUG, primary_key=True),
    Column("id", SLUG, nullable=False),
    sqlite_with_rowid=False,
)

record = Table(
    "record",
    METADATA,
    Column("kind", SLUG, primary_key=True),
    Column("id", SLUG, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("sort_key", BigInteger),
    Column("body", LargeBinary, nullable=False),
)

revision = Table(
    "revision",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("version", String, nullable=False),
    Column("seeded_at", String, nullable=False),
)

change = Table(
    "change",
    METADATA,
    Column("sequence", INTEGER_KEY, primary_key=True, autoincrement=False),
    Column("revision", Integer, ForeignKey("revision.number"), nullable=False),
    Column("kind", SLUG, nullable=False),
    Column("id", SLUG, nullable=False),
    Column("action", SLUG, nullable=False),
    Column("before", LargeBinary),
    Index("ix_change_revision", "revision", "sequence"),
    Index("ix_change_id", "kind", "id", "sequence"),
)

# The curated corrections of records of all kinds; `day` is the first day of their date.
correction = Table(
    "correction",
    METADATA,
    Column("kind", SLUG, primary_key=True),
    Column("id", SLUG, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("day", SLUG, nullable=False),
    Column("date", String, nullable=False),
    Column("reason", String, nullable=False),
    Index("ix_correction_day", "day", "kind", "id", "position"),
    sqlite_with_rowid=False,
)

state = Table(
    "state",
    METADATA,
    Column("name", SLUG, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
