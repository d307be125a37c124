"""The two feeds: every change in order, enough to keep a mirror, and every curated correction."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import orjson
from sqlalchemy import bindparam, select, tuple_

from app.db.snapshots import Snapshot
from app.db.sql import Row, Statement
from app.db.tables import change, correction
from app.history.changelog import AFTER
from app.kinds import RECORD_TYPES

# The last change of a revision or an earlier one; every revision has at least one.
LAST_SEQUENCE = Statement(
    select(change.c.sequence)
    .where(change.c.revision <= bindparam("revision"))
    .order_by(change.c.revision.desc(), change.c.sequence.desc())
    .limit(1)
)
CHANGES = Statement(
    select(
        change.c.sequence,
        change.c.revision,
        change.c.kind,
        change.c.id,
        change.c.action,
        AFTER,
    )
    .where(change.c.sequence > bindparam("after"))
    .order_by(change.c.sequence)
    .limit(bindparam("limit"))
)
CORRECTION_KEY = (correction.c.day, correction.c.kind, correction.c.id, correction.c.position)
NEWEST = [column.desc() for column in CORRECTION_KEY]
CORRECTIONS = select(*CORRECTION_KEY, correction.c.date, correction.c.reason).order_by(*NEWEST)
FIRST_CORRECTIONS = Statement(CORRECTIONS.limit(bindparam("limit")))
CORRECTIONS_AFTER = Statement(
    CORRECTIONS.where(
        tuple_(*CORRECTION_KEY)
        < tuple_(bindparam("day"), bindparam("kind"), bindparam("id"), bindparam("position"))
    ).limit(bindparam("limit"))
)


@dataclass(frozen=True)
class CorrectionKey:
    """Where a correction stands in the list."""

    day: str
    kind: str
    id: str
    position: int


async def sequence_of(revision: int, snapshot: Snapshot) -> int:
    """The number of the last change up to a revision; 0 before the first."""
    rows = await snapshot.rows(LAST_SEQUENCE, revision=revision)
    return int(rows[0][0]) if rows else 0


async def changes_after(sequence: int, limit: int, snapshot: Snapshot) -> list[tuple[int, bytes]]:
    """The changes after one, each with its sequence and its document."""
    rows = await snapshot.rows(CHANGES, after=sequence, limit=limit)
    return [(row[0], change_document(row)) for row in rows]


def change_document(row: Row) -> bytes:
    """A change as clients get it; the record stands in it in the very bytes that are hashed."""
    sequence, number, kind, record_id, action, body = row
    body = bytes(body) if body is not None else None
    return orjson.dumps(
        {
            "sequence": sequence,
            "revision": number,
            "kind": kind,
            "id": record_id,
            "action": action,
            "hash": sha256(body).hexdigest() if body is not None else None,
            "record": orjson.Fragment(body) if body is not None else None,
        }
    )


async def corrections_after(
    key: CorrectionKey | None, limit: int, snapshot: Snapshot
) -> list[tuple[CorrectionKey, bytes]]:
    """The corrections that follow one, the newest first, each with its key and document."""
    if key is None:
        rows = await snapshot.rows(FIRST_CORRECTIONS, limit=limit)
    else:
        rows = await snapshot.rows(CORRECTIONS_AFTER, limit=limit, **vars(key))
    return [(CorrectionKey(*row[:4]), correction_document(row)) for row in rows]


def correction_document(row: Row) -> bytes:
    """A correction as clients get it."""
    _, kind, record_id, _, dated, reason = row
    return orjson.dumps(
        {
            "kind": kind,
            "id": record_id,
            "url": path_of(kind, record_id),
            "date": dated,
            "reason": reason,
        }
    )


def path_of(kind: str, record_id: str) -> str:
    """The path of a record's document."""
    if kind == "dataset":
        return "/v1/dataset"
    return RECORD_TYPES[kind].path(record_id)
