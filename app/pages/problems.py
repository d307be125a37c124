"""Error pages for browsers: what is wrong, with links to valid requests."""

from __future__ import annotations

import re
from calendar import month_name
from itertools import permutations
from typing import Any, cast
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.db.snapshots import Memory, Snapshot, find
from app.entries.dates import DateLanguageError, in_date_language, parse_date
from app.entries.facets import LABELLED, LABELS
from app.entries.languages import written_date
from app.entries.names import NEAREST, nearest
from app.entries.stems import OWN_LANGUAGE
from app.errors import InvalidQuery, Moved, NotFound, Problem, RequestTimeout, Unavailable
from app.formats.svg import DATED
from app.http.limits import not_allowed
from app.http.messages import (
    HTML,
    JSON,
    NO_PARAMETER,
    is_frame,
    problem_response,
    quality,
    read_parameters,
)
from app.http.observation import MISTAKE
from app.http.route import service_of
from app.kinds import RECORD_TYPES
from app.pages.compare import all_proposals
from app.pages.entries import headlines
from app.pages.form import form_values, topics_of
from app.pages.lists import LISTS
from app.pages.quotecheck import SHOWN
from app.pages.rendering import EMBED_POLICY, POLICY, Values, rendered
from app.pages.routing import PageRoute

PLURALS = [(each.plural, each.label) for each in RECORD_TYPES.values()]
NOT_PAGES = ("/v1/", "/health/", "/metrics", "/openapi", "/oembed", "/cards/")


def wants_page(request: Request) -> bool:
    """Whether a problem is shown as a page: to browsers, and where a page was asked for.

    A client that prefers JSON gets the problem document.
    """
    accept = (request.state.fields.get(b"accept") or b"*/*").decode("latin-1")
    html = quality(accept, HTML)
    if isinstance(request.scope.get("route"), PageRoute) and request.method in ("GET", "HEAD"):
        return html > 0 and html >= quality(accept, JSON)
    is_page = not request.scope["path"].startswith(NOT_PAGES)
    return is_page and html > 0 and accept != "*/*"


