"""Statements of SQL, compiled once for each engine and run many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, repeat
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Executable, Select, and_, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

Row = tuple[Any, ...]

SQLITE = sqlite.dialect(paramstyle="qmark")


@cache
def postgresql() -> Dialect:
    """PostgreSQL's dialect."""
    # Imported here, as starting should not wait for it where the record lies in SQLite.
    from sqlalchemy.dialects.postgresql import dialect  # noqa: PLC0415

    return dialect(paramstyle="format")  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Compiled:
    """The text of a statement, its parameters in order, and those with a value of their own."""

    text: str
    names: tuple[str, ...]
    given: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The parameters in order."""
        given = self.given
        return tuple([values[name] if name in values else given[name] for name in self.names])


class Statement:
    """A statement compiled once for each engine, run with named values many times."""

    def __init__(self, clause: Executable):
        self.clause = clause

    @cached_property
    def sqlite(self) -> Compiled:
        """The statement for SQLite."""
        return self._compile(SQLITE)

    @cached_property
    def postgresql(self) -> Compiled:
        """The statement for PostgreSQL."""
        return self._compile(postgresql())

    def _compile(self, dialect: Any) -> Compiled:
        compiled = self.clause.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        names = tuple(compiled.positiontup or ())
        given = {name: value for name, value in compiled.params.items() if value is not None}
        return Compiled(str(compiled), names, given)


def given(*columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether columns have the values that are given under their names."""
    return and_(*[column == bindparam(column.key) for column in columns])


class KeyedStatement:
    """A statement for the rows of some keys.

    The number of keys is rounded up to a power of two, so that few statements are compiled; the
    last key fills up the rest.
    """

    def __init__(self, clause: Select[Any], key: ColumnElement[Any]):
        self.clause = clause
        self.key = key
        self.statements: dict[int, tuple[Statement, list[str]]] = {}

    def of(self, keys: Sequence[Any]) -> tuple[Statement, dict[str, Any]]:
        """The statement for some keys, at least one, and its values."""
        count = 1 << (len(keys) - 1).bit_length()
        if count not in self.statements:
            names = [f"key_{number}" for number in range(count)]
            given: list[Any] = [bindparam(name) for name in names]
            self.statements[count] = Statement(self.clause.where(self.key.in_(given))), names
        statement, names = self.statements[count]
        return statement, dict(zip(names, chain(keys, repeat(keys[-1])), strict=False))
