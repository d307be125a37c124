"""The first page: what the record is, its numbers, a picture of all of it, the latest entries."""

from __future__ import annotations

import asyncio
from typing import Annotated

import orjson
from fastapi import FastAPI, Query
from starlette.requests import Request

from app.api.answering import service_of
from app.api.dataset import kind_counts
from app.api.entries import TimelineQuestion
from app.api.route import Rendered
from app.api.single import NoQuestion
from app.database import Ask
from app.entries.pages import read_page
from app.entries.selection import select_entries
from app.kinds import KINDS
from app.pages.picture import density, timeline_picture
from app.pages.rendering import dataset_of, page
from app.pages.routing import PageRoute

LATEST = 6
QUESTIONS = (
    ("/v1/quotes?q=victory", "What was said about victory, and in which words"),
    (
        "/v1/terms?proposal=prop-2024-02-hamas&obliged=israel&phase=1",
        "What the Hamas proposal of February 2024 asks of Israel in phase one",
    ),
    ("/v1/timeline?date=2024-02-07&sort=date", "What happened on 7 February 2024, in order"),
    ("/v1/events?proposal=prop-2024-02-hamas&stance=rejects", "Who rejected that proposal"),
    (
        "/v1/figures?metric=killed&sort=date",
        "Which death tolls were reported, by whom and as of when",
    ),
)


async def home(request: Request, question: Annotated[NoQuestion, Query()]) -> Rendered:
    """What the record is, five good questions, and where the rest is described."""
    del question
    async with service_of(request).database.snapshot() as ask:
        values = {
            "dataset": await dataset_of(ask),
            "counts": await kind_counts(ask.revision, ask),
            "plurals": {name: kind.plural for name, kind in KINDS.items()},
            "lanes": await lanes(ask),
            "latest": await latest(ask),
            "questions": QUESTIONS,
        }
    return await asyncio.to_thread(page, request, ask.revision, "home.html", values)


async def latest(ask: Ask) -> list[object]:
    """The newest entries of the timeline."""
    asked = TimelineQuestion(limit=LATEST)
    selection = await select_entries(asked, asked.kinds(), ask)
    found = await read_page(asked, asked.kinds(), selection, ask)
    return [orjson.loads(body) for body in found.documents]


async def lanes(ask: Ask) -> list[tuple[str, str | None]]:
    """A picture for each kind of the timeline, all over the same months."""
    asked = TimelineQuestion()
    whole = await select_entries(asked, asked.kinds(), ask)
    months = [month for month, _ in await density(whole, ask)]
    shown = []
    for name in asked.kinds():
        selection = await select_entries(TimelineQuestion(), (name,), ask)
        counts = dict(await density(selection, ask))
        lane = [(month, counts.get(month, 0)) for month in months]
        plural = KINDS[name].plural
        shown.append((plural.capitalize(), timeline_picture(lane, plural, [])))
    return shown


def add_routes(app: FastAPI) -> None:
    """Registers the first page."""
    app.router.add_api_route(
        "/",
        home,
        route_class_override=PageRoute,
        response_model=None,
        include_in_schema=False,
    )
