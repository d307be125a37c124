"""The route class of every question: it keeps FastAPI's documentation and does its own reading.

FastAPI's parameter machinery costs ten times what pydantic needs to validate the same question, so
`handle` validates the endpoint's own question model straight from the raw query string. An endpoint
is a function `(request, question[, id]) -> Representation`; the route knows its ETag before it
asks, and asks only where the client does not have the answer. What has no ETag, or is made while it
is sent, is returned as an ASGI application.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Annotated, Any, get_type_hints

from fastapi import FastAPI, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.db.snapshots import Database, Revision, SnapshotLost
from app.db.work import Work
from app.errors import NotAcceptable
from app.http.limits import not_allowed
from app.http.messages import (
    HTML,
    JSON,
    SVG_POLICY,
    CompleteResponse,
    Header,
    coded_etag,
    coding_of,
    complete,
    disconnected,
    holds,
    holds_anything,
    preferred_type,
    read_question,
)

CACHE_CONTROL = b"public, max-age=30, stale-while-revalidate=30"
NAMES_FORMAT = re.compile(rb"(?:^|&)format=")
# Parameters that pages do without.
OF_REPRESENTATION = re.compile(rb"(?:^|&)(?:format|fields)=[^&]*")


@dataclass(frozen=True, slots=True)
class Representation:
    """What an endpoint answers: a body with its media type, and the revision that it is of."""

    content_type: str
    body: bytes
    revision: Revision
    link: str | None = None


class QuestionRoute(APIRoute):
    """A GET endpoint that is asked a question."""

    # The media types among which `Accept` chooses; the first where it does not say.
    offered: tuple[str, ...] = (JSON,)
    # What every answer says beside what all say.
    headers: tuple[Header, ...] = ()

    def __init__(self, path: str, endpoint: Any, **options: Any):
        super().__init__(path, endpoint, **options)
        self.model: type[BaseModel] = get_type_hints(endpoint)["question"]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise not_allowed(scope["method"], scope["path"])
        answer = await self.answer(scope, receive)
        await answer(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive) -> ASGIApp:
        """What sends the answer."""
        state = scope["state"]
        state["offered"] = self.offered_to(scope)
        chosen = preferred_type(scope["state"]["fields"], state["offered"])
        if chosen == HTML and HTML not in self.offered:
            return complete(303, to_page(scope), b"")
        question, state["parameters"] = read_question(self.model, scope["query_string"])
        if not chosen and state["offered"] and len(self.offered) > 1:
            raise not_acceptable(self.offered)
        state["media_type"] = chosen or self.offered[0]
        return self.unchanged(scope, question) or await self.asked(scope, receive, question)

    def page(self, scope: Scope) -> str | None:
        """The path of the page for people that answers the same question; here there is none."""

    def offered_to(self, scope: Scope) -> tuple[str, ...]:
        """The media types among which `Accept` chooses here: none where the query names one."""
        return () if NAMES_FORMAT.search(scope["query_string"]) else self.offered

    def unchanged(self, scope: Scope, question: BaseModel) -> ASGIApp | None:
        """A 304 if it is certain, before anything is read, that the client has the answer.

        If the answer may be compressed, only the ETag of the coding makes that certain; `*` never
        does. Such an answer is made, and compared in front of the routes.
        """
        fields = scope["state"]["fields"]
        if b"if-none-match" not in fields or holds_anything(fields):
            return None
        revision = service_of(scope).database.current_revision()
        if revision is None:
            return None
        etag = coded_etag(etag_of(scope, revision), coding_of(fields))
        if not holds(fields, etag):
            return None
        return CompleteResponse(304, self.headers_of(question, etag, revision), b"")

    async def asked(self, scope: Scope, receive: Receive, question: BaseModel) -> ASGIApp:
        """Asks the question."""
        endpoint: Callable[..., Awaitable[Any]] = self.endpoint
        request = Request(scope, receive)
        try:
            answer = await endpoint(request, question, **scope["path_params"])
        except SnapshotLost:
            # Nothing was sent yet, so the whole question may be asked of another snapshot.
            answer = await endpoint(request, question, **scope["path_params"])
        if isinstance(answer, Representation):
            return self.complete(scope, question, answer)
        application: ASGIApp = answer
        return application

    def complete(self, scope: Scope, question: BaseModel, answer: Representation) -> ASGIApp:
        """The response that an answer becomes."""
        etag = etag_of(scope, answer.revision)
        headers = self.headers_of(question, etag, answer.revision)
        headers.append((b"content-type", answer.content_type.encode()))
        if answer.content_type == "image/svg+xml":
            headers.append((b"content-security-policy", SVG_POLICY.encode()))
        if answer.link is not None:
            headers.append((b"link", answer.link.encode()))
        return complete(200, headers, answer.body)

    def headers_of(self, question: BaseModel, etag: bytes, revision: Revision) -> list[Header]:
        """The headers of a 200 and of its 304."""
        return [
            (b"etag", etag),
            (b"cache-control", getattr(question, "cache_control", CACHE_CONTROL)),
            (b"vary", b"Accept, Accept-Encoding"),
            (b"parley-revision", revision.digest.encode()),
            *self.headers,
        ]


class AnswerOrPage(QuestionRoute):
    """A question whose answer is also a page for people, at the same path without `/v1`.

    Who prefers HTML to JSON, as browsers do, and names no format is sent there. The page of one
    document takes no parameters, so that with some the document itself is the answer.
    """

    def __init__(self, path: str, endpoint: Any, **options: Any):
        described = {303: {"description": "For those who prefer HTML: the page of this answer."}}
        options["responses"] = {**described, **options["responses"]}
        super().__init__(path, endpoint, **options)

    def page(self, scope: Scope) -> str:
        query = OF_REPRESENTATION.sub(b"", scope["query_string"]).lstrip(b"&")
        return page_address(scope, query).decode("ascii", "replace")

    def offered_to(self, scope: Scope) -> tuple[str, ...]:
        offered = super().offered_to(scope)
        has_page = offered and not (scope["query_string"] and scope["path_params"])
        return (*offered, HTML) if has_page else offered


def endpoint_of(
    answer: Callable[..., Awaitable[Any]], question: type[BaseModel], path: str, id_type: Any = str
) -> Callable[..., Awaitable[Any]]:
    """The endpoint that answers a question at a path, with the signature that FastAPI reads."""

    async def of_all(request: Request, question: Any) -> Any:
        return await answer(request, question)

    async def of_one(request: Request, question: Any, id: Any) -> Any:
        return await answer(request, question, id)

    endpoint: Callable[..., Awaitable[Any]] = of_one if "{id}" in path else of_all
    endpoint.__annotations__ |= {"question": Annotated[question, Query()], "id": id_type}
    endpoint.__doc__ = answer.__doc__
    return endpoint


def etag_of(scope: Scope, revision: Revision) -> bytes:
    """A strong ETag of revision, edition, public URL, question and media type.

    A compressed response has the ETag of its coding.
    """
    service = service_of(scope)
    made = (revision.digest, str(revision.number), service.edition, service.settings.public_url)
    asked = ("\0".join((*made, scope["state"]["media_type"])).encode(), scope["raw_path"])
    named = blake2b(b"\0".join((*asked, scope["query_string"])), digest_size=12)
    return b'"%b"' % named.hexdigest().encode()


def not_acceptable(offered: tuple[str, ...]) -> NotAcceptable:
    """The problem for a client that accepts none of the offered media types."""
    types = ", ".join(offered)
    return NotAcceptable(f"This is offered as {types}; or name a format with `format=`.")


def page_asked(request: Request) -> str | None:
    """The path of the page for people that answers what was asked."""
    route: QuestionRoute = request.scope["route"]
    return route.page(request.scope)


def asked_path(request: Request) -> str:
    """The path as it was asked."""
    path: bytes = request.scope["raw_path"]
    return path.decode("ascii", "replace")


def page_address(scope: Scope, query: bytes) -> bytes:
    """The path of the page of an answer, with a query."""
    path: bytes = scope["raw_path"].removeprefix(b"/v1")
    return path + b"?" + query if query else path


def to_page(scope: Scope) -> list[Header]:
    """The headers of a redirect to a page."""
    return [
        (b"location", page_address(scope, scope["query_string"])),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"cache-control", b"no-store"),
    ]


@dataclass(frozen=True)
class Service:
    """The settings, the database, and the edition of the code.

    The edition is what decides the bytes of an answer beside the record and the question.
    """

    settings: Settings
    database: Database
    edition: str


class Application(FastAPI):
    """FastAPI's application, with its service."""

    service: Service


def service_of(asked: Mapping[str, Any]) -> Service:
    """The service of the application that answers a request or its scope."""
    app: Application = asked["app"]
    return app.service


@asynccontextmanager
async def work_for(request: Request) -> AsyncIterator[Work]:
    """The long work of a request: it ends when the client goes away or the deadline passes."""
    began: float = request.state.began
    work = Work(began, service_of(request).settings.statement_timeout)
    async with work.for_client(partial(disconnected, request.receive)):
        yield work
