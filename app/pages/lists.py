"""The lists as pages: the questions of the API, with a form, facets and other representations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from app.api.answering import LONG, by_size
from app.api.entries import TimelineQuestion, finds_no_words, kinds_asked, nearest_links
from app.db.snapshots import Memory, Snapshot, find
from app.entries.density import density
from app.entries.facets import LABELLED, LABELS, facets_of
from app.entries.names import IDS
from app.entries.nearest_queries import nearest_queries
from app.entries.query_plan import QueryPlan
from app.entries.questions import MAX_LIMIT, EntryQuestion, Sort, filters_of
from app.entries.result_pages import ResultPage, find_page, total_of
from app.entries.snippets import snippets_of
from app.formats.svg import DATED, PAGING
from app.kinds import KINDS, RECORD_TYPES
from app.kinds.events import EventQuestion, EventType
from app.pages.charts import MOST_CHARTS, exchanges, figure_charts
from app.pages.entries import headlines
from app.pages.form import form_values, topics_of
from app.pages.picture import picture_of
from app.pages.rendering import Values, spaced
from app.pages.routing import PageAt

PAGE_LENGTH = 25
Parameters = list[tuple[str, Any]]
NOT_SHOWN = PAGING | {"actor_match", "topic_match"}


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


async def list_page(
    request: Request, question: EntryQuestion, snapshot: Snapshot, listed: ListPage
) -> Values:
    """A list with its form, its facets and links to its other representations."""
    limit = question.limit if "limit" in question.model_fields_set else PAGE_LENGTH
    question = question.model_copy(update={"facets": list(listed.facets), "limit": limit})
    plan, found = await find_page(snapshot, question, kinds_asked(question, listed.path))
    queries: list[str] = []
    if finds_no_words(question, found):
        queries = await find(snapshot, nearest_queries, question, plan.kinds)
    path, parameters = f"/{listed.path}", parameters_asked(request)
    lanes = await find(snapshot, density, plan)
    return {
        "long": len(found.documents) > LONG,
        "heading": listed.heading,
        "picture": picture_of(lanes, listed.path, parameters, listed.heading),
        "facets": await find(snapshot, facets_of, question, plan, path, request.state.parameters),
        "total": await find(snapshot, total_of, plan),
        "topics": await topics_of(snapshot),
        "nearest": nearest_links(path, parameters, queries),
        "narrowed": await find(snapshot, narrowed, question, path, parameters),
        **await by_size(request, len(found.documents), found_values, plan, found),
        **await drawn_numbers(question, listed.path, snapshot),
        **navigation(path, parameters, found.next_cursor),
    }


async def drawn_numbers(question: EntryQuestion, path: str, snapshot: Snapshot) -> dict[str, Any]:
    """Charts of all figures that are asked for, and the exchanges of all events of that sort."""
    asked = question.model_copy(update={"limit": MAX_LIMIT, "cursor": None, "sort": Sort.oldest})
    shown: dict[str, Any] = {"charts": [], "exchanges": None}
    if path == "figures":
        figures = await all_found(asked, path, snapshot)
        shown["charts"] = list(islice(figure_charts(figures), MOST_CHARTS))
    if isinstance(question, EventQuestion) and (
        question.exchange or question.event_type == [EventType.release]
    ):
        shown["exchanges"] = exchanges(await all_found(asked, path, snapshot))
    return shown


async def all_found(asked: EntryQuestion, path: str, snapshot: Snapshot) -> list[dict[str, Any]]:
    _, found = await find_page(snapshot, asked, kinds_asked(asked, path))
    return [orjson.loads(body) for body in found.documents]


def found_values(plan: QueryPlan, found: ResultPage) -> dict[str, Any]:
    """The entries of the page, and with words their snippets."""
    entries = [orjson.loads(body) for body in found.documents]
    has_words = any(not group.excluded for group in plan.words.groups)
    snippets = snippets_of(entries, plan) if has_words else {}
    return {"entries": entries, "snippets": snippets}


def navigation(path: str, parameters: Parameters, cursor: str | None) -> dict[str, Any]:
    """The form, and the links to other pages and representations."""
    return {
        "asked": form_values(parameters),
        "next_link": with_query(path, [*parameters, ("cursor", cursor)]) if cursor else None,
        "parameters": parameters,
        "api_link": with_query(f"/v1{path}", parameters),
        "address": with_query(path, [pair for pair in parameters if pair[0] not in PAGING]),
    }


def parameters_asked(request: Request) -> Parameters:
    """The parameters of the request without its cursor."""
    return [pair for pair in request.state.parameters if pair[0] != "cursor"]


def narrowed(
    memory: Memory, question: EntryQuestion, path: str, parameters: Parameters
) -> list[tuple[str, str, str]]:
    """Each filter in use: its name, its value with the name of what it names, the page without."""
    return [
        (
            name,
            str(getattr(question, name))
            if name in DATED
            else named_value(memory, question, name, value),
            with_query(path, parameters[:number] + parameters[number + 1 :]),
        )
        for number, (name, value) in enumerate(parameters)
        if name not in NOT_SHOWN
    ]


def named_value(memory: Memory, question: EntryQuestion, parameter: str, value: str) -> str:
    """What a value names: a record by its name, an entry by its headline; else itself."""
    mark = filters_of(type(question)).get(parameter)
    name_type = mark.name_type if mark else LABELLED.get(parameter)
    found = memory.get(IDS, (name_type, value)) if name_type in RECORD_TYPES else None
    if found is None:
        return spaced(value) if mark else value
    label = memory.get(LABELS, (name_type, found)) if name_type in LABELLED else None
    return label or headlines(memory, [found])[found]


def with_query(path: str, parameters: Parameters) -> str:
    """A path with its query string, if it has parameters."""
    return f"{path}?{urlencode(parameters)}" if parameters else path


PAGES = [
    PageAt(f"/{each.path}", "list.html", partial(list_page, listed=each), each.question)
    for each in LISTS
]
