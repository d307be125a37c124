"""How the analyses ask the record: names to ids, single documents, and whole bounded lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from app.database import Ask
from app.entries.names import UnknownName, id_of
from app.entries.pages import read_page
from app.entries.questions import EntryQuestion
from app.entries.selection import select_entries
from app.errors import InvalidQuery
from app.statements import Statement
from app.tables import document

Loaded = dict[str, Any]

PLACED = Statement(
    select(document.c.place, document.c.body).where(document.c.id == bindparam("id"))
)


async def resolved(
    asked: Mapping[str, tuple[str, Sequence[str]]], ask: Ask
) -> dict[str, list[str]]:
    """The ids behind each parameter's realm and values; raises `InvalidQuery` naming every typo."""
    named: dict[str, list[str]] = {}
    errors = []
    for parameter, (realm, values) in asked.items():
        named[parameter] = []
        for value in values:
            try:
                named[parameter].append(await id_of(value, realm, ask))
            except UnknownName as unknown:
                errors.append(unknown.error(parameter))
    if errors:
        raise InvalidQuery(errors)
    return named


async def placed(entry_id: str, ask: Ask) -> tuple[int, Loaded]:
    """The place and document of an entry that is known to be there."""
    (row,) = await ask.rows(PLACED, id=entry_id)
    return row[0], orjson.loads(row[1])


async def all_of(question: EntryQuestion, kind: str, narrow_by: str, ask: Ask) -> list[Loaded]:
    """Every document that a question finds, the latest first; refuses more than one page."""
    selection = await select_entries(question, (kind,), ask)
    page = await read_page(question, (kind,), selection, ask)
    if page.next_cursor is not None:
        raise InvalidQuery.of(
            narrow_by, "", f"more than {question.limit} {kind}s are concerned; name fewer here."
        )
    return [orjson.loads(each) for each in page.documents]
