"""The relational tables: what someone who opens the database file reads and joins.

Those of events, quotes, proposals, terms and figures are declared here; a table of a new kind, too.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import Field, SQLModel

from app.db.relational_tables import (
    ITSELF,
    At,
    CitationColumns,
    Items,
    QuantityColumns,
    Relational,
    To,
)
from app.db.tables import METADATA, SLUG


class EventRow(Relational, table=True):
    """What happened."""

    id: str = To("entry", primary_key=True)
    title: str
    summary: str
    event_type: str = Field(sa_type=SLUG)
    place: str | None
    voting_body_id: str | None = To("actor", "tally.body")
    votes_for: int | None = At("tally.for_")
    votes_against: int | None = At("tally.against")
    votes_abstaining: int | None = At("tally.abstaining")
    votes_threshold: str | None = At("tally.threshold")


class EventResponseRow(Relational, table=True):
    """An actor's answer to a proposal, as an event shows it."""

    __table_args__ = Items("responds_to")
    event_id: str = To("event", primary_key=True)
    position: int = Field(primary_key=True)
    proposal_id: str = To("proposal")
    actor_id: str = To("actor")
    stance: str = Field(sa_type=SLUG)
    note: str | None


class EventExchangeRow(Relational, table=True):
    """How many of one category were released or handed over at an event."""

    __table_args__ = Items("exchanges")
    event_id: str = To("event", primary_key=True)
    position: int = Field(primary_key=True)
    category: str = Field(sa_type=SLUG)
    released_by_id: str = To("actor")
    released_to_id: str | None = To("actor")
    value: float | None = At("quantity.value")
    qualifier: str | None = At("quantity.qualifier")
    printed: str | None = At("quantity.printed")
    unit: str = At("quantity.unit")
    value_from: float | None = At("quantity.from_")
    value_to: float | None = At("quantity.to")
    of: str | None = At("quantity.of")


class QuoteRow(Relational, table=True):
    """An utterance."""

    id: str = To("entry", primary_key=True)
    text: str
    event_id: str | None = To("event")
    context: str | None
    language: str
    translated: bool | None
    fragment: bool
    attribution: str = Field(sa_type=SLUG)
    spoken_language: str | None


class QuoteSpeakerRow(Relational, table=True):
    """Who said it."""

    __table_args__ = Items("speakers")
    quote_id: str = To("quote", primary_key=True)
    actor_id: str = To("actor", primary_key=True)
    office: str | None


class RenderingRow(Relational, table=True):
    """One outlet's wording of an utterance; position 0 is the principal one."""

    __table_args__ = Items("wordings")
    quote_id: str = To("quote", primary_key=True)
    position: int = Field(primary_key=True)
    text: str
    source_id: str = To("source")
    language: str
    translated: bool | None
    via: str | None
    note: str | None
    evidence: str = Field(sa_type=SLUG)
    evidence_date: str | None = At("verification.date")
    evidence_text_sha256: str | None = At("verification.text_sha256")
    evidence_exact: str | None = At("verification.exact")
    evidence_prefix: str | None = At("verification.prefix")
    evidence_suffix: str | None = At("verification.suffix")
    evidence_method: str | None = At("verification.method")
    evidence_page: str | None = At("verification.page")
    named_speaker: str | None


class ProposalRow(Relational, table=True):
    """A proposal or an agreement."""

    id: str = To("entry", primary_key=True)
    title: str
    summary: str
    status: str = At("latest_status", sa_type=SLUG)
    status_note: str | None
    detail: str = Field(sa_type=SLUG)
    in_reply_to_id: str | None = To("proposal", "in_reply_to.proposal")
    reply_basis: str | None = At("in_reply_to.basis")
    amends_id: str | None = To("proposal", "amends.proposal")
    amends_basis: str | None = At("amends.basis")


