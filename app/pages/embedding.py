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
from app.api.records import document_now
from app.db.snapshots import Snapshot, find
from app.entries.questions import NoQuestion
from app.entries.result_pages import find_page, total_of
from app.kinds import KINDS
from app.kinds.figures import FigureQuestion
from app.kinds.kind import Kind
from app.pages import compare, home, outcome, reference
from app.pages.credits import Entry, entry_credit
from app.pages.lists import drawn_numbers, with_query
from app.pages.rendering import Values, static_files
from app.pages.routing import EmbeddedRoute, PageAt

SHOWN = 10
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


class Theme(StrEnum):
    """The colours of a page in a frame; `auto` are those that the reader prefers."""

    light = "light"
    dark = "dark"
    auto = "auto"


async def embedded_list(request: Request, question: Any, snapshot: Snapshot, path: str) -> Values:
    """The first entries of a list, with a link to all of them."""
    del request
    if "limit" not in question.model_fields_set:
        question = question.model_copy(update={"limit": SHOWN})
    plan, found = await find_page(snapshot, question, kinds_asked(question, path))
    entries = [orjson.loads(body) for body in found.documents]
    return embedded(entries, await find(snapshot, total_of, plan), path.capitalize())


async def embedded_entry(
    request: Request, _: NoQuestion, snapshot: Snapshot, entry_id: str, kind: Kind
) -> Values:
    """One entry."""
    del request
    entry = await document_now(kind.name, entry_id, snapshot)
    return embedded([entry], 1, entry["label"])


def embedded(entries: list[Entry], total: int, heading: str) -> Values:
    """Entries in a frame; for a single one the template gets whose words it has."""
    told = entry_credit(entries[0]) if len(entries) == total == 1 else ""
    return {"entries": entries, "total": total, "heading": heading, "told": told}


async def embedded_chart(request: Request, question: FigureQuestion, snapshot: Snapshot) -> Values:
    """Charts of figures over time, by claimant."""
    shown = await drawn_numbers(question, "figures", snapshot)
    kept = [pair for pair in request.state.parameters if pair[0] != "theme"]
    here = with_query("/figures", kept)
    return {"charts": shown["charts"], "narrowed": question.metric, "here": here}


async def script(request: Request) -> Response:
    """The script that pages of other origins load."""
    del request
    return Response(static_files()["embed.js"], media_type="text/javascript", headers=FOR_AN_HOUR)


def framed(page: PageAt) -> PageAt:
    """A page in a frame, whose question also takes the colours."""
    theme: Any = (Theme, Field(Theme.light, description="The colours."))
    name = f"Framed{page.question.__name__}"
    question: type[BaseModel] = create_model(name, __base__=page.question, theme=theme)
    return page._replace(path=f"/embed{page.path}", question=question, route=EmbeddedRoute)


SHORTENED = [
    PageAt("/timeline", "embed.html", partial(embedded_list, path="timeline"), TimelineQuestion),
    PageAt("/figures/chart", "chart_frame.html", embedded_chart, FigureQuestion),
]
for kind in KINDS.values():
    several, one = partial(embedded_list, path=kind.plural), partial(embedded_entry, kind=kind)
    SHORTENED += [
        PageAt(f"/{kind.plural}", "embed.html", several, kind.question),
        PageAt(f"/{kind.plural}/{{id}}", "embed.html", one),
    ]
WHOLE = [page for module in (home, outcome, reference, compare) for page in module.PAGES]
# As in the table of pages, the map of proposals stands before what has the id of one.
PAGES = list(map(framed, (*WHOLE, *SHORTENED)))
