"""Events: what happened, and who answered which proposal how."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.entries.documents import Before, Document, EntryDocument, EntryEnd, document_of
from app.entries.fields import ActorId, Count, Line, ProposalId, Prose, Slug
from app.entries.names import VALUE
from app.entries.questions import Clause, EntryQuestion, filtered
from app.entries.record import EntryRecord, Quantity, Record, Role
from app.kinds.kind import Kind, Related
from app.kinds.linked_data import TABLES, LinkedData, Node, reference_node


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
    """The proposal answered."""
    actor: ActorId
    """Who answered it."""
    stance: Stance
    """How."""
    note: Line | None = None
    """A remark on the answer."""


class Tally(Record):
    """The result of a vote."""

    body: ActorId
    """Who voted."""
    for_: Annotated[Count, Field(alias="for")]
    """How many voted for it."""
    against: Count
    """How many voted against it."""
    abstaining: Count | None = None
    """How many abstained; null where that is not known."""
    threshold: Line | None = None
    """What was needed."""


class Handover(Record):
    """How many of one category were released or handed over."""

    category: Slug
    """Who or what, as a slug."""
    quantity: Quantity
    """How many."""
    released_by: ActorId
    """Who released or handed over."""
    released_to: ActorId | None = None
    """To whom."""


class EventRecord(EntryRecord):
    """An event as curated."""

    ROLES = {
        Role.responder: "responds_to.actor",
        Role.decision_maker: "tally.body",
        Role.releaser: "exchanges.released_by",
        Role.beneficiary: "exchanges.released_to",
    }
    SEARCHED = ("title", "summary", "place")

    title: Line
    """A short neutral title."""
    summary: Prose
    """What happened, in our words."""
    event_type: EventType
    """What sort of event it is."""
    place: Line | None = None
    """Where."""
    responds_to: tuple[Response, ...] = ()
    """The answers to proposals that the event shows."""
    tally: Tally | None = None
    """The result, where the event is a vote."""
    exchanges: tuple[Handover, ...] = ()
    """How many of each category were released or handed over, by whom and to whom."""

    def bound_terms(self) -> Iterator[tuple[str, str]]:
        """Each proposal with the stance that answered it."""
        for response in self.responds_to:
            yield "proposal:stance", f"{response.proposal}:{response.stance}"


@document_of(EventRecord)
class EventFields(Document):
    """What only events have."""

    plover_type: Annotated[str, Before("place")]
    """The PLOVER type that holds it."""


class EventDocument(EntryEnd, EventFields, EntryDocument):
    """An event."""

    kind: Literal["event"]
    """Always `event`."""


class EventQuestion(EntryQuestion):
    """What can be asked of events."""

    event_type: list[EventType] = filtered("event_type")
    """What sort of event; repeatable."""
    proposal: list[str] = filtered("responds_to.proposal", name_type="proposal")
    """Events that answer this proposal; repeatable."""
    stance: list[Stance] = filtered("responds_to.stance")
    """How the proposal was answered; binds to the same answer as `proposal`; repeatable."""
    exchange: list[str] = filtered("exchanges.category", name_type=VALUE)
    """Events at which such were released or handed over; repeatable."""

    place: list[str] = filtered("place", name_type=VALUE)
    """Where, as the record spells it; repeatable."""

    def clauses(self, named: dict[str, list[str]]) -> list[Clause]:
        """As for all kinds, but a stance binds to the answer to the proposal asked for."""
        clauses = super().clauses(named)
        if not (named["proposal"] and self.stance):
            return clauses
        bound = [f"{proposal}:{stance}" for proposal in named["proposal"] for stance in self.stance]
        unbound = {"proposal", "stance"}
        kept = [clause for clause in clauses if clause.dimension not in unbound]
        return [*kept, Clause("proposal:stance", tuple(bound))]


def event_node(document: Node, base: str) -> Node:
    """An event in schema.org's terms; it is about the proposals that it answers."""
    place = document["place"]
    return {
        "@type": "Event",
        "name": document["title"],
        "description": document["summary"],
        "startDate": document["start_date"],
        "endDate": document["end_date"],
        "location": {"@type": "Place", "name": place} if place else None,
        "about": [reference_node(each["proposal"], base) for each in document["responds_to"]],
    }


EVENT = Kind(
    name="event",
    plural="events",
    description="What happened, in order, with who took part and how they answered proposals.",
    colors=("#1f4e79", "#8fbce6"),
    record=EventRecord,
    document=EventDocument,
    question=EventQuestion,
    headline="title",
    computed={"plover_type": lambda record, _: TABLES["plover"].get(record.event_type, "CONSULT")},
    links={"quotes": "/v1/quotes?event={id}"},
    facets=("event_type", "actor", "topic", "stance", "place", "exchange"),
    related=(Related("What was said", "quote", "event"), Related("Figures", "figure", "event")),
    linked_data=LinkedData(event_node, TABLES["event_roles"], sources="subjectOf"),
)
