"""Actors, topics and sources: lists for pickers, and single documents."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import count as count_up
from typing import Any

from fastapi import FastAPI
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, not_, or_, select
from starlette.requests import Request

from app.api.answering import answer_of, form_of, represented, sized
from app.api.entries import nearest_links
from app.api.models import ListOf, list_content
from app.api.records import add_record
from app.api.registration import UndatedList, add_question
from app.db.snapshots import Snapshot, find
from app.db.sql import Statement
from app.db.tables import name_word, reference
from app.entries.names import (
    folded_name,
    ids_of,
    load_choices,
    nearest,
)
from app.entries.questions import Count
from app.entries.result_pages import ResultPage, fingerprint, page_of, read_cursor, revision_of
from app.entries.search_query import read_query
from app.entries.spellings import ABBREVIATED
from app.errors import NotAcceptable
from app.formats import UNDATED_FORMATS
from app.formats.answer import chosen_fields
from app.http.route import Representation, asked_path, service_of
from app.reference import REFERENCE_TYPES
from app.reference.documents import ReferenceQuestion
from app.reference.record_types import RecordType

LAST_CHAR = "\U0010ffff"
# For each group of terms, whether it is excluded, and how many words each of its terms has.
Shape = tuple[tuple[bool, tuple[int, ...]], ...]


@lru_cache(maxsize=256)
def list_statement(shape: Shape, ids: int, counting: bool) -> Statement:
    """Rows after an id, with words that begin as the words of each group of terms."""
    clause = select(func.count()) if counting else select(reference.c.id, reference.c.body)
    clause = clause.where(
        reference.c.name_type == bindparam("name_type"), reference.c.id > bindparam("after")
    )
    numbers = count_up()
    for excluded, lengths in shape:
        terms = [and_(*[has_word(next(numbers)) for _ in range(length)]) for length in lengths]
        clause = clause.where(not_(or_(*terms)) if excluded else or_(*terms))
    if ids:
        given: list[Any] = [bindparam(f"id_{number}") for number in range(ids)]
        clause = clause.where(reference.c.id.in_(given))
    if counting:
        return Statement(clause.select_from(reference))
    return Statement(clause.order_by(reference.c.id).limit(bindparam("limit")))


def has_word(number: int) -> ColumnElement[bool]:
    """Whether a row has a word between two others."""
    return exists().where(
        name_word.c.name_type == reference.c.name_type,
        name_word.c.id == reference.c.id,
        name_word.c.word >= bindparam(f"word_{number}"),
        name_word.c.word < bindparam(f"end_{number}"),
    )


def words_asked(query: str | None) -> tuple[Shape, dict[str, str]]:
    """The shape of what a query asks for, and the ranges of words that begin as its words."""
    groups = read_query(query) if query else ()
    shape = tuple((each.excluded, tuple(len(term.words) for term in each.terms)) for each in groups)
    words = [word for group in groups for term in group.terms for word in term.words]
    values = {}
    for number, word in enumerate(words):
        # An abbreviation is a beginning, too: `IS` may become Israel.
        values[f"word_{number}"] = word.removesuffix(ABBREVIATED)
        values[f"end_{number}"] = values[f"word_{number}"] + LAST_CHAR
    return shape, values


async def answer_references(
    request: Request, question: ReferenceQuestion, name_type: RecordType
) -> Representation:
    """A page of a reference type, by id."""
    form = form_of(request, question, UNDATED_FORMATS)
    question = sized(question, form)
    async with service_of(request).database.snapshot(revision_of(question.cursor)) as snapshot:
        page = await find_references(question, name_type, snapshot)
        meta = {}
        if not page.documents and question.q is not None and question.cursor is None:
            names = await load_choices(name_type.name, question.q, snapshot)
            queries = nearest(folded_name(question.q), names)
            meta["nearest"] = nearest_links(asked_path(request), request.state.parameters, queries)
    fields = chosen_fields(question.fields, name_type.document.model_fields)
    answer = answer_of(
        request,
        snapshot.revision,
        name_type.document,
        name_type.plural,
        page,
        question.limit,
        fields=fields,
        meta=meta,
    )
    return await represented(request, answer, form)


async def find_references(
    question: ReferenceQuestion, name_type: RecordType, snapshot: Snapshot
) -> ResultPage:
    """The page that a question asks for; one row more is read to know whether another follows."""
    mark = fingerprint(name_type.name, question.q, sorted(question.id))
    after = ""
    if question.cursor is not None:
        (after,) = read_cursor(question.cursor, mark, [""], snapshot.revision.number)
    asked = [("id", name_type.name, value) for value in question.id]
    ids = (await find(snapshot, ids_of, asked))["id"]
    shape, values = words_asked(question.q)
    values |= {f"id_{number}": each for number, each in enumerate(ids)}
    values["name_type"] = name_type.name
    statement = list_statement(shape, len(ids), counting=False)
    rows = await snapshot.rows(statement, after=after, limit=question.limit + 1, **values)
    found = [((record_id,), bytes(body)) for record_id, body in rows]
    page = page_of(found, question, mark, snapshot.revision.number)
    if question.count is not Count.exact:
        return page
    counting = list_statement(shape, len(ids), counting=True)
    return page._replace(total=int((await snapshot.rows(counting, after="", **values))[0][0]))


def add_routes(app: FastAPI) -> None:
    """Registers the lists and single documents of each type of name."""
    for name_type in REFERENCE_TYPES.values():
        model: Any = name_type.document
        add_question(
            app,
            f"/v1/{name_type.plural}",
            partial(answer_references, name_type=name_type),
            ReferenceQuestion,
            route=UndatedList,
            content=list_content(UNDATED_FORMATS),
            problems=[NotAcceptable],
            operation_id="list{Name}s",
            of=name_type.name,
            description=name_type.description,
            model=ListOf[model],
        )
        add_record(app, name_type.name, name_type.document)
