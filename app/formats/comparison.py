"""A comparison as CSV: one row for each line, some columns for each proposal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.analysis.comparison_models import Cell, ProposalComparison, TermLine
from app.entries.csv_columns import SEPARATOR, csv_lines, header
from app.entries.documents import QuantityDocument, number_text

CELL_COLUMNS = ("term", "url", "change", "certain")
TERM_COLUMNS = ("differs_in", "phase", "obliged", "quantities", "text")


def comparison_csv(comparison: ProposalComparison) -> bytes:
    """Topic and change of each line, then what every proposal has there, by its id."""
    own = [
        f"{each.id}.{column}"
        for each in comparison.proposals
        for column in (*CELL_COLUMNS, *TERM_COLUMNS)
    ]
    rows = [
        [topic.topic.id, line.change, line.certain, *cells(line)]
        for topic in comparison.topics
        for line in topic.lines
    ]
    return header(["topic", "change", "certain", *own]) + b"".join(csv_lines(rows))


def cells(line: TermLine) -> Iterator[Any]:
    for number, cell in enumerate(line.cells):
        quantities = (each.values[number] for each in line.quantities)
        yield from term_cells(cell, [quantity_cell(each) for each in quantities if each])


def term_cells(cell: Cell, quantities: list[str]) -> tuple[Any, ...]:
    """What stands in the columns of one proposal."""
    term = cell.term
    if term is None:
        return (None, None, cell.change, cell.certain, *[None for _ in TERM_COLUMNS])
    return (
        term.id,
        term.url,
        cell.change,
        cell.certain,
        SEPARATOR.join(cell.differs_in),
        term.phase,
        SEPARATOR.join(actor.id for actor in term.obliged),
        SEPARATOR.join(quantities),
        term.text,
    )


def quantity_cell(quantity: QuantityDocument) -> str:
    """A number with its qualifier, unit and what is counted: `at_least 35 persons (hostages)`."""
    number = number_text(quantity.model_dump())
    if quantity.value is not None:
        number = str(quantity.value)
    words = (quantity.qualifier, number or quantity.printed, quantity.currency or quantity.unit)
    per = f" per {quantity.per}" if quantity.per is not None else ""
    counted = f" ({quantity.of})" if quantity.of is not None else ""
    return " ".join(filter(None, words)) + per + counted
