"""Terms: single obligations of a proposal, each an entry of its own."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from app.db.postings import covering_nodes, enclosing_nodes
from app.entries.dates import DateSpan, parse_bound, parse_date
from app.entries.documents import (
    Document,
    EntryDocument,
    EntryEnd,
    EntryLink,
    QuantityDocument,
    Summary,
)
from app.entries.fields import (
    ActorId,
    Day,
    Edtf,
    Line,
    ProposalId,
    Prose,
    Slug,
    Whole,
    never_written,
    once,
)
from app.entries.questions import BoundParameter, Clause, EntryQuestion, filtered, whole_number
from app.entries.record import EntryRecord, Quantity, Role
from app.kinds.kind import Kind
from app.kinds.linked_data import (
    WORK_ROLES,
    LinkedData,
    Node,
    date_node,
    quantity_node,
    reference_node,
)
from app.kinds.outcomes import (
    Condition,
    ConditionDocument,
    Deadline,
    DeadlineDocument,
    Outcome,
    Report,
    ReportDocument,
)

LAST_PHASE = 20
PhaseNumber = Annotated[Whole, Field(ge=1, le=LAST_PHASE)]
PhaseAsked = Annotated[int, Field(ge=0, le=LAST_PHASE), BeforeValidator(whole_number)]
TermPosition = Annotated[Whole, Field(ge=1, le=10_000)]


class TermRecord(EntryRecord):
    """One obligation of a proposal, in our words; `phase` is left out for the whole.

    `position` orders the terms of the proposal; `due_at` is computed from the deadline.
    """

    ROLES = {Role.obliged: "obliged", Role.beneficiary: "beneficiary"}
    SEARCHED = ("text", "quantities.words", "condition.text", "reports.note")

    proposal: ProposalId
    phase: PhaseNumber | None = None
    position: TermPosition | None = None
    clause: Line | None = None
    obliged: Annotated[tuple[ActorId, ...], Field(min_length=1), once()]
    beneficiary: Annotated[tuple[ActorId, ...], once()] = ()
    text: Prose
    quantities: tuple[Quantity, ...] = ()
    condition: Condition | None = None
    deadline: Deadline | None = None
    due_at: Day | None = None
    reports: tuple[Report, ...] = ()

    def bound_terms(self) -> Iterator[tuple[str, str]]:
        """Each outcome with who claims it, and the blocks of days that hold the day it is due."""
        for outcome, actor, _ in self.claims():
            yield "outcome:claimed_by", f"{outcome}:{actor}"
        if self.due_at is not None:
            day = datetime.date.fromisoformat(self.due_at).toordinal()
            yield from (("due", node) for node in enclosing_nodes(day))

    def claims(self) -> Iterator[tuple[str, str, DateSpan]]:
        """What actors reported of it, and when."""
        for report in self.reports:
            actors = filter(None, (claimant.actor for claimant in report.claimed_by))
            yield from ((report.outcome, actor, parse_date(report.date)) for actor in actors)

    @property
    def reported_numbers(self) -> tuple[Quantity, ...]:
        return self.quantities

    def due_after(self, anchored: str | None) -> Self:
        """The term with the day on which it is due, given the date of its deadline's anchor."""
        day = self.deadline.due_at(anchored) if self.deadline is not None else None
        return self.model_copy(update={"due_at": day.isoformat()}) if day is not None else self

    @property
    def phase_or_whole(self) -> int:
        """The number of the phase; 0 for the whole."""
        return self.phase or 0


class SeedTerm(TermRecord):
    """A term as it stands in its proposal in a seed file; its date may be that of the proposal."""

    proposal: Annotated[
        SkipJsonSchema[Slug],
        never_written("is not written in a term, which belongs to the proposal around it"),
    ] = ""
    date: Edtf = ""
    due_at: Annotated[
        SkipJsonSchema[None],
        never_written("is not written in a term; write its deadline, from which it is computed"),
    ] = None


