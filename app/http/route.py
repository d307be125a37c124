"""The route class of every question: it keeps FastAPI's documentation and does its own reading.

FastAPI's parameter machinery costs ten times what pydantic needs to validate the same question, so
`handle` validates the endpoint's own question model straight from the raw query string. Endpoints
have the signature `(request, question, **path parameters) -> CompleteResponse`, or return another
ASGI application, and stay plain functions.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db.snapshots import SnapshotLost
from app.http.methods import not_allowed
from app.http.negotiation import HTML, JSON, coded_etag, preferences_of, preferred_type
from app.http.query import read_question
from app.http.responses import CompleteResponse, Header, complete

NAMES_FORMAT = re.compile(rb"(?:^|&)format=")


class QuestionRoute(APIRoute):
    """A GET endpoint that is asked a question."""

    def __init__(self, path: str, endpoint: Any, **options: Any):
        super().__init__(path, endpoint, **options)
        hints = get_type_hints(endpoint)
        self.model: type[BaseModel] = hints["question"]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the answer."""
        if scope["method"] not in ("GET", "HEAD"):
            raise not_allowed(scope["method"], scope["path"])
        answer = await self.answer(scope)
        await answer(scope, receive, send)

    async def answer(self, scope: Scope) -> ASGIApp:
        """Reads the question and asks it."""
        question, parameters = read_question(self.model, scope["query_string"])
        scope["state"]["parameters"] = parameters
        endpoint: Callable[..., Awaitable[ASGIApp]] = self.endpoint
        try:
            answer = await endpoint(Request(scope), question, **scope["path_params"])
        except SnapshotLost:
            # Nothing was sent yet, so the whole question may be asked of another snapshot.
            answer = await endpoint(Request(scope), question, **scope["path_params"])
        return coded_304(scope, answer) if isinstance(answer, CompleteResponse) else answer


def coded_304(scope: Scope, answer: CompleteResponse) -> CompleteResponse:
    """A 304 with the ETag that the client has: that of the coding."""
    if answer.status_code == 304:
        fields = dict(answer.raw_headers)
        etag = fields.get(b"etag", b"").decode()
        fields[b"etag"] = coded_etag(etag, preferences_of(scope).coding).encode()
        answer.raw_headers = list(fields.items())
    return answer


class AnswerOrPage(QuestionRoute):
    """A question whose answer is also a page for people, at the same path without `/v1`.

    Who prefers HTML to JSON, as browsers do, and names no format is sent there. The page of one
    document takes no parameters, so that with some the document itself is the answer.
    """

    def __init__(self, path: str, endpoint: Any, **options: Any):
        described = {303: {"description": "For those who prefer HTML: the page of this answer."}}
        options["responses"] = {**described, **options["responses"]}
        super().__init__(path, endpoint, **options)

    async def answer(self, scope: Scope) -> ASGIApp:
        """Sends to the page, or answers."""
        if self.is_for_people(scope):
            return complete(303, to_page(scope), b"")
        return await super().answer(scope)

    @staticmethod
    def is_for_people(scope: Scope) -> bool:
        """Whether the client prefers the page, and there is one for what it asks."""
        query = scope["query_string"]
        if (query and scope["path_params"]) or NAMES_FORMAT.search(query):
            return False
        offered = scope["state"]["offered"] = (JSON, HTML)
        return preferred_type(preferences_of(scope).accept, offered) == HTML


def to_page(scope: Scope) -> list[Header]:
    """The headers of the way to a page."""
    path: bytes = scope["raw_path"].removeprefix(b"/v1")
    query: bytes = scope["query_string"]
    return [
        (b"location", path + b"?" + query if query else path),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"cache-control", b"no-store"),
    ]
