"""The response models shared by all kinds, and how a document is made from a record.

A change to a document model, to its lines in CSV, to index terms or to relational rows needs a new
DOCUMENT_FORMAT, so that seeding makes all of them anew. Documents hold nothing that depends on the
database.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.entries.dates import Precision, Qualifier
from app.entries.fields import RefersTo
from app.entries.record import Identifiers, Locator, Record, Role, model_in, reference_of

DOCUMENT_FORMAT = 13
# What stands in a document for the id of another record.
Refer = Callable[[RefersTo, str], Any]
NOTHING: Mapping[str, Any] = {}


class Document(BaseModel):
    """A response model; its fields are served in the order in which they stand."""

    # A field such as `from_` is served under its alias, the word that Python reserves.
    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        serialize_by_alias=True,
        validate_by_name=True,
        validate_by_alias=True,
    )


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
    title_printed: bool
    """Whether that is the printed title; if not, it is made from the address or describes it."""
    date: str | None
    """The date of publication, in the date language."""
    language: Annotated[str, Field(examples=["en"])]
    """The language of the text (BCP 47)."""
    href: Annotated[str | None, Field(examples=["https://example.org/article"])]
    """The address of the text."""
    archive_href: str | None
    """The address of an archived copy."""
    passage_href: str | None = None
    """The address of the very words in the text, where evidence knows them (a text fragment)."""


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
    locator: Locator | None
    """Where in the text it stands: page, article, paragraph, timestamp."""
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
    """The number; null where the source gives a range, a part of a whole, or words only."""
    from_: Annotated[int | float | None, Field(alias="from", examples=[5])]
    """The lower end of a range."""
    to: Annotated[int | float | None, Field(examples=[8])]
    """The upper end of a range."""
    part: Annotated[int | float | None, Field(examples=[56])]
    """How many of a whole."""
    whole: Annotated[int | float | None, Field(examples=[57])]
    """The whole of which it is a part."""
    qualifier: Annotated[str | None, Field(examples=["more_than"])]
    """exactly, about, at_least, more_than, up_to or less_than."""
    printed: Annotated[str | None, Field(examples=["more than 27,700"])]
    """The words of the source."""
    unit: Annotated[str, Field(examples=["persons"])]
    """What the number is a number of."""
    currency: Annotated[str | None, Field(examples=["USD"])]
    """The currency of an amount (ISO 4217)."""
    per: Annotated[str | None, Field(examples=["day"])]
    """For each of what: a day, a person."""
    of: str | None
    """What is counted."""
    notes: str | None
    """Remarks on the number."""


QUALIFIER_WORDS: dict[str | None, str] = {
    None: "",
    "exactly": "",
    "about": "about ",
    "at_least": "at least ",
    "more_than": "more than ",
    "up_to": "up to ",
    "less_than": "less than ",
}


# Units that are written for many, and whose singular is plain: `1 person per body`.
MANY = re.compile(r"^(person|hour|day|week|month|year|truck)s\b")


def quantity_text(
    quantity: dict[str, Any],
    qualifiers: Mapping[str | None, str] = QUALIFIER_WORDS,
    written: Callable[[float], str] = "{:,}".format,
) -> str:
    """A number with its qualifier and unit; without its qualifier it would be a misreport."""
    of = f" ({quantity['of']})" if quantity["of"] else ""
    number = number_text(quantity, written)
    if number is None:
        return f"{quantity['printed']}{of}"
    per = f" per {quantity['per']}" if quantity["per"] else ""
    unit = quantity["currency"] or quantity["unit"]
    if quantity["value"] == 1:
        unit = MANY.sub(r"\1", unit)
    return f"{qualifiers[quantity['qualifier']]}{number} {unit}{per}{of}"


def number_text(
    quantity: dict[str, Any], written: Callable[[float], str] = "{:,}".format
) -> str | None:
    """The number alone: `45`, `5 to 8`, `56 of 57`; None where there are words only."""
    for names, between in ((("value",), ""), (("from", "to"), " to "), (("part", "whole"), " of ")):
        if quantity[names[0]] is not None:
            return between.join(written(quantity[name]) for name in names)
    return None


class EntryDocument(Document):
    """What the documents of all kinds of entry share."""

    id: Annotated[str, Field(examples=["q-20240207-netanyahu-victory"])]
    """The id, never reused."""
    kind: Annotated[str, Field(examples=["quote"])]
    """The kind of entry."""
    url: Annotated[str, Field(examples=["/v1/quotes/q-20240207-netanyahu-victory"])]
    """The path of this document."""
    label: Annotated[str, Field(examples=["Benjamin Netanyahu: “absolute victory”"])]
    """One line to show for an entry of any kind; it keeps whose words or number it is."""
    date: Annotated[str, Field(examples=["2024-02-07"])]
    """The date as curated, in the date language (a part of EDTF)."""
    display_date: Annotated[str, Field(examples=["7 February 2024"])]
    """The date to show, in the language of the record."""
    start_date: Annotated[datetime.date, Field(examples=["2024-02-07"])]
    """The first day that the date covers."""
    end_date: Annotated[datetime.date | None, Field(examples=["2024-02-07"])]
    """The last day that the date covers; null for an open end."""
    date_precision: Precision
    """How exact the date is."""
    date_qualifier: Qualifier | None
    """Whether the date is approximate or uncertain; it never widens the days."""
    order: int | None
    """The order of what happened within one day."""
    recorded: Annotated[str | None, Field(examples=["2026-11-26"])]
    """The day on which curators took it into the record, where they say so."""
    identifiers: Identifiers | None
    """Its ids in outside registers: Wikidata, documents of the United Nations, PA-X."""


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


def document_fields(
    model: type[BaseModel], record: Record, refer: Refer, computed: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """The members of a document: those that are computed, the others from attributes by name.

    A list stays a list, an id becomes what `refer` makes of it, and a record inside the record the
    document inside the document.
    """
    members = {
        name: getattr(record, name)
        if mark is None and inner is None
        else served(getattr(record, name), mark, inner, refer)
        for name, mark, inner in members_of(model, type(record))
        if name not in computed
    }
    return {**members, **computed}


def served(value: Any, mark: RefersTo | None, inner: type[BaseModel] | None, refer: Refer) -> Any:
    """A member that refers to other records, or holds records, from the value of the record."""
    if isinstance(value, tuple):
        return [served(each, mark, inner, refer) for each in value]
    if value is None:
        return None
    if mark is not None:
        return refer(mark, value)
    return document_fields(inner, value, refer) if inner and isinstance(value, Record) else value


@cache
def members_of(
    model: type[BaseModel], record: type[Record]
) -> tuple[tuple[str, RefersTo | None, type[BaseModel] | None], ...]:
    """Name, reference and inner model of each member that a record has an attribute for."""
    return tuple(
        (name, reference_of(record, name), model_in(field.annotation))
        for name, field in model.model_fields.items()
        if name in record.model_fields or hasattr(record, name)
    )
