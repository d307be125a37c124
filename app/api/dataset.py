"""The dataset's own description."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import bindparam, func, select
from starlette.requests import Request

from app.api import downloads
from app.api.balance import Balance, balance_of
from app.api.models import OneOf
from app.api.records import (
    OneQuestion,
    StoredDocument,
    answer_found,
    dataset_at,
    one_content,
    revision_asked,
)
from app.api.registration import add_question
from app.db.postings import STORED
from app.db.snapshots import Revision, Snapshot
from app.db.sql import Statement
from app.db.tables import change, tally
from app.entries.documents import Document
from app.errors import NotAcceptable
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.reference.dataset import (
    Contact,
    Coverage,
    DatasetDoubt,
    GoodQuestion,
    Licence,
)
from app.reference.quality import Quality

COME_AND_GONE = Statement(
    select(change.c.kind, change.c.action, func.count())
    .where(change.c.revision > bindparam("revision"), change.c.action != "changed")
    .group_by(change.c.kind, change.c.action)
)
KIND_COUNTS = Statement(select(tally.c.kind, tally.c.n).where(tally.c.dimension == "kind"))
LINKS = {
    "cite": "/v1/dataset?format=bibtex",
    "changes": "/v1/changes?since_revision=0",
    "corrections": "/v1/corrections",
}


class DatasetDocument(Document):
    """What the record is, what it covers, under which licence, and how to cite it."""

    id: str
    """The id of the dataset."""
    title: str
    """Its title."""
    description: str
    """What it is."""
    language: str | None
    """The language of our words (BCP 47), and of quotes that state no other."""
    coverage: Coverage
    """Which days and places it covers."""
    inclusion_rules: list[str]
    """What gets into it, and what does not."""
    licence: Licence
    """The licence of our words; quotations remain their speakers'."""
    how_to_cite: str
    """How to cite it; add the revision digest of the answer you used."""
    version: str
    """The curators' version."""
    contact: Contact | None
    """Who keeps it."""
    removal: str | None
    """How to ask for the removal of a private person's mention."""
    doubts: list[DatasetDoubt]
    """What the sources leave open."""
    questions: list[GoodQuestion]
    """Questions to start with, each as a path of this API."""
    counts: dict[str, int]
    """How many entries of each kind it has."""
    balance: Balance | None
    """Whom the record listens to; null where a past revision is asked for."""
    quality: Quality | None
    """How well the record is founded; null where a past revision is asked for."""
    downloads: dict[str, str]
    """The whole record as files, as paths; always of the present revision."""
    links: dict[str, str]
    """How to cite it, and what has changed in it, as paths."""


async def dataset(request: Request, question: OneQuestion) -> Representation:
    """What the record is, what it covers and lacks, its licence, and how to cite it."""
    async with service_of(request).database.snapshot() as snapshot:
        at = await revision_asked(question, snapshot)
        found = StoredDocument("dataset", await description(at, snapshot), DatasetDocument, "/")
        return await answer_found(request, question, found, at, snapshot)


async def description(at: Revision, snapshot: Snapshot) -> bytes:
    """The dataset's document as of a revision."""
    record = await dataset_at(at, snapshot)
    document = DatasetDocument(
        **record.model_dump(exclude={"corrections", "silence"}),
        counts=await kind_counts(at, snapshot),
        balance=await balance_of(snapshot) if at == snapshot.revision else None,
        quality=await quality_document(snapshot) if at == snapshot.revision else None,
        downloads=downloads.links(snapshot.engine),
        links=LINKS,
    )
    return document.model_dump_json().encode()


async def quality_document(snapshot: Snapshot) -> Quality | None:
    """The quality as it was counted when the present revision was seeded."""
    stored = await snapshot.rows(STORED, name="quality")
    return Quality.model_validate_json(bytes(stored[0][0])) if stored else None


async def kind_counts(at: Revision, snapshot: Snapshot) -> dict[str, int]:
    """How many entries of each kind there were at a revision."""
    counts = {**dict.fromkeys(KINDS, 0), **dict(await snapshot.rows(KIND_COUNTS))}
    for kind, action, number in await snapshot.rows(COME_AND_GONE, revision=at.number):
        if kind in counts:
            counts[kind] -= number if action == "added" else -number
    return counts


def add_routes(app: FastAPI) -> None:
    """Registers the dataset."""
    add_question(
        app,
        "/v1/dataset",
        dataset,
        OneQuestion,
        content=one_content(),
        problems=[NotAcceptable],
        operation_id="getDataset",
        model=OneOf[DatasetDocument],
    )
