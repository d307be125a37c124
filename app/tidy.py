"""The tidy tables: what someone who opens the database file reads and joins.

They refer to each other by public id. Questions are answered from `app.tables`; of these the
server makes the data package, and counts publishers.
`rows_of` says which rows a curated record makes; each row is a tuple in the order of its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlmodel import Field, SQLModel

from app.entries.dates import Precision
from app.entries.record import Citation, Correction, EntryRecord, Quantity
from app.kinds.events import EventRecord
from app.kinds.evidence import Evidence, EvidenceStatus
from app.kinds.figures import FigureRecord
from app.kinds.proposals import ProposalRecord, TermRecord
from app.kinds.quotes import QuoteRecord
from app.reference.actors import ActorRecord
from app.reference.sources import SourceRecord
from app.reference.topics import TopicRecord
from app.tables import METADATA, SLUG

Row = tuple[Any, ...]
TidyRow = tuple[str, Row]


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


def actor_rows(record: ActorRecord) -> Iterator[TidyRow]:
    """The rows of an actor."""
    outside = record.external_ids
    ids = (outside.wikidata, outside.iso3166, outside.gw) if outside else (None, None, None)
    yield (
        "actor",
        (record.id, record.name, record.kind, record.description, *ids, record.notes),
    )
    for alias in record.aliases:
        yield "actor_alias", (record.id, alias)
    for number, held in enumerate(record.positions):
        yield "actor_position", (record.id, number, held.title, held.of, held.date)
    for number, part in enumerate(record.part_of):
        yield "actor_part", (record.id, number, part.actor, part.date)


def topic_rows(record: TopicRecord) -> Iterator[TidyRow]:
    """The row of a topic."""
    yield "topic", (record.id, record.label, record.definition, record.broader, record.notes)


def source_rows(record: SourceRecord) -> Iterator[TidyRow]:
    """The row of a source."""
    yield (
        "source",
        (
            record.id,
            record.publisher,
            record.title,
            record.title_origin,
            record.url,
            record.archive_url,
            record.date,
            record.language,
            record.kind,
            record.notes,
        ),
    )


def entry_rows(kind: str, record: EntryRecord) -> Iterator[TidyRow]:
    """The rows that all kinds of entry have."""
    span = record.span
    end = None if span.precision is Precision.open else span.end.isoformat()
    yield (
        "entry",
        (
            record.id,
            kind,
            record.date,
            span.start.isoformat(),
            end,
            span.precision,
            record.order,
            record.notes,
        ),
    )
    for link in record.links():
        yield "entry_actor", (record.id, link.actor, link.role)
    for topic in dict.fromkeys(record.topics):
        yield "entry_topic", (record.id, topic)
    for number, citation in enumerate(record.citations):
        yield "entry_citation", citation_row(record.id, number, citation)
    for number, correction in enumerate(record.corrections):
        yield "entry_correction", correction_row(record.id, number, correction)


def citation_row(entry_id: str, number: int, citation: Citation) -> Row:
    """The row of a citation."""
    return (entry_id, number, citation.source, citation.via, citation.supports)


def correction_row(entry_id: str, number: int, correction: Correction) -> Row:
    """The row of a correction."""
    return (entry_id, number, correction.date, correction.reason)


def quantity_row(entry_id: str, number: int, quantity: Quantity) -> Row:
    """The row of a quantity."""
    return (
        entry_id,
        number,
        quantity.value,
        quantity.qualifier,
        quantity.printed,
        quantity.unit,
        quantity.of,
        quantity.notes,
    )


def event_rows(record: EventRecord) -> Iterator[TidyRow]:
    """The rows of an event."""
    yield "event", (record.id, record.title, record.summary, record.event_type, record.place)
    for number, answer in enumerate(record.responds_to):
        row = (record.id, number, answer.proposal, answer.actor, answer.stance, answer.note)
        yield "event_response", row


def quote_rows(record: QuoteRecord) -> Iterator[TidyRow]:
    """The rows of a quote."""
    yield (
        "quote",
        (
            record.id,
            record.text,
            record.event,
            record.context,
            record.language,
            record.translated,
            record.fragment,
            record.attribution,
        ),
    )
    for speaker in record.speakers:
        yield "quote_speaker", (record.id, speaker.actor, speaker.office)
    for number, wording in enumerate(record.wordings()):
        yield (
            "rendering",
            (
                record.id,
                number,
                wording.text,
                wording.source,
                wording.language or record.language,
                wording.translated,
                wording.via,
                wording.note,
                *evidence_cells(record.evidence_of(wording)),
            ),
        )


def evidence_cells(evidence: Evidence | None) -> tuple[str | None, ...]:
    """Status, date, hash of the text, and where the words stand in it."""
    if evidence is None:
        return (EvidenceStatus.unverified, None, None, None, None, None)
    around = (evidence.exact, evidence.prefix, evidence.suffix)
    return (evidence.status, evidence.date, evidence.text_sha256, *around)


def proposal_rows(record: ProposalRecord) -> Iterator[TidyRow]:
    """The rows of a proposal without its terms."""
    reply = record.in_reply_to
    answered = (reply.proposal, reply.basis) if reply is not None else (None, None)
    yield (
        "proposal",
        (
            record.id,
            record.title,
            record.summary,
            record.status,
            record.status_note,
            record.detail,
            *answered,
        ),
    )
    for phase in record.phases:
        yield "phase", (record.id, phase.number, phase.title, phase.days, phase.notes)


def term_rows(record: TermRecord) -> Iterator[TidyRow]:
    """The rows of a term."""
    yield "term", (record.id, record.proposal, record.phase, record.text)
    for number, quantity in enumerate(record.quantities):
        yield "entry_quantity", quantity_row(record.id, number, quantity)


def figure_rows(record: FigureRecord) -> Iterator[TidyRow]:
    """The rows of a figure."""
    own = (record.id, record.metric, record.description, record.claimed_by, record.event)
    yield "figure", own
    yield "entry_quantity", quantity_row(record.id, 0, record.quantity)


KIND_ROWS: dict[str, Callable[[Any], Iterator[TidyRow]]] = {
    "event": event_rows,
    "quote": quote_rows,
    "proposal": proposal_rows,
    "term": term_rows,
    "figure": figure_rows,
}
REFERENCE_ROWS: dict[str, Callable[[Any], Iterator[TidyRow]]] = {
    "actor": actor_rows,
    "topic": topic_rows,
    "source": source_rows,
}


def rows_of(kind: str, record: Any) -> Iterator[TidyRow]:
    """Every tidy row of a record."""
    if kind in REFERENCE_ROWS:
        yield from REFERENCE_ROWS[kind](record)
    elif kind in KIND_ROWS:
        yield from entry_rows(kind, record)
        yield from KIND_ROWS[kind](record)


def owner_columns(kind: str) -> dict[Table, str]:
    """For each table that holds rows of a record of a kind, the column with the record's id."""
    tables = METADATA.tables
    if kind in REFERENCE_ROWS:
        names = {
            "actor": {
                "actor_alias": "actor_id",
                "actor_position": "actor_id",
                "actor_part": "actor_id",
            }
        }.get(kind, {})
        return {tables[name]: column for name, column in {**names, kind: "id"}.items()}
    shared = ("entry_actor", "entry_topic", "entry_citation", "entry_correction", "entry_quantity")
    own = {
        "event": {"event_response": "event_id"},
        "quote": {"quote_speaker": "quote_id", "rendering": "quote_id"},
        "proposal": {"phase": "proposal_id"},
    }.get(kind, {})
    columns = {**own, kind: "id", **dict.fromkeys(shared, "entry_id"), "entry": "id"}
    return {tables[name]: column for name, column in columns.items()}
