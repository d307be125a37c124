"""The one layer between the edge and the routes: whatever a route raises is answered here.

FastAPI puts six layers there, which cost as much as reading an entry; of what they do, Parley needs
this, and, for endpoints that are no questions, the stack on which FastAPI leaves what it has to
close.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.directory import Directory
from app.errors import Problem

# How an error is answered.
Answering = Callable[[Request, Exception], Awaitable[Response]]


class Problems:
    """An ASGI application in front of the routes; it answers questions without the router."""

    def __init__(self, app: FastAPI, answer: Answering, *, traced: bool):
        self.app = app
        # Traced requests are left to the router, which tells the trace its route.
        self.directory = Directory([] if traced else app.routes)
        self.router = AsyncExitStackMiddleware(app.router)
        self.answer = answer

    async def ask(self, scope: Scope) -> ASGIApp | None:
        """What sends the answer to the question at a path; None where the directory knows none."""
        found = self.directory.find(scope)
        if found is None:
            return None
        scope["app"] = self.app
        route, scope["path_params"] = found
        scope["route"] = route
        try:
            return await route.answer(scope)
        except Exception as error:  # noqa: BLE001 - it is answered where it is raised again
            return Raised(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends an answer, or lets the router; what is wrong is answered, unless one was begun.

        A mistake of ours is answered, and raised for the server to log.
        """
        begun = False

        def noted(message: Message) -> Awaitable[None]:
            nonlocal begun
            begun = True
            return send(message)

        try:
            await scope.pop("answer", self.router)(scope, receive, noted)
        except Exception as error:
            if not begun and scope["type"] == "http":
                response = await self.answer(Request(scope, receive), error)
                await response(scope, receive, send)
            if begun or not isinstance(error, Problem | HTTPException):
                raise


class Raised:
    """An answer that is none: an error, raised where it would be sent."""

    def __init__(self, error: Exception):
        self.error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises it."""
        del scope, receive, send
        raise self.error