class Obligation(Document):
    """What a proposal says of one of its terms."""

    proposal: EntryLink
    """The proposal that it is part of."""
    phase: int | None
    """The phase in which it holds; null for the whole."""
    position: int | None
    """Its place in the curated order of its proposal's terms, where one is given."""
    clause: str | None
    """Its number or heading in the text, as printed."""
    obliged: list[Summary]
    """Who has to act."""
    beneficiary: list[Summary]
    """Who benefits."""
    text: str
    """The obligation, in our words."""
    quantities: list[QuantityDocument]
    """Its numbers."""
    condition: ConditionDocument | None
    """What it waits for."""
    deadline: DeadlineDocument | None
    """When it is due, as the text says."""
    due_at: date | None
    """The last day on which it can be met; null where the deadline or its anchor gives no day."""


class TermFields(Obligation):
    """What only terms have."""

    reports: list[ReportDocument]
    """What is reported of it, by whom; claims that contradict each other stand side by side."""


class TermDocument(EntryEnd, TermFields, EntryDocument):
    """A term of a proposal."""

    kind: Literal["term"]
    """Always `term`."""


class TermQuestion(EntryQuestion):
    """What can be asked of terms."""

    proposal: list[str] = filtered("proposal", name_type="proposal")
    """Terms of this proposal; repeatable."""
    phase: list[PhaseAsked] = filtered("phase_or_whole")
    """The phase; 0 for terms of the whole; repeatable."""
    obliged: list[str] = filtered("obliged", name_type="actor")
    """Who has to act; repeatable."""
    beneficiary: list[str] = filtered("beneficiary", name_type="actor")
    """Who benefits; repeatable."""
    outcome: list[Outcome] = filtered("reports.outcome")
    """What somebody reported of it: `breached` finds terms that somebody reported as breached,
    whether others deny it or not; repeatable."""
    claimed_by: list[str] = filtered("reports.claimed_by.actor", name_type="actor")
    """Who reported on it; binds to the same report as `outcome`; with `include_affiliates` also
    those who were part of the claimant, or held an office in it, when they reported; repeatable."""
    due_before: BoundParameter = None
    """Terms that were due before this year, month or day."""

    def clauses(self, named: dict[str, list[str]]) -> list[Clause]:
        """As for all kinds, but an outcome binds to the report of the claimant asked for, and
        those who belonged to a claimant when they reported count where affiliates are asked for.
        """
        clauses = super().clauses(named)
        if self.due_before is not None:
            last = parse_bound(self.due_before)[0].toordinal() - 1
            clauses.append(Clause("due", tuple(covering_nodes(1, last))))
        claimants = named["claimed_by"]
        if not claimants:
            return clauses
        dimension = "claimed_by:affiliate" if self.include_affiliates else "claimed_by"
        if self.outcome:
            dimension = f"outcome:{dimension}"
            claimants = [f"{outcome}:{actor}" for actor in claimants for outcome in self.outcome]
        kept = [each for each in clauses if each.dimension not in ("outcome", "claimed_by")]
        return [*kept, Clause(dimension, tuple(claimants))]


def term_in_words(_: Any, text: str) -> str:
    """The text of a term reads like a statement of fact; a line says that it is a term."""
    return f"Term of a proposal: {text}"


def term_node(document: Node, base: str) -> Node:
    return {
        "@type": "CreativeWork",
        **date_node(document),
        "text": document["text"],
        "position": document["phase"],
        "isPartOf": reference_node(document["proposal"], base),
        "mentions": [quantity_node(each) for each in document["quantities"]],
    }


TERM = Kind(
    name="term",
    plural="terms",
    description="Single obligations: who has to do what, in which phase of which proposal.",
    colors=("#6b3fa0", "#c3a5ea"),
    record=TermRecord,
    document=TermDocument,
    question=TermQuestion,
    headline="text",
    line=term_in_words,
    computed={},
    links={"outcome": "/v1/terms/{id}/outcome"},
    facets=("proposal", "obliged", "topic", "phase", "outcome", "claimed_by"),
    has_files=False,
    in_timeline=False,
    linked_data=LinkedData(term_node, WORK_ROLES),
)
