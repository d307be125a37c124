"""Answers that are no lists as CSV: comparisons, ledgers of outcomes, and checks of quotations.

A comparison has one row for each line, and some columns for each proposal. A ledger has one row for
each report, and one for a term without any. A check has one row for each text, or for each
quotation of a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.analysis.comparison_models import Cell, ProposalComparison, TermLine
from app.analysis.outcome_models import LedgerReport, OneTermOutcome, ProposalOutcome, TermOutcome
from app.entries.csv_columns import csv_lines, header
from app.entries.documents import QuantityDocument, number_text

Json = Mapping[str, Any]
Row = list[Any]
CELL_COLUMNS = ("term", "url", "change", "certain")
TERM_COLUMNS = ("differs_in", "phase", "obliged", "quantities", "text")
LEDGER_COLUMNS = (
    *("proposal", "term", "url", "phase", "position", "clause", "obliged", "text", "promised"),
    *("due_at", "past_due", "statement", "outcome", "basis", "claimed_by", "date", "reported"),
    *("cumulative", "note", "entry", "source", "source_title", "source_href"),
)
QUOTE_COLUMNS = ("quote", "url", "speakers", "date", "printed", "source", "differences")
ASKED_COLUMNS = ("text", "speaker_asked", "date_asked", "verdict", "too_short", "statement")
CHECK_COLUMNS = (*ASKED_COLUMNS, "similarity", *QUOTE_COLUMNS)
MARK_COLUMNS = ("start", "end", "text", "verdict", "similarity", *QUOTE_COLUMNS)


def csv_table(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """The header, and a line for each row."""
    return header(columns) + b"".join(csv_lines(rows))


def comparison_csv(comparison: ProposalComparison) -> bytes:
    """Topic and change of each line, then what every proposal has there, by its id."""
    own = [
        f"{each.id}.{column}"
        for each in comparison.proposals
        for column in (*CELL_COLUMNS, *TERM_COLUMNS)
    ]
    rows = (
        [topic.topic.id, line.change, line.certain, *line_cells(line)]
        for topic in comparison.topics
        for line in topic.lines
    )
    return csv_table(["topic", "change", "certain", *own], rows)


def line_cells(line: TermLine) -> Iterator[Any]:
    for number, cell in enumerate(line.cells):
        yield from term_cells(cell, [each.values[number] for each in line.quantities])


def term_cells(cell: Cell, quantities: Iterable[QuantityDocument | None]) -> Row:
    """What stands in the columns of one proposal."""
    term = cell.term
    if term is None:
        return [None, None, cell.change, cell.certain, *[None] * len(TERM_COLUMNS)]
    numbers = [quantity_cell(each) for each in quantities if each]
    obliged = [actor.id for actor in term.obliged]
    own = [cell.differs_in, term.phase, obliged, numbers, term.text]
    return [term.id, term.url, cell.change, cell.certain, *own]


def quantity_cell(quantity: QuantityDocument) -> str:
    """A number with its qualifier, unit and what is counted: `at_least 35 persons (hostages)`."""
    number = number_text(quantity.model_dump())
    if quantity.value is not None:
        number = str(quantity.value)
    words = (quantity.qualifier, number or quantity.printed, quantity.currency or quantity.unit)
    per = f" per {quantity.per}" if quantity.per is not None else ""
    counted = f" ({quantity.of})" if quantity.of is not None else ""
    return " ".join(filter(None, words)) + per + counted


def outcome_csv(found: ProposalOutcome | OneTermOutcome) -> bytes:
    """The reports, term by term."""
    return csv_table(LEDGER_COLUMNS, (row for term in found.terms for row in ledger_rows(term)))


def ledger_rows(term: TermOutcome) -> Iterator[Row]:
    own = [
        *(term.proposal.id, term.id, term.url, term.phase, term.position, term.clause),
        *([actor.id for actor in term.obliged], term.text, [*map(quantity_cell, term.quantities)]),
        *(term.due_at, term.past_due, term.statement),
    ]
    for report in term.reports:
        yield [*own, *report_cells(report)]
    if not term.reports:
        yield [*own, *[None] * (len(LEDGER_COLUMNS) - len(own))]


def report_cells(report: LedgerReport) -> Row:
    """What stands in the columns of one report; a claimant is an actor's id, or a name."""
    claimants = [each.actor.id if each.actor else each.name for each in report.claimed_by]
    numbers, source = [*map(quantity_cell, report.quantities)], report.source
    return [
        *(report.outcome, report.basis, claimants, report.date, numbers),
        *(report.cumulative, report.note, report.entry and report.entry.id),
        *((source.name, source.title, source.href) if source else (None, None, None)),
    ]


def checks_csv(answers: Iterable[Json]) -> bytes:
    """Each text with its verdict and the closest quote."""
    return csv_table(CHECK_COLUMNS, map(check_row, answers))


def check_row(answer: Json) -> Row:
    asked, first = answer["asked"], next(iter(answer["matches"]), None)
    judged = [answer["verdict"], answer["too_short"], answer["statement"]]
    own = [asked["text"], asked["speaker_given"], asked["date"], *judged]
    return [*own, *quote_cells(first, "text")]


def marks_csv(answer: Json) -> bytes:
    """The marks and the quotations that are not in the record, in the order of the text."""
    passages = sorted(
        [*answer["marks"], *answer["unmatched"]], key=lambda passage: passage["start"]
    )
    return csv_table(MARK_COLUMNS, map(mark_row, passages))


def mark_row(passage: Json) -> Row:
    found = passage if "quote" in passage else None
    verdict = passage.get("verdict", "not_in_record")
    own = [passage["start"], passage["end"], passage["text"], verdict]
    return [*own, *quote_cells(found, "printed")]


def quote_cells(found: Json | None, printed: str) -> Row:
    """The similarity, and the columns of the quote; empty where there is none."""
    if found is None:
        return [None] * (1 + len(QUOTE_COLUMNS))
    quote, speakers = found["quote"], [each["actor"]["name"] for each in found["speakers"]]
    differences = [
        f"{each['kind']}: {each['asked'] or ''} → {each['printed'] or ''}"
        for each in found["differences"]
    ]
    own = [quote["id"], quote["url"], speakers, found["date"], found[printed]]
    return [found["similarity"], *own, found["source"]["name"], differences]
