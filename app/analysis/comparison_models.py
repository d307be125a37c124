"""What is answered about proposals side by side: columns, topics, lines and cells."""

from __future__ import annotations

from enum import StrEnum

from app.analysis.positions_models import TitledLink
from app.entries.documents import Document, EntryLink, QuantityDocument, Summary
from app.kinds.outcomes import Outcome
from app.kinds.proposals import Detail, Status


class TermChange(StrEnum):
    """How a term differs from one proposal to another.

    `same`: the same parties, phase, numbers and words. `reworded`: only the words differ, and they
    are alike: the mean of their token sort and token set ratios is at least 0.6. The words are
    ours; whether they differ in substance is for the reader of both. `changed`: a party, the phase
    or a number differs, or the words are less alike than that. `added`, `dropped`: only the later,
    or only the earlier proposal has it. `passing`: neither the first nor the last has it, but one
    between them does.
    `not_recorded`: it is missing from a proposal whose `detail` is `partial`, so that the
    proposal may still have it.
    """

    same = "same"
    reworded = "reworded"
    changed = "changed"
    added = "added"
    dropped = "dropped"
    passing = "passing"
    not_recorded = "not_recorded"


class Aspect(StrEnum):
    """In what two terms on one line differ."""

    phase = "phase"
    obliged = "obliged"
    beneficiary = "beneficiary"
    quantities = "quantities"
    text = "text"


class ComparedProposal(TitledLink):
    """A column of the comparison."""

    proposers: list[Summary]
    """Who proposed it."""
    status: Status
    """What became of it."""
    detail: Detail
    """Whether the record holds all of its terms; a `partial` one may have more."""
    in_reply_to: str | None
    """The id of the proposal that it answers."""


class ComparedTerm(EntryLink):
    """A term as it stands in one of the proposals."""

    phase: int | None
    """The phase in which it holds; null for the whole."""
    position: int | None
    """Its place in the curated order of its proposal's terms, where one is given."""
    obliged: list[Summary]
    """Who has to act."""
    beneficiary: list[Summary]
    """Who benefits."""
    text: str
    """The obligation, in our words."""
    reported: list[Outcome]
    """What anybody reported of it; who did is in its ledger."""


class Cell(Document):
    """One proposal's part of a line."""

    term: ComparedTerm | None
    """The term; null where the record has none of this proposal on this line."""
    change: TermChange | None
    """`not_recorded` where the term is missing from a partial record. Otherwise a term is compared
    with the latest term before it on the line. `added` and `dropped` are said where the record
    tells whether the proposal before has the term; null where it does not, and in the first column.
    """
    certain: bool
    """False where the term is not recorded, here or in the proposal before."""
    differs_in: list[Aspect]
    """In what the term differs from the latest one before it on the line."""
    similarity: float | None
    """How similar it is to the latest term before it, from 0.5 (the least that is matched) to 1:
    the weighted mean of topics (0.25) and obliged actors (0.25), each the number that both name
    divided by the number that either names; of our words (0.35), the mean of their token sort and
    token set ratios; of the phase (0.15), 1 if it is the same; and where both have numbers, of what
    is counted (0.2)."""


class QuantityLine(Document):
    """Numbers of one unit, side by side."""

    unit: str
    """What they are numbers of."""
    change: TermChange
    """As of a line of terms: `not_recorded` where a partial record lacks the number."""
    values: list[QuantityDocument | None]
    """The number of each proposal, in their order; null where it has none."""


class TermLine(Document):
    """Matched terms, at most one of each proposal."""

    change: TermChange
    """From the first proposal to the last, passing over those where the term is not recorded.
    `added` is said only where the first proposal's record tells, `dropped` only where the last
    one's does; else the line is `not_recorded`."""
    certain: bool
    """False where the term is not recorded in the first or the last proposal."""
    differs_in: list[Aspect]
    """Everything that changes along the line."""
    cells: list[Cell]
    """One for each proposal, in their order."""
    quantities: list[QuantityLine]
    """The numbers of the terms side by side."""


class TopicComparison(Document):
    """The lines of one topic."""

    topic: Summary
    """The topic: the first one that all terms of a line share."""
    lines: list[TermLine]
    """The lines, by phase, then in the curated order of the terms (`position`)."""


class ComparedPhase(Document):
    """A phase as one of the proposals has it."""

    title: str
    """What it is for."""
    days: int | None
    """Its length in days, where one is given."""


class PhaseLine(Document):
    """The phases of one number, side by side; they are compared by their days."""

    number: int
    """The number of the phase."""
    change: TermChange
    """As of a line of terms: `not_recorded` where a partial record lacks the phase or its days."""
    certain: bool
    """False where the record of the first or the last proposal lacks the phase or its days."""
    phases: list[ComparedPhase | None]
    """The phase of each proposal, in their order; null where it has none."""


class ProposalComparison(Document):
    """Two or more proposals side by side."""

    proposals: list[ComparedProposal]
    """The columns, in the order asked for; those of a chain in the order of their dates."""
    counts: dict[TermChange, int]
    """How many lines there are of each change."""
    phases: list[PhaseLine]
    """The phases by number."""
    topics: list[TopicComparison]
    """The terms by topic."""
