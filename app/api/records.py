"""Single records: what can be asked of them, their representations, and why one is missing.

Records are named by their type: a kind of entry, `actor`, `topic`, `source`, or `entry` for entries
of any kind.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import FastAPI
from pydantic import AfterValidator, Field
from sqlalchemy import select
from starlette.requests import Request

from app.api.answering import answer_of
from app.api.models import SCHEMAS, OneOf, schema_of
from app.api.registration import add_question, plural_of
from app.db.postings import MIB
from app.db.snapshots import Loadable, Memory, Revision, Snapshot, find
from app.db.sql import Statement, given
from app.db.tables import document, reference
from app.entries.documents import Document
from app.entries.names import BY_FORMER_ID, ENTRY_NAME, ids_meant
from app.entries.questions import FormatName, NamesParameter, NoQuestion, none_given
from app.entries.result_pages import ResultPage
from app.errors import Gone, InvalidQuery, Moved, NotAcceptable, NotFound
from app.formats import FORMATS
from app.formats.answer import SPARSE_MEDIA_TYPE, Format, chosen_fields, enveloped, revision_meta
from app.formats.citations import CITATION_FORMATS, Cited
from app.formats.jsonld import identified_actors
from app.history.changelog import changes_of, standing_at
from app.history.past import record_at, sources_at, why_missing_at
from app.history.revisions import is_digest, named_revision, readable_revision
from app.http.messages import JSON
from app.http.route import (
    CACHE_CONTROL,
    AnswerOrPage,
    QuestionRoute,
    Representation,
    asked_path,
    service_of,
)
from app.kinds import KINDS, RECORD_TYPES
from app.reference import REFERENCE_TYPES
from app.reference.dataset import DatasetRecord, read_dataset

ENTRY = Statement(select(document.c.kind, document.c.body).where(given(document.c.id)))
REFERENCE = Statement(select(reference.c.body).where(given(reference.c.name_type, reference.c.id)))

# What a digest names never changes; a number means another revision in another database.
FOR_A_DIGEST = b"public, max-age=31536000, immutable"
FOR_A_NUMBER = b"public, max-age=86400"


class OneFormat(StrEnum):
    """The representations of a single document."""

    json = "json"
    bibtex = "bibtex"
    ris = "ris"
    csl_json = "csl-json"


class EntryFormat(StrEnum):
    """The representations of a single entry."""

    json = "json"
    jsonld = "jsonld"
    md = "md"
    bibtex = "bibtex"
    ris = "ris"
    csl_json = "csl-json"


class PinnedQuestion(NoQuestion):
    """What can be asked of every single document, whatever its representations."""

    fields: NamesParameter = none_given("id,links")
    """Only these members of the document, separated by commas."""
    revision: Annotated[str | None, AfterValidator(readable_revision)] = None
    """The document as it stood at this revision, with what it refers to as it stood then: the
    number of a revision of this database, or at least 12 digits of its digest, which mean the same
    in every database."""

    @property
    def cache_control(self) -> bytes:
        """How long the answer may be kept."""
        if self.revision is None:
            return CACHE_CONTROL
        return FOR_A_DIGEST if is_digest(self.revision) else FOR_A_NUMBER


# Those that show an entry as a list of one.
LISTED: dict[str, Format] = {name: FORMATS[name] for name in (FormatName.jsonld, FormatName.md)}
CONTENT_TYPES = {
    "json": JSON,
    **{name: each.full_type for name, each in LISTED.items()},
    **{name: each.content_type for name, each in CITATION_FORMATS.items()},
}
ONE_FORMAT = Field(
    description="The representation. `bibtex`, `ris` and `csl-json` cite the document at the "
    "revision that answers, with the sources that it rests on.",
    examples=["bibtex"],
)


class OneQuestion(PinnedQuestion):
    """What can be asked of an actor, a topic, a source or the dataset."""

    format: Annotated[OneFormat, ONE_FORMAT] = OneFormat.json


class OneEntryQuestion(PinnedQuestion):
    """What can be asked of an entry."""

    format: Annotated[EntryFormat, ONE_FORMAT] = EntryFormat.json


Single = OneQuestion | OneEntryQuestion


class StoredDocument(NamedTuple):
    """A document: its kind, its bytes, its model, and the path of its page at present."""

    kind: str
    body: bytes
    model: type[Document]
    page: str


async def answer_record(
    request: Request, question: Single, record_id: str, *, name: str
) -> Representation:
    """The record at a path, now or as it stood at a revision, or what became of it."""
    async with service_of(request).database.snapshot(from_memory=True) as snapshot:
        at = await revision_asked(question, snapshot)
        if question.revision is None:
            kind, body = await record_now(name, record_id, snapshot)
        else:
            kind, body = await record_then(name, record_id, at, snapshot)
        shown = RECORD_TYPES[kind]
        page = f"/{shown.plural}/{record_id}"
        found = StoredDocument(kind, body, shown.document, page)
        return await answer_found(request, question, found, at, snapshot)


async def revision_asked(question: PinnedQuestion, snapshot: Snapshot) -> Revision:
    """The revision that a question names, or the present one."""
    if question.revision is None:
        return snapshot.revision
    return await named_revision(question.revision, snapshot)


Entry = tuple[str, bytes] | None


async def load_entry_documents(ids: list[str], snapshot: Snapshot) -> dict[str, Entry]:
    """The kind and document of each entry; None where there is no such entry."""
    found = {each: await snapshot.rows(ENTRY, id=each) for each in ids}
    return {each: (rows[0][0], bytes(rows[0][1])) if rows else None for each, rows in found.items()}


def size_of_entry(entry: Entry) -> int:
    """The bytes of its document."""
    return len(entry[1]) if entry is not None else 0


ENTRY_DOCUMENTS = Loadable(load_entry_documents, 16 * MIB, size_of_entry)


async def record_now(name: str, record_id: str, snapshot: Snapshot) -> tuple[str, bytes]:
    """The type and document of a record; raises what became of it where there is none."""
    found: tuple[str, bytes] | None
    if name in REFERENCE_TYPES:
        rows = await snapshot.rows(REFERENCE, name_type=name, id=record_id)
        found = (name, bytes(rows[0][0])) if rows else None
    else:
        found = await find(snapshot, Memory.get, ENTRY_DOCUMENTS, record_id)
    if found is None:
        raise await why_missing(name, record_id, snapshot)
    if name not in (ENTRY_NAME, found[0]):
        path = KINDS[found[0]].path(record_id)
        raise NotFound(f"{record_id!r} is not among the {plural_of(name)}; it is at {path}.")
    return found


async def document_now(name: str, record_id: str, snapshot: Snapshot) -> dict[str, Any]:
    """The document of a record, read; raises what became of it where there is none."""
    document: dict[str, Any] = orjson.loads((await record_now(name, record_id, snapshot))[1])
    return document


async def record_then(
    name: str, record_id: str, at: Revision, snapshot: Snapshot
) -> tuple[str, bytes]:
    """The type and document of a record as it stood at a revision."""
    types = types_at(name)
    found = await record_at(at, types, record_id, snapshot)
    if found is not None:
        return found
    missing = await why_missing_at(at, types, record_id, snapshot)
    if missing is not None:
        raise missing
    # It never was of this type, which the present says best.
    return await record_now(name, record_id, snapshot)


def types_at(name: str) -> tuple[str, ...]:
    """The types of the records at the paths of a type."""
    return tuple(KINDS) if name == ENTRY_NAME else (name,)


async def why_missing(name: str, record_id: str, snapshot: Snapshot) -> Exception:
    """Moved, gone, or never there."""
    name_type = ENTRY_NAME if name in KINDS else name
    former = await snapshot.rows(BY_FORMER_ID, name_type=name_type, former=record_id)
    if former:
        return Moved(f"/v1/{plural_of(name)}/{former[0][0]}")
    changes = await changes_of(types_at(name_type), [record_id], snapshot)
    if changes and changes[-1].action == "removed":
        past = f"/v1/{plural_of(name_type)}/{record_id}/history"
        return Gone(f"{record_id!r} was removed from the record; its past is at {past}.")
    near = await find(snapshot, ids_meant, record_id, name)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFound(f"There is no {name} {record_id[:100]!r}.{hint}", nearest=near or None)


async def answer_found(
    request: Request, question: Single, found: StoredDocument, at: Revision, snapshot: Snapshot
) -> Representation:
    """A document in the representation asked for, as of a revision."""
    content_type = content_type_of(question)
    fields = chosen_fields(question.fields, found.model.model_fields)
    if question.format == "json":
        page = found.page if question.revision is None else None
        body = enveloped_one(request, found.body, at, page, fields)
    elif question.format in LISTED:
        form = LISTED[question.format]
        body = await as_list_of_one(request, found, at, snapshot, form)
    else:
        public_url = service_of(request).settings.public_url
        cited = await cited_document(found, at, public_url, snapshot)
        body = CITATION_FORMATS[question.format].write(cited)
    return Representation(content_type, body, at)


def content_type_of(question: Single) -> str:
    """The media type of the representation; refuses `fields` where it has none to choose from."""
    if question.fields and question.format != "json":
        asked = ",".join(question.fields)
        raise InvalidQuery.of("fields", asked, f"cannot be chosen with format={question.format}.")
    return SPARSE_MEDIA_TYPE if question.fields else CONTENT_TYPES[question.format]


def enveloped_one(
    request: Request, body: bytes, at: Revision, page: str | None, fields: tuple[str, ...] = ()
) -> bytes:
    """The document as `{"data": …, "meta": {…}, "links": {…}}`."""
    if fields:
        document = orjson.loads(body)
        body = orjson.dumps({name: document[name] for name in document if name in fields})
    query = request.scope["query_string"].decode("ascii", "replace")
    path = asked_path(request)
    links = {"self": f"{path}?{query}" if query else path, "next": None, "html": page}
    return enveloped([body], {"revision": revision_meta(at)}, links)


def answer_json(
    request: Request, body: bytes, revision: Revision, page: str | None
) -> Representation:
    """A document that is made when it is asked for."""
    return Representation(JSON, enveloped_one(request, body, revision, page), revision)


async def as_list_of_one(
    request: Request, found: StoredDocument, at: Revision, snapshot: Snapshot, form: Format
) -> bytes:
    """An entry in a format of lists."""
    dataset = await dataset_at(at, snapshot)
    page = ResultPage([found.body], None, None)
    identified = await identified_actors(snapshot)
    answer = answer_of(
        request, at, found.model, found.kind, page, 1, dataset=dataset, identified=identified
    )
    return form.render(answer)


async def dataset_at(at: Revision, snapshot: Snapshot) -> DatasetRecord:
    """The dataset's curated description as of a revision."""
    (body,) = (await standing_at(at.number, ("dataset",), None, snapshot)).values()
    return read_dataset(body)


