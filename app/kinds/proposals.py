"""Proposals and agreements with their phases, and the terms they consist of.

To add a filter: one field in the kind's question, one line in its record's `postings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    EntryLink,
    QuantityDocument,
    Summary,
    quantity_document,
)
from app.entries.questions import NONE_GIVEN, EntryQuestion, Filter, Values, whole_number
from app.entries.record import (
    ActorId,
    ActorLink,
    Edtf,
    EntryRecord,
    Line,
    ProposalId,
    Prose,
    Quantity,
    Record,
    Role,
    Slug,
    Whole,
    linked,
    once,
)
from app.reference.registry import Reference


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


LAST_PHASE = 20
PhaseNumber = Annotated[Whole, Field(ge=1, le=LAST_PHASE)]
TermPosition = Annotated[Whole, Field(ge=1, le=10_000)]


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


class TermRecord(EntryRecord):
    """One obligation of a proposal, in our words; `phase` is left out for the whole.

    `position` orders the terms of the proposal.
    """

    proposal: ProposalId
    phase: PhaseNumber | None = None
    position: TermPosition | None = None
    obliged: Annotated[tuple[ActorId, ...], Field(min_length=1), once()]
    beneficiary: Annotated[tuple[ActorId, ...], once()] = ()
    text: Prose
    quantities: tuple[Quantity, ...] = ()

    @cached_property
    def links(self) -> tuple[ActorLink, ...]:
        """Who is obliged, who benefits, and the curated actors."""
        return linked(
            (Role.obliged, self.obliged),
            (Role.beneficiary, self.beneficiary),
            actors=self.actors,
        )

    def mentions(self) -> dict[str, tuple[str, ...]]:
        """The proposal that the term is part of."""
        return {"proposal": (self.proposal,)}

    def postings(self) -> Iterator[tuple[str, str]]:
        """Where a term is found, beside what all kinds have."""
        yield "proposal", self.proposal
        yield "phase", str(self.phase or 0)
        for actor in self.obliged:
            yield "obliged", actor
        for actor in self.beneficiary:
            yield "beneficiary", actor

    def texts(self) -> Iterator[str]:
        """What a search for words reads."""
        yield self.text
        for quantity in self.quantities:
            yield " ".join(part for part in (quantity.printed, quantity.of) if part is not None)


class WrittenTerm(TermRecord):
    """A term as written inside its proposal, whose id it takes, and whose date if it has none."""

    proposal: SkipJsonSchema[Slug] = ""
    date: Edtf = ""

    @field_validator("proposal", mode="before")
    @classmethod
    def given_around(cls, _: object) -> str:
        """The proposal is the one around the term."""
        raise ValueError("is not written in a term, which belongs to the proposal around it")


class ProposalRecord(EntryRecord):
    """A proposal as curated, without its terms, which are entries of their own."""

    title: Line
    summary: Prose
    proposers: Annotated[tuple[ActorId, ...], Field(min_length=1), once()]
    mediators: Annotated[tuple[ActorId, ...], once()] = ()
    status: Status
    status_note: Prose | None = None
    detail: Detail
    in_reply_to: Reply | None = None
    phases: Annotated[tuple[Phase, ...], once(lambda phase: phase.number)] = ()

    @cached_property
    def links(self) -> tuple[ActorLink, ...]:
        """The proposers, the mediators and the curated actors."""
        return linked(
            (Role.proposer, self.proposers), (Role.mediator, self.mediators), actors=self.actors
        )

    def mentions(self) -> dict[str, tuple[str, ...]]:
        """The proposal that this one answers."""
        return {"proposal": (self.in_reply_to.proposal,)} if self.in_reply_to is not None else {}

    def postings(self) -> Iterator[tuple[str, str]]:
        """Where a proposal is found, beside what all kinds have."""
        yield "status", self.status
        yield "detail", self.detail
        for actor in self.proposers:
            yield "proposer", actor
        for actor in self.mediators:
            yield "mediator", actor
        if self.in_reply_to is not None:
            yield "in_reply_to", self.in_reply_to.proposal

    def texts(self) -> Iterator[str]:
        """What a search for words reads."""
        yield self.title
        yield self.summary
        for phase in self.phases:
            yield phase.title


class WrittenProposal(ProposalRecord):
    """A proposal as written in a seed file, with its terms inside."""

    terms: tuple[WrittenTerm, ...] = ()

    def entries(self) -> tuple[ProposalRecord | TermRecord, ...]:
        """The proposal and each of its terms as entries of their own."""
        own = {name: getattr(self, name) for name in ProposalRecord.model_fields}
        return (ProposalRecord.model_construct(**own), *(self.term(term) for term in self.terms))

    def term(self, written: WrittenTerm) -> TermRecord:
        """The term with the proposal's id, and its date where it has none of its own."""
        own = {name: getattr(written, name) for name in TermRecord.model_fields}
        return TermRecord.model_construct(
            **{**own, "proposal": self.id, "date": written.date or self.date}
        )


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


