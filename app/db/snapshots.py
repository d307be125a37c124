"""Engines, snapshots and deadlines: the one way to a database from a question.

`async with database.snapshot() as ask` gives one revision of the record; whatever is asked inside
comes from it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from app.db.postings import Postings
from app.db.sql import Row, Statement
from app.errors import Unavailable

# Rows of one chunk of an answer without a bound.
STREAM_CHUNK = 1000
# Seconds between two looks for a newer revision.
LOOK_EVERY = 1.0
# Names kept for one revision.
KNOWN_NAMES = 10_000


class Revision(NamedTuple):
    """One state of the record: its local number, its digest, the curators' version."""

    number: int
    digest: str
    version: str


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


class Snapshot(Protocol):
    """What can be asked within one snapshot."""

    engine: str
    revision: Revision
    known_names: dict[tuple[str, str], str]
    postings: Postings
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
    """A sort key where the record lies."""

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
        """Gives up every connection."""
        ...
