"""The relational tables of `relational.toml`: what someone who opens the database file reads.

They refer to each other by public id. Answering reads `app.db.tables`, not these; from them the
server makes the data package, and counts publishers.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table

from app.db.tables import METADATA, SLUG

# The path of an item that is no record but the value itself.
ITSELF = ""
NUMBERS = {"integer": Integer, "number": Float, "flag": Boolean}
TYPES: dict[str, Any] = {"slug": SLUG, "text": String, **NUMBERS}
COLUMN = re.compile(r"(key )?(?:-> (\w+)|(\w+))(\?)?(?: at (\S+))?")


def column_of(name: str, declared: str) -> Column[Any]:
    """A column as the file declares it; references are enforced when a transaction ends."""
    found = COLUMN.fullmatch(declared)
    assert found is not None, declared
    key, table, type_name, optional, path = found.groups()
    target = [ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")] if table else []
    return Column(
        name,
        TYPES[type_name or "slug"],
        *target,
        primary_key=key is not None,
        nullable=optional is not None,
        info={} if path is None else {"path": ITSELF if path == "itself" else path},
    )


DECLARED = tomllib.loads(files("app.db").joinpath("relational.toml").read_text(encoding="utf-8"))
TABLES = {
    name: Table(
        name,
        METADATA,
        *(column_of(*column) for column in parts.pop("columns").items()),
        info=parts,
    )
    for name, parts in DECLARED.items()
}