class TermFields(Document):
    """What only terms have."""

    proposal: EntryLink
    """The proposal that it is part of."""
    phase: Annotated[int | None, Field(examples=[1])]
    """The phase in which it holds; null for the whole."""
    position: Annotated[int | None, Field(examples=[2])]
    """Its place in the curated order of its proposal's terms, where one is given."""
    obliged: list[Summary]
    """Who has to act."""
    beneficiary: list[Summary]
    """Who benefits."""
    text: str
    """The obligation, in our words."""
    quantities: list[QuantityDocument]
    """Its numbers."""


class TermDocument(EntryEnd, TermFields, EntryDocument):
    """A term of a proposal."""

    kind: Literal["term"]
    """Always `term`."""


def render(record: ProposalRecord, reference: Reference) -> dict[str, Any]:
    """A proposal's own fields."""
    reply = record.in_reply_to
    return {
        "title": record.title,
        "summary": record.summary,
        "proposers": [reference.actor(actor) for actor in record.proposers],
        "mediators": [reference.actor(actor) for actor in record.mediators],
        "status": record.status,
        "status_note": record.status_note,
        "detail": record.detail,
        "in_reply_to": {"proposal": proposal_link(reply.proposal), "basis": reply.basis}
        if reply is not None
        else None,
        "phases": [
            {
                "number": phase.number,
                "title": phase.title,
                "days": phase.days,
                "notes": phase.notes,
            }
            for phase in sorted(record.phases, key=lambda phase: phase.number)
        ],
        "links": {
            "terms": f"/v1/terms?proposal={record.id}",
            "responses": f"/v1/events?proposal={record.id}",
            "replies": f"/v1/proposals?in_reply_to={record.id}",
            "positions": f"/v1/proposals/{record.id}/positions",
        },
    }


def proposal_link(proposal: str) -> dict[str, str]:
    """The fields of an `EntryLink` to a proposal."""
    return {"id": proposal, "url": f"/v1/proposals/{proposal}"}


def render_term(record: TermRecord, reference: Reference) -> dict[str, Any]:
    """A term's own fields."""
    return {
        "proposal": proposal_link(record.proposal),
        "phase": record.phase,
        "position": record.position,
        "obliged": [reference.actor(actor) for actor in record.obliged],
        "beneficiary": [reference.actor(actor) for actor in record.beneficiary],
        "text": record.text,
        "quantities": [quantity_document(quantity) for quantity in record.quantities],
        "links": {},
    }


class ProposalQuestion(EntryQuestion):
    """What can be asked of proposals."""

    proposer: Annotated[
        list[str],
        Values,
        Filter("proposer", name_type="actor"),
        Field(description="Who proposed it; repeatable.", examples=[["hamas"]]),
    ] = NONE_GIVEN
    mediator: Annotated[
        list[str],
        Values,
        Filter("mediator", name_type="actor"),
        Field(description="Who carried it between the parties; repeatable.", examples=[["qatar"]]),
    ] = NONE_GIVEN
    status: Annotated[
        list[Status],
        Values,
        Filter("status"),
        Field(description="What became of it; repeatable.", examples=[["agreed"]]),
    ] = NONE_GIVEN
    detail: Annotated[
        list[Detail],
        Values,
        Filter("detail"),
        Field(description="Whether all of its terms are in the record.", examples=[["full"]]),
    ] = NONE_GIVEN
    in_reply_to: Annotated[
        list[str],
        Values,
        Filter("in_reply_to", name_type="proposal"),
        Field(
            description="Those that answer this proposal; repeatable.",
            examples=[["prop-2024-01-paris"]],
        ),
    ] = NONE_GIVEN


class TermQuestion(EntryQuestion):
    """What can be asked of terms."""

    proposal: Annotated[
        list[str],
        Values,
        Filter("proposal", name_type="proposal"),
        Field(
            description="Terms of this proposal; repeatable.",
            examples=[["prop-2024-02-hamas"]],
        ),
    ] = NONE_GIVEN
    phase: Annotated[
        list[Annotated[int, Field(ge=0, le=LAST_PHASE), BeforeValidator(whole_number)]],
        Values,
        Filter("phase"),
        Field(description="The phase; 0 for terms of the whole; repeatable.", examples=[[1]]),
    ] = NONE_GIVEN
    obliged: Annotated[
        list[str],
        Values,
        Filter("obliged", name_type="actor"),
        Field(description="Who has to act; repeatable.", examples=[["israel"]]),
    ] = NONE_GIVEN
    beneficiary: Annotated[
        list[str],
        Values,
        Filter("beneficiary", name_type="actor"),
        Field(description="Who benefits; repeatable.", examples=[["hamas"]]),
    ] = NONE_GIVEN
