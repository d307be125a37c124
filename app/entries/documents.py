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

import orjson
from pydantic import BaseModel, ConfigDict, Field

from app.entries.dates import Precision, Qualifier
from app.entries.fields import RefersTo
from app.entries.record import Identifiers, Locator, QuantityQualifier, Role, model_in, reference_of

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

    id: str
    """The id in this record."""
    name: str
    """The name to show."""
    url: str
    """The path of the whole document."""


class SourceSummary(Summary):
    """A cited source: `name` is its publisher."""

    title: str
    """The title, or what stands for it."""
    title_printed: bool
    """Whether that is the printed title; if not, it is made from the address or describes it."""
    date: str | None
    """The date of publication, in the date language."""
    language: str
    """The language of the text (BCP 47)."""
    href: str | None
    """The address of the text."""
    archive_href: str | None
    """The address of an archived copy."""
    passage_href: str | None = None
    """The address of the very words in the text, where evidence knows them (a text fragment)."""


class EntryLink(Document):
    """Another entry, as a link."""

    id: str
    """The id of the entry."""
    url: str
    """The path of its document."""


class ActorRole(Document):
    """An actor, what it is to the entry, and the office it held then."""

    actor: Summary
    """Who."""
    role: Role
    """What the actor is to the entry."""
    office: str | None
    """The office held on the date of the entry, where one is on record."""


class CitationDocument(Document):
    """A source of the entry."""

    source: SourceSummary
    """The published text."""
    locator: Locator | None
    """Where in the text it stands: page, article, paragraph, timestamp."""
    via: str | None
    """The outlet or wire that the source itself credits."""
    supports: str | None
    """The part of the entry that the source supports; null for all of it."""


class CorrectionDocument(Document):
    """A correction made after publication."""

    date: str
    """When it was made."""
    reason: str
    """What was wrong, and why."""


class QuantityDocument(Document):
    """A reported number; without its qualifier it would be a misreport."""

    value: int | float | None
    """The number; null where the source gives a range, a part of a whole, or words only."""
    from_: Annotated[int | float | None, Field(alias="from")]
    """The lower end of a range."""
    to: int | float | None
    """The upper end of a range."""
    part: int | float | None
    """How many of a whole."""
    whole: int | float | None
    """The whole of which it is a part."""
    qualifier: str | None
    """exactly, about, at_least, more_than, up_to or less_than."""
    printed: str | None
    """The words of the source."""
    unit: str
    """What the number is a number of."""
    currency: str | None
    """The currency of an amount (ISO 4217)."""
    per: str | None
    """For each of what: a day, a person."""
    of: str | None
    """What is counted."""
    notes: str | None
    """Remarks on the number."""


QUALIFIER_WORDS: dict[str | None, str] = {
    **{each.value: f"{each.replace('_', ' ')} " for each in QuantityQualifier},
    **dict.fromkeys((None, "exactly"), ""),
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
    counted = f"{number} {unit}"
    if unit.endswith(" number"):
        counted = f"{unit.removesuffix(' number')} {number}"
    return f"{qualifiers[quantity['qualifier']]}{counted}{per}{of}"


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

    id: str
    """The id, never reused."""
    kind: str
    """The kind of entry."""
    url: str
    """The path of this document."""
    label: str
    """One line to show for an entry of any kind; it keeps whose words or number it is."""
    date: str
    """The date as curated, in the date language (a part of EDTF)."""
    display_date: str
    """The date to show, in the language of the record."""
    start_date: datetime.date
    """The first day that the date covers."""
    end_date: datetime.date | None
    """The last day that the date covers; null for an open end."""
    date_precision: Precision
    """How exact the date is."""
    date_qualifier: Qualifier | None
    """Whether the date is approximate or uncertain; it never widens the days."""
    order: int | None
    """The order of what happened within one day."""
    recorded: str | None
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
    links: dict[str, str]
    """Related questions, as paths."""


def document_fields(
    model: type[BaseModel], record: BaseModel, refer: Refer, computed: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """The document of a validated record as `model` would serve it, which does not validate it.

    Its members are those that are computed, the others are attributes by name. A list stays a list,
    an id becomes what `refer` makes of it, and a record inside the record the document inside the
    document.
    """
    document = {}
    for member, name, mark, inner in members_of(model, type(record)):
        value = computed[name] if name in computed else getattr(record, name)
        plain = mark is None and inner is None
        document[member] = value if plain else served(value, mark, inner, refer)
    return document


def served(value: Any, mark: RefersTo | None, inner: type[BaseModel] | None, refer: Refer) -> Any:
    """A member that refers to other records, or holds records, from the value of the record."""
    if isinstance(value, tuple):
        return [served(each, mark, inner, refer) for each in value]
    if value is None:
        return None
    if mark is not None:
        return refer(mark, value)
    return document_fields(inner, value, refer) if inner and isinstance(value, BaseModel) else value


@cache
def members_of(
    model: type[BaseModel], record: type[BaseModel]
) -> tuple[tuple[str, str, RefersTo | None, type[BaseModel] | None], ...]:
    """Each member of a document: its name, its field, and the reference and model in its type."""
    return tuple(
        (field.alias or name, name, reference_of(record, name), model_in(field.annotation))
        for name, field in model.model_fields.items()
    )


def json_of(value: Any, option: int = 0) -> bytes:
    """A value as JSON; a copy, as orjson's own bytes keep the room they grew into: up to thirteen
    times their size.
    """
    return bytes(memoryview(orjson.dumps(value, option=option)))
