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
from app.review.doubts import Location, Query, Surroundings, doubt

SHARES = re.compile(r"\b(?:per ?cent|percent|percentage|%)")
AT_MOST = 100
LOWER_BOUNDS = (QuantityQualifier.at_least, QuantityQualifier.more_than)


class FigureFact(NamedTuple):
    """What of a figure is compared with other figures.

    `subject` is what is counted: its metric, its unit and what it is a part of; `claim` says for
    which event, and by whom.
    """

    id: str
    day: int
    subject: tuple[str, str, str]
    value: float
    qualifier: str
    claim: tuple[str | None, tuple[str, ...]]


def figure_fact(figure: FigureRecord) -> FigureFact | None:
    """What of a figure is compared; None where it has no number."""
    quantity = figure.quantity
    if quantity.value is None or quantity.qualifier is None:
        return None
    subject = (figure.metric, fold(quantity.unit), fold(quantity.of or ""))
    day, claim = figure.span.start.toordinal(), (figure.event, figure.claimants)
    return FigureFact(figure.id, day, subject, quantity.value, quantity.qualifier, claim)


def quantities(record: Any) -> Iterator[tuple[Location, Quantity]]:
    """The numbers of a term or a figure, with their places."""
    if isinstance(record, FigureRecord):
        yield ("quantity",), record.quantity
    else:
        for number, quantity in enumerate(record.quantities):
            yield ("quantities", number), quantity


def reported_numbers(record: Any, _: Surroundings) -> Iterator[Query]:
    """A share is more than a hundred percent, a part more than its whole; a currency is none."""
    for location, quantity in quantities(record):
        is_share = quantity.value is not None and SHARES.match(fold(quantity.unit))
        if is_share and not 0 <= (quantity.value or 0) <= AT_MOST:
            yield doubt("percent.share", (*location, "value"), quantity=quantity)
        if quantity.part is not None and quantity.part > (quantity.whole or 0):
            yield doubt("percent.part", (*location, "part"), quantity=quantity)
        if quantity.currency is not None and not is_currency(quantity.currency):
            yield doubt("unknown-code.currency", (*location, "currency"), quantity=quantity)


def is_currency(code: str) -> bool:
    """Whether ISO 4217 has a code."""
    # Imported here, as few numbers are amounts.
    from app.review.codes import english  # noqa: PLC0415

    return code in english().currencies


def number_in_text(term: TermRecord, _: Surroundings) -> Iterator[Query]:
    """The text of a term has another number before the same unit."""
    for number, quantity in enumerate(term.quantities):
        if quantity.value is None:
            continue
        unit = re.escape(quantity.unit.split()[0].rstrip("s"))
        found = re.findall(rf"([0-9][0-9,]*)[- ]{unit}s?\b", term.text)
        values = [int(each.replace(",", "")) for each in found]
        if values and quantity.value not in values:
            named, at = " and ".join(map(str, values)), ("quantities", number, "value")
            yield doubt("number-in-text", at, quantity=quantity, values=named)


def shares_together(facts: Iterable[FigureFact]) -> Iterator[Query]:
    """Shares of one whole, claimed for one event and day, are more than a hundred percent."""
    wholes: dict[tuple[Any, ...], list[FigureFact]] = defaultdict(list)
    for fact in facts:
        metric, unit, _ = fact.subject
        if SHARES.match(unit):
            wholes[fact.claim, fact.day, metric].append(fact)
    for shares in wholes.values():
        total = sum(each.value for each in shares)
        if len(shares) > 1 and total > AT_MOST:
            *others, last = [each.id for each in shares]
            named = ", ".join(others)
            yield doubt("percent.together", ("quantity", "value"), last, others=named, total=total)


def falling_figures(facts: Iterable[FigureFact]) -> Iterator[Query]:
    """A count is below what an earlier figure calls the least."""
    least: dict[tuple[str, str, str], FigureFact] = {}
    for fact in sorted(facts, key=lambda each: (each.day, each.value)):
        before = least.get(fact.subject)
        if before is not None and fact.value < before.value:
            yield doubt("falling-figure", ("quantity", "value"), fact.id, fact=fact, before=before)
        if fact.qualifier in LOWER_BOUNDS and (before is None or fact.value > before.value):
            least[fact.subject] = fact


def same_figures(facts: Iterable[FigureFact]) -> Iterator[Query]:
    """Two figures have one number of one thing on one day."""
    seen: dict[tuple[Any, ...], FigureFact] = {}
    for fact in facts:
        first = seen.setdefault((fact.day, fact.subject, fact.value, fact.qualifier), fact)
        if first is not fact:
            yield doubt("same-figure", ("quantity", "value"), fact.id, first=first)
