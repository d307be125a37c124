"""Loads documents for the analyses: single ones, and bounded lists."""

from __future__ import annotations

from typing import Any

import orjson

from app.db.snapshots import Memory, Snapshot
from app.entries.documents import Document
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


async def all_of(
    question: EntryQuestion, kind: str, narrow_by: str, snapshot: Snapshot
) -> list[EntryJson]:
    """Every document that a question finds, the latest first; refuses more than one page."""
    _, page = await find_page(snapshot, question, (kind,))
    if page.next_cursor is not None:
        raise InvalidQuery.of(
            narrow_by, "", f"more than {question.limit} {kind}s are concerned; name fewer here."
        )
    return [orjson.loads(each) for each in page.documents]


def fields_of(entry: EntryJson, model: type[Document]) -> EntryJson:
    """The members of an entry that a smaller document has, too."""
    return {name: entry[name] for name in model.model_fields}
