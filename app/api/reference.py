"""Actors, topics and sources: lists for pickers, and single documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from fastapi import FastAPI, Query
from sqlalchemy import bindparam, exists, func, select
from starlette.requests import Request

from app.api.answering import (
    answer_of,
    chosen_fields,
    etag_of,
    form_of,
    headers_of,
    is_known,
    not_modified,
    represented,
    service_of,
)
from app.api.entries import LIST_PROBLEMS, ONE_PROBLEMS
from app.api.models import HEADERS, ListOf, OneOf, list_content, named, problem_responses
from app.api.route import AnswerOrPage, Rendered
from app.api.single import Found, OneQuestion, answer_found, one_content, path_id, revision_asked
from app.database import Ask, Revision
from app.entries.cursors import mark_of, read_cursor, revision_of, write_cursor
from app.entries.documents import Document
from app.entries.names import BY_FORMER_ID, UnknownName, id_of
from app.entries.pages import Page
from app.entries.questions import Count
from app.entries.words import Sought, read_query
from app.errors import Gone, InvalidQuery, Moved, NotFound
from app.formats import UNDATED_FORMATS
from app.history.past import reference_at, why_missing_at
from app.reference.documents import (
    ActorDocument,
    ReferenceQuestion,
    SourceDocument,
    TopicDocument,
)
from app.statements import Row, Statement
from app.tables import change, name_word, reference

LAST_CHAR = "\U0010ffff"


@dataclass(frozen=True)
class Realm:
    """A kind of reference data: its names and its document."""

    name: str
    plural: str
    document: type[Document]
    description: str


REALMS = (
    Realm("actor", "actors", ActorDocument, "Persons, states, groups and institutions."),
    Realm("topic", "topics", TopicDocument, "The subjects of the record, as a hierarchy."),
    Realm("source", "sources", SourceDocument, "The published texts that the record cites."),
)

ONE = Statement(
    select(reference.c.body).where(
        reference.c.realm == bindparam("realm"), reference.c.id == bindparam("id")
    )
)
LAST_ACTION = Statement(
    select(change.c.action)
    .where(change.c.id == bindparam("id"), change.c.kind == bindparam("realm"))
    .order_by(change.c.sequence.desc())
    .limit(1)
)


@lru_cache(maxsize=256)
def list_statement(wanted: int, unwanted: int, ids: int, counting: bool) -> Statement:
    """The rows of a realm after an id, with words that begin so, and none that begin so."""
    clause = select(func.count()) if counting else select(reference.c.id, reference.c.body)
    clause = clause.where(
        reference.c.realm == bindparam("realm"), reference.c.id > bindparam("after")
    )
    for number in range(wanted + unwanted):
        begins = exists().where(
            name_word.c.realm == reference.c.realm,
            name_word.c.id == reference.c.id,
            name_word.c.word >= bindparam(f"word_{number}"),
            name_word.c.word < bindparam(f"end_{number}"),
        )
        clause = clause.where(begins if number < wanted else ~begins)
    if ids:
        given: list[Any] = [bindparam(f"id_{number}") for number in range(ids)]
        clause = clause.where(reference.c.id.in_(given))
    if counting:
        return Statement(clause.select_from(reference))
    return Statement(clause.order_by(reference.c.id).limit(bindparam("limit")))


def word_values(sought: tuple[Sought, ...]) -> tuple[dict[str, str], int, int]:
    """The ranges of words that begin as asked; how many are wanted, and how many are not."""
    wanted = [word for part in sought if not part.excluded for word in part.words]
    unwanted = [word for part in sought if part.excluded for word in part.words]
    values = {}
    for number, word in enumerate([*wanted, *unwanted]):
        values[f"word_{number}"] = word
        values[f"end_{number}"] = word + LAST_CHAR
    return values, len(wanted), len(unwanted)


async def answer_list(request: Request, question: ReferenceQuestion, realm: Realm) -> Rendered:
    """A page of a realm, by id."""
    form = form_of(request, question, UNDATED_FORMATS)
    service = service_of(request)
    mark = fingerprint(question, realm)
    async with service.database.snapshot(revision_of(question.cursor)) as ask:
        after = last_id(question, mark, ask)
        ids = await known_ids(question, realm, ask)
        etag = etag_of(service, ask.revision, request, form.media_type)
        if is_known(request, etag):
            return not_modified(headers_of(ask.revision, etag, form.media_type))
        rows = await matching(question, realm, ids, after, ask)
        total = await count(question, realm, ids, ask) if question.count is Count.exact else None
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    page = Page(
        documents=[bytes(row[1]) for row in rows],
        next_cursor=write_cursor(mark, ask.revision.number, rows[-1][0]) if more else None,
        total=total,
    )
    fields = chosen_fields(question.fields, realm.document.model_fields)
    answer = answer_of(
        request, ask.revision, realm.document, realm.plural, page, question.limit, fields=fields
    )
    return await represented(answer, form, etag)


async def known_ids(question: ReferenceQuestion, realm: Realm, ask: Ask) -> list[str]:
    """The ids asked for; refuses one that is not there."""
    try:
        return [await id_of(value, realm.name, ask) for value in question.id]
    except UnknownName as unknown:
        raise InvalidQuery([unknown.error("id")]) from unknown


async def matching(
    question: ReferenceQuestion, realm: Realm, ids: list[str], after: str, ask: Ask
) -> list[Row]:
    """The rows of the page, and one more where another page follows."""
    values, wanted, unwanted = word_values(read_query(question.q) if question.q else ())
    statement = list_statement(wanted, unwanted, len(ids), counting=False)
    return await ask.rows(
        statement,
        realm=realm.name,
        after=after,
        limit=question.limit + 1,
        **values,
        **{f"id_{number}": each for number, each in enumerate(ids)},
    )


async def count(question: ReferenceQuestion, realm: Realm, ids: list[str], ask: Ask) -> int:
    """How many there are on all pages."""
    values, wanted, unwanted = word_values(read_query(question.q) if question.q else ())
    statement = list_statement(wanted, unwanted, len(ids), counting=True)
    given: dict[str, Any] = {f"id_{number}": each for number, each in enumerate(ids)}
    rows = await ask.rows(statement, realm=realm.name, after="", **values, **given)
    return int(rows[0][0])


def fingerprint(question: ReferenceQuestion, realm: Realm) -> bytes:
    """What a cursor is bound to."""
    return mark_of(realm.name, question.q, sorted(question.id))


def last_id(question: ReferenceQuestion, mark: bytes, ask: Ask) -> str:
    """The id after which the page begins."""
    if question.cursor is None:
        return ""
    return str(read_cursor(question.cursor, mark, [""], ask.revision.number)[0])


async def answer_one(
    request: Request, question: OneQuestion, realm: Realm, record_id: str
) -> Rendered:
    """One document of a realm, or what became of it."""
    async with service_of(request).database.snapshot() as ask:
        at = await revision_asked(question, ask)
        if question.revision is None:
            body = await document_now(realm, record_id, ask)
        else:
            body = await document_then(realm, record_id, at, ask)
        found = Found(realm.name, body, realm.document)
        return await answer_found(request, question, found, at, ask)


async def document_now(realm: Realm, record_id: str, ask: Ask) -> bytes:
    """A document of a realm."""
    found = await ask.rows(ONE, realm=realm.name, id=record_id)
    if not found:
        raise await why_missing(realm, record_id, ask)
    return bytes(found[0][0])


async def document_then(realm: Realm, record_id: str, at: Revision, ask: Ask) -> bytes:
    """A document of a realm as it stood at a revision."""
    body = await reference_at(at, realm.name, record_id, ask)
    if body is not None:
        return body
    missing = await why_missing_at(at, (realm.name,), record_id, ask)
    raise missing or await why_missing(realm, record_id, ask)


async def why_missing(realm: Realm, record_id: str, ask: Ask) -> Exception:
    """Moved, gone, or never there."""
    former = await ask.rows(BY_FORMER_ID, realm=realm.name, former=record_id)
    if former:
        return Moved(f"/v1/{realm.plural}/{former[0][0]}")
    last = await ask.rows(LAST_ACTION, id=record_id, realm=realm.name)
    if last and last[0][0] == "removed":
        past = f"/v1/{realm.plural}/{record_id}/history"
        return Gone(f"{record_id!r} was removed from the record; its past is at {past}.")
    try:
        near = [await id_of(record_id, realm.name, ask)]
    except UnknownName as unknown:
        near = list(unknown.nearest)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFound(f"There is no {realm.name} {record_id[:100]!r}.{hint}", nearest=near or None)


def list_endpoint(realm: Realm) -> Callable[..., Awaitable[Rendered]]:
    """The endpoint of a realm's list."""

    async def endpoint(
        request: Request, question: Annotated[ReferenceQuestion, Query()]
    ) -> Rendered:
        return await answer_list(request, question, realm)

    return endpoint


