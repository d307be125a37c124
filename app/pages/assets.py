"""The stylesheet, the icon and the scripts, kept for ever under a mark of their content."""

from __future__ import annotations

from mimetypes import guess_type

from fastapi import FastAPI
from starlette.responses import Response

from app.errors import NotFound
from app.pages.rendering import STATIC, asset

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


async def static(mark: str, name: str) -> Response:
    """A static file under the mark of its content."""
    names = {each.name for each in STATIC.iterdir()}
    if name not in names or asset(name) != f"/assets/{mark}/{name}":
        raise NotFound("There is no such file; the pages name those that there are.")
    kind = guess_type(name)[0] or "application/octet-stream"
    return Response((STATIC / name).read_bytes(), media_type=kind, headers=FOR_EVER)


def add_routes(app: FastAPI) -> None:
    """Registers the static files."""
    app.router.add_api_route(
        "/assets/{mark}/{name}", static, methods=["GET", "HEAD"], include_in_schema=False
    )