async def answer_problem(request: Request, error: Exception) -> Response:
    """The document of a problem, or its page where a browser asked for a page."""
    problem = cast(Problem, error)
    query = request.scope["query_string"].decode("ascii", "replace")
    if isinstance(problem, Moved):
        # What has moved is asked under its present id as it was asked here.
        present_id = problem.headers["Location"].rpartition("/")[2]
        path = request.scope["route"].path.replace("{id}", present_id)
        problem = Moved(f"{path}?{query}" if query else path)
    # A page names the record. Where that cannot be read, the document says so.
    if wants_page(request) and not isinstance(problem, Unavailable):
        return await problem_page(request, problem)
    return problem_response(problem, scope=request.scope)


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """The router's errors: an unknown path, or a method that is not allowed."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        return await answer_problem(request, not_allowed(request.method, request.scope["path"]))
    nothing = NotFound("There is nothing here; /docs lists what can be asked.")
    return await answer_problem(request, nothing)


async def answer_mistake(request: Request, error: Exception) -> Response:
    """An unexpected error: the answer reveals no detail, and reads nothing that may fail again."""
    del error
    return problem_response(Problem(MISTAKE), scope=request.scope)


async def answer_incomplete(request: Request, error: Exception) -> Response:
    """The answer to a client that left before its request was complete."""
    del request, error
    return problem_response(RequestTimeout("The body did not come to its end."))


async def answer_nobody(request: Request, error: Exception) -> Response:
    """What the log says of a client that has hung up."""
    del request, error
    return Response(status_code=499)


async def problem_page(request: Request, problem: Problem) -> Response:
    """The page of a problem; each nearest value links the question that has it instead.

    Where the page that was asked has a form, it is shown, filled with what was asked.
    """
    async with service_of(request).database.snapshot() as snapshot:
        template, values = "problem.html", Values(lists=PLURALS, here="/")
        if isinstance(problem, InvalidQuery):
            template, form = await form_template(request, snapshot)
            values |= form
        values["problem"] = await find(snapshot, with_links, request, problem)
        shown = await rendered(request, snapshot, template, values)
    policy = EMBED_POLICY if is_frame(request.scope) else POLICY
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy}
    return HTMLResponse(shown, problem.status, headers={**problem.headers, **headers})


async def form_template(request: Request, snapshot: Snapshot) -> tuple[str, dict[str, Any]]:
    """The template that shows the form of a page, and the values with which it is filled."""
    path = request.scope["path"].removeprefix("/")
    asked = safe_parameters(request)
    if path == "check":
        text = request.scope["state"].get("posted_text", "")
        return "check.html", {"asked": dict(asked), "text": text, **SHOWN}
    if path == "compare":
        proposals = await all_proposals(snapshot)
        return "compare.html", {"asked": asked, "proposals": proposals, "compared": None}
    if path in {listed.path for listed in LISTS}:
        topics = await topics_of(snapshot)
        return "problem.html", {"asked": form_values(asked), "topics": topics}
    return "problem.html", {}


def with_links(memory: Memory, request: Request, problem: Problem) -> dict[str, Any]:
    """The problem document, the nearest values of each error as links that name them."""
    document = problem.document()
    parameters, path = safe_parameters(request), request.scope["path"].removeprefix("/embed")
    for error in document.get("errors", []):
        near = error.get("nearest") or near_dates(error)
        error["links"] = [
            {
                "value": name_in_memory(memory, error["parameter"], value),
                "href": f"{path}?{urlencode(mended(parameters, error, value))}",
            }
            for value in near
        ]
    folder = path.rpartition("/")[0]
    name_type = next(
        (each.name for each in RECORD_TYPES.values() if f"/{each.plural}" == folder), ""
    )
    document["links"] = [
        {"value": name_in_memory(memory, name_type, value), "href": f"{folder}/{value}"}
        for value in document.get("nearest", [])
    ]
    return document


def name_in_memory(memory: Memory, name_type: str, value: str) -> str:
    """How a suggested value is shown: the name or headline of a record, a date in words."""
    if name_type in DATED:
        return written_date(OWN_LANGUAGE, value)
    label = memory.get(LABELS, (name_type if name_type in LABELLED else "actor", value))
    return label or headlines(memory, [value]).get(value, value)


def near_dates(error: dict[str, Any]) -> list[str]:
    """Dates that a mistyped one may have been meant for.

    The month that is spelled most like its words; or its numbers in either order, or fewer.
    """
    if error["parameter"] not in DATED:
        return []
    text = str(error["value"])
    named = [
        in_date_language(text.replace(word, month))
        for word in re.findall(r"[^\W\d_]{3,}", text)
        for month in nearest(word, month_name[1:])[:1]
    ]
    if any(map(is_date, named)):
        return [*filter(is_date, named)]
    numbers = re.findall(r"\d+", text)
    year = next((each for each in numbers if len(each) == 4), "")
    others = [f"{int(each):02}" for each in numbers if len(each) < 3]
    days = ["-".join((year, *each)) for each in permutations(others, 2)]
    found = [*days, *(f"{year}-{each}" for each in others), year]
    return [each for each in dict.fromkeys(found) if is_date(each)][:NEAREST]


def is_date(text: str) -> bool:
    """Whether a text is a date of the date language."""
    try:
        parse_date(text)
    except DateLanguageError:
        return False
    return True


def safe_parameters(request: Request) -> list[tuple[str, str]]:
    """The parameters as written; none where they cannot be read."""
    try:
        return read_parameters(request.scope["query_string"])
    except InvalidQuery:
        return []


def mended(
    parameters: list[tuple[str, str]], error: dict[str, Any], value: str
) -> list[tuple[str, str]]:
    """The parameters with a valid name, or a valid value, in the place of the wrong one."""
    if NO_PARAMETER in error["detail"]:
        wrong = error["parameter"]
        return [(value, each) if name == wrong else (name, each) for name, each in parameters]
    pair = (error["parameter"], error["value"])
    return [(name, value) if (name, each) == pair else (name, each) for name, each in parameters]
