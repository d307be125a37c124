"""The route class of every question: it keeps FastAPI's documentation and does its own reading.

FastAPI's parameter machinery costs ten times what pydantic needs to validate the same question, so
`handle` validates the endpoint's own question model straight from the raw query string. Endpoints
have the signature `(request, question, **path parameters) -> Rendered` and stay plain functions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db.snapshots import SnapshotLost
from app.formats import quality
from app.http.methods import not_allowed
from app.http.query import read_question

Header = tuple[bytes, bytes]
HTML, JSON = "text/html", "application/json"


@dataclass(slots=True)
class Rendered:
    """An answer of which nothing is left to be made: an ASGI application that sends it."""

    status: int
    headers: list[Header]
    body: bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, and says that it is the whole of what the endpoint returned."""
        del receive
        scope["whole"] = True
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def chosen_type(accept: str, offered: tuple[str, ...]) -> str:
    """The media type that an `Accept` header chooses; empty where it wants none of them.

    The first one where the header does not say. HTML is chosen where it is preferred to JSON.
    """
    if len(offered) < 2 or accept in ("", "*/*"):
        return offered[0] if offered else ""
    return negotiated_type(accept, offered)


@lru_cache(maxsize=128)
def negotiated_type(accept: str, offered: tuple[str, ...]) -> str:
    """The same, kept for the headers that browsers send."""
    if HTML in offered and quality(accept, HTML) > quality(accept, JSON):
        return HTML
    types = [each for each in offered if each != HTML]
    wanted = [quality(accept, each) for each in types]
    best = max(wanted)
    return types[wanted.index(best)] if best > 0 else ""


def rendered(status: int, headers: Iterable[Header], body: bytes) -> Rendered:
    """An answer that says how long its body is."""
    return Rendered(status, [*headers, (b"content-length", b"%d" % len(body))], body)


class QuestionRoute(APIRoute):
    """A GET endpoint that is asked a question."""

    def __init__(self, path: str, endpoint: Any, **options: Any):
        super().__init__(path, endpoint, **options)
        hints = get_type_hints(endpoint)
        self.model: type[BaseModel] = hints["question"]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the answer."""
        answer = await self.answer(scope)
        await answer(scope, receive, send)

    async def answer(self, scope: Scope) -> ASGIApp:
        """Reads the question and asks it: what sends its answer, which may be `Rendered`."""
        if scope["method"] not in ("GET", "HEAD"):
            raise not_allowed(scope["method"], scope["path"])
        question, parameters = read_question(self.model, scope["query_string"])
        scope["parameters"] = parameters
        endpoint: Callable[..., Awaitable[ASGIApp]] = self.endpoint
        try:
            return await endpoint(Request(scope), question, **scope["path_params"])
        except SnapshotLost:
            # Nothing was sent yet, so the whole question may be asked of another snapshot.
            return await endpoint(Request(scope), question, **scope["path_params"])


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
        if scope["method"] in ("GET", "HEAD") and self.is_for_people(scope):
            return rendered(303, to_page(scope), b"")
        return await super().answer(scope)

    @staticmethod
    def is_for_people(scope: Scope) -> bool:
        """Whether the client prefers the page, and there is one for what it asks."""
        query = scope["query_string"]
        if (query and scope["path_params"]) or b"format=" in query:
            return False
        scope["offered"] = (JSON, HTML)
        return chosen_type(scope["accept"], scope["offered"]) == HTML


def to_page(scope: Scope) -> list[Header]:
    """The headers of the way to a page."""
    path: bytes = scope["raw_path"].split(b"?")[0].removeprefix(b"/v1")
    query: bytes = scope["query_string"]
    return [
        (b"location", path + b"?" + query if query else path),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"cache-control", b"no-store"),
    ]
