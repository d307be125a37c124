"""When a term is due, what it waits for, and what is reported of it."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from app.entries.dates import DateSpan, parse_date
from app.entries.documents import (
    CitationDocument,
    Document,
    EntryLink,
    QuantityDocument,
    Summary,
    document_of,
)
from app.entries.fields import ActorId, Edtf, EntryId, EventId, Flag, Line, Prose, Whole, once
from app.entries.record import Citation, Quantity, Record


class Basis(StrEnum):
    """Whether a source states it, or it is inferred from the order of events."""

    stated = "stated"
    inferred = "inferred"


class Outcome(StrEnum):
    """What is reported of a term: the word nearest to what the claimant says."""

    begun = "begun"
    fulfilled = "fulfilled"
    partly = "partly"
    late = "late"
    suspended = "suspended"
    breached = "breached"
    lapsed = "lapsed"
    disputed = "disputed"
    superseded = "superseded"


class Stage(StrEnum):
    """A stage in the life of a proposal."""

    drafted = "drafted"
    leaked = "leaked"
    tabled = "tabled"
    published = "published"
    amended = "amended"
    accepted = "accepted"
    signed = "signed"
    voted = "voted"
    ratified = "ratified"
    in_force = "in_force"
    suspended = "suspended"
    ended = "ended"
    superseded = "superseded"


class Condition(Record):
    """What a term waits for."""

    text: Prose
    """In our words."""
    entry: EntryId | None = None
    """The term or event that has to come first."""


class Anchor(Record):
    """From when a deadline counts."""

    event: EventId | None = None
    """An event."""
    stage: Stage | None = None
    """A stage in the life of the proposal."""

    def model_post_init(self, _: Any) -> None:
        """One of the two."""
        if (self.event is None) == (self.stage is None):
            raise ValueError("needs an event or a stage, one of the two")


class Deadline(Record):
    """When a term is due: on a date, or so many days after an anchor."""

    printed: Line | None = None
    """The deadline as printed."""
    date: Edtf | None = None
    """The deadline as a date, in the date language."""
    anchor: Anchor | None = None
    """From when it counts, where it is relative."""
    offset: Annotated[Whole, Field(ge=0, le=100_000)] | None = None
    """How many days after the anchor."""

    def model_post_init(self, _: Any) -> None:
        """A date or an anchor with its offset; or printed words alone."""
        if (self.anchor is None) != (self.offset is None):
            raise ValueError("anchor and offset go together; give both")
        if self.date is not None and self.anchor is not None:
            raise ValueError("has a date and an anchor; keep one of them")
        if self.date is None and self.anchor is None and self.printed is None:
            raise ValueError("needs a date, an anchor with its offset, or the printed words")

    def due_at(self, anchored: str | None) -> datetime.date | None:
        """The last day on which it can be met; `anchored` is the date of its anchor."""
        if self.date is not None:
            return parse_date(self.date).last_day
        start = first_day(parse_date(anchored)) if anchored is not None else None
        if start is None or self.offset is None:
            return None
        return start + datetime.timedelta(days=self.offset)


def first_day(span: DateSpan) -> datetime.date | None:
    """The day on which a date begins; None where only its month or year is known."""
    return span.start if span.text.startswith(span.start.isoformat()) else None


class Claimant(Record):
    """Whose claim it is: an actor of the record, or a name as the source gives it."""

    actor: ActorId | None = None
    name: Line | None = None

    def model_post_init(self, _: Any) -> None:
        """One of the two."""
        if (self.actor is None) == (self.name is None):
            raise ValueError("needs an actor or a name, one of the two")


class Report(Record):
    """A claim of what became of a term; claims that contradict each other stand side by side."""

    outcome: Outcome
    basis: Basis = Basis.stated
    claimed_by: Annotated[tuple[Claimant, ...], once()] = ()
    date: Edtf
    quantities: tuple[Quantity, ...] = ()
    cumulative: Flag = False
    note: Prose | None = None
    citations: tuple[Citation, ...] = ()
    entry: EntryId | None = None

    def model_post_init(self, _: Any) -> None:
        """A claimant, unless it is inferred; a source, or an entry that has one."""
        if self.basis is Basis.stated and not self.claimed_by:
            raise ValueError("claimed_by is missing; say whose claim it is, or `basis: inferred`")
        if self.outcome is Outcome.breached and self.basis is Basis.inferred:
            raise ValueError("a breach is not inferred; say who claims it")
        if not self.citations and self.entry is None:
            raise ValueError("needs citations, or the entry that reports it")


@document_of(Condition)
class ConditionDocument(Document):
    """What a term waits for."""


@document_of(Deadline)
class DeadlineDocument(Document):
    """When a term is due."""


class ClaimantDocument(Document):
    """Whose claim it is."""

    actor: Summary | None
    """An actor of the record."""
    name: str | None
    """A name, where it is no actor of the record."""


class ReportDocument(Document):
    """A claim of what became of a term; nothing is decided by this record."""

    outcome: Outcome
    """The word nearest to what the claimant says."""
    basis: Basis
    """Whether somebody states it, or it is inferred from the order of events."""
    claimed_by: list[ClaimantDocument]
    """Whose claim it is."""
    date: str
    """The day that is claimed about, in the date language."""
    quantities: list[QuantityDocument]
    """The numbers that are claimed."""
    cumulative: bool
    """Whether they are totals up to that day; otherwise they count what that day added."""
    note: str | None
    """A remark, in our words."""
    citations: list[CitationDocument]
    """Which sources report it."""
    entry: EntryLink | None
    """The event or figure of this record that reports it."""
