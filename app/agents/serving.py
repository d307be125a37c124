"""The ways to the tools: `/mcp` over Streamable HTTP, without sessions, and `parley mcp`."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.errors import ParleyError


def is_installed() -> bool:
    """Whether the extra `mcp` is installed."""
    return find_spec("mcp") is not None


def protocol_server(app: ASGIApp, settings: Settings) -> Any:
    """The server of the protocol."""
    # Imported here, as starting should not wait for what only agents need, and may be missing.
    from app.agents.tools import server_of  # noqa: PLC0415

    return server_of(app, settings.public_url)


class AgentsEndpoint:
    """An ASGI application that answers each message by itself, in any worker."""

    path = "/mcp"
    server: Any = None

    def __init__(self, app: ASGIApp, settings: Settings):
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # For the metrics, which count by the path of the route.
        scope["route"] = self
        if self.server is None:
            self.server = await asyncio.to_thread(protocol_server, self.app, self.settings)
        from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415

        # Hosts are checked for every address alike, and everything is public to every origin.
        unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self.server.streamable_http_app(
            stateless_http=True, json_response=True, transport_security=unchecked
        )
        manager = self.server.session_manager
        async with manager.run():
            await manager.handle_request(scope, receive, send)


def serve_stdio(app: ASGIApp, settings: Settings) -> None:
    """Answers one client over standard input and output; raises `ParleyError` without the extra."""
    if not is_installed():
        raise ParleyError("This needs the extra mcp: pip install 'parley[mcp]'.")
    protocol_server(app, settings).run("stdio")