def one_endpoint(realm: Realm) -> Callable[..., Awaitable[Rendered]]:
    """The endpoint of a realm's single documents."""

    async def endpoint(
        request: Request, question: Annotated[OneQuestion, Query()], id: str
    ) -> Rendered:
        return await answer_one(request, question, realm, id)

    endpoint.__annotations__["id"] = path_id(realm.name)
    return endpoint


def add_routes(app: FastAPI) -> None:
    """Registers the lists and single documents of each realm."""
    for realm in REALMS:
        title = realm.name.capitalize()
        model: Any = realm.document
        app.router.add_api_route(
            f"/v1/{realm.plural}",
            list_endpoint(realm),
            route_class_override=AnswerOrPage,
            operation_id=f"list{title}s",
            summary=f"List {realm.plural}",
            description=realm.description,
            tags=["reference"],
            response_model=named(ListOf[model], f"{title}List"),
            responses={
                200: {
                    "description": "The page, in the representation asked for.",
                    "headers": HEADERS,
                    "content": list_content(UNDATED_FORMATS),
                },
                304: {"description": "The client has this representation already."},
                **problem_responses(*LIST_PROBLEMS),
            },
        )
        app.router.add_api_route(
            f"/v1/{realm.plural}/{{id}}",
            one_endpoint(realm),
            route_class_override=AnswerOrPage,
            operation_id=f"get{title}",
            summary=f"Get one {realm.name}",
            description=f"One {realm.name} by its id; a former id redirects, a removed one is 410.",
            tags=["reference"],
            response_model=named(OneOf[model], f"{title}Answer"),
            responses={
                200: {
                    "description": "The document.",
                    "headers": HEADERS,
                    "content": one_content(),
                },
                304: {"description": "The client has this representation already."},
                **problem_responses(*ONE_PROBLEMS),
            },
        )
