"""Reads the change log: the records at a revision, and every change of a record.

A change stores the record before it. The record after it is the one that the next change stores, or
the current one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, case, func, literal, select, union_all

from app.db.snapshots import Snapshot
from app.db.sql import Row, Statement
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


def given_at(name: str, number: int) -> list[Any]:
    """The parameters of a list of values."""
    return [bindparam(f"{name}_{place}") for place in range(number)]


def values(name: str, listed: Iterable[str]) -> dict[str, str]:
    """The values of such parameters."""
    return {f"{name}_{place}": value for place, value in enumerate(listed)}


@lru_cache(maxsize=256)
def standing_statement(kinds: int, ids: int) -> Statement:
    """Selects the records before each change after a revision, and the current records."""
    given_kinds, given_ids = given_at("kind", kinds), given_at("id", ids)
    past = select(
        change.c.sequence, change.c.kind, change.c.id, change.c.before.label("body")
    ).where(change.c.kind.in_(given_kinds), change.c.revision > bindparam("revision"))
    present = select(
        literal(NOW, BigInteger).label("sequence"), record.c.kind, record.c.id, record.c.body
    ).where(record.c.kind.in_(given_kinds))
    if ids:
        past = past.where(change.c.id.in_(given_ids))
        present = present.where(record.c.id.in_(given_ids))
    both = union_all(past, present).subquery()
    return Statement(select(both.c.kind, both.c.id, both.c.body).order_by(both.c.sequence))


async def standing_at(
    number: int, kinds: Iterable[str], ids: Iterable[str] | None, snapshot: Snapshot
) -> dict[Key, bytes]:
    """The curated records of some kinds as they stood at a revision; `ids` None means all.

    Asked of all ids it reads the whole log of the kinds, which is meant for kinds with few records.
    """
    kind_values, id_values = values("kind", kinds), values("id", dict.fromkeys(ids or ()))
    if ids is not None and not id_values:
        return {}
    statement = standing_statement(len(kind_values), len(id_values))
    rows = await snapshot.rows(statement, revision=number, **kind_values, **id_values)
    first: dict[Key, bytes | None] = {}
    for kind, record_id, body in rows:
        first.setdefault((kind, record_id), body)
    return {key: bytes(body) for key, body in first.items() if body is not None}


@lru_cache(maxsize=64)
def changes_statement(kinds: int, ids: int) -> Statement:
    """Every change of some kinds and ids, the oldest first."""
    given_kinds, given_ids = given_at("kind", kinds), given_at("id", ids)
    return Statement(
        select(
            change.c.sequence,
            change.c.revision,
            revision.c.digest,
            revision.c.version,
            change.c.kind,
            change.c.id,
            change.c.action,
            change.c.before,
            AFTER,
        )
        .join(revision, revision.c.number == change.c.revision)
        .where(change.c.kind.in_(given_kinds), change.c.id.in_(given_ids))
        .order_by(change.c.sequence)
    )


async def changes_of(kinds: Iterable[str], ids: Iterable[str], snapshot: Snapshot) -> list[Change]:
    """Every change of some kinds and ids, the oldest first."""
    kind_values, id_values = values("kind", kinds), values("id", ids)
    statement = changes_statement(len(kind_values), len(id_values))
    rows = await snapshot.rows(statement, **kind_values, **id_values)
    return [change_of(row) for row in rows]


def change_of(row: Row) -> Change:
    """A change as read."""
    *named, before, after = row
    bodies = (bytes(body) if body is not None else None for body in (before, after))
    return Change._make((*named, *bodies))
