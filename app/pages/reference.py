"""Actors, topics and sources as pages: their lists, and one of them with what it appears in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Query
from starlette.requests import Request

from app.analysis.positions import ActorPositionsQuestion, actor_positions
from app.api.answering import service_of
from app.api.entries import TimelineQuestion
from app.api.reference import (
    count,
    document_now,
    fingerprint,
    last_id,
    matching,
)
from app.api.single import NoQuestion
from app.db.snapshots import Snapshot
from app.entries import result_pages as pages
from app.entries.cursors import revision_of, write_cursor
from app.entries.density import density
from app.entries.documents import Summary
from app.entries.facets import facets_of
from app.entries.query_plan import select_entries
from app.errors import InvalidQuery
from app.http.responses import CompleteResponse
from app.pages.picture import picture_of
from app.pages.rendering import page
from app.pages.routing import PageRoute
from app.reference import REFERENCE_TYPES
from app.reference.dataset import dataset_of
from app.reference.documents import ReferenceQuestion
from app.reference.record_types import RecordType

LATEST = 10
TOGETHER = 12


async def list_page(
    request: Request, question: ReferenceQuestion, name_type: RecordType
) -> CompleteResponse:
    """A type of name's list."""
    mark = fingerprint(question, name_type)
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


async def one_page(request: Request, name_type: RecordType, record_id: str) -> CompleteResponse:
    """One of a reference type."""
    async with service_of(request).database.snapshot() as snapshot:
        each = orjson.loads(await document_now(name_type, record_id, snapshot))
        values = {
            "each": each,
            "name_type": name_type.name,
            "dataset": await dataset_of(snapshot),
            "positions": await positions(each, name_type, snapshot),
            **await appearances(name_type, record_id, snapshot),
        }
    return await asyncio.to_thread(page, request, snapshot.revision, "reference.html", values)


async def appearances(name_type: RecordType, record_id: str, snapshot: Snapshot) -> dict[str, Any]:
    """The entries that refer to it: the latest, how many, when, and with which actors."""
    asked = TimelineQuestion.model_validate(
        {name_type.name: [record_id], "limit": LATEST, "facets": ["actor"]}
    )
    selection = await select_entries(asked, asked.kinds(), snapshot)
    found = await pages.read_page(asked, asked.kinds(), selection, snapshot)
    facets = await facets_of(asked, selection, "/timeline", [], snapshot)
    others = [value for value in facets["actor"].values if value.id != record_id]
    parameters = [(name_type.name, record_id)]
    return {
        "entries": [orjson.loads(body) for body in found.documents],
        "total": await pages.count(selection, snapshot),
        "together": others[:TOGETHER] if name_type.name == "actor" else [],
        "picture": picture_of(
            await density(selection, snapshot), "timeline", parameters, "Appearances"
        ),
    }


async def positions(
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


def list_endpoint(name_type: RecordType) -> Callable[..., Awaitable[CompleteResponse]]:
    """The endpoint of a reference type's list page."""

    async def endpoint(
        request: Request, question: Annotated[ReferenceQuestion, Query()]
    ) -> CompleteResponse:
        return await list_page(request, question, name_type)

    return endpoint


def one_endpoint(name_type: RecordType) -> Callable[..., Awaitable[CompleteResponse]]:
    """The endpoint of a reference type's single pages."""

    async def endpoint(
        request: Request, question: Annotated[NoQuestion, Query()], id: str
    ) -> CompleteResponse:
        del question
        return await one_page(request, name_type, id)

    return endpoint


def add_routes(app: FastAPI) -> None:
    """Registers the pages of actors, topics and sources."""
    for name_type in REFERENCE_TYPES.values():
        for path, endpoint in (("", list_endpoint(name_type)), ("/{id}", one_endpoint(name_type))):
            app.router.add_api_route(
                f"/{name_type.plural}{path}",
                endpoint,
                route_class_override=PageRoute,
                response_model=None,
                include_in_schema=False,
            )
