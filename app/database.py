"""Engines, snapshots and deadlines: the one way to a database from a question.

`async with database.snapshot() as ask` gives one revision of the record; whatever is asked inside
comes from it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from app.errors import Unavailable

Row = tuple[Any, ...]

SQLITE = sqlite.dialect(paramstyle="qmark")
POSTGRESQL = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]

# Rows of one chunk of an answer without a bound.
STREAM_CHUNK = 1000
# Seconds between two looks for a newer revision.
LOOK_EVERY = 1.0
# Names kept for one revision.
KNOWN_NAMES = 10_000


@dataclass(frozen=True)
class Revision:
    """One state of the record: its local number, its digest, the curators' version."""

    number: int
    digest: str
    version: str


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
        return self._compile(POSTGRESQL)

    def _compile(self, dialect: Any) -> Compiled:
        compiled = self.clause.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        names = tuple(compiled.positiontup or ())
        given = {name: value for name, value in compiled.params.items() if value is not None}
        return Compiled(str(compiled), names, given)


def overdue(seconds: float) -> Unavailable:
    """What is answered to a question that takes too long."""
    return Unavailable(
        f"The question took longer than {seconds:g} seconds; ask for less at once, by dates or by "
        "actor."
    )


class SnapshotLost(Unavailable):
    """The database ended a snapshot; the whole question may be asked at once of another one."""

    def __init__(self) -> None:
        super().__init__("The database ended this question; ask it again.", retry_after=1)


class Ask(Protocol):
    """What can be asked within one snapshot."""

    engine: str
    revision: Revision
    known_names: dict[tuple[str, str], str]

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of a statement; raises `Unavailable` past the deadline."""
        ...

    def stream(self, statement: Statement, **values: Any) -> AsyncGenerator[Sequence[Row]]:
        """The rows in chunks, for answers without a bound."""
        ...


class Database(Protocol):
    """A place where the record lies."""

    def snapshot(self) -> AbstractAsyncContextManager[Ask]:
        """One revision of the record."""
        ...

    def current_revision(self) -> Revision | None:
        """The revision that answers now, a second late at most; None before the first look."""
        ...

    async def check(self) -> None:
        """Raises `Unavailable` or `DatabaseUnusable` where the database cannot be asked."""
        ...

    async def close(self) -> None:
        """Gives up every connection."""
        ...
