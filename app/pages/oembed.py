"""oEmbed: how to embed a page, asked by the address of the page; nothing is fetched.

What it says of a page is what the template of its frame is given, and the title made of it.
"""

from __future__ import annotations

from enum import StrEnum
from html import escape, unescape
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape as escape_xml

import orjson
from markupsafe import Markup
from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.routing import Match

from app.db.snapshots import Snapshot
from app.entries.questions import NoQuestion
from app.errors import NotFound, Problem
from app.http.messages import read_question
from app.http.route import QuestionRoute, Representation, service_of
from app.pages.cards import CardRoute
from app.pages.embedding import PAGES
from app.pages.lettering import is_lettered
from app.pages.rendering import rendered
from app.pages.routing import EmbeddedRoute, is_asked
from app.reference.dataset import dataset_of

R = TypeVar("R", bound=QuestionRoute)
WIDTH, HEIGHT = 600, 480
CARD = {"thumbnail_width": 1200, "thumbnail_height": 630}
FRAMES = {page.path: page for page in PAGES}
MEDIA_TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8"}


class OembedFormat(StrEnum):
    """The representations of an answer."""

    json = "json"
    xml = "xml"


class OembedQuestion(NoQuestion):
    """The parameters of oEmbed; others are ignored."""

    model_config = ConfigDict(extra="ignore")

    url: str
    format: OembedFormat = OembedFormat.json
    maxwidth: int | None = Field(None, ge=1)
    maxheight: int | None = Field(None, ge=1)


async def oembed(request: Request, question: OembedQuestion) -> Representation:
    """How to embed a page of this service: title, frame and card."""
    base = service_of(request).settings.public_url
    path, query = own_address(base, question.url)
    async with service_of(request).database.snapshot() as snapshot:
        provider = (await dataset_of(snapshot))["title"]
        title, told = await title_of_frame(request, path, query, snapshot)
    tail = f"{path}?{query}" if query else path
    answer: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": title.removesuffix(f" – {provider}"),
        "provider_name": provider,
        "provider_url": base,
        "cache_age": 3600,
        "width": min(WIDTH, question.maxwidth or WIDTH),
        "height": min(HEIGHT, question.maxheight or HEIGHT),
    }
    answer["html"] = frame_markup(base, tail, answer, told)
    has_card = is_lettered(f"{answer['title']} {told} {provider}")
    if has_card and route_at(request, CardRoute, f"/cards{path}.png") and card_fits(question):
        end = f".png?{query}" if query else ".png"
        answer |= {"thumbnail_url": f"{base}/cards{path}{end}", **CARD}
    body = orjson.dumps(answer) if question.format == "json" else as_xml(answer)
    return Representation(MEDIA_TYPES[question.format], body, snapshot.revision)


def own_address(base: str, url: str) -> tuple[str, str]:
    """The path and query of a page of this service; raises `NotFound` for other addresses."""
    rest = url.removeprefix(base)
    if rest == url or rest[:1] not in ("", "/", "?", "#"):
        raise NotFound(f"{url[:200]!r} is not an address of this service, which is at {base}.")
    parts = urlsplit(rest)
    path = quote(parts.path.removeprefix("/embed"), safe="/%") or "/"
    asked = quote(parts.query, safe="/%&=+:,~?").split("&")
    return path, "&".join(each for each in asked if is_asked(each.encode()))


async def title_of_frame(
    request: Request, path: str, query: str, snapshot: Snapshot
) -> tuple[str, str]:
    """The title of a page in a frame, and whose words it has if it shows a single entry.

    Raises `NotFound` where there is no such page.
    """
    route = route_at(request, EmbeddedRoute, f"/embed{path}")
    if route is None:
        raise NotFound(f"The page {path[:200]!r} cannot be embedded.")
    scope = {**request.scope, "path": unquote(f"/embed{path}"), "route": route}
    scope |= {"raw_path": f"/embed{path}".encode(), "query_string": query.encode()}
    page, asked = FRAMES[route.path], Request(scope, request.receive)
    try:
        question, parameters = read_question(route.model, query.encode())
        scope["state"] = {**scope["state"], "parameters": parameters}
        named = route.matches(scope)[1]["path_params"]
        values = await page.values(asked, question, snapshot, *named.values())
    except Problem as problem:
        raise NotFound(f"There is no such page: {problem.document()['detail']}") from problem
    shown = await rendered(asked, snapshot, page.template, {**values, "base": "title.html"})
    return unescape(shown), values.get("told", "")


def route_at(request: Request, kind: type[R], path: str) -> R | None:
    """The route of a kind at a path."""
    scope = {**request.scope, "path": unquote(path)}
    own = (each for each in request.app.routes if isinstance(each, kind))
    return next((each for each in own if each.matches(scope)[0] is Match.FULL), None)


def card_fits(question: OembedQuestion) -> bool:
    """Whether a card is no larger than what is asked for."""
    width, height = CARD.values()
    return (question.maxwidth or width) >= width and (question.maxheight or height) >= height


def frame_markup(base: str, page: str, answer: dict[str, str | int], told: str) -> str:
    """The frame, after a quotation of what it shows for readers of pages that take no frames."""
    title = escape(str(answer["title"]))
    said = f"<br>{Markup.escape(told)}" if told else ""
    return (
        f'<blockquote><a href="{escape(base + page)}">{title}</a>{said}</blockquote>'
        f'<iframe src="{escape(f"{base}/embed{page}")}" title="{title}" width="{answer["width"]}" '
        f'height="{answer["height"]}" frameborder="0" loading="lazy"></iframe>'
    )


def as_xml(answer: dict[str, str | int]) -> bytes:
    members = "".join(f"<{name}>{escape_xml(str(each))}</{name}>" for name, each in answer.items())
    head = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    return f"{head}\n<oembed>{members}</oembed>".encode()
