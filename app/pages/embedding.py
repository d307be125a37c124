"""Any question as a timeline or card that a page of another origin can show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Query
from pydantic import Field, create_model
from starlette.requests import Request
from starlette.responses import Response

from app.api.answering import service_of
from app.api.entries import TimelineQuestion, entry_now, kinds_asked
from app.api.single import NoQuestion
from app.entries.query_plan import select_entries
from app.entries.questions import EntryQuestion
from app.entries.result_pages import count, read_page
from app.formats.svg import PAGING
from app.http.responses import CompleteResponse
from app.kinds import KINDS
from app.pages.rendering import EMBED_POLICY, page, static_files
from app.pages.routing import PageRoute
from app.reference.dataset import dataset_of

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


@dataclass(frozen=True)
class Snippets:
    """What is copied into another page: an iframe, or a script that makes one as high as it is."""

    iframe: str
    script: str


def snippets_of(request: Request, path: str) -> Snippets:
    """The snippets of a question or an entry, by its page."""
    public_url = service_of(request).settings.public_url
    address = escape(f"{public_url}/embed{path}")
    return Snippets(
        iframe=f'<iframe src="{address}" title="Parley" loading="lazy" width="100%" height="480">'
        "</iframe>",
        script=f'<script async src="{escape(public_url)}/embed.js" data-show="{escape(path)}">'
        "</script>",
    )


async def embedded_list(request: Request, question: Any, path: str) -> CompleteResponse:
    """The beginning of a list, with the way to all of it."""
    kinds = kinds_asked(question, path)
    if "limit" not in question.model_fields_set:
        question = question.model_copy(update={"limit": SHOWN})
    async with service_of(request).database.snapshot() as snapshot:
        selection = await select_entries(question, kinds, snapshot)
        found = await read_page(question, kinds, selection, snapshot)
        values = {
            "entries": [orjson.loads(body) for body in found.documents],
            "total": await count(selection, snapshot),
            "dataset": await dataset_of(snapshot),
            "theme": question.theme.value,
            "heading": path.capitalize(),
            "whole": whole(path, request.state.parameters),
        }
    return await asyncio.to_thread(
        page, request, snapshot.revision, "embed.html", values, policy=EMBED_POLICY
    )


def whole(path: str, parameters: list[tuple[str, str]]) -> str:
    """The page that has the whole answer."""
    kept = [pair for pair in parameters if pair[0] not in PAGING | {"theme"}]
    return f"/{path}?{urlencode(kept)}" if kept else f"/{path}"


async def embedded_entry(
    request: Request, question: EmbeddedEntryQuestion, entry_id: str, kind: str
) -> CompleteResponse:
    """One entry as a card."""
    async with service_of(request).database.snapshot() as snapshot:
        _, body = await entry_now(entry_id, kind, snapshot)
        values = {
            "entries": [orjson.loads(body)],
            "total": 1,
            "dataset": await dataset_of(snapshot),
            "theme": question.theme.value,
            "heading": kind.capitalize(),
            "whole": f"/{KINDS[kind].plural}/{entry_id}",
        }
    return await asyncio.to_thread(
        page, request, snapshot.revision, "embed.html", values, policy=EMBED_POLICY
    )


async def script(request: Request) -> Response:
    """The script that a page of another origin loads."""
    del request
    return Response(static_files()["embed.js"], media_type="text/javascript", headers=FOR_AN_HOUR)


def list_endpoint(
    path: str, model: type[EntryQuestion]
) -> Callable[..., Awaitable[CompleteResponse]]:
    """The endpoint of an embedded list."""
    themed = create_model(f"Embedded{model.__name__}", __base__=model, theme=THEME)

    async def endpoint(request: Request, question: Any) -> CompleteResponse:
        return await embedded_list(request, question, path)

    endpoint.__annotations__["question"] = Annotated[themed, Query()]
    return endpoint


def one_endpoint(kind: str) -> Callable[..., Awaitable[CompleteResponse]]:
    """The endpoint of an embedded entry."""

    async def endpoint(
        request: Request, question: Annotated[EmbeddedEntryQuestion, Query()], id: str
    ) -> CompleteResponse:
        return await embedded_entry(request, question, id, kind)

    return endpoint


def add_routes(app: FastAPI) -> None:
    """Registers what can be embedded, and the script that does it."""
    options: dict[str, Any] = {
        "route_class_override": PageRoute,
        "response_model": None,
        "include_in_schema": False,
    }
    lists: dict[str, type[EntryQuestion]] = {
        "timeline": TimelineQuestion,
        **{k.plural: k.question for k in KINDS.values()},
    }
    for path, model in lists.items():
        app.router.add_api_route(f"/embed/{path}", list_endpoint(path, model), **options)
    for kind in KINDS.values():
        app.router.add_api_route(f"/embed/{kind.plural}/{{id}}", one_endpoint(kind.name), **options)
    app.router.add_route("/embed.js", script, methods=["GET", "HEAD"], include_in_schema=False)
