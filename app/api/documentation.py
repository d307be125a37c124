"""What describes the API: OpenAPI, its page, the home page, the kinds of problem, robots.txt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Lifespan

from app.api.examples import with_examples
from app.api.models import INFO
from app.api.openapi import for_generators, openapi
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.errors import PROBLEMS, NotFound
from app.formats.answer import enveloped, revision_meta
from app.http.messages import JSON
from app.http.prefix import prefix_of
from app.http.route import Application, Representation, service_of

OURS = files("app.api")
FULL = "/openapi-full.json"
LINKSET = "application/linkset+json"
API_CATALOG = OURS.joinpath("api-catalog.json").read_text(encoding="utf-8")
# As long as the server runs, somebody keeps the contact; RFC 9116 asks for less than a year.
SECURITY_TEXT_HOLDS = timedelta(days=90)
REDOC = "redoc.standalone.js"
# Swagger UI, to try the API, and Redoc, to read about it: title, program, and what starts it.
VIEWS = {
    "/docs": ("Try the API", "swagger-ui-bundle.js", "try.js"),
    "/reference": ("Read about the API", REDOC, "read.js"),
}
# What the views load, by the folder in which it lies.
ASSETS = {
    **dict.fromkeys(("docs.css", "try.js", "read.js"), OURS),
    **dict.fromkeys(
        ("swagger-ui.css", "swagger-ui-bundle.js", REDOC),
        files("fastapi_offline").joinpath("static"),
    ),
}
# A picture that Redoc would ask others for, and one without content in its place.
OUTSIDE, INSIDE = b"https://cdn.redoc.ly/redoc/logo-mini.svg", b"data:,"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def documented(lifespan: Lifespan[FastAPI], *, telemetry: bool) -> Application:
    """The application with its description; FastAPI's own pages load from outside: they are off."""
    app = Application(
        **INFO,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={
            "auto_configure": telemetry,
            "tracing": telemetry,
            "metrics": telemetry,
            "logs": telemetry,
        },
    )
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


async def openapi_json(request: Request, _: NoQuestion) -> Representation:
    """The OpenAPI document: the full one, or the one for generators."""
    public_url = service_of(request).settings.public_url
    async with service_of(request).database.snapshot() as snapshot:
        revision = snapshot.revision
    document = await described_api(request.app, revision.digest, public_url)
    if request.url.path == FULL:
        root = prefix_of(public_url).decode() or "/"
        servers = [{"url": root, "description": "Where this document came from."}]
        document = {**document, "servers": servers}
    else:
        document = for_generators(document, public_url)
    return Representation(JSON, orjson.dumps(document), revision)


async def described_api(app: FastAPI, digest: str, public_url: str) -> dict[str, Any]:
    """The full document with examples of a revision, made once for each."""
    kept: dict[str, dict[str, Any]] = getattr(app.state, "described", {})
    if digest not in kept:
        kept = {digest: await with_examples(app, app.openapi(), public_url)}
        app.state.described = kept
    return kept[digest]


async def index(request: Request, _: NoQuestion) -> Representation:
    """What can be asked, for those who begin at `/v1`."""
    async with service_of(request).database.snapshot() as snapshot:
        revision = snapshot.revision
    asked = [
        {"url": path, "summary": item["get"]["summary"]}
        for path, item in request.app.openapi()["paths"].items()
        if path.startswith("/v1/")
    ]
    links = {"self": "/v1", "html": "/", "description": "/openapi.json", "docs": "/docs"}
    links |= {"agents": "/llms.txt"}
    body = enveloped([orjson.dumps(asked)], {"revision": revision_meta(revision)}, links)
    return Representation(JSON, body, revision)


async def api_catalog(request: Request, _: NoQuestion) -> Representation:
    """Where the API is and is described (RFC 9727)."""
    async with service_of(request).database.snapshot() as snapshot:
        catalog = API_CATALOG.replace("{at}", service_of(request).settings.public_url)
        return Representation(LINKSET, orjson.dumps(orjson.loads(catalog)), snapshot.revision)


async def view(request: Request) -> Response:
    """A page that shows the OpenAPI document; everything it loads comes from here."""
    title, bundle, start = VIEWS[request.scope["route"].path]
    page = OURS.joinpath("docs.html").read_text(encoding="utf-8")
    shown = page.format(title=title, bundle=bundle, start=start)
    return HTMLResponse(shown, headers={"Content-Security-Policy": POLICY})


async def docs_asset(name: str) -> Response:
    """What the views load."""
    if name not in ASSETS:
        raise NotFound("The docs page has no such part.")
    path, headers = ASSETS[name].joinpath(name), {"Cache-Control": "public, max-age=86400"}
    if name != REDOC:
        return FileResponse(str(path), headers=headers)
    content = path.read_bytes().replace(OUTSIDE, INSIDE)
    return Response(content, headers=headers, media_type="text/javascript")


async def problem_description(name: str) -> Response:
    """What a kind of problem means."""
    for problem in PROBLEMS:
        if problem.type == name:
            text = f"{problem.status} {problem.title}\n\n{(problem.__doc__ or '').strip()}\n"
            return PlainTextResponse(text)
    raise NotFound("There is no such kind of problem.")


async def security_text(request: Request) -> Response:
    """Where to report a weakness (RFC 9116), if the settings say."""
    settings = service_of(request).settings
    if settings.security_contact is None:
        raise NotFound("This server names no contact for reports of weaknesses.")
    expires = datetime.combine(datetime.now(UTC) + SECURITY_TEXT_HOLDS, time(), UTC)
    return PlainTextResponse(
        f"Contact: {settings.security_contact}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        f"Canonical: {settings.public_url}/.well-known/security.txt\n"
    )


async def robots(request: Request) -> Response:
    """Everything may be read by everyone."""
    sitemap = f"{service_of(request).settings.public_url}/sitemap.xml"
    return PlainTextResponse(f"User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n")


def add_routes(app: FastAPI) -> None:
    """Registers the descriptions."""
    for path, answer in (
        ("/v1", index),
        ("/.well-known/api-catalog", api_catalog),
        ("/openapi.json", openapi_json),
        (FULL, openapi_json),
    ):
        add_question(app, path, answer)
    pages: tuple[tuple[str, Callable[..., Any]], ...] = (
        *((path, view) for path in VIEWS),
        ("/docs/assets/{name}", docs_asset),
        ("/problems/{name}", problem_description),
        ("/robots.txt", robots),
        ("/.well-known/security.txt", security_text),
    )
    for path, endpoint in pages:
        app.router.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
