"""What is answered about the outcome of terms: what was due, and who reported what of it."""

from __future__ import annotations

from datetime import date

from app.analysis.positions_models import TitledLink
from app.entries.documents import Document, EntryLink, QuantityDocument, SourceSummary
from app.kinds.outcomes import ClaimantDocument, Outcome, ReportDocument
from app.kinds.proposals import PhaseDocument, Status
from app.kinds.terms import Obligation


class LedgerReport(ReportDocument):
    """A claim of what became of a term, with the source that reports it."""

    source: SourceSummary | None
    """The first source of the report, or of the entry that reports it."""


class LatestReport(Document):
    """The last thing that one claimant reported of a term."""

    claimant: ClaimantDocument
    """Who reports."""
    outcome: Outcome
    """What."""
    date: str
    """The day that is claimed about."""


class ReportedNumber(Document):
    """A number of one report, and what the claimant's numbers add up to by then."""

    date: str
    """The day that is claimed about."""
    quantity: QuantityDocument
    """The number as reported."""
    total: int | float | None
    """The running total of this claimant; null for a rate, and where a number has no one value."""


class ClaimedNumbers(Document):
    """What one claimant reported of one thing that is counted; never added to another's."""

    claimant: ClaimantDocument
    """Who reports."""
    unit: str
    """What the numbers are numbers of."""
    of: str | None
    """What is counted."""
    per: str | None
    """For each of what; numbers with one are rates, and are not added up."""
    numbers: list[ReportedNumber]
    """In the order of their dates."""
    total: int | float | None
    """The running total after the last of them."""
    exact: bool
    """Whether every number is exact; otherwise the total is as inexact as they are."""


class TermOutcome(Obligation, EntryLink):
    """A term, when it was due, and what was reported of it."""

    past_due: bool | None
    """Whether that day lies before the day of the ledger; null where either is unknown."""
    statement: str
    """What the record has of it, in a sentence. Without a report nothing is known: the term may
    have been met or not."""
    latest: list[LatestReport]
    """The latest report of each claimant."""
    agree: bool | None
    """Whether the latest reports of all claimants have one outcome; null for fewer than two."""
    reports: list[LedgerReport]
    """Every report, the oldest first; each is the claim of whoever makes it."""
    numbers: list[ClaimedNumbers]
    """The numbers of the reports, one series for each claimant and thing that is counted."""


class ProposalOutcome(Document):
    """What became of the terms of a proposal, by whose account."""

    proposal: TitledLink
    """The proposal."""
    status: Status
    """What became of it as a whole."""
    phases: list[PhaseDocument]
    """Its stages, in order."""
    as_of: date | None
    """The day of the ledger: the one asked for; else the last one that the record covers, or that
    of the last report if it is later; null where the coverage has no end."""
    counts: dict[str, int]
    """How many of the terms below have a report of each outcome by anybody, and how many have none
    at all; a term is counted under every outcome that was reported of it."""
    terms: list[TermOutcome]
    """The terms that were asked for, by phase and in their curated order."""


class OneTermOutcome(Document):
    """What became of one term, by whose account."""

    as_of: date | None
    """The day of the ledger, as for a proposal."""
    terms: list[TermOutcome]
    """The term."""
