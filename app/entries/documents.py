"""The response models shared by all kinds, and how a document is made from a record.

A field is declared once, in its record, with a docstring that says what clients get; `document_of`
gives it to the document. Models that code reads by attribute, such as `QuantityDocument`, are
written out, so that types can be checked.

A change to a document model, to its lines in CSV, to index terms or to relational rows needs a new
DOCUMENT_FORMAT, so that seeding makes all of them anew. Documents hold nothing that depends on the
database.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import orjson
from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from app.entries.dates import Precision, Qualifier
from app.entries.fields import RefersTo
from app.entries.record import (
    Citation,
    Correction,
    Identifiers,
    Locator,
    Quantity,
    QuantityQualifier,
    Record,
    Role,
    model_in,
    reference_of,
)

DOCUMENT_FORMAT = 13
# What stands in a document for the id of another record.
Refer = Callable[[RefersTo, str], Any]
NOTHING: Mapping[str, Any] = {}
D = TypeVar("D", bound="Document")


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


class Derived(Document):
    """A response model made from a record; there is no source to search for its docstrings."""

    model_config = ConfigDict(use_attribute_docstrings=False)


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


# What a document shows for the id of a record; for that of an entry, a link.
SUMMARIES = {"actor": Summary, "topic": Summary, "source": SourceSummary}
# The document of each record that stands inside others; a locator is served as it is.
DOCUMENTS: dict[type[BaseModel], type[BaseModel]] = {
    Locator: Locator,
    Quantity: QuantityDocument,
}


@dataclass(frozen=True)
class Before:
    """Marks a member of a document that stands before the one of this name."""

    name: str


def document_of(record: type[BaseModel]) -> Callable[[type[D]], type[D]]:
    """Completes the model of a document by the fields that its record declares.

    What the model declares itself is kept: members that are computed, or of another type than the
    field of their name. They stand where that field does, or `Before` another member, or last.
    """

    def complete(model: type[D]) -> type[D]:
        name, docstring = model.__name__, model.__doc__ or ""
        return cast("type[D]", completed(record, name, docstring, model.model_fields))

    return complete


def completed(
    record: type[BaseModel], model_name: str, docstring: str, declared: Mapping[str, FieldInfo]
) -> type[BaseModel]:
    """The document of a record, with some members as they are declared."""
    fields = record.model_fields
    names = [name for name in fields if name in record.__annotations__]
    for name, field in declared.items():
        names = with_name(names, name, field)
    members: dict[str, Any] = {
        name: (declared[name].annotation, declared[name])
        if name in declared
        else served_field(fields[name])
        for name in names
    }
    DOCUMENTS[record] = create_model(model_name, __base__=Derived, __doc__=docstring, **members)
    return DOCUMENTS[record]


def with_name(names: list[str], name: str, field: FieldInfo) -> list[str]:
    """The names of members in their order, with that of a declared one."""
    marks = [each for each in field.metadata if isinstance(each, Before)]
    if not marks:
        return names if name in names else [*names, name]
    others = [each for each in names if each != name]
    others.insert(others.index(marks[0].name), name)
    return others


def served_field(field: FieldInfo) -> tuple[Any, FieldInfo]:
    """The member of a document for a field of a record: its type as it is served, its docstring."""
    member: FieldInfo = Field(alias=field.alias, description=field.description)
    return served_type(field.annotation, field.metadata), member


def served_type(annotation: Any, metadata: Iterable[Any] = ()) -> Any:
    """A type without its constraints, in which ids and records are what documents show of them."""
    marks = [each for each in metadata if isinstance(each, RefersTo)]
    if marks:
        return SUMMARIES.get(marks[0].kind, EntryLink)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return served_type(inner[0], inner[1:])
    if origin is tuple:
        return list[served_type(inner[0])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(map(served_type, inner))]  # noqa: UP007
    is_record = isinstance(annotation, type) and issubclass(annotation, Record)
    return document_model(annotation) if is_record else annotation


def document_model(record: type[BaseModel]) -> type[BaseModel]:
    """The document of a record inside another one; where none is declared, all its fields."""
    declared = DOCUMENTS.get(record)
    name, docstring = f"{record.__name__}Document", record.__doc__ or ""
    return declared if declared is not None else completed(record, name, docstring, {})


@document_of(Citation)
class CitationDocument(Document):
    """A source of the entry."""


@document_of(Correction)
class CorrectionDocument(Document):
    """A correction made after publication."""


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
    """A value as JSON.

    It is a copy, as orjson's own bytes keep their buffer: up to thirteen times their size.
    """
    return bytes(memoryview(orjson.dumps(value, option=option)))
