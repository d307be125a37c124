"""Fingerprints of what a new number in `DOCUMENT_FORMAT` makes seeding renew.

They are of the document models and filters of each kind, and of what seeding a small record stores
for it: its documents and lines of CSV, the entries under each index term, and its relational rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.db.relational import TABLES
from app.entries.documents import DOCUMENT_FORMAT
from app.entries.questions import filters_of
from app.kinds import KINDS, RECORD_TYPES
from app.seeding.seed import seed
from tests.conftest import TINY, sqlite_settings

PINNED = Path(__file__).with_name("fingerprints.txt")
PROSE = {"description", "examples", "title"}
FORMAT = "DOCUMENT_FORMAT"
STORED = (
    "SELECT id, body FROM document ORDER BY id",
    "SELECT name_type, id, body FROM reference ORDER BY name_type, id",
    "SELECT key, numbers FROM posting ORDER BY key",
    "SELECT kind, dimension, value, n FROM tally ORDER BY kind, dimension, value",
    "SELECT sort_key, body FROM csv_line ORDER BY sort_key",
    *(f"SELECT * FROM {table} ORDER BY 1, 2" for table in TABLES),
)


def fingerprint(content: object) -> str:
    """The beginning of a hash."""
    return sha256(repr(content).encode()).hexdigest()[:16]


def shape(schema: Any) -> Any:
    """A schema without its prose: the name, order and type of each member."""
    if isinstance(schema, list):
        return [shape(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {member: shape(each) for member, each in value.items()}
        if name == "properties"
        else shape(value)
        for name, value in schema.items()
        if name not in PROSE
    }


def fingerprints(folder: Path) -> Iterator[tuple[str, str]]:
    """The name and value of each fingerprint; those of a record are named by its digest."""
    for kind in RECORD_TYPES.values():
        yield f"document {kind.name}", fingerprint(shape(kind.document.model_json_schema()))
    for kind in KINDS.values():
        paths = [(name, mark.path) for name, mark in filters_of(kind.question).items()]
        yield f"filters {kind.name}", fingerprint(paths)
    database = folder / "record.db"
    seed(TINY, sqlite_settings(database))
    with closing(sqlite3.connect(database)) as connection:
        digest = connection.execute("SELECT digest FROM revision").fetchone()[0][:16]
        for number, statement in enumerate(STORED):
            stored = connection.execute(statement).fetchall()
            yield f"stored {digest} {number}", fingerprint(stored)


def pinned() -> dict[str, str]:
    """The fingerprints and the format number as they were pinned last."""
    lines = PINNED.read_text(encoding="utf-8").splitlines()
    return {name: value for value, _, name in (line.partition(" ") for line in lines)}


def write(folder: Path) -> None:
    """Pins today's."""
    current = {FORMAT: str(DOCUMENT_FORMAT), **dict(fingerprints(folder))}
    text = "".join(f"{value} {name}\n" for name, value in current.items())
    PINNED.write_text(text, encoding="utf-8")
