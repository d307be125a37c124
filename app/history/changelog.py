"""Reads the change log: the records at a revision, and every change of a record.

A change stores the record before it. The record after it is the one that the next change stores, or
the current one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, case, func, literal, or_, select, union_all

from app.db.snapshots import Snapshot
from app.db.sql import KeyedStatement, Row, Statement
from app.db.tables import change, record, revision

# Sorts behind every change.
NOW = (1 << 62) - 1

Key = tuple[str, str]


class Change(NamedTuple):
    """One line of the change log, with the record before and after it."""

    sequence: int
    revision: int
    digest: str
    version: str
    seeded_at: str
    kind: str
    id: str
    action: str
    before: bytes | None
    after: bytes | None


_later = change.alias("later")
_next_before = (
    select(_later.c.before)
    .where(
        _later.c.kind == change.c.kind,
        _later.c.id == change.c.id,
        _later.c.sequence > change.c.sequence,
    )
    .order_by(_later.c.sequence)
    .limit(1)
    .scalar_subquery()
)
_now = (
    select(record.c.body)
    .where(record.c.kind == change.c.kind, record.c.id == change.c.id)
    .scalar_subquery()
)
# A record that was not removed has a version after the change: kept by the next one, or current.
AFTER = case((change.c.action == "removed", None), else_=func.coalesce(_next_before, _now))


CHANGES = (
    select(
        change.c.sequence,
        change.c.revision,
        revision.c.digest,
        revision.c.version,
        revision.c.seeded_at,
        change.c.kind,
        change.c.id,
        change.c.action,
        change.c.before,
        AFTER,
    )
    .join(revision, revision.c.number == change.c.revision)
    .order_by(change.c.sequence)
)
# The records before each change after a revision, and the current records.
STANDING = union_all(
    select(change.c.sequence, change.c.kind, change.c.id, change.c.before.label("body")).where(
        change.c.revision > bindparam("revision")
    ),
    select(literal(NOW, BigInteger).label("sequence"), record.c.kind, record.c.id, record.c.body),
).subquery()


@cache
def standing_statements(kinds: tuple[str, ...]) -> tuple[Statement, KeyedStatement]:
    """What stood of some kinds, the oldest first: all of it, and that of some ids."""
    found = (
        select(STANDING.c.kind, STANDING.c.id, STANDING.c.body)
        .where(or_(*[STANDING.c.kind == kind for kind in kinds]))
        .order_by(STANDING.c.sequence)
    )
    return Statement(found), KeyedStatement(found, STANDING.c.id)


async def standing_at(
    number: int, kinds: tuple[str, ...], ids: Sequence[str] | None, snapshot: Snapshot
) -> dict[Key, bytes]:
    """The curated records of some kinds at a revision; `ids` None means all.

    Without ids it reads the whole log of the kinds, which is meant for kinds with few records.
    """
    if ids is not None and not ids:
        return {}
    of_all, of_ids = standing_statements(kinds)
    statement, values = of_ids.of(ids) if ids is not None else (of_all, {})
    first: dict[Key, bytes | None] = {}
    for kind, record_id, body in await snapshot.rows(statement, revision=number, **values):
        first.setdefault((kind, record_id), body)
    return {key: bytes(body) for key, body in first.items() if body is not None}


@cache
def changes_statement(kinds: tuple[str, ...]) -> KeyedStatement:
    """Every change of some kinds and ids, the oldest first."""
    return KeyedStatement(
        CHANGES.where(or_(*[change.c.kind == kind for kind in kinds])), change.c.id
    )


async def changes_of(
    kinds: tuple[str, ...], ids: Sequence[str], snapshot: Snapshot
) -> list[Change]:
    """Every change of some kinds and ids, the oldest first."""
    statement, values = changes_statement(kinds).of(ids)
    return list(map(change_of, await snapshot.rows(statement, **values)))


def change_of(row: Row) -> Change:
    """A change as read."""
    *named, before, after = row
    bodies = (bytes(body) if body is not None else None for body in (before, after))
    return Change._make((*named, *bodies))
