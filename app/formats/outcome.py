"""What became of terms as CSV: one row for each report, and one for a term without any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.analysis.outcome_models import LedgerReport, TermOutcome
from app.entries.csv_columns import SEPARATOR, csv_lines, header
from app.formats.comparison import quantity_cell
from app.kinds.outcomes import ClaimantDocument

COLUMNS = (
    *("proposal", "term", "url", "phase", "position", "clause", "obliged", "text", "promised"),
    *("due_at", "past_due", "statement", "outcome", "basis", "claimed_by", "date", "reported"),
    *("cumulative", "note", "entry", "source", "source_title", "source_href"),
)


def outcome_csv(terms: Iterable[TermOutcome]) -> bytes:
    """The reports, term by term."""
    rows = [row for term in terms for row in rows_of_term(term)]
    return header(list(COLUMNS)) + b"".join(csv_lines(rows))


def rows_of_term(term: TermOutcome) -> Iterator[list[Any]]:
    own = [
        *(term.proposal.id, term.id, term.url, term.phase, term.position, term.clause),
        SEPARATOR.join(actor.id for actor in term.obliged),
        term.text,
        SEPARATOR.join(map(quantity_cell, term.quantities)),
        *(term.due_at and term.due_at.isoformat(), term.past_due, term.statement),
    ]
    for report in term.reports:
        yield [*own, *report_cells(report)]
    if not term.reports:
        yield [*own, *[None] * (len(COLUMNS) - len(own))]


def report_cells(report: LedgerReport) -> Iterator[Any]:
    yield from (report.outcome, report.basis, SEPARATOR.join(map(claimant, report.claimed_by)))
    yield from (report.date, SEPARATOR.join(map(quantity_cell, report.quantities)))
    yield from (report.cumulative, report.note, report.entry and report.entry.id)
    source = report.source
    yield from (source.name, source.title, source.href) if source else (None, None, None)


def claimant(each: ClaimantDocument) -> str:
    """The id of an actor, or a name that is none."""
    return each.actor.id if each.actor is not None else str(each.name)
