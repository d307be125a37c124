"""Documents at a past revision, with the records that they refer to at that revision.

They are rendered from the curated records of that revision by the same code as in seeding, so that
the bytes are those that were served then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from app.db.snapshots import Revision, Snapshot
from app.entries.documents import json_of
from app.entries.record import references_of
from app.errors import NotFound
from app.history.changelog import changes_of, standing_at
from app.kinds import RECORD_TYPES
from app.reference import REFERENCE_TYPES
from app.reference.dataset import language_of
from app.reference.registry import Reference
from app.reference.sources import SourceRecord


async def record_at(
    at: Revision, types: tuple[str, ...], record_id: str, snapshot: Snapshot
) -> tuple[str, bytes] | None:
    """The type and document of a record of some types; None where there is none of that id then."""
    found = await standing_at(at.number, types, [record_id], snapshot)
    if not found:
        return None
    ((name, _), body) = next(iter(found.items()))
    record = RECORD_TYPES[name].record.model_validate_json(body)
    past = Past(at, snapshot)
    if name in REFERENCE_TYPES:
        past.reference.add(name, record)
    for name_type in REFERENCE_TYPES:
        await past.load(name_type, references_of(record, name_type))
    if name == "topic":
        # Its document lists the topics below it.
        await past.load("topic", None)
    datasets = await standing_at(at.number, ("dataset",), None, snapshot)
    past.reference.language = language_of(orjson.loads(next(iter(datasets.values()))))
    return name, json_of(RECORD_TYPES[name].document_of(record, past.reference))


async def sources_at(at: Revision, ids: Sequence[str], snapshot: Snapshot) -> list[SourceRecord]:
    """The records of sources, in the order of their ids as given."""
    past = Past(at, snapshot)
    await past.load("source", ids)
    return [past.reference.sources[each] for each in ids]


class Past:
    """The reference data of a revision, loaded on demand."""

    def __init__(self, at: Revision, snapshot: Snapshot):
        self.at = at
        self.snapshot = snapshot
        self.reference = Reference()

    async def load(self, name_type: str, ids: Sequence[str] | None) -> None:
        """Loads records, all if `ids` is None; for actors, also those in which they held office."""
        known = self.reference.by_type[name_type]
        wanted = None if ids is None else [each for each in ids if each not in known]
        found = await standing_at(self.at.number, (name_type,), wanted, self.snapshot)
        model = RECORD_TYPES[name_type].record
        records: list[Any] = [model.model_validate_json(body) for body in found.values()]
        for record in records:
            self.reference.add(name_type, record)
        if name_type == "actor":
            of = {held.of for record in records for held in record.positions} - {None}
            missing = sorted(of - known.keys())
            if missing:
                await self.load("actor", missing)


async def why_missing_at(
    at: Revision, kinds: tuple[str, ...], record_id: str, snapshot: Snapshot
) -> NotFound | None:
    """The 404 that says when a record was added and removed; None if it never existed."""
    changes = await changes_of(kinds, [record_id], snapshot)
    told = [each for each in changes if each.action in ("added", "removed")]
    if not told:
        return None
    lines = [f"{each.action} with revision {each.revision}" for each in told]
    return NotFound(
        f"{record_id!r} was not in the record at revision {at.number}; it was {', '.join(lines)}.",
        revisions=[{"revision": each.revision, "action": each.action} for each in told],
    )
