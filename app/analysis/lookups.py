"""What the analyses read of the record: ids by names, single documents, and bounded lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import document
from app.entries.names import UnknownName, id_of
from app.entries.query_plan import select_entries
from app.entries.questions import EntryQuestion
from app.entries.result_pages import read_page
from app.errors import InvalidQuery

EntryJson = dict[str, Any]

PLACED = Statement(
    select(document.c.sort_key, document.c.body).where(document.c.id == bindparam("id"))
)


async def resolved(
    asked: Mapping[str, tuple[str, Sequence[str]]], snapshot: Snapshot
) -> dict[str, list[str]]:
    """The ids that parameters name; raises `InvalidQuery` naming every typo."""
    named: dict[str, list[str]] = {}
    errors = []
    for parameter, (name_type, values) in asked.items():
        named[parameter] = []
        for value in values:
            try:
                named[parameter].append(await id_of(value, name_type, snapshot))
            except UnknownName as unknown:
                errors.append(unknown.error(parameter))
    if errors:
        raise InvalidQuery(errors)
    return named


async def placed(entry_id: str, snapshot: Snapshot) -> tuple[int, EntryJson]:
    """The sort key and document of an entry that is known to be there."""
    (row,) = await snapshot.rows(PLACED, id=entry_id)
    return row[0], orjson.loads(row[1])


async def all_of(
    question: EntryQuestion, kind: str, narrow_by: str, snapshot: Snapshot
) -> list[EntryJson]:
    """Every document that a question finds, the latest first; refuses more than one page."""
    selection = await select_entries(question, (kind,), snapshot)
    page = await read_page(question, (kind,), selection, snapshot)
    if page.next_cursor is not None:
        raise InvalidQuery.of(
            narrow_by, "", f"more than {question.limit} {kind}s are concerned; name fewer here."
        )
    return [orjson.loads(each) for each in page.documents]
