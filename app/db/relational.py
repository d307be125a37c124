"""The tidy tables: what someone who opens the database file reads and joins.

They refer to each other by public id. Answering reads `app.db.tables`, not these; from them the
server makes the data package, and counts publishers. Which rows a record makes:
`app.seeding.relational_rows`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlmodel import Field, SQLModel

from app.db.tables import METADATA, SLUG


def Id() -> Any:  # noqa: N802 - it stands where a type would in the declarations below
    """A public id as primary key."""
    return Field(primary_key=True, sa_type=SLUG)


def To(table: str, *, primary_key: bool = False, nullable: bool = False) -> Any:  # noqa: N802
    """A reference to another table's public id; checked when the transaction ends."""
    target = ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")
    return Field(sa_column=Column(SLUG, target, primary_key=primary_key, nullable=nullable))


class Tidy(SQLModel):
    """What all tidy tables share."""

    metadata: ClassVar[MetaData] = METADATA


class Actor(Tidy, table=True):
    """A person, state, group or institution."""

    id: str = Id()
    name: str
    kind: str = Field(sa_type=SLUG)
    description: str | None
    wikidata: str | None
    iso3166: str | None
    gw: int | None
    notes: str | None


class ActorAlias(Tidy, table=True):
    """Another name or spelling of an actor."""

    __tablename__ = "actor_alias"
    actor_id: str = To("actor", primary_key=True)
    alias: str = Field(primary_key=True)


class ActorPosition(Tidy, table=True):
    """An office of an actor."""

    __tablename__ = "actor_position"
    actor_id: str = To("actor", primary_key=True)
    position: int = Field(primary_key=True)
    title: str
    of_id: str | None = To("actor", nullable=True)
    date: str | None


class ActorPart(Tidy, table=True):
    """What an actor is part of."""

    __tablename__ = "actor_part"
    actor_id: str = To("actor", primary_key=True)
    position: int = Field(primary_key=True)
    part_of_id: str = To("actor")
    date: str | None


class Topic(Tidy, table=True):
    """A subject in the record's hierarchy."""

    id: str = Id()
    label: str
    definition: str | None
    broader_id: str | None = To("topic", nullable=True)
    notes: str | None


class Source(Tidy, table=True):
    """A published text."""

    id: str = Id()
    publisher: str
    title: str
    title_origin: str
    url: str | None
    archive_url: str | None
    date: str | None
    language: str
    kind: str
    notes: str | None


class Entry(Tidy, table=True):
    """What all kinds of entry share."""

    id: str = Id()
    kind: str = Field(sa_type=SLUG)
    date: str
    start_date: str
    end_date: str | None
    date_precision: str
    day_order: int | None
    notes: str | None


class EntryActor(Tidy, table=True):
    """An actor of an entry, in a role."""

    __tablename__ = "entry_actor"
    entry_id: str = To("entry", primary_key=True)
    actor_id: str = To("actor", primary_key=True)
    role: str = Field(primary_key=True, sa_type=SLUG)


class EntryTopic(Tidy, table=True):
    """A topic of an entry."""

    __tablename__ = "entry_topic"
    entry_id: str = To("entry", primary_key=True)
    topic_id: str = To("topic", primary_key=True)


class EntryCitation(Tidy, table=True):
    """A source of an entry."""

    __tablename__ = "entry_citation"
    entry_id: str = To("entry", primary_key=True)
    position: int = Field(primary_key=True)
    source_id: str = To("source")
    via: str | None
    supports: str | None


class EntryCorrection(Tidy, table=True):
    """A correction of an entry."""

    __tablename__ = "entry_correction"
    entry_id: str = To("entry", primary_key=True)
    position: int = Field(primary_key=True)
    date: str
    reason: str


class EntryQuantity(Tidy, table=True):
    """A number of a term or a figure."""

    __tablename__ = "entry_quantity"
    entry_id: str = To("entry", primary_key=True)
    position: int = Field(primary_key=True)
    value: float | None
    qualifier: str | None
    printed: str | None
    unit: str
    of: str | None
    notes: str | None


class Event(Tidy, table=True):
    """What happened."""

    id: str = To("entry", primary_key=True)
    title: str
    summary: str
    event_type: str = Field(sa_type=SLUG)
    place: str | None


class EventResponse(Tidy, table=True):
    """An actor's answer to a proposal, as an event shows it."""

    __tablename__ = "event_response"
    event_id: str = To("event", primary_key=True)
    position: int = Field(primary_key=True)
    proposal_id: str = To("proposal")
    actor_id: str = To("actor")
    stance: str = Field(sa_type=SLUG)
    note: str | None


class Quote(Tidy, table=True):
    """An utterance."""

    id: str = To("entry", primary_key=True)
    text: str
    event_id: str | None = To("event", nullable=True)
    context: str | None
    language: str
    translated: bool | None
    fragment: bool
    attribution: str = Field(sa_type=SLUG)


class QuoteSpeaker(Tidy, table=True):
    """Who said it."""

    __tablename__ = "quote_speaker"
    quote_id: str = To("quote", primary_key=True)
    actor_id: str = To("actor", primary_key=True)
    office: str | None


class Rendering(Tidy, table=True):
    """One outlet's wording of an utterance; position 0 is the principal one."""

    quote_id: str = To("quote", primary_key=True)
    position: int = Field(primary_key=True)
    text: str
    source_id: str = To("source")
    language: str
    translated: bool | None
    via: str | None
    note: str | None
    evidence: str = Field(sa_type=SLUG)
    evidence_date: str | None
    evidence_text_sha256: str | None
    evidence_exact: str | None
    evidence_prefix: str | None
    evidence_suffix: str | None


class Proposal(Tidy, table=True):
    """A proposal or an agreement."""

    id: str = To("entry", primary_key=True)
    title: str
    summary: str
    status: str = Field(sa_type=SLUG)
    status_note: str | None
    detail: str = Field(sa_type=SLUG)
    in_reply_to_id: str | None = To("proposal", nullable=True)
    reply_basis: str | None


class Phase(Tidy, table=True):
    """A stage of a proposal."""

    proposal_id: str = To("proposal", primary_key=True)
    number: int = Field(primary_key=True)
    title: str
    days: int | None
    notes: str | None


class Term(Tidy, table=True):
    """An obligation of a proposal; who is obliged stands in `entry_actor`."""

    id: str = To("entry", primary_key=True)
    proposal_id: str = To("proposal")
    phase: int | None
    position: int | None
    text: str


class Figure(Tidy, table=True):
    """A reported number; the number stands in `entry_quantity`."""

    id: str = To("entry", primary_key=True)
    metric: str = Field(sa_type=SLUG)
    description: str
    claimed_by: str | None
    event_id: str | None = To("event", nullable=True)


MODELS: dict[str, type[Tidy]] = {str(each.__tablename__): each for each in Tidy.__subclasses__()}
TABLES: dict[str, Table] = {name: METADATA.tables[name] for name in MODELS}
