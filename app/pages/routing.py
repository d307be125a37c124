"""The registration of pages, and their route class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope

from app.entries.questions import NoQuestion
from app.entries.result_pages import revision_of
from app.http.messages import HTML
from app.http.route import QuestionRoute, Representation, endpoint_of, service_of
from app.pages.rendering import EMBED_POLICY, HTML_TEXT, POLICY, Values, rendered

TRACKERS = frozenset((b"fbclid", b"gclid", b"mc_cid", b"mc_eid", b"igshid"))


class PageRoute(QuestionRoute):
    """Redirects to the URL without tracking and empty parameters; answers all other requests."""

    offered = (HTML,)
    headers = ((b"content-security-policy", POLICY.encode()),)

    async def answer(self, scope: Scope, receive: Receive) -> ASGIApp:
        """The redirection, or the answer."""
        query: bytes = scope["query_string"]
        clean = b"&".join(pair for pair in query.split(b"&") if is_asked(pair))
        if clean == query:
            return await super().answer(scope, receive)
        path = scope["raw_path"].decode("ascii")
        target = f"{path}?{clean.decode('ascii', 'ignore')}" if clean else path
        return RedirectResponse(target, 308)


class EmbeddedRoute(PageRoute):
    """A page that other origins may embed in a frame."""

    headers = ((b"content-security-policy", EMBED_POLICY.encode()),)


def is_asked(pair: bytes) -> bool:
    """Whether a parameter has a value and is not for tracking."""
    name, _, value = pair.partition(b"=")
    return bool(value) and name not in TRACKERS and not name.startswith(b"utm_")


class PageAt(NamedTuple):
    """A page: its path, its template, the values of the template, and what can be asked.

    `values` is called with the request, its question, a snapshot and, if the path has one, the id.
    """

    path: str
    template: str
    values: Callable[..., Awaitable[Values]]
    question: type[BaseModel] = NoQuestion
    route: type[QuestionRoute] = PageRoute

    async def answer(self, request: Request, question: Any, *record_id: str) -> Representation:
        least = revision_of(getattr(question, "cursor", None))
        async with service_of(request).database.snapshot(least) as snapshot:
            values = await self.values(request, question, snapshot, *record_id)
            shown = await rendered(request, snapshot, self.template, values)
            return Representation(HTML_TEXT, shown.encode(), snapshot.revision)


def add_page(
    app: FastAPI,
    path: str,
    answer: Callable[..., Awaitable[Representation]],
    question: type[BaseModel] = NoQuestion,
    route: type[QuestionRoute] = PageRoute,
) -> None:
    """Registers what answers a request of a page, its question and its id."""
    app.router.add_api_route(
        path,
        endpoint_of(answer, question, path),
        route_class_override=route,
        response_model=None,
        include_in_schema=False,
    )
