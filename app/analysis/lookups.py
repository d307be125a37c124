"""Loads documents for the analyses: single ones, and bounded lists."""

from __future__ import annotations

from typing import Any

import orjson

from app.db.snapshots import Memory, Snapshot
from app.entries.names import ENTRIES
from app.entries.questions import EntryQuestion
from app.entries.result_pages import DOCUMENTS, find_page
from app.errors import InvalidQuery

EntryJson = dict[str, Any]


def placed(memory: Memory, entry_id: str) -> tuple[int, EntryJson]:
    """The sort key and document of an entry that is known to be there."""
    entry = memory.get(ENTRIES, entry_id)
    assert entry is not None
    return entry[1], orjson.loads(memory.get(DOCUMENTS, entry[1]))


async def first_of(
    question: EntryQuestion, kind: str, snapshot: Snapshot
) -> tuple[list[EntryJson], bool]:
    """The first documents that a question finds, and whether they are all."""
    _, page = await find_page(snapshot, question, (kind,))
    return [orjson.loads(each) for each in page.documents], page.next_cursor is None


async def all_of(
    question: EntryQuestion, kind: str, narrow_by: str, snapshot: Snapshot
) -> list[EntryJson]:
    """Every document that a question finds, the latest first; refuses more than one page."""
    found, are_all = await first_of(question, kind, snapshot)
    if not are_all:
        raise InvalidQuery.of(
            narrow_by, "", f"more than {question.limit} {kind}s are concerned; name fewer here."
        )
    return found
