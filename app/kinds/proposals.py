"""Proposals and agreements with their phases."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from app.entries.dates import parse_date
from app.entries.documents import Before, Document, EntryDocument, EntryEnd, document_of
from app.entries.fields import (
    ActorId,
    Edtf,
    EventId,
    Line,
    ProposalId,
    Prose,
    SourceId,
    Whole,
    once,
)
from app.entries.questions import EntryQuestion, filtered
from app.entries.record import Citation, EntryRecord, Record, Role
from app.kinds.kind import Kind, Related
from app.kinds.linked_data import (
    WORK_ROLES,
    LinkedData,
    Node,
    date_node,
    reference_node,
    without_nothing,
)
from app.kinds.outcomes import Basis, Stage
from app.kinds.terms import PhaseNumber, SeedTerm, TermRecord


class Reception(StrEnum):
    """How a proposal was received."""

    agreed = "agreed"
    partly_agreed = "partly_agreed"
    not_agreed = "not_agreed"
    rejected = "rejected"
    countered = "countered"
    superseded = "superseded"
    under_discussion = "under_discussion"


class Status(StrEnum):
    """What became of a proposal: how it was received, or the latest stage of its life."""

    # A word that is in both lists stands among the stages.
    vars().update({str(each): str(each) for each in Reception if each not in [*Stage]})
    vars().update({str(each): str(each) for each in Stage})


class Detail(StrEnum):
    """Whether the record holds all of the text's terms."""

    full = "full"
    partial = "partial"


class TextKind(StrEnum):
    """What a text is to a proposal."""

    full_text = "full_text"
    annex = "annex"
    version = "version"


class ProposalText(Record):
    """A text of a proposal, as a source has it."""

    kind: TextKind
    """Whether it is the full text, an annex or a version."""
    source: SourceId
    """Where it stands."""
    title: Line | None = None
    """What it is called, where that is not the title of the source."""
    note: Prose | None = None
    """A remark."""


class LifeStage(Record):
    """A stage in the life of a proposal."""

    stage: Stage
    """Which."""
    date: Edtf
    """When, in the date language."""
    by: Annotated[tuple[ActorId, ...], once()] = ()
    """By whom."""
    event: EventId | None = None
    """The event of the stage."""
    proposal: ProposalId | None = None
    """The proposal that amends, supersedes or, voted on, endorses it."""
    note: Prose | None = None
    """A remark."""
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]
    """Which sources say so."""


class Reply(Record):
    """The proposal that this one answers or amends."""

    proposal: ProposalId
    """The proposal answered."""
    basis: Basis
    """Whether a source states it, or the sequence suggests it."""


class Phase(Record):
    """A stage of a proposal."""

    number: PhaseNumber
    """Its number."""
    title: Line
    """What it is for."""
    days: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    """Its length in days, where one is given."""
    notes: Prose | None = None
    """Remarks."""


class ProposalRecord(EntryRecord):
    """A proposal as curated, without its terms, which are entries of their own."""

    ROLES = {Role.proposer: "proposers", Role.mediator: "mediators"}
    SEARCHED = ("title", "summary", "phases.title")

    title: Line
    """A short neutral title."""
    summary: Prose
    """What it is, in our words."""
    proposers: Annotated[tuple[ActorId, ...], Field(min_length=1), once()]
    """Who proposed it."""
    mediators: Annotated[tuple[ActorId, ...], once()] = ()
    """Who carried it between the parties."""
    life: tuple[LifeStage, ...] = ()
    """The stages of its life, each with its date and source."""
    status: Annotated[Reception | None, Field(validate_default=True)] = None
    """How it was received, where the latest stage of its life does not say it."""
    status_note: Prose | None = None
    """The same in words."""
    detail: Detail
    """Whether the record holds all of its terms."""
    in_reply_to: Reply | None = None
    """The proposal that it answers."""
    amends: Reply | None = None
    """The proposal that it amends."""
    texts: tuple[ProposalText, ...] = ()
    """Its full texts, annexes and versions."""
    phases: Annotated[tuple[Phase, ...], once(lambda phase: phase.number)] = ()
    """Its stages, in order."""

    @field_validator("id")
    @classmethod
    def not_the_map(cls, id: str) -> str:
        """The map of proposals is at the address that this one would have."""
        if id == "graph":
            raise ValueError("is the address of the map of proposals; write another id")
        return id

    @field_validator("status", mode="after")
    @classmethod
    def status_or_life(cls, status: Reception | None, read: ValidationInfo) -> Reception | None:
        """One of the two is needed."""
        if status is None and read.data.get("life") == ():
            raise PydanticKnownError("missing")
        return status

    @property
    def latest_status(self) -> Status:
        """How it was received, where the record says so; else the latest stage of its life."""
        if self.status is not None:
            return Status(self.status)
        latest = max(reversed(self.life), key=lambda each: parse_date(each.date).start)
        return Status(latest.stage)


