"""From curated records to rows of the relational tables, by what the tables say of their columns.

Each row is a tuple in the order of its table's columns.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import Column, Table

from app.db.relational import TABLES
from app.db.sql import Row
from app.entries.record import values_at
from app.kinds import KINDS, RECORD_TYPES
from app.reference.record_types import KindIncomplete


def require_tables(kinds: Iterable[str]) -> None:
    """Raises `KindIncomplete` where a kind has no table."""
    for kind in kinds:
        if kind not in TABLES:
            raise KindIncomplete(kind, "app.db.relational has no table of its name")


require_tables(RECORD_TYPES)


def rows_of(kind: str, record: Any) -> Iterator[tuple[str, Row]]:
    """Every row of a record, with the name of its table."""
    for table in tables_of(kind):
        path = table.info.get("items")
        if path is None:
            yield table.name, row_of(table, record, {"kind": kind} if table.name == "entry" else {})
            continue
        owner = table.c[0].name
        for position, item in enumerate(values_at(record, path)):
            yield table.name, row_of(table, item, {owner: record.id, "position": position})


def row_of(table: Table, item: Any, known: dict[str, Any]) -> Row:
    """The row of a record or of an item of a list; `known` are values by column."""
    return tuple(
        [
            known[name] if name in known else stored_value(item, steps)
            for name, steps in columns_of(table)
        ]
    )


@cache
def tables_of(kind: str) -> tuple[Table, ...]:
    """The tables that have rows of a record: that of its kind, those of its lists, those of all."""
    owners = {kind, "entry"} if kind in KINDS else {kind}
    return tuple(
        table
        for table in TABLES.values()
        if table.name in owners or ("items" in table.info and owner_of(table) in owners)
    )


def owner_of(table: Table) -> str:
    """The table whose id begins the rows of a table of items."""
    (reference,) = table.c[0].foreign_keys
    return reference.column.table.name


def owner_columns(kind: str) -> dict[Table, str]:
    """For each table that has rows of a record, the column with the record's id."""
    return {table: table.c[0].name for table in tables_of(kind)}


@cache
def columns_of(table: Table) -> list[tuple[str, list[str]]]:
    """The columns of a table, each with the attributes that lead to its value."""
    return [(column.name, steps_to(column)) for column in table.c]


def steps_to(column: Column[Any]) -> list[str]:
    """The attributes that lead from a record or item to the value of a column."""
    by_name = column.name.removesuffix("_id") if column.foreign_keys else column.name
    path: str = column.info.get("path", by_name)
    return path.split(".") if path else []


def stored_value(value: Any, steps: list[str]) -> Any:
    """The value at some attributes as the database stores it; None where one of them is None."""
    for step in steps:
        if value is None:
            return None
        value = getattr(value, step)
    if isinstance(value, Enum):
        return str(value)
    return value.isoformat() if isinstance(value, datetime.date) else value
