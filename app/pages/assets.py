"""The stylesheet, the icon and the scripts, kept for ever under a mark of their content."""

from __future__ import annotations

from mimetypes import guess_type

from fastapi import FastAPI
from starlette.responses import Response

from app.errors import NotFound
from app.pages.rendering import asset, static_files

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


async def static(mark: str, name: str) -> Response:
    """A static file under the mark of its content."""
    content = static_files().get(name)
    if content is None or asset(name) != f"/assets/{mark}/{name}":
        raise NotFound("There is no such file; the pages name those that there are.")
    media_type = guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=media_type, headers=FOR_EVER)


def add_routes(app: FastAPI) -> None:
    """Registers the static files."""
    app.router.add_api_route(
        "/assets/{mark}/{name}", static, methods=["GET", "HEAD"], include_in_schema=False
    )
