"""What every kind of entry shares as curators write it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic import StringConstraints as Text
from pydantic.fields import FieldInfo

from app.entries.dates import DateSpan, Precision, Qualifier, parse_date
from app.entries.fields import (
    ActorId,
    Day,
    Edtf,
    FormerIds,
    Line,
    Number,
    Prose,
    RefersTo,
    Slug,
    SourceId,
    TopicId,
    Whole,
    once,
    read_number,
)
from app.entries.printed_numbers import contradiction
from app.entries.stems import OWN_LANGUAGE
from app.entries.warning_codes import WarningCode


class Role(StrEnum):
    """What an actor is to an entry."""

    speaker = "speaker"
    addressee = "addressee"
    participant = "participant"
    host = "host"
    mediator = "mediator"
    facilitator = "facilitator"
    proposer = "proposer"
    backer = "backer"
    responder = "responder"
    subject = "subject"
    sponsor = "sponsor"
    party = "party"
    decision_maker = "decision_maker"
    issuer = "issuer"
    chair = "chair"
    appointee = "appointee"
    announcer = "announcer"
    releaser = "releaser"
    initiator = "initiator"
    affected = "affected"
    signatory = "signatory"
    guarantor = "guarantor"
    abstainer = "abstainer"
    vetoer = "vetoer"
    opponent = "opponent"
    supporter = "supporter"
    obliged = "obliged"
    beneficiary = "beneficiary"
    claimant = "claimant"


class QuantityQualifier(StrEnum):
    """How exact a reported number is."""

    exactly = "exactly"
    about = "about"
    at_least = "at_least"
    more_than = "more_than"
    up_to = "up_to"
    less_than = "less_than"


class Record(BaseModel):
    """A curated record: nothing but the declared fields, and never changed once read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, serialize_by_alias=True, use_attribute_docstrings=True
    )


class Identifiers(Record):
    """Ids in outside registers; never invented."""

    wikidata: Annotated[str, Text(pattern=r"^Q[1-9][0-9]*$")] | None = None
    un_document: Annotated[str, Text(pattern=r"^[A-Z]+(?:/[A-Za-z0-9.()-]+)+$")] | None = None
    pax: Annotated[int, Field(ge=1), BeforeValidator(read_number)] | None = None


class ActorLink(Record):
    """An actor and what it is to the entry."""

    actor: ActorId
    role: Role


class Locator(Record):
    """Where in a source it stands, as the source counts."""

    page: Line | None = None
    article: Line | None = None
    paragraph: Line | None = None
    timestamp: Annotated[str, Text(pattern=r"^(?:[0-9]+:)?[0-5]?[0-9]:[0-5][0-9]$")] | None = None

    @property
    def words(self) -> str:
        """The parts that are given: `page 3, paragraph 2`."""
        return ", ".join(f"{name} {part}" for name, part in self if part is not None)


class Citation(Record):
    """A source; `via` is whom that source credits, `supports` the part that it supports."""

    source: SourceId
    """The published text."""
    locator: Locator | None = None
    """Where in the text it stands: page, article, paragraph, timestamp."""
    via: Line | None = None
    """The outlet or wire that the source itself credits."""
    supports: Line | None = None
    """The part of the entry that the source supports; null for all of it."""


class Correction(Record):
    """A correction made after publication, with its reason."""

    date: Edtf
    """When it was made."""
    reason: Prose
    """What was wrong, and why."""


class Silence(Record):
    """A warning that was looked at and is meant, with the reason; it is no part of the record."""

    code: WarningCode
    reason: Prose


Silences = Annotated[tuple[Silence, ...], once(lambda each: each.code), Field(exclude=True)]


# The fields of a quantity that hold a number, as they are written.
NUMBERS = ("value", "from", "to", "part", "whole")


class Quantity(Record):
    """A value with its qualifier, a range, a part of a whole, or printed words alone."""

    value: Number | None = None
    from_: Annotated[Number | None, Field(alias="from")] = None
    to: Number | None = None
    part: Number | None = None
    whole: Number | None = None
    qualifier: QuantityQualifier | None = None
    printed: Line | None = None
    unit: Line
    currency: Annotated[str, Text(pattern=r"^[A-Z][A-Z]{2}$")] | None = None
    per: Line | None = None
    of: Line | None = None
    notes: Prose | None = None

    def model_post_init(self, _: Any) -> None:
        """One number in one form with its qualifier, or printed words; the words say the value."""
        for first, second in (("from", "to"), ("part", "whole")):
            if (self.number(first) is None) != (self.number(second) is None):
                raise ValueError(f"{first} and {second} go together; give both")
        forms = [name for name in ("value", "from", "part") if self.number(name) is not None]
        if len(forms) > 1:
            raise ValueError(f"has {forms[0]} and {forms[1]}; give the number in one form")
        if not forms and self.printed is None:
            raise ValueError("needs a value with its qualifier, or the printed words")
        if (self.value is not None or not forms) and (self.value is None) != (
            self.qualifier is None
        ):
            raise ValueError("value and qualifier go together; write `qualifier: exactly` if bare")
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(f"from must be less than to; write {self.to} to {self.from_}")
        for name in NUMBERS if self.printed is not None and not self.notes else ():
            number = self.number(name)
            if number is not None:
                wrong = contradiction(name, number, self.qualifier, self.printed or "", self.unit)
                if wrong is not None:
                    raise ValueError(wrong)

    def number(self, name: str) -> int | float | None:
        """One of the numbers, by the name of its field."""
        found: int | float | None = getattr(self, "from_" if name == "from" else name)
        return found

    @property
    def words(self) -> str:
        """The printed words and what is counted, as one text."""
        return " ".join(part for part in (self.printed, self.of) if part is not None)


