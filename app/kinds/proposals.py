"""Proposals and agreements with their phases."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from app.entries.documents import Document, EntryDocument, EntryEnd, EntryLink, Summary
from app.entries.questions import EntryQuestion, filtered
from app.entries.record import (
    ActorId,
    EntryRecord,
    Line,
    ProposalId,
    Prose,
    Record,
    Role,
    Whole,
    once,
)
from app.kinds.kind import Kind, Related
from app.kinds.linked_data import (
    WORK_ROLES,
    LinkedData,
    Node,
    date_node,
    reference_node,
    without_nothing,
)
from app.kinds.terms import PhaseNumber, SeedTerm, TermRecord


class Status(StrEnum):
    """What became of a proposal."""

    agreed = "agreed"
    partly_agreed = "partly_agreed"
    not_agreed = "not_agreed"
    rejected = "rejected"
    countered = "countered"
    superseded = "superseded"
    under_discussion = "under_discussion"


class Detail(StrEnum):
    """Whether the record holds all of the text's terms."""

    full = "full"
    partial = "partial"


class Basis(StrEnum):
    """Whether a source states what a proposal answers, or the sequence suggests it."""

    stated = "stated"
    inferred = "inferred"


class Reply(Record):
    """The proposal that this one answers."""

    proposal: ProposalId
    basis: Basis


class Phase(Record):
    """A stage of a proposal, with its length in days where one is given."""

    number: PhaseNumber
    title: Line
    days: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    notes: Prose | None = None


class ProposalRecord(EntryRecord):
    """A proposal as curated, without its terms, which are entries of their own."""

    ROLES = {Role.proposer: "proposers", Role.mediator: "mediators"}
    SEARCHED = ("title", "summary", "phases.title")

    title: Line
    summary: Prose
    proposers: Annotated[tuple[ActorId, ...], Field(min_length=1), once()]
    mediators: Annotated[tuple[ActorId, ...], once()] = ()
    status: Status
    status_note: Prose | None = None
    detail: Detail
    in_reply_to: Reply | None = None
    phases: Annotated[tuple[Phase, ...], once(lambda phase: phase.number)] = ()


class SeedProposal(ProposalRecord):
    """A proposal as it stands in a seed file, with its terms."""

    terms: tuple[SeedTerm, ...] = ()

    def entries(self) -> tuple[ProposalRecord | TermRecord, ...]:
        """The proposal and each of its terms as entries of their own."""
        return (ProposalRecord.model_construct(**dict(self)), *map(self.term, self.terms))

    def term(self, term: SeedTerm) -> TermRecord:
        """The term with the proposal's id, and its date where it has none of its own."""
        own = {"proposal": self.id, "date": term.date or self.date}
        return TermRecord.model_construct(**{**dict(term), **own})


class ReplyDocument(Document):
    """The proposal that this one answers."""

    proposal: EntryLink
    """The proposal answered."""
    basis: Basis
    """Whether a source states it, or the sequence suggests it."""


class PhaseDocument(Document):
    """A stage of a proposal."""

    number: Annotated[int, Field(examples=[1])]
    """Its number."""
    title: str
    """What it is for."""
    days: Annotated[int | None, Field(examples=[45])]
    """Its length in days, where one is given."""
    notes: str | None
    """Remarks."""


class ProposalFields(Document):
    """What only proposals have."""

    title: Annotated[str, Field(examples=["Hamas counter-proposal of February 2024"])]
    """A short neutral title."""
    summary: str
    """What it is, in our words."""
    proposers: list[Summary]
    """Who proposed it."""
    mediators: list[Summary]
    """Who carried it between the parties."""
    status: Status
    """What became of it."""
    status_note: str | None
    """The same in words."""
    detail: Detail
    """Whether the record holds all of its terms."""
    in_reply_to: ReplyDocument | None
    """The proposal that it answers."""
    phases: list[PhaseDocument]
    """Its stages, in order."""


class ProposalDocument(EntryEnd, ProposalFields, EntryDocument):
    """A proposal or an agreement."""

    kind: Literal["proposal"]
    """Always `proposal`."""


class ProposalQuestion(EntryQuestion):
    """What can be asked of proposals."""

    proposer: list[str] = filtered("proposers", "hamas", name_type="actor")
    """Who proposed it; repeatable."""
    mediator: list[str] = filtered("mediators", "qatar", name_type="actor")
    """Who carried it between the parties; repeatable."""
    status: list[Status] = filtered("status", "agreed")
    """What became of it; repeatable."""
    detail: list[Detail] = filtered("detail", "full")
    """Whether all of its terms are in the record."""
    in_reply_to: list[str] = filtered(
        "in_reply_to.proposal", "prop-2024-01-paris", name_type="proposal"
    )
    """Those that answer this proposal; repeatable."""


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
    headings = {
        phase["number"]: f"Phase {phase['number']}: {phase['title']}"
        + (f" ({phase['days']} days)" if phase["days"] else "")
        for phase in proposal["phases"]
    }
    return [
        (heading, [term for term in terms if term["phase"] == number])
        for number, heading in {**headings, None: "The whole proposal"}.items()
    ]


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
    example="prop-2024-02-hamas",
    colors=("#2c6e49", "#84c7a0"),
    record=ProposalRecord,
    seed_record=SeedProposal,
    document=ProposalDocument,
    question=ProposalQuestion,
    headline="title",
    computed={"phases": phases_in_order},
    links={
        "terms": "/v1/terms?proposal={id}",
        "responses": "/v1/events?proposal={id}",
        "replies": "/v1/proposals?in_reply_to={id}",
        "positions": "/v1/proposals/{id}/positions",
    },
    facets=("status", "proposer", "topic"),
    related=(Related("Terms", "term", "proposal", grouped=by_phase),),
    linked_data=LinkedData(proposal_node, WORK_ROLES),
)
