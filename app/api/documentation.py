"""What describes the API: OpenAPI, its page, the home page, the kinds of problem, robots.txt."""

from __future__ import annotations

from importlib.resources import files

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Lifespan

from app.api.openapi import openapi
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.errors import PROBLEMS, NotFound
from app.http.request import JSON
from app.http.route import Application, Representation, service_of

TITLE = "Parley"
DESCRIPTION = """\
The record of a negotiation: events, quotes, proposals with their terms, and figures, each with its
sources; asked by actor, date, topic and words.

* Lists answer `{"data": […], "meta": {…}, "links": {"self", "next"}}`; `links.next` leads on.
* Dates are written `2024`, `2024-02` or `2024-02-07`; every entry whose days overlap is found.
* What is wrong in a question is refused with 422 and the nearest valid value, never guessed.
* Browsers, which prefer HTML, are sent to the page of an answer (303), but with `format=json`.
* Every answer names the revision of the record that gave it, in `meta` and in `Parley-Revision`.
"""
CONTACT = {"name": "Parley curators and contributors"}
LICENCE = {"name": "MIT (code); the record: CC BY 4.0", "identifier": "MIT"}
TAGS = [
    {"name": "entries", "description": "Events, quotes, proposals, terms and figures."},
    {"name": "reference", "description": "Actors, topics and sources."},
    {"name": "analysis", "description": "Proposals side by side, and who took which position."},
    {"name": "history", "description": "Versions, changes and corrections of the record."},
    {"name": "check", "description": "Is this quotation in the record?"},
    {"name": "dataset", "description": "The record as a whole."},
    {"name": "operation", "description": "For those who run the service."},
]
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
DOCS_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
START_SCRIPT = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""


def documented(lifespan: Lifespan[FastAPI], *, telemetry: bool) -> Application:
    """The application with its description; FastAPI's own pages load from outside: they are off."""
    app = Application(
        title=TITLE,
        description=DESCRIPTION,
        version="1",
        contact=CONTACT,
        license_info=LICENCE,
        openapi_tags=TAGS,
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
    """The OpenAPI document."""
    async with service_of(request).database.snapshot() as snapshot:
        revision = snapshot.revision
    return Representation(JSON, orjson.dumps(request.app.openapi()), revision)


async def docs() -> Response:
    """The page that shows the OpenAPI document; everything it loads comes from here."""
    return HTMLResponse(DOCS_PAGE, headers={"Content-Security-Policy": POLICY})


async def docs_asset(name: str) -> Response:
    """What the docs page loads."""
    if name == "start.js":
        return Response(START_SCRIPT, media_type="text/javascript")
    if name not in ASSETS:
        raise NotFound("The docs page has no such part.")
    path = files("fastapi_swagger") / "resources" / name
    return FileResponse(str(path), media_type=ASSETS[name])


async def problem_description(name: str) -> Response:
    """What a kind of problem means."""
    for problem in PROBLEMS:
        if problem.type == name:
            text = f"{problem.status} {problem.title}\n\n{(problem.__doc__ or '').strip()}\n"
            return PlainTextResponse(text)
    raise NotFound("There is no such kind of problem.")


async def robots() -> Response:
    """Everything may be read by everyone."""
    return PlainTextResponse("User-agent: *\nAllow: /\n")


def add_routes(app: FastAPI) -> None:
    """Registers the descriptions."""
    add_question(app, "/openapi.json", openapi_json, response_model=None, include_in_schema=False)
    pages = (
        ("/docs", docs),
        ("/docs/assets/{name}", docs_asset),
        ("/problems/{name}", problem_description),
        ("/robots.txt", robots),
    )
    for path, endpoint in pages:
        app.router.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
