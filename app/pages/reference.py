"""Actors, topics and sources as pages: their lists, and each with the entries that refer to it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from app.analysis.positions import ActorPositionsQuestion, actor_positions
from app.api.entries import TimelineQuestion
from app.api.reference import (
    count,
    document_now,
    last_id,
    matching,
    reference_fingerprint,
)
from app.db.snapshots import Snapshot, find
from app.entries.density import density
from app.entries.documents import Summary
from app.entries.facets import facets_of
from app.entries.questions import NoQuestion
from app.entries.result_pages import find_page, revision_of, total_of, write_cursor
from app.errors import InvalidQuery
from app.http.route import Representation, service_of
from app.pages.picture import picture_of
from app.pages.rendering import page
from app.pages.routing import PageAt
from app.reference import REFERENCE_TYPES
from app.reference.dataset import dataset_of
from app.reference.documents import ReferenceQuestion
from app.reference.record_types import RecordType

LATEST = 10
TOGETHER = 12


async def references_page(
    request: Request, question: ReferenceQuestion, name_type: RecordType
) -> Representation:
    """The list of actors, topics or sources."""
    mark = reference_fingerprint(question, name_type)
    async with service_of(request).database.snapshot(revision_of(question.cursor)) as snapshot:
        after = last_id(question, mark, snapshot)
        rows = await matching(question, name_type, list(question.id), after, snapshot)
        total = await count(question, name_type, list(question.id), snapshot)
        dataset = await dataset_of(snapshot)
    shown = rows[: question.limit]
    kept = [pair for pair in request.state.parameters if pair[0] != "cursor"]
    following = None
    if len(rows) > question.limit:
        pairs = [*kept, ("cursor", write_cursor(mark, snapshot.revision.number, shown[-1][0]))]
        following = f"/{name_type.plural}?{urlencode(pairs)}"
    values = {
        "heading": name_type.label,
        "asked": question,
        "found": [orjson.loads(row[1]) for row in shown],
        "total": total,
        "next_link": following,
        "api_link": f"/v1/{name_type.plural}?{urlencode([*kept, ('format', 'json')])}",
        "dataset": dataset,
    }
    return await asyncio.to_thread(page, request, snapshot.revision, "references.html", values)


async def reference_page(
    request: Request, question: NoQuestion, record_id: str, name_type: RecordType
) -> Representation:
    del question
    async with service_of(request).database.snapshot() as snapshot:
        each = orjson.loads(await document_now(name_type, record_id, snapshot))
        values = {
            "each": each,
            "name_type": name_type.name,
            "dataset": await dataset_of(snapshot),
            "positions": await positions_taken(each, name_type, snapshot),
            **await appearances(name_type, record_id, snapshot),
        }
    return await asyncio.to_thread(page, request, snapshot.revision, "reference.html", values)


async def appearances(name_type: RecordType, record_id: str, snapshot: Snapshot) -> dict[str, Any]:
    """The entries that refer to it: the latest, how many, when, and with which actors."""
    asked = TimelineQuestion.model_validate(
        {name_type.name: [record_id], "limit": LATEST, "facets": ["actor"]}
    )
    plan, found = await find(snapshot, find_page, asked, asked.kinds())
    facets = await find(snapshot, facets_of, asked, plan, "/timeline", [])
    others = [value for value in facets["actor"].values if value.id != record_id]
    parameters = [(name_type.name, record_id)]
    return {
        "entries": [orjson.loads(body) for body in found.documents],
        "total": await find(snapshot, total_of, plan),
        "together": others[:TOGETHER] if name_type.name == "actor" else [],
        "picture": picture_of(
            await find(snapshot, density, plan), "timeline", parameters, "Appearances"
        ),
    }


async def positions_taken(
    each: dict[str, Any], name_type: RecordType, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """An actor's positions on proposals."""
    if name_type.name != "actor":
        return []
    actor = Summary(id=each["id"], name=each["name"], url=each["url"])
    try:
        found = await actor_positions(actor, ActorPositionsQuestion(), snapshot)
    except InvalidQuery:
        # More than one page can show; the API answers it narrowed.
        return []
    return list(found.model_dump(mode="json")["positions"])


PAGES = [
    page
    for each in REFERENCE_TYPES.values()
    for page in (
        PageAt(f"/{each.plural}", partial(references_page, name_type=each), ReferenceQuestion),
        PageAt(f"/{each.plural}/{{id}}", partial(reference_page, name_type=each)),
    )
]
