"""What every kind of entry shares as curators write it, and the checked types of its fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
)
from pydantic import StringConstraints as Text

from app.entries.dates import DateSpan, parse_date

SLUG_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
LARGEST_NUMBER = 10**15
# Controls, those of text direction and lone surrogates among them; only the end of a line stays.
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def without_controls(text: str) -> str:
    """Refuses control characters, bidi controls and lone surrogates, wherever they hide."""
    hidden = HIDDEN.search(text)
    if hidden is not None:
        raise ValueError(
            f"has the control character U+{ord(hidden[0]):04X} at position {hidden.start() + 1}; "
            "remove it"
        )
    return text


def in_date_language(text: str) -> str:
    """Refuses a date outside the date language, by name."""
    parse_date(text)
    return text


def plain_flag(value: Any) -> Any:
    """Only `true` and `false` are flags: `no`, `off` and 0 are not silently read as one."""
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, not {value!r}")


def plain_number(value: Any) -> Any:
    """A number as JSON writes it; text such as `1e3` or `0x10` is not one."""
    if isinstance(value, str) and PLAIN_NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a plain number such as 45 or 4.5, not {value!r}")
    # Beyond this, a number with a fraction no longer tells one whole number from the next.
    if abs(value) > LARGEST_NUMBER:
        raise ValueError(f"must lie between -10^15 and 10^15, not be {value!r}")
    return value


def untrimmed(text: str) -> str:
    """Refuses white space around the words of a source, which are not changed in silence."""
    if text != text.strip():
        raise ValueError(
            "begins or ends with white space, and the words of a source are not changed in "
            "silence; write the words alone (after `>-`, where they take several lines)"
        )
    return text


def once(key: Callable[[Any], object] = lambda item: item) -> AfterValidator:
    """Refuses a list in which an item stands twice."""

    def each_once(items: tuple[Any, ...]) -> tuple[Any, ...]:
        keys = [key(item) for item in items]
        for number, each in enumerate(keys):
            if (first := keys.index(each)) < number:
                raise ValueError(f"item {number + 1} repeats item {first + 1}; keep one of them")
        return items

    return AfterValidator(each_once)


@dataclass(frozen=True)
class RefersTo:
    """Marks a field that holds the id of another record of this kind; checking looks it up."""

    kind: str


Slug = Annotated[str, Text(pattern=SLUG_PATTERN, max_length=120)]
ActorId = Annotated[Slug, RefersTo("actor")]
TopicId = Annotated[Slug, RefersTo("topic")]
SourceId = Annotated[Slug, RefersTo("source")]
EventId = Annotated[Slug, RefersTo("event")]
ProposalId = Annotated[Slug, RefersTo("proposal")]
# White space around our own words means nothing and is left out; around a source's it is refused.
Line = Annotated[
    str,
    Text(min_length=1, max_length=1000, strip_whitespace=True),
    AfterValidator(without_controls),
]
Prose = Annotated[
    str,
    Text(min_length=1, max_length=20_000, strip_whitespace=True),
    AfterValidator(without_controls),
]
Verbatim = Annotated[
    str,
    Text(min_length=1, max_length=20_000),
    AfterValidator(without_controls),
    AfterValidator(untrimmed),
]
Edtf = Annotated[str, AfterValidator(in_date_language)]
Flag = Annotated[bool, BeforeValidator(plain_flag)]
Number = Annotated[int | float, PlainValidator(plain_number, json_schema_input_type=int | float)]
Whole = Annotated[int, BeforeValidator(plain_number)]
Language = Annotated[str, Text(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")]
WebAddress = Annotated[
    str,
    Text(pattern=r"^https?://[^\s<>\"]+$", max_length=2000),
    AfterValidator(without_controls),
]
FormerIds = Annotated[tuple[Slug, ...], once()]


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


class Qualifier(StrEnum):
    """How exact a reported number is."""

    exactly = "exactly"
    about = "about"
    at_least = "at_least"
    more_than = "more_than"
    up_to = "up_to"
    less_than = "less_than"


class Record(BaseModel):
    """A curated record: nothing but the declared fields, and never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ActorLink(Record):
    """An actor and what it is to the entry."""

    actor: ActorId
    role: Role


class Citation(Record):
    """A source; `via` is whom that source credits, `supports` the part that it supports."""

    source: SourceId
    via: Line | None = None
    supports: Line | None = None


class Correction(Record):
    """A correction made after publication, with its reason."""

    date: Edtf
    reason: Prose


class Quantity(Record):
    """A number with its qualifier, or the printed words where the source gives none."""

    value: Number | None = None
    qualifier: Qualifier | None = None
    printed: Line | None = None
    unit: Line
    of: Line | None = None
    notes: Prose | None = None

    def model_post_init(self, _: Any) -> None:
        """Either a value with a qualifier, or printed words."""
        if self.value is None and self.printed is None:
            raise ValueError("needs a value with its qualifier, or the printed words")
        if (self.value is None) != (self.qualifier is None):
            raise ValueError("value and qualifier go together; write `qualifier: exactly` if bare")


class EntryRecord(Record):
    """The fields that all kinds of entry share."""

    id: Slug
    date: Edtf
    order: Annotated[Whole, Field(ge=0, le=63)] | None = None
    actors: Annotated[tuple[ActorLink, ...], once()] = ()
    topics: Annotated[tuple[TopicId, ...], Field(min_length=1), once()]
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]
    notes: Prose | None = None
    corrections: tuple[Correction, ...] = ()
    former_ids: FormerIds = ()

    @cached_property
    def span(self) -> DateSpan:
        """The first and last day that the date covers."""
        return parse_date(self.date)

    @cached_property
    def links(self) -> tuple[ActorLink, ...]:
        """Every actor of the entry with its role; a kind adds its own, each pair once."""
        return self.actors

    def mentions(self) -> dict[str, tuple[str, ...]]:
        """Ids of other entries that this one refers to, by kind."""
        return {}

    def sources(self) -> tuple[str, ...]:
        """Every source that the entry cites, each once."""
        return tuple(dict.fromkeys(citation.source for citation in self.citations))


def linked(
    *groups: tuple[Role, tuple[str, ...]], actors: tuple[ActorLink, ...]
) -> tuple[ActorLink, ...]:
    """The links that a kind's own fields make, followed by the curated ones, each pair once."""
    own = [link_of(actor, role) for role, ids in groups for actor in ids]
    first: dict[tuple[str, str], ActorLink] = {}
    for link in (*own, *actors):
        first.setdefault((link.actor, str(link.role)), link)
    return tuple(first.values())


@lru_cache(maxsize=65536)
def link_of(actor: str, role: Role) -> ActorLink:
    """The link of an actor that was checked as another field's."""
    return ActorLink(actor=actor, role=role)
