"""Loads documents for the analyses, single ones and bounded lists, and what actors belonged to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson
from sqlalchemy import bindparam, literal, select

from app.db.snapshots import Memory, Snapshot
from app.db.sql import Statement
from app.db.tables import record
from app.entries.names import ENTRIES
from app.entries.questions import MAX_LIMIT, MAX_VALUES
from app.entries.result_pages import DOCUMENTS, find_page
from app.errors import InvalidQuery
from app.kinds import KINDS
from app.reference.actors import ActorRecord
from app.reference.registry import Reference

EntryJson = dict[str, Any]
ACTOR = Statement(
    select(record.c.body).where(record.c.kind == literal("actor"), record.c.id == bindparam("id"))
)


def placed(memory: Memory, entry_id: str) -> tuple[int, EntryJson]:
    """The sort key and document of an entry that is known to be there."""
    entry = memory.get(ENTRIES, entry_id)
    assert entry is not None
    return entry[1], orjson.loads(memory.get(DOCUMENTS, entry[1]))


async def first_of(
    limit: int, kind: str, snapshot: Snapshot, **asked: Any
) -> tuple[list[EntryJson], bool]:
    """The first documents that a question finds, and whether they are all."""
    question = KINDS[kind].question(**asked, limit=limit)
    _, page = await find_page(snapshot, question, (kind,))
    return [orjson.loads(each) for each in page.documents], page.next_cursor is None


async def all_of(kind: str, narrow_by: str, snapshot: Snapshot, **asked: Any) -> list[EntryJson]:
    """Every document that a question finds, the latest first; refuses more than one page."""
    found, are_all = await first_of(MAX_LIMIT, kind, snapshot, **asked)
    if not are_all:
        raise InvalidQuery.of(
            narrow_by, "", f"more than {MAX_LIMIT} {kind}s are concerned; name fewer here."
        )
    return found


async def all_with(
    name: str, values: Iterable[str], kind: str, narrow_by: str, snapshot: Snapshot, **asked: Any
) -> list[EntryJson]:
    """Every document with one of the values, asked for with as many at once as a question takes."""
    found, ordered = list[EntryJson](), sorted(values)
    for start in range(0, len(ordered), MAX_VALUES):
        asked[name] = ordered[start : start + MAX_VALUES]
        found += await all_of(kind, narrow_by, snapshot, **asked)
    return found


class Affiliations:
    """What actors belonged to, by offices and membership; an actor is loaded when it is needed."""

    def __init__(self, snapshot: Snapshot):
        self.snapshot, self.reference = snapshot, Reference()

    async def above(self, actor: str, start: date, end: date) -> frozenset[str]:
        """The actor and all that it belonged to on some of the days."""
        pending = [actor]
        while pending:
            each = pending.pop()
            if each in self.reference.actors:
                continue
            (row,) = await self.snapshot.rows(ACTOR, id=each)
            curated = ActorRecord.model_validate_json(bytes(row[0]))
            self.reference.add("actor", curated)
            pending += [held.of for held in curated.positions if held.of is not None]
            pending += [part.actor for part in curated.part_of]
        return self.reference.affiliates(actor, start, end)