class EntryRecord(Record):
    """The fields that all kinds of entry share.

    A kind adds its own, and says by paths (see `values_at`) which of them name actors in which
    role, and which of them a search for words reads.
    """

    ROLES: ClassVar[Mapping[Role, str]] = {}
    SEARCHED: ClassVar[tuple[str, ...]] = ()

    id: Slug
    date: Edtf
    order: Annotated[Whole, Field(ge=0, le=63)] | None = None
    actors: Annotated[tuple[ActorLink, ...], once()] = ()
    topics: Annotated[tuple[TopicId, ...], Field(min_length=1), once()]
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]
    identifiers: Identifiers | None = None
    recorded: Day | None = None
    notes: Prose | None = None
    corrections: tuple[Correction, ...] = ()
    former_ids: FormerIds = ()
    silence: Silences = ()

    @cached_property
    def span(self) -> DateSpan:
        return parse_date(self.date)

    @property
    def start_date(self) -> datetime.date:
        return self.span.start

    @property
    def end_date(self) -> datetime.date | None:
        """The last day that the date covers; None for an open end."""
        return self.span.last_day

    @property
    def date_precision(self) -> Precision:
        return self.span.precision

    @property
    def date_qualifier(self) -> Qualifier | None:
        return self.span.qualifier

    @cached_property
    def actor_links(self) -> tuple[ActorLink, ...]:
        """Every actor with its role, each pair once: those of the kind's own fields come first."""
        own = [
            link_of(actor, role)
            for role, path in self.ROLES.items()
            for actor in values_at(self, path)
        ]
        return tuple({(link.actor, link.role): link for link in (*own, *self.actors)}.values())

    @property
    def sources(self) -> tuple[str, ...]:
        """The id of every source that the entry cites, each once."""
        return references_of(self, "source")

    @property
    def reported_numbers(self) -> tuple[Quantity, ...]:
        """The numbers of the entry; of most kinds, none."""
        return ()

    @property
    def languages(self) -> Collection[str]:
        """The languages of the texts that a search for words reads."""
        return (OWN_LANGUAGE,)

    def searched_texts(self) -> Iterator[str]:
        """The texts that a search for words reads."""
        for path in self.SEARCHED:
            yield from values_at(self, path)

    def claims(self) -> Iterator[tuple[str, str, DateSpan]]:
        """What actors claimed about it: the claim, the id of the actor, and when."""
        yield from ()

    def bound_terms(self) -> Iterator[tuple[str, str]]:
        """Dimension and value of index terms that bind two values of one item of a list."""
        yield from ()


@lru_cache(maxsize=65536)
def link_of(actor: str, role: Role) -> ActorLink:
    """The link of an actor whose id is valid."""
    return ActorLink(actor=actor, role=role)


def values_at(record: Any, path: str) -> Sequence[Any]:
    """Every value at a path of attributes: `speakers.actor` is the actor of each speaker.

    Lists are walked through; where an attribute on the way is None, there is no value.
    """
    name, _, below = path.partition(".")
    values = items_of(getattr(record, name))
    return [each for value in values for each in values_at(value, below)] if below else values


def references_of(record: BaseModel, kind: str) -> tuple[str, ...]:
    """The id of every record of a kind that a record refers to at any depth, each once."""
    paths = reference_paths(type(record), kind)
    return tuple(dict.fromkeys(each for path in paths for each in values_at(record, path)))


@cache
def reference_paths(model: type[BaseModel], kind: str) -> tuple[str, ...]:
    """The paths to all fields of a model, and of those inside it, that hold ids of a kind."""
    paths = []
    for name, field in model.model_fields.items():
        reference, inner = reference_of(model, name), model_in(field.annotation)
        if reference is not None and reference.kind == kind:
            paths.append(name)
        elif inner is not None:
            paths += [f"{name}.{path}" for path in reference_paths(inner, kind)]
    return tuple(paths)


def field_names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the names that are written and served."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def items_of(value: Any) -> Sequence[Any]:
    """The items of a list, or the one value; nothing for None."""
    if isinstance(value, tuple | list):
        return value
    return () if value is None else (value,)


def reference_of(model: type[BaseModel], field: str) -> RefersTo | None:
    """What the ids in a field of a model refer to; None where it holds no ids."""
    found = model.model_fields.get(field)
    return reference_in(found.annotation, found.metadata) if found is not None else None


def reference_in(annotation: Any, metadata: Iterable[Any] = ()) -> RefersTo | None:
    """The reference in a type such as `ActorId`, `EventId | None` or `tuple[ActorId, ...]`."""
    marks = [each for each in metadata if isinstance(each, RefersTo)]
    if marks:
        return marks[0]
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return reference_in(inner[0], inner[1:])
    return next(filter(None, map(reference_in, inner)), None)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in a type such as `Reply | None` or `list[Summary]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)
