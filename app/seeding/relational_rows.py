"""From curated records to rows of the relational tables, by what the tables say of their columns.

Each row is a tuple in the order of its table's columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Table

from app.db.relational import TABLES
from app.db.relational_tables import ITSELF
from app.db.sql import Row
from app.entries.record import values_at
from app.kinds import KINDS, RECORD_TYPES
from app.reference.record_types import KindIncomplete

AS_IT_IS = frozenset((str, int, float, bool, type(None)))
# What reads the value of each column, by its name.
Readers = Mapping[str, Callable[[Any], Any]]


def require_tables(kinds: Iterable[str]) -> None:
    for kind in kinds:
        if kind not in TABLES:
            raise KindIncomplete(kind, "app.db.relational has no table of its name")


require_tables(RECORD_TYPES)


def rows_of(kind: str, record: Any) -> Iterator[tuple[str, Row]]:
    """Every row of a record, with the name of its table."""
    for table, readers in tables_of(kind).items():
        of_all = {"kind": kind} if table.name == "entry" else {}
        for known, item in row_items(table, list(readers), record):
            yield table.name, row_of(readers, item, known | of_all)


def row_items(
    table: Table, columns: list[str], record: Any
) -> Iterator[tuple[dict[str, Any], Any]]:
    """What has a row: the record, the items of a list, or those of lists within a list.

    Each comes with the values that it does not hold itself, by column.
    """
    path, within = table.info.get("items"), table.info.get("within")
    if path is None:
        yield {}, record
    elif within is None:
        for position, item in enumerate(values_at(record, path)):
            yield {columns[0]: record.id, "position": position}, item
    else:
        for number, outer in enumerate(values_at(record, within)):
            for position, item in enumerate(values_at(outer, path)):
                yield {columns[0]: record.id, columns[1]: number, "position": position}, item


def row_of(readers: Readers, item: Any, known: dict[str, Any]) -> Row:
    """The row of a record or of an item of a list; `known` are values by column."""
    values = [known[name] if name in known else read(item) for name, read in readers.items()]
    return tuple([each if type(each) in AS_IT_IS else stored(each) for each in values])


@cache
def tables_of(kind: str) -> dict[Table, Readers]:
    """The tables that have rows of a record: that of its kind, those of its lists, those of all."""
    owners = {kind, "entry"} if kind in KINDS else {kind}
    return {
        table: {column.name: column_reader(column) for column in table.c}
        for table in TABLES.values()
        if table.name in owners or ("items" in table.info and owner_of(table) in owners)
    }


def owner_of(table: Table) -> str:
    """The table whose id begins the rows of a table of items."""
    (reference,) = table.c[0].foreign_keys
    return reference.column.table.name


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
