"""The route class of every question: it keeps FastAPI's documentation and does its own reading.

FastAPI's parameter machinery costs ten times what pydantic needs to validate the same question, so
`handle` validates the endpoint's own question model straight from the raw query string. Endpoints
have the signature `(request, question, **path parameters) -> Rendered` and stay plain functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.api.methods import not_allowed
from app.api.query import read_question
from app.database import SnapshotLost


class Rendered:
    """A whole response: an ASGI application that sends what was prepared."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes):
        self.status = status
        self.headers = [*headers, (b"content-length", str(len(body)).encode())]
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        del scope, receive
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class QuestionRoute(APIRoute):
    """A GET endpoint that is asked a question."""

    def __init__(self, path: str, endpoint: Any, **options: Any):
        super().__init__(path, endpoint, **options)
        hints = get_type_hints(endpoint)
        self.model: type[BaseModel] = hints["question"]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the question, asks it, sends the answer."""
        if scope["method"] not in ("GET", "HEAD"):
            raise not_allowed(scope["method"], scope["path"])
        question, parameters = read_question(self.model, scope["query_string"])
        scope["parameters"] = parameters
        try:
            response = await self.endpoint(Request(scope), question, **scope["path_params"])
        except SnapshotLost:
            # Nothing was sent yet, so the whole question may be asked of another snapshot.
            response = await self.endpoint(Request(scope), question, **scope["path_params"])
        await response(scope, receive, send)
