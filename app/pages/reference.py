"""Actors, topics and sources as pages: their lists, and each with the entries that refer to it."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from app.analysis.positions import ActorPositionsQuestion, actor_positions
from app.api.answering import LONG
from app.api.entries import TimelineQuestion
from app.api.records import document_now
from app.api.reference import find_references
from app.db.snapshots import Snapshot, find
from app.entries.density import density
from app.entries.documents import Summary
from app.entries.facets import count_values, facets_of
from app.entries.questions import MAX_LIMIT, Count, NoQuestion
from app.entries.result_pages import find_page, total_of
from app.entries.words import fold
from app.pages.entries import positions_shown
from app.pages.picture import picture_of
from app.pages.rendering import Values
from app.pages.routing import PageAt
from app.reference import REFERENCE_TYPES
from app.reference.documents import ReferenceQuestion
from app.reference.record_types import RecordType

LATEST = 10
TOGETHER = 12


async def references_page(
    request: Request, question: ReferenceQuestion, snapshot: Snapshot, name_type: RecordType
) -> Values:
    """The list of actors, topics or sources."""
    limit = question.limit if "limit" in question.model_fields_set else MAX_LIMIT
    question = question.model_copy(update={"count": Count.exact, "limit": limit})
    path = f"/{name_type.plural}"
    kept = [pair for pair in request.state.parameters if pair[0] != "cursor"]
    found = await find_references(question, name_type, snapshot)
    asked = TimelineQuestion(limit=1)
    plan, _ = await find_page(snapshot, asked, asked.kinds())
    counts = await find(snapshot, count_values, plan, [name_type.name])
    following = [*kept, ("cursor", found.next_cursor)]
    return {
        "long": len(found.documents) > LONG,
        "heading": name_type.label,
        "asked": question,
        "found": sorted(map(orjson.loads, found.documents), key=lambda each: fold(each["name"])),
        "total": found.total,
        "counts": counts[name_type.name],
        "next_link": f"{path}?{urlencode(following)}" if found.next_cursor else None,
        "api_link": f"/v1{path}?{urlencode([*kept, ('format', 'json')])}",
    }


async def reference_page(
    _: Request, question: NoQuestion, snapshot: Snapshot, record_id: str, name_type: RecordType
) -> Values:
    del question
    each = await document_now(name_type.name, record_id, snapshot)
    shown = await appearances(name_type, record_id, snapshot)
    positions: list[Any] = []
    if name_type.name == "actor":
        actor = Summary(id=each["id"], name=each["name"], url=each["url"])
        asked = ActorPositionsQuestion()
        positions = await positions_shown(actor_positions(actor, asked, snapshot))
    return {**shown, "each": each, "name_type": name_type.name, "positions": positions}


async def appearances(name_type: RecordType, record_id: str, snapshot: Snapshot) -> Values:
    """The entries that refer to it: the latest, how many, when, and with which actors."""
    asked = TimelineQuestion.model_validate(
        {name_type.name: [record_id], "limit": LATEST, "facets": ["actor"]}
    )
    plan, found = await find_page(snapshot, asked, asked.kinds())
    facets = await find(snapshot, facets_of, asked, plan, "/timeline", [])
    others = [value for value in facets["actor"].values if value["id"] != record_id]
    lanes = await find(snapshot, density, plan)
    return {
        "entries": [orjson.loads(body) for body in found.documents],
        "total": await find(snapshot, total_of, plan),
        "together": others[:TOGETHER] if name_type.name == "actor" else [],
        "picture": picture_of(lanes, "timeline", [(name_type.name, record_id)], "Appearances"),
    }


PAGES = []
for each in REFERENCE_TYPES.values():
    several, one = (partial(made, name_type=each) for made in (references_page, reference_page))
    PAGES += [
        PageAt(f"/{each.plural}", "references.html", several, ReferenceQuestion),
        PageAt(f"/{each.plural}/{{id}}", "reference.html", one),
    ]
