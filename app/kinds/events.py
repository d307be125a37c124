"""Events: what happened, and who answered which proposal how.

To add a filter: one field in `EventQuestion`, one line in `EventRecord.postings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from app.entries.documents import Document, EntryDocument, EntryEnd, EntryLink, Summary
from app.entries.questions import NONE_GIVEN, Clause, EntryQuestion, Filter, Values, any_of
from app.entries.record import (
    ActorId,
    ActorLink,
    EntryRecord,
    Line,
    ProposalId,
    Prose,
    Record,
    Role,
    linked,
)
from app.reference.registry import Reference


class EventType(StrEnum):
    """Our list; each is mapped to the PLOVER type that holds it."""

    attack = "attack"
    statement = "statement"
    response = "response"
    proposal = "proposal"
    talks = "talks"
    meeting = "meeting"
    agreement = "agreement"
    breakdown = "breakdown"
    release = "release"
    military_order = "military_order"
    report = "report"
    resolution = "resolution"
    vote = "vote"


# The types of the PLOVER ontology (Open Event Data Alliance) that hold ours.
PLOVER = {
    EventType.attack: "ASSAULT",
    EventType.statement: "CONSULT",
    EventType.response: "CONSULT",
    EventType.proposal: "CONSULT",
    EventType.talks: "CONSULT",
    EventType.meeting: "CONSULT",
    EventType.agreement: "AGREE",
    EventType.breakdown: "REJECT",
    EventType.release: "CONCEDE",
    EventType.military_order: "MOBILIZE",
    EventType.report: "CONSULT",
    EventType.resolution: "REQUEST",
    EventType.vote: "CONSULT",
}


class Stance(StrEnum):
    """How an actor answered a proposal."""

    accepts = "accepts"
    accepts_conditionally = "accepts_conditionally"
    rejects = "rejects"
    counters = "counters"
    endorses = "endorses"
    under_study = "under_study"
    other = "other"


class Response(Record):
    """An actor's stance on a proposal, as the event shows it."""

    proposal: ProposalId
    actor: ActorId
    stance: Stance
    note: Line | None = None


class EventRecord(EntryRecord):
    """An event as curated."""

    title: Line
    summary: Prose
    event_type: EventType
    place: Line | None = None
    responds_to: tuple[Response, ...] = ()

    @cached_property
    def links(self) -> tuple[ActorLink, ...]:
        """The curated actors and those that answer a proposal."""
        responders = tuple(response.actor for response in self.responds_to)
        return linked((Role.responder, responders), actors=self.actors)

    def mentions(self) -> dict[str, tuple[str, ...]]:
        """The proposals that the event answers."""
        return {"proposal": tuple(response.proposal for response in self.responds_to)}

    def postings(self) -> Iterator[tuple[str, str]]:
        """Where an event is found, beside what all kinds have."""
        yield "event_type", self.event_type
        for response in self.responds_to:
            yield "proposal", response.proposal
            yield "stance", response.stance
            yield "proposal:stance", f"{response.proposal}:{response.stance}"

    def texts(self) -> Iterator[str]:
        """What a search for words reads."""
        yield self.title
        yield self.summary
        if self.place is not None:
            yield self.place


class ResponseDocument(Document):
    """An actor's stance on a proposal, as the event shows it."""

    proposal: EntryLink
    """The proposal answered."""
    actor: Summary
    """Who answered it."""
    stance: Stance
    """How."""
    note: str | None
    """A remark on the answer."""


class EventFields(Document):
    """What only events have."""

    title: Annotated[str, Field(examples=["Hamas-led attack on southern Israel"])]
    """A short neutral title."""
    summary: str
    """What happened, in our words."""
    event_type: EventType
    """What sort of event it is."""
    plover_type: Annotated[str, Field(examples=["CONSULT"])]
    """The PLOVER type that holds it."""
    place: Annotated[str | None, Field(examples=["Tel Aviv"])]
    """Where."""
    responds_to: list[ResponseDocument]
    """The answers to proposals that the event shows."""


class EventDocument(EntryEnd, EventFields, EntryDocument):
    """An event."""

    kind: Literal["event"]
    """Always `event`."""


def render(record: EventRecord, reference: Reference) -> dict[str, Any]:
    """An event's own fields."""
    return {
        "title": record.title,
        "summary": record.summary,
        "event_type": record.event_type,
        "plover_type": PLOVER[record.event_type],
        "place": record.place,
        "responds_to": [
            {
                "proposal": {
                    "id": response.proposal,
                    "url": f"/v1/proposals/{response.proposal}",
                },
                "actor": reference.actor(response.actor),
                "stance": response.stance,
                "note": response.note,
            }
            for response in record.responds_to
        ],
        "links": {"quotes": f"/v1/quotes?event={record.id}"},
    }


class EventQuestion(EntryQuestion):
    """What can be asked of events."""

    event_type: Annotated[
        list[EventType],
        Values,
        Filter("event_type"),
        Field(description="What sort of event; repeatable.", examples=[["talks"]]),
    ] = NONE_GIVEN
    proposal: Annotated[
        list[str],
        Values,
        Filter("proposal", name_type="proposal"),
        Field(
            description="Events that answer this proposal; repeatable.",
            examples=[["prop-2024-02-hamas"]],
        ),
    ] = NONE_GIVEN
    stance: Annotated[
        list[Stance],
        Values,
        Filter("stance"),
        Field(
            description="How the proposal was answered; binds to the same answer as `proposal`; "
            "repeatable.",
            examples=[["rejects"]],
        ),
    ] = NONE_GIVEN

    def clauses(self, named: dict[str, list[str]]) -> list[Clause]:
        """As for all kinds, but a stance binds to the answer to the proposal asked for."""
        clauses = super().clauses(named)
        if not (named["proposal"] and self.stance):
            return clauses
        bound = [f"{proposal}:{stance}" for proposal in named["proposal"] for stance in self.stance]
        unbound = {"proposal", "stance"}
        kept = [clause for clause in clauses if clause[0][0] not in unbound]
        return [*kept, any_of("proposal:stance", bound)]
