"""Any list or entry as a page that pages of other origins can embed."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import BaseModel, Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from app.api.entries import TimelineQuestion, kinds_asked
from app.api.records import record_now
from app.db.snapshots import find
from app.entries.questions import EntryQuestion, NoQuestion
from app.entries.result_pages import find_page, total_of
from app.formats.svg import PAGING
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.kinds.kind import Kind
from app.pages.rendering import page, static_files
from app.pages.routing import EmbeddedRoute, PageAt

SHOWN = 10
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


class Theme(StrEnum):
    """The colours of an embedded page; `auto` are those that the reader prefers."""

    auto = "auto"
    light = "light"
    dark = "dark"


THEME: Any = (
    Theme,
    Field(Theme.auto, description="The colours; `auto` are those that the reader prefers."),
)


class EmbeddedEntryQuestion(NoQuestion):
    """What can be asked of an embedded entry."""

    theme: Theme = Theme.auto


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
            theme=question.theme.value,
            heading=path.capitalize(),
            whole=page_of_list(path, request.state.parameters),
        )


def page_of_list(path: str, parameters: list[tuple[str, str]]) -> str:
    """The page with the whole answer."""
    kept = [pair for pair in parameters if pair[0] not in PAGING | {"theme"}]
    return f"/{path}?{urlencode(kept)}" if kept else f"/{path}"


async def embedded_entry(
    request: Request, question: EmbeddedEntryQuestion, entry_id: str, kind: Kind
) -> Representation:
    """One entry as a card."""
    async with service_of(request).database.snapshot() as snapshot:
        _, body = await record_now(kind.name, entry_id, snapshot)
        return await page(
            request,
            snapshot,
            "embed.html",
            entries=[orjson.loads(body)],
            total=1,
            theme=question.theme.value,
            heading=kind.title,
            whole=f"/{kind.plural}/{entry_id}",
        )


async def script(request: Request) -> Response:
    """The script that pages of other origins load."""
    del request
    return Response(static_files()["embed.js"], media_type="text/javascript", headers=FOR_AN_HOUR)


def themed(model: type[EntryQuestion]) -> type[BaseModel]:
    """A question that also takes the theme."""
    return create_model(f"Embedded{model.__name__}", __base__=model, theme=THEME)


def embedded(path: str, model: type[EntryQuestion]) -> PageAt:
    answer = partial(embedded_list, path=path)
    return PageAt(f"/embed/{path}", answer, themed(model), EmbeddedRoute)


PAGES = [embedded("timeline", TimelineQuestion)]
for listed in KINDS.values():
    path, card = f"/embed/{listed.plural}/{{id}}", partial(embedded_entry, kind=listed)
    PAGES += [
        embedded(listed.plural, listed.question),
        PageAt(path, card, EmbeddedEntryQuestion, EmbeddedRoute),
    ]