class SeedProposal(ProposalRecord):
    """A proposal as it stands in a seed file, with its terms."""

    terms: tuple[SeedTerm, ...] = ()

    def entries(self) -> tuple[ProposalRecord | TermRecord, ...]:
        """The proposal and each of its terms as entries of their own."""
        return (ProposalRecord.model_construct(**dict(self)), *map(self.term, self.terms))

    def term(self, term: SeedTerm) -> TermRecord:
        """The term with the proposal's id, and its date where it has none of its own."""
        own = {"proposal": self.id, "date": term.date or self.date}
        found = TermRecord.model_construct(**{**dict(term), **own})
        return found.due_after(self.date_of_anchor(term))

    def date_of_anchor(self, term: SeedTerm) -> str | None:
        """The date of the stage that a term's deadline counts from, the first if it has several."""
        stage = term.deadline.anchor.stage if term.deadline and term.deadline.anchor else None
        return next((each.date for each in self.life if each.stage is stage), None)


@document_of(Phase)
class PhaseDocument(Document):
    """A stage of a proposal."""


@document_of(ProposalRecord)
class ProposalFields(Document):
    """What only proposals have."""

    status: Annotated[Status, Before("life")]
    """What became of it; the latest stage of its life, where it has one and no other word fits."""
    status_note: Annotated[str | None, Before("life")]
    """The same in words."""


class ProposalDocument(EntryEnd, ProposalFields, EntryDocument):
    """A proposal or an agreement."""

    kind: Literal["proposal"]
    """Always `proposal`."""


class ProposalQuestion(EntryQuestion):
    """What can be asked of proposals."""

    proposer: list[str] = filtered("proposers", name_type="actor")
    """Who proposed it; repeatable."""
    mediator: list[str] = filtered("mediators", name_type="actor")
    """Who carried it between the parties; repeatable."""
    status: list[Status] = filtered("latest_status")
    """What became of it; repeatable."""
    detail: list[Detail] = filtered("detail")
    """Whether all of its terms are in the record."""
    in_reply_to: list[str] = filtered("in_reply_to.proposal", name_type="proposal")
    """Those that answer this proposal; repeatable."""
    amends: list[str] = filtered("amends.proposal", name_type="proposal")
    """Those that amend this proposal; repeatable."""


def proposal_node(document: Node, base: str) -> Node:
    reply = document["in_reply_to"]
    return {
        "@type": "CreativeWork",
        **date_node(document),
        "name": document["title"],
        "abstract": document["summary"],
        "creativeWorkStatus": document["status"],
        "mentions": reference_node(reply["proposal"], base) if reply else None,
        "hasPart": [phase_node(each) for each in document["phases"]],
    }


def phase_node(phase: Node) -> Node:
    return without_nothing(
        {
            "@type": "CreativeWork",
            "name": phase["title"],
            "position": phase["number"],
            "timeRequired": f"P{phase['days']}D" if phase["days"] else None,
            "description": phase["notes"],
        }
    )


def by_phase(proposal: Node, terms: list[Node]) -> list[tuple[str, list[Node]]]:
    """A proposal's terms under its phases, those of the whole last, in their curated order."""
    terms = sorted(terms, key=curated_order)
    return [
        (heading, [term for term in terms if term["phase"] == number])
        for number, heading in phase_headings(proposal).items()
    ]


def phase_headings(proposal: Node) -> dict[int | None, str]:
    """The heading of each phase by its number, and of the whole."""
    headings: dict[int | None, str] = {
        phase["number"]: f"Phase {phase['number']}: {phase['title']}"
        + (f" ({phase['days']} days)" if phase["days"] else "")
        for phase in proposal["phases"]
    }
    return {**headings, None: "The whole proposal"}


def curated_order(term: Node) -> tuple[bool, int, str]:
    """By position; terms without one come last, by id."""
    return term["position"] is None, term["position"] or 0, term["id"]


def phases_in_order(record: ProposalRecord, _: object) -> list[dict[str, Any]]:
    """The members of each phase's document."""
    return [each.model_dump() for each in sorted(record.phases, key=lambda phase: phase.number)]


PROPOSAL = Kind(
    name="proposal",
    plural="proposals",
    description="Proposals and agreements with their phases; their terms are at `/v1/terms`.",
    colors=("#2c6e49", "#84c7a0"),
    record=ProposalRecord,
    seed_record=SeedProposal,
    document=ProposalDocument,
    question=ProposalQuestion,
    headline="title",
    computed={
        "phases": phases_in_order,
        "status": lambda record, _: record.latest_status,
    },
    links={
        "terms": "/v1/terms?proposal={id}",
        "responses": "/v1/events?proposal={id}",
        "replies": "/v1/proposals?in_reply_to={id}",
        "amendments": "/v1/proposals?amends={id}",
        "positions": "/v1/proposals/{id}/positions",
        "outcome": "/v1/proposals/{id}/outcome",
    },
    facets=("status", "proposer", "topic"),
    related=(Related("Terms", "term", "proposal", grouped=by_phase),),
    linked_data=LinkedData(proposal_node, WORK_ROLES),
)
