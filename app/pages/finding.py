"""How pages are found: sitemap, OpenSearch, the usual address of the icon, one slash too many."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI
from sqlalchemy import literal, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.db.sql import Statement
from app.db.tables import record
from app.http.route import service_of
from app.kinds import RECORD_TYPES
from app.pages.rendering import asset, rendered
from app.pages.routing import PageAt

# The most addresses that a sitemap may have (sitemaps.org).
MOST = 50_000
IDS = Statement(
    select(record.c.kind, record.c.id)
    .where(record.c.kind.in_([literal(each) for each in RECORD_TYPES]))
    .order_by(record.c.kind, record.c.id)
    .limit(MOST)
)
OPENSEARCH = "application/opensearchdescription+xml"
KEPT = {"Cache-Control": "public, max-age=3600"}


def add_finding(app: FastAPI, pages: list[PageAt]) -> None:
    """Registers the sitemap over some pages, and what leads to them."""
    lists = [each.path for each in pages if "{" not in each.path]

    async def sitemap(request: Request) -> Response:
        async with service_of(request).database.snapshot() as snapshot:
            found = await snapshot.rows(IDS)
            named = (f"/{RECORD_TYPES[kind].plural}/{quote(name)}" for kind, name in found)
            paths = [*lists, *named][:MOST]
            text = await rendered(request, snapshot, "sitemap.xml", {"paths": paths})
        return Response(text, media_type="application/xml", headers=KEPT)

    async def search_description(request: Request) -> Response:
        async with service_of(request).database.snapshot() as snapshot:
            text = await rendered(request, snapshot, "opensearch.xml", {})
        return Response(text, media_type=OPENSEARCH, headers=KEPT)

    async def icon(_: Request) -> Response:
        return RedirectResponse(asset("icon.svg"), 308, headers=KEPT)

    async def without_slash(request: Request) -> Response:
        query = request.scope["query_string"].decode("ascii", "ignore")
        path = request.scope["path"].rstrip("/")
        return RedirectResponse(f"{path}?{query}" if query else path, 308)

    routes = {"/sitemap.xml": sitemap, "/favicon.ico": icon, "/opensearch.xml": search_description}
    routes |= {f"{each.path}/": without_slash for each in pages if each.path != "/"}
    for path, endpoint in routes.items():
        app.router.add_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
