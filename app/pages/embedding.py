"""Pages in frames on pages of other origins, and the script that makes such frames.

Lists and entries are shorter there than on their own pages; all others are the same without the
head and foot of the service.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

import orjson
from pydantic import BaseModel, Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from app.api.entries import TimelineQuestion, kinds_asked
from app.api.records import record_now
from app.db.snapshots import find
from app.entries.questions import NoQuestion
from app.entries.result_pages import find_page, total_of
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.kinds.figures import FigureQuestion
from app.kinds.kind import Kind
from app.pages import compare, home, outcome, reference
from app.pages.lists import drawn_numbers, with_query
from app.pages.rendering import page, static_files
from app.pages.routing import EmbeddedRoute, PageAt

SHOWN = 10
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


class Theme(StrEnum):
    """The colours of a page in a frame; `auto` are those that the reader prefers."""

    light = "light"
    dark = "dark"
    auto = "auto"


async def embedded_list(request: Request, question: Any, path: str) -> Representation:
    """The first entries of a list, with a link to all of them."""
    kinds = kinds_asked(question, path)
    if "limit" not in question.model_fields_set:
        question = question.model_copy(update={"limit": SHOWN})
    async with service_of(request).database.snapshot() as snapshot:
        plan, found = await find_page(snapshot, question, kinds)
        return await page(
            request,
            snapshot,
            "embed.html",
            entries=[orjson.loads(body) for body in found.documents],
            total=await find(snapshot, total_of, plan),
            heading=path.capitalize(),
        )


async def embedded_entry(
    request: Request, question: NoQuestion, entry_id: str, kind: Kind
) -> Representation:
    """One entry."""
    del question
    async with service_of(request).database.snapshot() as snapshot:
        entry = orjson.loads((await record_now(kind.name, entry_id, snapshot))[1])
        shown = {"entries": [entry], "total": 1, "heading": entry["label"]}
        return await page(request, snapshot, "embed.html", **shown)


async def embedded_chart(request: Request, question: FigureQuestion) -> Representation:
    """Charts of figures over time, by claimant."""
    async with service_of(request).database.snapshot() as snapshot:
        shown = await drawn_numbers(question, "figures", snapshot)
        kept = [pair for pair in request.state.parameters if pair[0] != "theme"]
        return await page(
            request,
            snapshot,
            "chart_frame.html",
            charts=shown["charts"],
            narrowed=question.metric,
            here=with_query("/figures", kept),
        )


async def script(request: Request) -> Response:
    """The script that pages of other origins load."""
    del request
    return Response(static_files()["embed.js"], media_type="text/javascript", headers=FOR_AN_HOUR)


def framed(page: PageAt) -> PageAt:
    """A page in a frame, whose question also takes the colours."""
    theme: Any = (Theme, Field(Theme.light, description="The colours."))
    name = f"Framed{page.question.__name__}"
    question: type[BaseModel] = create_model(name, __base__=page.question, theme=theme)
    return PageAt(f"/embed{page.path}", page.answer, question, EmbeddedRoute)


SHORTENED = [
    PageAt("/timeline", partial(embedded_list, path="timeline"), TimelineQuestion),
    PageAt("/figures/chart", embedded_chart, FigureQuestion),
]
for kind in KINDS.values():
    SHORTENED += [
        PageAt(f"/{kind.plural}", partial(embedded_list, path=kind.plural), kind.question),
        PageAt(f"/{kind.plural}/{{id}}", partial(embedded_entry, kind=kind)),
    ]
WHOLE = [page for module in (home, outcome, reference, compare) for page in module.PAGES]
# As in the table of pages, the map of proposals stands before what has the id of one.
PAGES = list(map(framed, (*WHOLE, *SHORTENED)))
