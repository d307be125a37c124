"""The values of the form of a list page, also for a refused question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.db.snapshots import Snapshot
from app.db.sql import Statement, given
from app.db.tables import reference
from app.entries.questions import Sort

TOPICS = Statement(
    select(reference.c.id, reference.c.name)
    .where(given(reference.c.name_type))
    .order_by(reference.c.name)
)


def form_values(parameters: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What the fields of the form hold: of several actors the first, but all topics."""
    values = {"q": "", "actor": "", "date": "", "sort": Sort.newest.value}
    for name, value in reversed([*parameters]):
        if name in values:
            values[name] = value
    return {**values, "topic": [value for name, value in parameters if name == "topic"]}


async def topics_of(snapshot: Snapshot) -> list[dict[str, str]]:
    """The topics to choose from."""
    rows = await snapshot.rows(TOPICS, name_type="topic")
    return [{"id": row[0], "name": row[1]} for row in rows]
