"""The two feeds: every change in order, enough to keep a mirror, and every curated correction."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import bindparam, select, tuple_

from app.db.snapshots import Snapshot
from app.db.sql import Row, Statement
from app.db.tables import change, correction
from app.history.changelog import CHANGES, Change, change_of
from app.kinds import RECORD_TYPES

# The last change of a revision or an earlier one; every revision has at least one.
LAST_SEQUENCE = Statement(
    select(change.c.sequence)
    .where(change.c.revision <= bindparam("revision"))
    .order_by(change.c.revision.desc(), change.c.sequence.desc())
    .limit(1)
)
CHANGES_AFTER = Statement(
    CHANGES.where(change.c.sequence > bindparam("after")).limit(bindparam("limit"))
)
CORRECTION_KEY = (correction.c.day, correction.c.kind, correction.c.id, correction.c.position)
CORRECTIONS = Statement(
    select(*CORRECTION_KEY, correction.c.date, correction.c.reason)
    .where(tuple_(*CORRECTION_KEY) < tuple_(*[bindparam(each.name) for each in CORRECTION_KEY]))
    .order_by(*[column.desc() for column in CORRECTION_KEY])
    .limit(bindparam("limit"))
)
# Letters sort behind the digits of every day.
BEFORE_THE_NEWEST = ("z", "", "", 0)
# The key after which the next page begins, and the document.
FeedRow = tuple[tuple[Any, ...], bytes]


async def sequence_of(revision: int, snapshot: Snapshot) -> int:
    """The number of the last change up to a revision; 0 before the first."""
    rows = await snapshot.rows(LAST_SEQUENCE, revision=revision)
    return int(rows[0][0]) if rows else 0


async def changes_after(sequence: int, limit: int, snapshot: Snapshot) -> list[FeedRow]:
    """The changes after one, each with its sequence and its document."""
    rows = map(change_of, await snapshot.rows(CHANGES_AFTER, after=sequence, limit=limit))
    return [((each.sequence,), change_document(each)) for each in rows]


def change_document(change: Change) -> bytes:
    """A change as clients get it; the record stands in it in the very bytes that are hashed."""
    body = change.after
    return orjson.dumps(
        {
            "sequence": change.sequence,
            "revision": change.revision,
            "kind": change.kind,
            "id": change.id,
            "url": path_of(change.kind, change.id),
            "action": change.action,
            "seeded_at": change.seeded_at,
            "hash": sha256(body).hexdigest() if body is not None else None,
            "record": orjson.Fragment(body) if body is not None else None,
        }
    )


async def corrections_after(key: Iterable[Any], limit: int, snapshot: Snapshot) -> list[FeedRow]:
    """The corrections that follow one, the newest first, each with its key and document."""
    names = [each.name for each in CORRECTION_KEY]
    values = dict(zip(names, key, strict=True))
    rows = await snapshot.rows(CORRECTIONS, limit=limit, **values)
    return [(tuple(row[:4]), correction_document(row)) for row in rows]


def correction_document(row: Row) -> bytes:
    """A correction as clients get it."""
    _, kind, record_id, _, dated, reason = row
    url = path_of(kind, record_id)
    return orjson.dumps(
        {"kind": kind, "id": record_id, "url": url, "date": dated, "reason": reason}
    )


def path_of(kind: str, record_id: str) -> str:
    """The path of a record's document."""
    return "/v1/dataset" if kind == "dataset" else RECORD_TYPES[kind].path(record_id)
