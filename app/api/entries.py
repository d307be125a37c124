"""The dated lists, single entries of any kind, and the timeline of all kinds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache, partial
from itertools import chain
from typing import Annotated, Any, Union
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request

from app.api.answering import NOTHING_MORE, answer_of, by_size, form_of, represented, sized
from app.api.models import EntryListOf, list_content
from app.api.records import add_record
from app.api.registration import DatedList, add_question
from app.db.snapshots import Snapshot, find
from app.entries.density import Density, density
from app.entries.documents import Document, EntryDocument, EntryEnd
from app.entries.facets import facets_of
from app.entries.names import ENTRY_NAME
from app.entries.nearest_queries import nearest_queries
from app.entries.query_plan import QueryPlan
from app.entries.questions import MAX_VALUES, EntryQuestion, FormatName, none_given
from app.entries.result_pages import ResultPage, find_page, revision_of
from app.entries.snippets import snippets_of
from app.errors import NotAcceptable
from app.formats import FORMATS
from app.formats.answer import chosen_fields
from app.formats.jsonld import identified_actors
from app.http.route import QuestionRoute, Representation, asked_path, service_of, work_for
from app.kinds import KINDS
from app.reference.dataset import described


class KindName(StrEnum):
    """The kinds of entry."""

    vars().update({name: name for name in KINDS})


IN_TIMELINE = tuple(name for name, kind in KINDS.items() if kind.in_timeline)
# The kind of each list.
LISTED = {kind.plural: name for name, kind in KINDS.items()}
*OTHERS, LAST = [KINDS[name].plural for name in IN_TIMELINE]
WITHOUT_KIND = f"{', '.join(OTHERS)} and {LAST}"


class TimelineQuestion(EntryQuestion):
    """What can be asked of all kinds at once."""

    kind: list[KindName] = none_given(
        max_length=MAX_VALUES, description=f"Kinds of entry; without it {WITHOUT_KIND}; repeatable."
    )

    def kinds(self) -> tuple[str, ...]:
        """The kinds asked for, in the order in which kinds are listed."""
        if self.kind:
            return tuple(name for name in KINDS if name in self.kind)
        return IN_TIMELINE


def kinds_asked(question: EntryQuestion, plural: str) -> tuple[str, ...]:
    """The kinds that a question asks of the timeline, or of the list of one kind."""
    return question.kinds() if isinstance(question, TimelineQuestion) else (LISTED[plural],)


class HeadlineFields(Document):
    """An entry as one line."""

    headline: str
    """The title, the text, or what is counted."""


class TimelineRow(EntryEnd, HeadlineFields, EntryDocument):
    """What entries of all kinds have, for tables."""


@cache
def shape_of(kinds: tuple[str, ...]) -> tuple[str, type[Document], tuple[str, ...]]:
    """The name of a list of some kinds, what its table shows, and what its documents have."""
    documents = [KINDS[kind].document for kind in kinds]
    members = tuple(dict.fromkeys(chain.from_iterable(each.model_fields for each in documents)))
    if len(kinds) > 1:
        return "timeline", TimelineRow, members
    return KINDS[kinds[0]].plural, documents[0], members


async def answer_entries(
    request: Request, question: EntryQuestion, *, plural: str = "timeline"
) -> Representation:
    """The page that a question asks for, of one kind or of several."""
    kinds = kinds_asked(question, plural)
    form = form_of(request, question)
    question = sized(question, form)
    since = revision_of(question.cursor)
    async with service_of(request).database.snapshot(since, from_memory=True) as snapshot:
        plan, page = await find_page(snapshot, question, kinds)
        meta = NOTHING_MORE
        if question.facets or question.snippets or finds_no_words(question, page):
            meta = await more_about(request, question, plan, page, snapshot)
        dataset = await described(snapshot) if form.dated else None
        linked = form.name is FormatName.jsonld
        identified = await identified_actors(snapshot) if linked else NOTHING_MORE
        counts = await monthly_counts(request, snapshot, plan) if form.counted else None
    name, model, members = shape_of(kinds)
    answer = answer_of(
        request,
        snapshot.revision,
        model,
        name,
        page,
        question.limit,
        fields=chosen_fields(question.fields, members),
        dataset=dataset,
        identified=identified,
        density=counts,
        meta=meta,
    )
    return await represented(request, answer, form)


async def monthly_counts(request: Request, snapshot: Snapshot, plan: QueryPlan) -> Density:
    """How the whole answer is distributed in time, as work."""
    async with work_for(request) as work:
        return await find(snapshot, density, plan, work=work)


def finds_no_words(question: EntryQuestion, page: ResultPage) -> bool:
    """Whether a question with words finds nothing at all."""
    return not page.documents and question.q is not None and question.cursor is None


async def more_about(
    request: Request, question: EntryQuestion, plan: QueryPlan, page: ResultPage, snapshot: Snapshot
) -> dict[str, Any]:
    """Facets and snippets where asked for, other words where those of the question find nothing."""
    meta: dict[str, Any] = {}
    parameters, path = request.state.parameters, asked_path(request)
    if finds_no_words(question, page):
        queries = await find(snapshot, nearest_queries, question, plan.kinds)
        meta["nearest"] = nearest_links(path, parameters, queries)
    if question.facets:
        meta["facets"] = await find(snapshot, facets_of, question, plan, path, parameters)
    if question.snippets:
        read = map(orjson.loads, page.documents)
        meta["snippets"] = await by_size(request, len(page.documents), snippets_of, read, plan)
    return meta


def nearest_links(
    path: str, parameters: list[tuple[str, str]], queries: Iterable[str]
) -> list[dict[str, str]]:
    """Queries to ask instead, each with the question that has it."""
    return [
        {
            "q": query,
            "link": f"{path}?"
            + urlencode([(name, query if name == "q" else value) for name, value in parameters]),
        }
        for query in queries
    ]


DOCUMENTS: Any = Union[tuple(kind.document for kind in KINDS.values())]  # noqa: UP007 - built from the table
ANY_DOCUMENT = Annotated[DOCUMENTS, Field(discriminator="kind")]


LIST: Any = {
    "route": DatedList,
    "content": list_content(FORMATS),
    "problems": [NotAcceptable],
}


def add_routes(app: FastAPI) -> None:
    """Registers every dated list and entry on the application itself, which is fastest."""
    for kind in KINDS.values():
        model: Any = kind.document
        add_question(
            app,
            f"/v1/{kind.plural}",
            partial(answer_entries, plural=kind.plural),
            kind.question,
            operation_id="list{Name}s",
            of=kind.name,
            description=kind.description,
            model=EntryListOf[model],
            **LIST,
        )
        add_record(app, kind.name, kind.document)
    add_question(
        app,
        "/v1/timeline",
        answer_entries,
        TimelineQuestion,
        operation_id="listTimeline",
        description=f"All kinds of entry in one order: {WITHOUT_KIND}, others when asked for.",
        model=EntryListOf[ANY_DOCUMENT],
        **LIST,
    )
    add_record(app, ENTRY_NAME, ANY_DOCUMENT, "getEntry", QuestionRoute)
