"""The lists as pages: the questions of the API, with a form, facets and other representations."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from app.api.entries import TimelineQuestion, kinds_asked
from app.db.memory import find
from app.db.snapshots import Snapshot
from app.entries.cursors import revision_of
from app.entries.density import Density, density
from app.entries.facets import Facet, facets_of
from app.entries.query_plan import QueryPlan, plan_query
from app.entries.questions import EntryQuestion
from app.entries.result_pages import ResultPage, read_page, total_of
from app.entries.snippets import snippet
from app.formats import FORMATS
from app.formats.svg import PAGING
from app.http.route import Representation
from app.http.service import service_of
from app.kinds import KINDS
from app.pages.embedding import snippets_of
from app.pages.form import form_values, topics_of
from app.pages.picture import picture_of
from app.pages.rendering import page
from app.pages.routing import PageAt
from app.reference.dataset import dataset_of

PAGE_LENGTH = 25
NOT_SHOWN = PAGING | {"actor_match", "topic_match"}
FORM_NAMES = {
    "jsonld": "JSON-LD",
    "atom": "Feed (Atom)",
    "ics": "Calendar (iCal)",
    "svg": "Picture (SVG)",
}


@dataclass(frozen=True)
class ListPage:
    """A list: its path, its heading, what can be asked of it, and the facets that it shows."""

    path: str
    heading: str
    question: type[EntryQuestion]
    facets: tuple[str, ...]


LISTS = (
    ListPage("timeline", "Timeline", TimelineQuestion, ("kind", "actor", "topic")),
    *(ListPage(each.plural, each.label, each.question, each.facets) for each in KINDS.values()),
)


@dataclass(frozen=True)
class ListContent:
    """What a list page shows, from one revision."""

    answer: ResultPage
    total: int
    facets: dict[str, Facet]
    topics: list[dict[str, str]]
    dataset: Any
    density: Density


async def list_page(request: Request, question: EntryQuestion, listed: ListPage) -> Representation:
    """A list with its form, its facets and links to its other representations."""
    chosen = {"facets": list(listed.facets)}
    if "limit" not in question.model_fields_set:
        chosen["limit"] = PAGE_LENGTH  # type: ignore[assignment]
    question = question.model_copy(update=chosen)
    async with service_of(request).database.snapshot(revision_of(question.cursor)) as snapshot:
        plan = await find(snapshot, plan_query, question, kinds_asked(question, listed.path))
        shown = await content_of(request, question, plan, listed, snapshot)
    values = template_values(request, plan, shown, listed)
    return await asyncio.to_thread(page, request, snapshot.revision, "list.html", values)


async def content_of(
    request: Request,
    question: EntryQuestion,
    plan: QueryPlan,
    listed: ListPage,
    snapshot: Snapshot,
) -> ListContent:
    """Reads what the page shows."""
    parameters = request.state.parameters
    path = f"/{listed.path}"
    facets = await find(snapshot, facets_of, question, plan, path, parameters)
    return ListContent(
        answer=await find(snapshot, read_page, question, plan),
        total=await find(snapshot, total_of, plan),
        facets=facets,
        topics=await topics_of(snapshot),
        dataset=await dataset_of(snapshot),
        density=await find(snapshot, density, plan),
    )


def template_values(
    request: Request, plan: QueryPlan, shown: ListContent, listed: ListPage
) -> dict[str, Any]:
    """The values of the template."""
    entries = [orjson.loads(body) for body in shown.answer.documents]
    parameters = [pair for pair in request.state.parameters if pair[0] != "cursor"]
    following = [*parameters, ("cursor", shown.answer.next_cursor or "")]
    has_words = any(not part.excluded for part in plan.terms)
    return {
        "heading": listed.heading,
        "asked": form_values(parameters),
        "entries": entries,
        "total": shown.total,
        "snippets": {each["id"]: snippet(each, plan.terms) for each in entries}
        if has_words
        else {},
        "facets": {
            name: {"values": facet.values, "complete": facet.complete}
            for name, facet in shown.facets.items()
        },
        "topics": shown.topics,
        "dataset": shown.dataset,
        "narrowed": narrowed(listed.path, parameters),
        "next_link": f"/{listed.path}?{urlencode(following)}" if shown.answer.next_cursor else None,
        "forms": other_forms(listed.path, parameters),
        "api_link": with_query(f"/v1/{listed.path}", parameters),
        "picture": picture_of(shown.density, listed.path, parameters, listed.heading),
        "embed": snippets_of(request, with_query(f"/{listed.path}", asked_alone(parameters))),
        "address": with_query(f"/{listed.path}", asked_alone(parameters)),
    }


def other_forms(path: str, parameters: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The same answer in each format: the name to show, the media type, the path."""
    return [
        (
            FORM_NAMES.get(name.value, name.value.upper()),
            form.media_type,
            with_query(f"/v1/{path}", [*parameters, ("format", name.value)]),
        )
        for name, form in FORMATS.items()
    ]


def asked_alone(parameters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters without those that only choose a page or a representation."""
    return [pair for pair in parameters if pair[0] not in PAGING]


def narrowed(path: str, parameters: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Each filter in use: its name, its value, and the page without it."""
    return [
        (name, value, with_query(f"/{path}", parameters[:number] + parameters[number + 1 :]))
        for number, (name, value) in enumerate(parameters)
        if name not in NOT_SHOWN
    ]


def with_query(path: str, parameters: list[tuple[str, str]]) -> str:
    """A path with its query string, if it has parameters."""
    return f"{path}?{urlencode(parameters)}" if parameters else path


PAGES = [PageAt(f"/{each.path}", partial(list_page, listed=each), each.question) for each in LISTS]
