"""Errors as pages, for those who came with a browser: what is wrong, and where to go instead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.api.answering import service_of
from app.errors import InvalidQuery, Problem
from app.formats import quality
from app.http.query import read_parameters
from app.pages.rendering import POLICY, environment
from app.reference.dataset import dataset_of

NOT_PAGES = ("/v1/", "/health/", "/metrics", "/openapi.json")


def wants_page(request: Request) -> bool:
    """Whether an address is a page's, and its client a browser."""
    path = request.scope["path"]
    accept = request.scope["accept"]
    return not path.startswith(NOT_PAGES) and quality(accept, "text/html") > 0 and accept != "*/*"


async def problem_page(request: Request, problem: Problem) -> Response:
    """The page of a problem; each nearest value links the question that has it instead."""
    async with service_of(request).database.snapshot() as snapshot:
        dataset = await dataset_of(snapshot)
    shown = (
        environment()
        .get_template("problem.html")
        .render(
            problem=with_links(request, problem),
            dataset=dataset,
            revision=snapshot.revision,
            path=request.scope["path"],
            public_url=service_of(request).settings.public_url,
        )
    )
    headers = {**problem.headers, "Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    return HTMLResponse(shown, problem.status, headers=headers)


def with_links(request: Request, problem: Problem) -> dict[str, Any]:
    """The problem document, its nearest values as links."""
    document = problem.document()
    if not isinstance(problem, InvalidQuery):
        return document
    parameters = safe_parameters(request)
    for error in document["errors"]:
        error["links"] = [
            {
                "value": value,
                "href": f"{request.scope['path']}?{urlencode(mended(parameters, error, value))}",
            }
            for value in error.get("nearest", [])
        ]
    return document


def safe_parameters(request: Request) -> list[tuple[str, str]]:
    """The parameters as written; none where they cannot be read."""
    try:
        return read_parameters(request.scope["query_string"])
    except InvalidQuery:
        return []


def mended(
    parameters: list[tuple[str, str]], error: dict[str, Any], value: str
) -> list[tuple[str, str]]:
    """The parameters with a valid value in the place of the wrong one."""
    wrong = (error["parameter"], error["value"])
    if wrong in parameters:
        return [(pair[0], value) if pair == wrong else pair for pair in parameters]
    return [(value, each) if name == wrong[0] else (name, each) for name, each in parameters]
