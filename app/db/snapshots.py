"""Engines, snapshots and deadlines: the one way to a database from a question.

`async with database.snapshot() as snapshot` gives one revision of the record; whatever is asked
inside comes from it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from app.db.sql import Row, Statement
from app.errors import Unavailable

if TYPE_CHECKING:
    from app.db.memory import Memory

# Rows of one chunk of an answer without a bound.
STREAM_CHUNK = 1000
# Seconds between two looks for a newer revision.
LOOK_EVERY = 1.0


class Revision(NamedTuple):
    """One state of the record: its local number, its digest, the curators' version."""

    number: int
    digest: str
    version: str


def overdue(seconds: float) -> Unavailable:
    """The refusal of a question that takes too long."""
    return Unavailable(
        f"The question took longer than {seconds:g} seconds; ask for less at once, by dates or by "
        "actor."
    )


def refuse_overdue(snapshot: Snapshot) -> None:
    """Raises `Unavailable` past the deadline of a question."""
    if time.monotonic() > snapshot.began + snapshot.timeout:
        raise overdue(snapshot.timeout)


class SnapshotLost(Unavailable):
    """The database ended a snapshot; the whole question may be asked at once of another one."""

    def __init__(self) -> None:
        super().__init__("The database ended this question; ask it again.", retry_after=1)


class Snapshot(Protocol):
    """What can be asked within one snapshot."""

    engine: str
    revision: Revision
    memory: Memory
    # When it began, by the monotonic clock, and how many seconds it may take.
    began: float
    timeout: float

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of a statement; raises `Unavailable` past the deadline."""
        ...

    def stream(self, statement: Statement, **values: Any) -> AsyncGenerator[Sequence[Row]]:
        """The rows in chunks, for answers without a bound."""
        ...


class Database(Protocol):
    """Where the record is stored."""

    def snapshot(
        self, at_least: int = 0, *, from_memory: bool = False
    ) -> AbstractAsyncContextManager[Snapshot]:
        """One revision of the record; of that number or a later one, if there is any here.

        Where an answer may come from memory alone, a revision that was the newest one `LOOK_EVERY`
        seconds ago is good enough; if another one is found when something has to be read, it is
        `SnapshotLost`.
        """
        ...

    def current_revision(self) -> Revision | None:
        """The revision that answers now, a second late at most; None before the first look."""
        ...

    async def check(self) -> None:
        """Raises `Unavailable` or `DatabaseUnusable` where the database cannot be asked."""
        ...

    async def close(self) -> None:
        """Closes every connection."""
        ...
