"""The dataset's own description, and whether the service lives and is ready."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query
from pydantic import Field
from sqlalchemy import bindparam, select
from starlette.requests import Request

from app.api.answering import (
    asked_path,
    etag_of,
    headers_of,
    is_known,
    not_modified,
    service_of,
)
from app.api.entries import OneQuestion
from app.api.models import HEADERS, OneOf, named, problem_responses
from app.api.route import QuestionRoute, Rendered
from app.database import Ask, Statement
from app.entries.documents import DOCUMENT_FORMAT, Document
from app.entries.places import key_of
from app.entries.selection import lengths
from app.errors import InvalidQuery, NotAcceptable, TooLong, Unavailable
from app.formats.json import enveloped, revision_meta
from app.kinds import KINDS
from app.reference.dataset import Contact, Coverage, Doubt, Licence
from app.tables import state

STATE = Statement(select(state.c.value).where(state.c.name == bindparam("name")))


class DatasetDocument(Document):
    """What the record is, what it covers, under which licence, and how to cite it."""

    id: Annotated[str, Field(examples=["gaza-ceasefire-talks"])]
    """The id of the dataset."""
    title: str
    """Its title."""
    description: str
    """What it is."""
    coverage: Coverage
    """Which days and places it covers."""
    inclusion_rules: list[str]
    """What gets into it, and what does not."""
    licence: Licence
    """The licence of our words; quotations remain their speakers'."""
    how_to_cite: str
    """How to cite it; add the revision digest of the answer you used."""
    version: Annotated[str, Field(examples=["2026.11.22"])]
    """The curators' version."""
    contact: Contact | None
    """Who keeps it."""
    removal: str | None
    """How to ask for the removal of a private person's mention."""
    doubts: list[Doubt]
    """What the sources leave open."""
    counts: Annotated[dict[str, int], Field(examples=[{"quote": 226}])]
    """How many entries of each kind it has."""


class Health(Document):
    """Whether the service can answer."""

    status: Annotated[str, Field(examples=["ready"])]
    """live or ready."""


async def dataset(request: Request, question: Annotated[OneQuestion, Query()]) -> Rendered:
    """What the record is, what it covers and lacks, its licence, and how to cite it."""
    del question
    service = service_of(request)
    async with service.database.snapshot() as ask:
        etag = etag_of(service, ask.revision, request, "application/json")
        headers = headers_of(ask.revision, etag, "application/json")
        if is_known(request, etag):
            return not_modified(headers)
        described = await description(ask)
    meta = {"revision": revision_meta(ask.revision)}
    links = {"self": asked_path(request), "next": None}
    return Rendered(200, headers, enveloped(described, meta, links))


async def description(ask: Ask) -> bytes:
    """The dataset's document."""
    stored = orjson.loads((await ask.rows(STATE, name="dataset"))[0][0])
    missing = dict.fromkeys(("contact", "removal"))
    counts = await kind_counts(ask)
    document = DatasetDocument.model_validate(
        {**missing, "doubts": [], **without_corrections(stored), "counts": counts}
    )
    return document.model_dump_json().encode()


def without_corrections(stored: dict[str, Any]) -> dict[str, Any]:
    """The description's own fields."""
    return {name: value for name, value in stored.items() if name != "corrections"}


async def kind_counts(ask: Ask) -> dict[str, int]:
    """How many entries of each kind there are."""
    keys = {kind: key_of(kind, "kind", kind) for kind in KINDS}
    found = await lengths(list(keys.values()), ask)
    return {kind: found.get(key, 0) for kind, key in keys.items()}


async def live(request: Request, question: Annotated[OneQuestion, Query()]) -> Rendered:
    """The process runs."""
    del request, question
    return health("live")


async def ready(request: Request, question: Annotated[OneQuestion, Query()]) -> Rendered:
    """The record can be asked: the database is there, with our schema and document format."""
    del question
    database = service_of(request).database
    await database.check()
    async with database.snapshot() as ask:
        stored = await ask.rows(STATE, name="document_format")
    if not stored or bytes(stored[0][0]) != str(DOCUMENT_FORMAT).encode():
        raise Unavailable("The documents are of another format; run `parley seed`.")
    return health("ready")


def health(status: str) -> Rendered:
    """An answer that nobody keeps."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    return Rendered(200, headers, orjson.dumps({"status": status}))


def add_routes(app: FastAPI) -> None:
    """Registers the dataset and the health checks."""
    app.router.add_api_route(
        "/v1/dataset",
        dataset,
        route_class_override=QuestionRoute,
        operation_id="getDataset",
        summary="Describe the dataset",
        tags=["dataset"],
        response_model=named(OneOf[DatasetDocument], "DatasetAnswer"),
        responses={
            200: {"description": "The description.", "headers": HEADERS},
            304: {"description": "The client has this representation already."},
            **problem_responses(InvalidQuery, NotAcceptable, TooLong, Unavailable),
        },
    )
    for path, endpoint in (("live", live), ("ready", ready)):
        app.router.add_api_route(
            f"/health/{path}",
            endpoint,
            route_class_override=QuestionRoute,
            operation_id=f"get{path.capitalize()}",
            summary=f"Whether the service is {path}",
            tags=["operation"],
            response_model=Health,
            responses=problem_responses(InvalidQuery, TooLong, Unavailable),
        )
