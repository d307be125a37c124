"""What clients get: the response models shared by all kinds. They hold no time of the database.

A change to any document model, to its lines in CSV, or to what entries are indexed by, needs a new
DOCUMENT_FORMAT, so that seeding makes them again.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.entries.dates import DateSpan, Precision
from app.entries.dates import Qualifier as DateQualifier
from app.entries.record import Citation, Correction, EntryRecord, Quantity, Role

DOCUMENT_FORMAT = 6
# The member that says most about an entry of each kind.
MEMBERS = {
    "event": "title",
    "quote": "text",
    "proposal": "title",
    "term": "text",
    "figure": "description",
}


class Document(BaseModel):
    """A response model; its fields are served in the order in which they stand."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Summary(Document):
    """What an entry refers to, small enough to stand inside it."""

    id: Annotated[str, Field(examples=["netanyahu"])]
    """The id in this record."""
    name: Annotated[str, Field(examples=["Benjamin Netanyahu"])]
    """The name to show."""
    url: Annotated[str, Field(examples=["/v1/actors/netanyahu"])]
    """The path of the whole document."""


class SourceSummary(Summary):
    """A cited source: `name` is its publisher."""

    title: str
    """The title, or what stands for it."""
    date: str | None
    """The date of publication, in the date language."""


class EntryLink(Document):
    """Another entry, as a link."""

    id: Annotated[str, Field(examples=["ev-2023-10-07-attack"])]
    """The id of the entry."""
    url: Annotated[str, Field(examples=["/v1/events/ev-2023-10-07-attack"])]
    """The path of its document."""


class ActorRole(Document):
    """An actor, what it is to the entry, and the office it held then."""

    actor: Summary
    """Who."""
    role: Role
    """What the actor is to the entry."""
    office: Annotated[str | None, Field(examples=["Prime Minister, Israel"])]
    """The office held on the date of the entry, where one is on record."""


class CitationDocument(Document):
    """A source of the entry."""

    source: SourceSummary
    """The published text."""
    via: Annotated[str | None, Field(examples=["Reuters"])]
    """The outlet or wire that the source itself credits."""
    supports: str | None
    """The part of the entry that the source supports; null for all of it."""


class CorrectionDocument(Document):
    """A correction made after publication."""

    date: Annotated[str, Field(examples=["2026-11-22"])]
    """When it was made."""
    reason: str
    """What was wrong, and why."""


class QuantityDocument(Document):
    """A reported number; without its qualifier it would be a misreport."""

    value: Annotated[int | float | None, Field(examples=[27700])]
    """The number, or null where the source gives words only."""
    qualifier: Annotated[str | None, Field(examples=["more_than"])]
    """exactly, about, at_least, more_than, up_to or less_than."""
    printed: Annotated[str | None, Field(examples=["more than 27,700"])]
    """The words of the source."""
    unit: Annotated[str, Field(examples=["persons"])]
    """What the number is a number of."""
    of: str | None
    """What is counted."""
    notes: str | None
    """Remarks on the number."""


class EntryDocument(Document):
    """What the documents of all kinds of entry share."""

    id: Annotated[str, Field(examples=["q-20240207-netanyahu-victory"])]
    """The id, never reused."""
    kind: Annotated[str, Field(examples=["quote"])]
    """event, quote, proposal, term or figure."""
    url: Annotated[str, Field(examples=["/v1/quotes/q-20240207-netanyahu-victory"])]
    """The path of this document."""
    date: Annotated[str, Field(examples=["2024-02-07"])]
    """The date as curated, in the date language (a part of EDTF)."""
    start_date: Annotated[datetime.date, Field(examples=["2024-02-07"])]
    """The first day that the date covers."""
    end_date: Annotated[datetime.date | None, Field(examples=["2024-02-07"])]
    """The last day that the date covers; null for an open end."""
    date_precision: Precision
    """How exact the date is."""
    date_qualifier: DateQualifier | None
    """Whether the date is approximate or uncertain; it never widens the days."""
    order: int | None
    """The order of what happened within one day."""


class EntryEnd(Document):
    """The shared fields that follow a kind's own."""

    actors: list[ActorRole]
    """Who, each with a role."""
    topics: list[Summary]
    """About what."""
    citations: list[CitationDocument]
    """Which sources say so."""
    notes: str | None
    """Remarks, doubts among them."""
    corrections: list[CorrectionDocument]
    """What was corrected after publication."""
    links: Annotated[dict[str, str], Field(examples=[{"history": "/v1/entries/x/history"}])]
    """Related questions, as paths."""


def shared_fields(record: EntryRecord, kind: str, path: str) -> dict[str, Any]:
    """The fields of `EntryDocument`."""
    span = record.span
    return {
        "id": record.id,
        "kind": kind,
        "url": f"/v1/{path}/{record.id}",
        "date": record.date,
        "start_date": span.start,
        "end_date": end_of(span),
        "date_precision": span.precision,
        "date_qualifier": span.qualifier,
        "order": record.order,
    }


def end_of(span: DateSpan) -> datetime.date | None:
    """The last day, or None for an open end."""
    return None if span.precision is Precision.open else span.end


def quantity_document(quantity: Quantity) -> dict[str, Any]:
    """The fields of `QuantityDocument`."""
    return {
        "value": quantity.value,
        "qualifier": quantity.qualifier,
        "printed": quantity.printed,
        "unit": quantity.unit,
        "of": quantity.of,
        "notes": quantity.notes,
    }


def correction_document(correction: Correction) -> dict[str, Any]:
    """The fields of `CorrectionDocument`."""
    return {"date": correction.date, "reason": correction.reason}


def citation_document(citation: Citation, source: SourceSummary) -> dict[str, Any]:
    """The fields of `CitationDocument`."""
    return {"source": source, "via": citation.via, "supports": citation.supports}


def headline(document: dict[str, Any]) -> str:
    """An event's or proposal's title, a quote's or term's text, what a figure counts."""
    return str(document[MEMBERS[document["kind"]]])
