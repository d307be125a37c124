"""What is reported of terms: before there was an agreement, or more than was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.entries.dates import parse_date
from app.entries.record import Quantity
from app.kinds.terms import TermRecord
from app.review.doubts import Query, Surroundings, doubt
from app.review.numbers import LOWER_BOUNDS


def early_report(term: TermRecord, _: Surroundings) -> Iterator[Query]:
    """A report is about days before the date of its term."""
    for number, report in enumerate(term.reports):
        if parse_date(report.date).end < term.span.start:
            yield doubt("early-report", ("reports", number, "date"), report=report, term=term)


def above_promised(term: TermRecord, _: Surroundings) -> Iterator[Query]:
    """The numbers of one claimant come to more than the term promises."""
    promised = {
        counted(each): each.value
        for each in term.quantities
        if each.value is not None and each.qualifier not in LOWER_BOUNDS
    }
    totals: defaultdict[tuple[object, ...], float] = defaultdict(float)
    for number, report in enumerate(term.reports):
        for place, quantity in enumerate(report.quantities):
            most = promised.get(counted(quantity))
            if most is None or quantity.value is None:
                continue
            key = report.claimed_by, counted(quantity)
            adds = not (report.cumulative or quantity.per)
            totals[key] = totals[key] * adds + quantity.value
            if totals[key] > most:
                at = ("reports", number, "quantities", place)
                message = "above-promised.added" if adds else "above-promised"
                yield doubt(message, at, total=totals[key], most=most)


def counted(quantity: Quantity) -> tuple[str, str | None, str | None]:
    """What a number is a number of."""
    return quantity.unit, quantity.of, quantity.per
