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
    REALMS,
    Realm,
    count,
    document_now,
    fingerprint,
    last_id,
    matching,
)
from app.api.route import Rendered
from app.api.single import NoQuestion
from app.database import Ask
from app.entries import pages
from app.entries.cursors import revision_of, write_cursor
from app.entries.density import density
from app.entries.documents import Summary
from app.entries.facets import facets_of
from app.entries.selection import select_entries
from app.errors import InvalidQuery
from app.pages.picture import picture_of
from app.pages.rendering import page
from app.pages.routing import PageRoute
from app.reference.dataset import dataset_of
from app.reference.documents import ReferenceQuestion

LATEST = 10
TOGETHER = 12


async def list_page(request: Request, question: ReferenceQuestion, realm: Realm) -> Rendered:
    """A realm's list."""
    mark = fingerprint(question, realm)
    async with service_of(request).database.snapshot(revision_of(question.cursor)) as ask:
        after = last_id(question, mark, ask)
        rows = await matching(question, realm, list(question.id), after, ask)
        total = await count(question, realm, list(question.id), ask)
        dataset = await dataset_of(ask)
    shown = rows[: question.limit]
    kept = [pair for pair in request.scope["parameters"] if pair[0] != "cursor"]
    following = None
    if len(rows) > question.limit:
        pairs = [*kept, ("cursor", write_cursor(mark, ask.revision.number, shown[-1][0]))]
        following = f"/{realm.plural}?{urlencode(pairs)}"
    values = {
        "heading": realm.plural.capitalize(),
        "asked": question,
        "found": [orjson.loads(row[1]) for row in shown],
        "total": total,
        "next_link": following,
        "api_link": f"/v1/{realm.plural}?{urlencode([*kept, ('format', 'json')])}",
        "dataset": dataset,
    }
    return await asyncio.to_thread(page, request, ask.revision, "references.html", values)


async def one_page(request: Request, realm: Realm, record_id: str) -> Rendered:
    """One of a realm."""
    async with service_of(request).database.snapshot() as ask:
        each = orjson.loads(await document_now(realm, record_id, ask))
        values = {
            "each": each,
            "realm": realm.name,
            "dataset": await dataset_of(ask),
            "positions": await positions(each, realm, ask),
            **await appearances(realm, record_id, ask),
        }
    return await asyncio.to_thread(page, request, ask.revision, "reference.html", values)


async def appearances(realm: Realm, record_id: str, ask: Ask) -> dict[str, Any]:
    """The entries that refer to it: the latest, how many, when, and with which actors."""
    asked = TimelineQuestion.model_validate(
        {realm.name: [record_id], "limit": LATEST, "facets": ["actor"]}
    )
    selection = await select_entries(asked, asked.kinds(), ask)
    found = await pages.read_page(asked, asked.kinds(), selection, ask)
    facets = await facets_of(asked, selection, "/timeline", [], ask)
    others = [value for value in facets["actor"].values if value.id != record_id]
    parameters = [(realm.name, record_id)]
    return {
        "entries": [orjson.loads(body) for body in found.documents],
        "total": await pages.count(selection, ask),
        "together": others[:TOGETHER] if realm.name == "actor" else [],
        "picture": picture_of(await density(selection, ask), "timeline", parameters, "Appearances"),
    }


async def positions(each: dict[str, Any], realm: Realm, ask: Ask) -> list[dict[str, Any]]:
    """An actor's positions on proposals."""
    if realm.name != "actor":
        return []
    actor = Summary(id=each["id"], name=each["name"], url=each["url"])
    try:
        found = await actor_positions(actor, ActorPositionsQuestion(), ask)
    except InvalidQuery:
        # More than one page can show; the API answers it narrowed.
        return []
    return list(found.model_dump(mode="json")["positions"])


def list_endpoint(realm: Realm) -> Callable[..., Awaitable[Rendered]]:
    """The endpoint of a realm's list page."""

    async def endpoint(
        request: Request, question: Annotated[ReferenceQuestion, Query()]
    ) -> Rendered:
        return await list_page(request, question, realm)

    return endpoint


def one_endpoint(realm: Realm) -> Callable[..., Awaitable[Rendered]]:
    """The endpoint of a realm's single pages."""

    async def endpoint(
        request: Request, question: Annotated[NoQuestion, Query()], id: str
    ) -> Rendered:
        del question
        return await one_page(request, realm, id)

    return endpoint


def add_routes(app: FastAPI) -> None:
    """Registers the pages of actors, topics and sources."""
    for realm in REALMS:
        for path, endpoint in (("", list_endpoint(realm)), ("/{id}", one_endpoint(realm))):
            app.router.add_api_route(
                f"/{realm.plural}{path}",
                endpoint,
                route_class_override=PageRoute,
                response_model=None,
                include_in_schema=False,
            )
