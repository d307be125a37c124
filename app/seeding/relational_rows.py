"""Which tidy rows a curated record makes, and where the rows of a record are to be found.

Each row is a tuple in the order of its table's columns; members of enumerations are in it as plain
text, for which SQLite need not ask how it is to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Table

from app.db.relational import TABLES
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

Row = tuple[Any, ...]
TidyRow = tuple[str, Row]


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
            str(span.precision),
            record.order,
            record.notes,
        ),
    )
    for link in record.links:
        yield "entry_actor", (record.id, link.actor, str(link.role))
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
            str(record.attribution),
        ),
    )
    for speaker in record.speakers:
        yield "quote_speaker", (record.id, speaker.actor, speaker.office)
    for number, wording in enumerate(record.wordings):
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
        return (str(EvidenceStatus.unverified), None, None, None, None, None)
    around = (evidence.exact, evidence.prefix, evidence.suffix)
    return (str(evidence.status), evidence.date, evidence.text_sha256, *around)


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
    yield "term", (record.id, record.proposal, record.phase, record.position, record.text)
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
    tables = TABLES
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
