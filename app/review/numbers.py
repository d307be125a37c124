"""Numbers that do not fit what is printed, their text, or one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.entries.record import Quantity, QuantityQualifier
from app.entries.words import fold
from app.kinds.figures import FigureRecord
from app.kinds.terms import TermRecord
from app.review.rules import Location, Query, Surroundings, rule, when_given

SHARES = re.compile(r"\b(?:per ?cent|percent|percentage|%)")
AT_MOST = 100
LOWER_BOUNDS = (QuantityQualifier.at_least, QuantityQualifier.more_than)


class FigureFact(NamedTuple):
    """What of a figure is compared with other figures."""

    id: str
    day: int
    metric: str
    unit: str
    of: str
    value: float
    qualifier: str
    event: str
    claimants: tuple[str, ...]

    @property
    def subject(self) -> tuple[str, str, str]:
        """What is counted."""
        return self.metric, self.unit, self.of


def figure_fact(figure: FigureRecord) -> FigureFact | None:
    """What of a figure is compared; None where it has no number."""
    quantity = figure.quantity
    if quantity.value is None or quantity.qualifier is None:
        return None
    return FigureFact(
        figure.id,
        figure.span.start.toordinal(),
        figure.metric,
        fold(quantity.unit),
        fold(quantity.of or ""),
        quantity.value,
        quantity.qualifier,
        figure.event or "",
        figure.claimants,
    )


def quantities(record: Any) -> Iterator[tuple[Location, Quantity]]:
    """The numbers of a term or a figure, with their places."""
    if isinstance(record, FigureRecord):
        yield ("quantity",), record.quantity
    else:
        for number, quantity in enumerate(record.quantities):
            yield ("quantities", number), quantity


@rule("percent", "term", "figure", when=when_given("reported_numbers"))
def percent(record: Any, _: Surroundings) -> Iterator[Query]:
    """A share is more than a hundred percent, or shares of one whole are together."""
    for location, quantity in quantities(record):
        is_share = quantity.value is not None and SHARES.match(fold(quantity.unit))
        if is_share and not 0 <= (quantity.value or 0) <= AT_MOST:
            wrong = f"is {quantity.value:,} percent; correct the number or the unit"
            yield Query((*location, "value"), wrong)
        if quantity.part is not None and quantity.part > (quantity.whole or 0):
            wrong = f"is {quantity.part:,} of {quantity.whole:,}; exchange them, or correct one"
            yield Query((*location, "part"), wrong)


@rule("unknown-code", "term", "figure", when=when_given("reported_numbers"))
def unknown_currency(record: Any, _: Surroundings) -> Iterator[Query]:
    """A currency has a code that ISO 4217 does not have."""
    for location, quantity in quantities(record):
        if quantity.currency is not None:
            # Imported here, as few numbers are amounts.
            from app.review.codes import english  # noqa: PLC0415

            if quantity.currency not in english().currencies:
                wrong = f"ISO 4217 has no code {quantity.currency}; look it up, or leave it out"
                yield Query((*location, "currency"), wrong)


@rule("number-in-text", "term", when=when_given("quantities"))
def number_in_text(term: TermRecord, _: Surroundings) -> Iterator[Query]:
    """The text of a term has another number before the same unit."""
    for number, quantity in enumerate(term.quantities):
        if quantity.value is None:
            continue
        unit = re.escape(quantity.unit.split()[0].rstrip("s"))
        found = re.findall(rf"([0-9][0-9,]*)[- ]{unit}s?\b", term.text)
        values = [int(each.replace(",", "")) for each in found]
        if values and quantity.value not in values:
            wrong = f"is {quantity.value:,}, but the text has {' and '.join(map(str, values))}"
            yield Query(("quantities", number, "value"), f"{wrong}; correct one of them")


@rule("percent", "figures")
def shares_together(facts: Iterable[FigureFact]) -> Iterator[Query]:
    """Shares of one whole, claimed for one event and day, are more than a hundred percent."""
    wholes: dict[tuple[Any, ...], list[FigureFact]] = defaultdict(list)
    for fact in facts:
        if SHARES.match(fact.unit):
            wholes[fact.event, fact.day, fact.metric, fact.claimants].append(fact)
    for shares in wholes.values():
        total = sum(each.value for each in shares)
        if len(shares) > 1 and total > AT_MOST:
            others = ", ".join(each.id for each in shares[:-1])
            wrong = f"is with {others} {total:,} percent of one whole; correct one of them"
            yield Query(("quantity", "value"), wrong, shares[-1].id)


@rule("falling-figure", "figures")
def falling_figures(facts: Iterable[FigureFact]) -> Iterator[Query]:
    """A count is below what an earlier figure calls the least."""
    least: dict[tuple[str, str, str], FigureFact] = {}
    for fact in sorted(facts, key=lambda each: (each.day, each.value)):
        before = least.get(fact.subject)
        if before is not None and fact.value < before.value:
            wrong = f"{fact.value:,} is below {before.id}, {before.qualifier} {before.value:,}"
            yield Query(("quantity", "value"), f"{wrong}; look which is right", fact.id)
        if fact.qualifier in LOWER_BOUNDS and (before is None or fact.value > before.value):
            least[fact.subject] = fact


@rule("same-figure", "figures")
def same_figures(facts: Iterable[FigureFact]) -> Iterator[Query]:
    """Two figures have one number of one thing on one day."""
    seen: dict[tuple[Any, ...], FigureFact] = {}
    for fact in facts:
        first = seen.setdefault((fact.day, *fact.subject, fact.value, fact.qualifier), fact)
        if first is not fact:
            wrong = f"is the same number as {first.id}; keep one, and cite both sources there"
            yield Query(("quantity", "value"), wrong, fact.id)
