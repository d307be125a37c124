"""The dated lists, single entries of any kind, and the timeline of all kinds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, Union
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Query
from pydantic import Field
from starlette.requests import Request

from app.api.answering import (
    NOTHING_MORE,
    answer_of,
    asked_path,
    chosen_fields,
    form_of,
    represented,
)
from app.api.missing import plural_of, types_at, why_missing
from app.api.models import EntryListOf, OneOf, list_content, named
from app.api.registration import DatedList, add_question
from app.api.single import (
    OneEntryQuestion,
    StoredDocument,
    answer_found,
    one_content,
    path_id,
    revision_asked,
)
from app.db.snapshots import Revision, Snapshot, find
from app.entries.density import density
from app.entries.documents import Document, EntryDocument, EntryEnd
from app.entries.facets import facets_of
from app.entries.names import ENTRY_NAME
from app.entries.nearest_queries import nearest_queries
from app.entries.query_plan import QueryPlan
from app.entries.questions import MAX_VALUES, EntryQuestion, none_given
from app.entries.result_pages import ResultPage, find_page, read_entry, revision_of
from app.entries.snippets import snippet
from app.errors import (
    Gone,
    Moved,
    NotAcceptable,
    NotFound,
)
from app.formats import FORMATS
from app.history.past import entry_at, why_missing_at
from app.http.route import AnswerOrPage, Representation, service_of
from app.kinds import KINDS
from app.kinds.kind import Kind
from app.reference.dataset import described

ONE_PROBLEMS = (NotAcceptable, NotFound, Gone, Moved)


class KindName(StrEnum):
    """The kinds of entry."""

    vars().update({name: name for name in KINDS})


IN_TIMELINE = tuple(name for name, kind in KINDS.items() if kind.in_timeline)
*OTHERS, LAST = [KINDS[name].plural for name in IN_TIMELINE]
WITHOUT_KIND = f"{', '.join(OTHERS)} and {LAST}"


class TimelineQuestion(EntryQuestion):
    """What can be asked of all kinds at once."""

    kind: list[KindName] = none_given(
        "event",
        max_length=MAX_VALUES,
        description=f"Kinds of entry; without it {WITHOUT_KIND}; repeatable.",
    )

    def kinds(self) -> tuple[str, ...]:
        """The kinds asked for, in the order in which kinds are listed."""
        if self.kind:
            return tuple(name for name in KINDS if name in self.kind)
        return IN_TIMELINE


def kinds_asked(question: EntryQuestion, plural: str) -> tuple[str, ...]:
    """The kinds that a question asks of the timeline, or of the list of one kind."""
    if isinstance(question, TimelineQuestion):
        return question.kinds()
    return tuple(name for name, kind in KINDS.items() if kind.plural == plural)


class HeadlineFields(Document):
    """What stands for an entry in a line."""

    headline: str
    """The title, the text, or what is counted."""


class TimelineRow(EntryEnd, HeadlineFields, EntryDocument):
    """What entries of all kinds have, for tables."""


async def answer_entries(
    request: Request,
    question: EntryQuestion,
    kinds: tuple[str, ...],
    model: type[Document],
    known_fields: tuple[str, ...],
) -> Representation:
    """The page that a question asks for."""
    form = form_of(request, question)
    since = revision_of(question.cursor)
    async with service_of(request).database.snapshot(since, from_memory=True) as snapshot:
        plan, page = await find(snapshot, find_page, question, kinds)
        meta = NOTHING_MORE
        if question.facets or question.snippets or finds_no_words(question, page):
            meta = await more_about(request, question, plan, page, snapshot)
        dataset = await described(snapshot) if form.dated else None
        counts = await find(snapshot, density, plan) if form.counted else None
    answer = answer_of(
        request,
        snapshot.revision,
        model,
        "timeline" if len(kinds) > 1 else KINDS[kinds[0]].plural,
        page,
        question.limit,
        fields=chosen_fields(question.fields, known_fields),
        dataset=dataset,
        density=counts,
        meta=meta,
    )
    return await represented(answer, form)


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
        documents = [orjson.loads(body) for body in page.documents]
        meta["snippets"] = {each["id"]: snippet(each, plan) for each in documents}
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


async def answer_entry(
    request: Request, question: OneEntryQuestion, entry_id: str, kind: str
) -> Representation:
    """The entry at a path, or what became of it."""
    async with service_of(request).database.snapshot(from_memory=True) as snapshot:
        at = await revision_asked(question, snapshot)
        if question.revision is None:
            named, body = await entry_now(entry_id, kind, snapshot)
        else:
            named, body = await entry_then(entry_id, kind, at, snapshot)
        found = StoredDocument(named, body, KINDS[named].document)
        return await answer_found(request, question, found, at, snapshot)


async def entry_now(entry_id: str, kind: str, snapshot: Snapshot) -> tuple[str, bytes]:
    """The kind and document of an entry."""
    found = await find(snapshot, read_entry, entry_id)
    if found is None:
        raise await why_missing(kind, entry_id, snapshot)
    if kind not in (ENTRY_NAME, found[0]):
        path = KINDS[found[0]].path(entry_id)
        raise NotFound(f"{entry_id!r} is not among the {plural_of(kind)}; it is at {path}.")
    return found


async def entry_then(
    entry_id: str, kind: str, at: Revision, snapshot: Snapshot
) -> tuple[str, bytes]:
    """The kind and document of an entry as it stood at a revision."""
    kinds = types_at(kind)
    found = await entry_at(at, kinds, entry_id, snapshot)
    if found is not None:
        return found
    missing = await why_missing_at(at, kinds, entry_id, snapshot)
    if missing is not None:
        raise missing
    # It never was among these kinds, which the present says best.
    return await entry_now(entry_id, kind, snapshot)


def entries_endpoint(kind: Kind) -> Callable[..., Awaitable[Representation]]:
    """The endpoint of one kind's list."""
    known = tuple(kind.document.model_fields)

    async def endpoint(request: Request, question: Any) -> Representation:
        return await answer_entries(request, question, (kind.name,), kind.document, known)

    endpoint.__annotations__["question"] = Annotated[kind.question, Query()]
    return endpoint


