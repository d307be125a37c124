"""What is answered about positions: who, on which proposal, with which events and quotes."""

from __future__ import annotations

from enum import StrEnum

from app.entries.documents import Document, EntryLink, Summary
from app.entries.record import Role
from app.kinds.events import Stance
from app.kinds.evidence import EvidenceStatus


class OnRecord(StrEnum):
    """Whether the record has an answer of the actor to the proposal."""

    on_record = "on_record"
    none_on_record = "none_on_record"


class TitledLink(EntryLink):
    """Another entry with its title and date."""

    title: str
    """Its title."""
    date: str
    """Its date, in the date language."""


class QuoteLink(EntryLink):
    """A quote that shows a stance."""

    date: str
    """When it was said, in the date language."""
    text: str
    """The words, exactly as the source prints them."""
    translated: bool | None
    """Whether `text` is a translation; null where that is not known."""
    fragment: bool
    """Whether `text` is part of a sentence."""
    evidence: EvidenceStatus
    """Whether the words were found in the text of a source."""


class ShownStance(Document):
    """One stance, as one event shows it."""

    stance: Stance
    """How the actor answered."""
    note: str | None
    """A remark on the answer."""
    event: TitledLink
    """The event that shows it."""
    quotes: list[QuoteLink]
    """What the actor said at that event."""
    contradicts: list[str]
    """Ids of the events, of the same or overlapping dates, at which the actor answered otherwise;
    both are kept, and neither is taken for the true one."""


class PositionOnProposal(Document):
    """An actor's answers to one proposal, or that none is on record."""

    actor: Summary
    """Who."""
    proposal: TitledLink
    """The proposal."""
    concerned_as: list[Role]
    """What the actor is to the proposal and its terms; empty for who answered from outside."""
    position: OnRecord
    """`none_on_record`: the actor is concerned, and the record has no answer of it; it may still
    have given one."""
    stances: list[Stance]
    """The latest stance; several where the latest answers contradict each other."""
    answers: list[ShownStance]
    """Every answer, the latest first."""
    affiliates: list[Summary]
    """Where the actor has no answer on record: those who have one, and who held an office of the
    actor or were part of it then. Whether they spoke for it is for the reader of their answers."""


class ProposalPositions(Document):
    """Everyone's position on one proposal."""

    proposal: TitledLink
    """The proposal."""
    positions: list[PositionOnProposal]
    """Who answered last stands first; then those without an answer on record."""


class ActorPositions(Document):
    """An actor's position on every proposal that concerns it."""

    actor: Summary
    """The actor asked for."""
    positions: list[PositionOnProposal]
    """The latest answer first; then the proposals without an answer on record."""
