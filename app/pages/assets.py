"""The stylesheet, the icon and the scripts, at addresses with a hash of their content."""

from __future__ import annotations

from mimetypes import guess_type

from starlette.requests import Request
from starlette.responses import Response

from app.errors import NotFound
from app.http.messages import SVG_POLICY
from app.pages.rendering import asset, static_files

HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": SVG_POLICY,
}


async def static(request: Request) -> Response:
    """A static file, if the address has the hash of its content."""
    name = request.path_params["name"]
    content = static_files().get(name)
    if content is None or asset(name) != request.scope["path"]:
        raise NotFound("There is no such file; the pages name those that there are.")
    media_type = guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=media_type, headers=HEADERS)