class ProposalLifeRow(Relational, table=True):
    """A stage in the life of a proposal."""

    __table_args__ = Items("life")
    proposal_id: str = To("proposal", primary_key=True)
    position: int = Field(primary_key=True)
    stage: str = Field(sa_type=SLUG)
    date: str
    event_id: str | None = To("event")
    by_proposal_id: str | None = To("proposal", "proposal")
    note: str | None


class OfStage(SQLModel):
    """The first columns of the tables of items of a stage; `life` is its position."""

    proposal_id: str = To("proposal", primary_key=True)
    life: int = Field(primary_key=True)


class ProposalLifeActorRow(OfStage, Relational, table=True):
    """By whom a stage of a proposal's life came about; `life` is its position."""

    __table_args__ = Items("by", within="life")
    actor_id: str = To("actor", ITSELF, primary_key=True)


class ProposalLifeCitationRow(CitationColumns, OfStage, Relational, table=True):
    """A source of a stage of a proposal's life; `life` is its position."""

    __table_args__ = Items("citations", within="life")


class ProposalTextRow(Relational, table=True):
    """A source that has the text of a proposal, an annex, or a version of it."""

    __table_args__ = Items("texts")
    proposal_id: str = To("proposal", primary_key=True)
    position: int = Field(primary_key=True)
    kind: str = Field(sa_type=SLUG)
    source_id: str = To("source")
    title: str | None
    note: str | None


class PhaseRow(Relational, table=True):
    """A stage of a proposal."""

    __table_args__ = Items("phases")
    proposal_id: str = To("proposal", primary_key=True)
    number: int = Field(primary_key=True)
    title: str
    days: int | None
    notes: str | None


class TermRow(Relational, table=True):
    """An obligation of a proposal; who is obliged stands in `entry_actor`."""

    id: str = To("entry", primary_key=True)
    proposal_id: str = To("proposal")
    phase: int | None
    position: int | None
    text: str
    clause: str | None
    condition: str | None = At("condition.text")
    condition_entry_id: str | None = To("entry", "condition.entry")
    deadline: str | None = At("deadline.printed")
    due_at: str | None


class TermReportRow(Relational, table=True):
    """A claim of what became of a term."""

    __table_args__ = Items("reports")
    term_id: str = To("term", primary_key=True)
    position: int = Field(primary_key=True)
    outcome: str = Field(sa_type=SLUG)
    basis: str = Field(sa_type=SLUG)
    date: str
    cumulative: bool
    note: str | None
    entry_id: str | None = To("entry", "entry")


class OfReport(SQLModel):
    """The first columns of the tables of items of a report; `report` is its position."""

    term_id: str = To("term", primary_key=True)
    report: int = Field(primary_key=True)


class TermReportClaimantRow(OfReport, Relational, table=True):
    """Whose claim it is; `report` is the position of the report."""

    __table_args__ = Items("claimed_by", within="reports")
    position: int = Field(primary_key=True)
    actor_id: str | None = To("actor")
    name: str | None


class TermReportCitationRow(CitationColumns, OfReport, Relational, table=True):
    """A source of a report; `report` is the position of the report."""

    __table_args__ = Items("citations", within="reports")


class TermReportQuantityRow(QuantityColumns, OfReport, Relational, table=True):
    """A number that a report claims; `report` is the position of the report."""

    __table_args__ = Items("quantities", within="reports")


class FigureRow(Relational, table=True):
    """A reported number; the number stands in `entry_quantity`."""

    id: str = To("entry", primary_key=True)
    metric: str = Field(sa_type=SLUG)
    description: str
    claimed_by: str | None
    event_id: str | None = To("event")


MODELS: dict[str, type[Relational]] = {
    str(each.__tablename__): each for each in Relational.__subclasses__()
}
TABLES: dict[str, Table] = {name: METADATA.tables[name] for name in MODELS}
for table in TABLES.values():
    for constraint in table.foreign_key_constraints:
        # References lead both ways, so they are enforced when a transaction ends.
        constraint.deferrable, constraint.initially = True, "DEFERRED"