async def cited_document(
    found: StoredDocument, at: Revision, public_url: str, snapshot: Snapshot
) -> Cited:
    """A document with what its citation needs."""
    document = orjson.loads(found.body)
    dataset = await dataset_at(at, snapshot)
    sources = await sources_at(at, sources_in(found.kind, document), snapshot)
    return Cited(found.kind, document, dataset, sources, at, public_url)


def sources_in(kind: str, document: dict[str, Any]) -> list[str]:
    """The ids of the sources that a document rests on, each once."""
    if kind == "source":
        return [document["id"]]
    citing = [*document.get("citations", []), *document.get("renderings", [])]
    return list(dict.fromkeys(each["source"]["id"] for each in citing))


def one_content(*, linked: bool = False) -> dict[str, Any]:
    """The other representations of a single document, for the documentation."""
    schemas = {
        SPARSE_MEDIA_TYPE: SCHEMAS["sparse"],
        **({form.media_type: schema_of(form) for form in LISTED.values()} if linked else {}),
        "application/x-bibtex": SCHEMAS["cited"],
        "application/x-research-info-systems": SCHEMAS["cited"],
        "application/vnd.citationstyles.csl+json": SCHEMAS["csl"],
    }
    return {media_type: {"schema": schema} for media_type, schema in schemas.items()}


def add_record(
    app: FastAPI,
    name: str,
    document: Any,
    operation_id: str = "get{Name}",
    route: type[QuestionRoute] = AnswerOrPage,
) -> None:
    """Registers the single records of a type."""
    is_entry = name not in REFERENCE_TYPES
    add_question(
        app,
        f"/v1/{plural_of(name)}/{{id}}",
        partial(answer_record, name=name),
        OneEntryQuestion if is_entry else OneQuestion,
        operation_id=operation_id,
        of=name,
        route=route,
        content=one_content(linked=is_entry),
        problems=[NotAcceptable],
        model=OneOf[document],
    )
