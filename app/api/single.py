"""Single documents: what can be asked of every one of them, and its representations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Path
from pydantic import AfterValidator, Field
from starlette.requests import Request

from app.api.answering import asked_path, chosen_fields
from app.db.snapshots import Revision, Snapshot
from app.entries.documents import Document
from app.entries.questions import FormatName, NamesParameter, NoQuestion, none_given
from app.errors import InvalidQuery
from app.formats import FORMATS, SPARSE_MEDIA_TYPE
from app.formats.answer import Answer
from app.formats.citations import CITATION_FORMATS, Cited
from app.formats.json import enveloped, revision_meta
from app.history.changelog import standing_at
from app.history.past import sources_at
from app.history.revisions import is_digest, named_revision, readable_revision
from app.http.route import CACHE_CONTROL, Representation, service_of
from app.kinds import KINDS, RECORD_TYPES
from app.reference.dataset import DatasetRecord, read_description

# What a digest names never changes; a number means another revision in another database.
FOR_A_DIGEST = b"public, max-age=31536000, immutable"
FOR_A_NUMBER = b"public, max-age=86400"


def path_id(name: str) -> Any:
    """The type of the id in a path, for the documentation."""
    shown = RECORD_TYPES.get(name, KINDS["quote"])
    description = f"The id of the {name}; a former one redirects to the present one."
    return Annotated[str, Path(description=description, examples=[shown.example])]


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
    bibtex = "bibtex"
    ris = "ris"
    csl_json = "csl-json"


class PinnedQuestion(NoQuestion):
    """What can be asked of every single document, whatever its representations."""

    fields: NamesParameter = none_given("id,date")
    """Only these members of the document, separated by commas."""
    revision: Annotated[str | None, AfterValidator(readable_revision)] = Field(None, examples=["1"])
    """The document as it stood at this revision, with what it refers to as it stood then: the
    number of a revision of this database, or at least 12 digits of its digest, which mean the same
    in every database."""

    @property
    def cache_control(self) -> bytes:
        """How long the answer may be kept."""
        if self.revision is None:
            return CACHE_CONTROL
        return FOR_A_DIGEST if is_digest(self.revision) else FOR_A_NUMBER


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
    """A document: its kind, its bytes, its model."""

    kind: str
    body: bytes
    model: type[Document]


async def revision_asked(question: PinnedQuestion, snapshot: Snapshot) -> Revision:
    """The revision that is to answer: the present one, where none is named."""
    if question.revision is None:
        return snapshot.revision
    return await named_revision(question.revision, snapshot)


async def answer_found(
    request: Request, question: Single, found: StoredDocument, at: Revision, snapshot: Snapshot
) -> Representation:
    """A document in the representation asked for, as of a revision."""
    content_type = content_type_of(question)
    fields = chosen_fields(question.fields, found.model.model_fields)
    if question.format == "json":
        body = enveloped_one(request, found.body, fields, at)
    elif question.format == "jsonld":
        body = await linked_data(request, found, at, snapshot)
    else:
        public_url = service_of(request).settings.public_url
        cited = await cited_document(found, at, public_url, snapshot)
        body = CITATION_FORMATS[question.format].write(cited)
    return Representation(content_type, body, at)


def content_type_of(question: Single) -> str:
    """The media type of the representation; refuses `fields` where it has none to choose from."""
    if question.format == "json":
        return SPARSE_MEDIA_TYPE if question.fields else "application/json"
    if question.fields:
        asked = ",".join(question.fields)
        raise InvalidQuery.of("fields", asked, f"cannot be chosen with format={question.format}.")
    if question.format == "jsonld":
        return FORMATS[FormatName.jsonld].media_type
    return CITATION_FORMATS[question.format].content_type


def enveloped_one(request: Request, body: bytes, fields: tuple[str, ...], at: Revision) -> bytes:
    """The document as `{"data": …, "meta": {…}, "links": {…}}`."""
    if fields:
        document = orjson.loads(body)
        body = orjson.dumps({name: document[name] for name in document if name in fields})
    query = request.scope["query_string"].decode("ascii", "replace")
    path = asked_path(request)
    links = {"self": f"{path}?{query}" if query else path, "next": None}
    return enveloped([body], {"revision": revision_meta(at)}, links)


async def linked_data(
    request: Request, found: StoredDocument, at: Revision, snapshot: Snapshot
) -> bytes:
    """An entry as JSON-LD: as a list of one."""
    answer = Answer(
        documents=[found.body],
        model=found.model,
        name=found.kind,
        path=asked_path(request),
        query=request.scope["query_string"].decode("ascii", "replace"),
        parameters=request.state.parameters,
        revision=at,
        public_url=service_of(request).settings.public_url,
        limit=1,
        dataset=read_description(await dataset_body(at, snapshot)),
    )
    return FORMATS[FormatName.jsonld].render(answer)


async def dataset_body(at: Revision, snapshot: Snapshot) -> bytes:
    """The dataset's curated description as of a revision."""
    (body,) = (await standing_at(at.number, ("dataset",), None, snapshot)).values()
    return body


async def cited_document(
    found: StoredDocument, at: Revision, public_url: str, snapshot: Snapshot
) -> Cited:
    """A document with what its citation needs."""
    document = orjson.loads(found.body)
    return Cited(
        found.kind,
        document,
        DatasetRecord.model_validate_json(await dataset_body(at, snapshot)),
        await sources_at(at, sources_in(found.kind, document), snapshot),
        at,
        public_url,
    )


def sources_in(kind: str, document: dict[str, Any]) -> list[str]:
    """The ids of the sources that a document rests on, each once."""
    if kind == "source":
        return [document["id"]]
    citing = [*document.get("citations", []), *document.get("renderings", [])]
    return list(dict.fromkeys(each["source"]["id"] for each in citing))


def one_content(*, linked: bool = False) -> dict[str, Any]:
    """The other representations of a single document, for the documentation."""
    sparse = {
        "type": "object",
        "description": "As JSON, with the members named in `fields` only.",
        "required": ["data", "meta", "links"],
        "properties": {
            "data": {"type": "object"},
            "meta": {"$ref": "#/components/schemas/Meta"},
            "links": {"$ref": "#/components/schemas/Links"},
        },
    }
    described = {"type": "string", "description": "How to cite the document, with its sources."}
    graph = {"type": "object", "description": "JSON-LD in the terms of schema.org."}
    return {
        SPARSE_MEDIA_TYPE: {"schema": sparse},
        **({FORMATS[FormatName.jsonld].media_type: {"schema": graph}} if linked else {}),
        "application/x-bibtex": {"schema": described},
        "application/x-research-info-systems": {"schema": described},
        "application/vnd.citationstyles.csl+json": {
            "schema": {"type": "array", "items": {"type": "object"}, "description": "CSL-JSON."}
        },
    }
