"""Why a record is not at a path: its id has changed, it was removed, or it never was there.

Records are named by their type: a kind of entry, `actor`, `topic`, `source`, or `entry` for entries
of any kind.
"""

from __future__ import annotations

from sqlalchemy import and_, bindparam, literal, or_, select

from app.db.snapshots import Snapshot, find
from app.db.sql import Statement
from app.db.tables import change
from app.entries.names import BY_FORMER_ID, ENTRY_NAME, UnknownName, id_of
from app.errors import Gone, Moved, NotFound
from app.kinds import KINDS, RECORD_TYPES

IS_OF_TYPE = or_(
    change.c.kind == bindparam("name_type"),
    and_(
        bindparam("name_type") == ENTRY_NAME, change.c.kind.in_([literal(kind) for kind in KINDS])
    ),
)
LAST_ACTION = Statement(
    select(change.c.action)
    .where(change.c.id == bindparam("id"), IS_OF_TYPE)
    .order_by(change.c.sequence.desc())
    .limit(1)
)


def types_at(name: str) -> tuple[str, ...]:
    """The types of the records at the paths of a type."""
    return tuple(KINDS) if name == ENTRY_NAME else (name,)


def plural_of(name: str) -> str:
    """The collection in which a type is listed."""
    return RECORD_TYPES[name].plural if name in RECORD_TYPES else "entries"


async def why_missing(name: str, record_id: str, snapshot: Snapshot) -> Exception:
    """Moved, gone, or never there."""
    name_type = ENTRY_NAME if name in KINDS else name
    former = await snapshot.rows(BY_FORMER_ID, name_type=name_type, former=record_id)
    if former:
        return Moved(f"/v1/{plural_of(name)}/{former[0][0]}")
    last = await snapshot.rows(LAST_ACTION, id=record_id, name_type=name_type)
    if last and last[0][0] == "removed":
        past = f"/v1/{plural_of(name_type)}/{record_id}/history"
        return Gone(f"{record_id!r} was removed from the record; its past is at {past}.")
    try:
        near = [await find(snapshot, id_of, record_id, name)]
    except UnknownName as unknown:
        near = list(unknown.nearest)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFound(f"There is no {name} {record_id[:100]!r}.{hint}", nearest=near or None)