def entry_endpoint(kind: str) -> Callable[..., Awaitable[Representation]]:
    """The endpoint of single entries of a kind, or of any."""

    async def endpoint(request: Request, question: Any, id: str) -> Representation:
        return await answer_entry(request, question, id, kind)

    endpoint.__annotations__["question"] = Annotated[OneEntryQuestion, Query()]
    endpoint.__annotations__["id"] = path_id(kind)
    return endpoint


async def timeline(
    request: Request, question: Annotated[TimelineQuestion, Query()]
) -> Representation:
    kinds = question.kinds()
    known = dict.fromkeys(name for kind in kinds for name in KINDS[kind].document.model_fields)
    model = TimelineRow if len(kinds) > 1 else KINDS[kinds[0]].document
    return await answer_entries(request, question, kinds, model, tuple(known))


DOCUMENTS: Any = Union[tuple(kind.document for kind in KINDS.values())]  # noqa: UP007 - built from the table
ANY_DOCUMENT = Annotated[DOCUMENTS, Field(discriminator="kind")]


LIST: Any = {
    "route": DatedList,
    "answer": "The page, in the representation asked for.",
    "content": list_content(FORMATS),
    "problems": [NotAcceptable],
    "tags": ["entries"],
}
ONE: Any = {
    "answer": "The document.",
    "content": one_content(linked=True),
    "problems": ONE_PROBLEMS,
    "tags": ["entries"],
}


def add_routes(app: FastAPI) -> None:
    """Registers every dated list and entry on the application itself, which is fastest."""
    for kind in KINDS.values():
        title = kind.title
        model: Any = kind.document
        add_question(
            app,
            f"/v1/{kind.plural}",
            entries_endpoint(kind),
            operation_id=f"list{title}s",
            summary=f"List {kind.plural}",
            description=kind.description,
            response_model=named(EntryListOf[model], f"{title}List"),
            **LIST,
        )
        add_question(
            app,
            f"/v1/{kind.plural}/{{id}}",
            entry_endpoint(kind.name),
            route=AnswerOrPage,
            operation_id=f"get{title}",
            summary=f"Get one {kind.name}",
            description=f"One {kind.name} by its id; a former id redirects, a removed one is 410.",
            response_model=named(OneOf[model], f"{title}Answer"),
            **ONE,
        )
    add_question(
        app,
        "/v1/timeline",
        timeline,
        operation_id="listTimeline",
        summary="List all kinds in one order",
        description=f"All kinds of entry in one order: {WITHOUT_KIND}, others when asked for.",
        response_model=named(EntryListOf[ANY_DOCUMENT], "Timeline"),
        **LIST,
    )
    add_question(
        app,
        "/v1/entries/{id}",
        entry_endpoint(ENTRY_NAME),
        operation_id="getEntry",
        summary="Get one entry of any kind",
        description="One entry of any kind by its id.",
        response_model=named(OneOf[ANY_DOCUMENT], "EntryAnswer"),
        **ONE,
    )
