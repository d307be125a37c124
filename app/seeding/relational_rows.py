"""From curated records to rows of the relational tables, by what the tables say of their columns.

Each row is a tuple in the order of its table's columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, Table

from app.db.relational import TABLES
from app.db.relational_tables import ITSELF
from app.db.sql import Row
from app.entries.record import values_at
from app.kinds import KINDS, RECORD_TYPES
from app.reference.record_types import KindIncomplete

AS_IT_IS = frozenset((str, int, float, bool, type(None)))


def require_tables(kinds: Iterable[str]) -> None:
    for kind in kinds:
        if kind not in TABLES:
            raise KindIncomplete(kind, "app.db.relational has no table of its name")


require_tables(RECORD_TYPES)


class RowSource(NamedTuple):
    """Where the rows of a table come from: each item at a path, or the record itself.

    `columns` has what reads each column's value, by the name of the column.
    """

    table: str
    owner: str
    path: str | None
    within: str | None
    columns: dict[str, Callable[[Any], Any]]


def rows_of(kind: str, record: Any) -> Iterator[tuple[str, Row]]:
    """Every row of a record, with the name of its table."""
    for source in sources_of(kind):
        known: dict[str, Any] = {"kind": kind} if source.table == "entry" else {}
        if source.path is None:
            yield source.table, row_of(source, record, known)
            continue
        for known, item in row_items(source, record):
            yield source.table, row_of(source, item, {**known, source.owner: record.id})


def row_items(source: RowSource, record: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """The items of a list, or those of lists within a list, with their positions by column."""
    path = source.path or ITSELF
    if source.within is None:
        for position, item in enumerate(values_at(record, path)):
            yield {"position": position}, item
        return
    outer_column = list(source.columns)[1]
    for number, outer in enumerate(values_at(record, source.within)):
        for position, item in enumerate(values_at(outer, path)):
            yield {outer_column: number, "position": position}, item


def row_of(source: RowSource, item: Any, known: dict[str, Any]) -> Row:
    """The row of a record or of an item of a list; `known` are values by column."""
    values = [known[name] if name in known else read(item) for name, read in source.columns.items()]
    return tuple([each if type(each) in AS_IT_IS else stored(each) for each in values])


@cache
def sources_of(kind: str) -> list[RowSource]:
    """The tables that have rows of a record: that of its kind, those of its lists, those of all."""
    owners = {kind, "entry"} if kind in KINDS else {kind}
    return [
        RowSource(
            table.name,
            table.c[0].name,
            table.info.get("items"),
            table.info.get("within"),
            {column.name: column_reader(column) for column in table.c},
        )
        for table in TABLES.values()
        if table.name in owners or ("items" in table.info and owner_of(table) in owners)
    ]


def owner_of(table: Table) -> str:
    """The table whose id begins the rows of a table of items."""
    (reference,) = table.c[0].foreign_keys
    return reference.column.table.name


def owner_columns(kind: str) -> dict[Table, str]:
    """For each table that has rows of a record, the column with the record's id."""
    return {TABLES[source.table]: source.owner for source in sources_of(kind)}


def column_reader(column: Column[Any]) -> Callable[[Any], Any]:
    """What reads the value of a column; it reads None where an attribute on the way is None."""
    by_name = column.name.removesuffix("_id") if column.foreign_keys else column.name
    path: str = column.info.get("path", by_name)
    if path == ITSELF:
        return lambda item: item
    first, *others = map(attrgetter, path.split("."))
    if not others:
        return first
    (second,) = others
    return lambda item: second(held) if (held := first(item)) is not None else None


def stored(value: Any) -> str:
    """A member of an enumeration or a date as the database stores it."""
    return value.isoformat() if isinstance(value, date) else str(value)
