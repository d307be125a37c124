"""The one layer between the edge and the routes: whatever a route raises is answered here.

FastAPI puts six layers there, which cost as much as reading an entry; of what they do, Parley needs
this, and, for endpoints that are no questions, the stack on which FastAPI leaves what it has to
close.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import Message, Receive, Scope, Send

from app.api.directory import Directory
from app.errors import Problem

# How an error is answered.
Answering = Callable[[Request, Exception], Awaitable[Response]]


class Problems:
    """An ASGI application in front of the routes."""

    def __init__(self, router: Router, answer: Answering):
        self.directory = Directory(router.routes)
        self.router = AsyncExitStackMiddleware(router)
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks the routes; what is wrong is answered, unless an answer was begun.

        A mistake of ours is answered, and raised for the server to log.
        """
        begun = False

        def noted(message: Message) -> Awaitable[None]:
            nonlocal begun
            begun = True
            return send(message)

        try:
            await self.ask(scope, receive, noted)
        except Exception as error:
            if not begun and scope["type"] == "http":
                response = await self.answer(Request(scope, receive), error)
                await response(scope, receive, send)
            if begun or not isinstance(error, Problem | HTTPException):
                raise

    async def ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks the question at a path, or leaves the path to the router."""
        found = self.directory.find(scope)
        if found is None:
            await self.router(scope, receive, send)
            return
        scope["route"], scope["path_params"] = found
        await found[0].handle(scope, receive, send)
