"""How the entries of an answer lie in time: kind by kind, how many each month or year meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.db.snapshots import Snapshot
from app.entries.dates import INEXACT
from app.entries.facets import extent, months_between, numbers_in
from app.entries.query_plan import Selection, with_group
from app.entries.result_pages import count
from app.entries.sort_keys import key_of

MOST_SPANS = 240
# Years that one span may have, where months would be too many.
YEARS = (1, 10, 100)


@dataclass(frozen=True)
class Span:
    """A month, a year or some years: how it is called, and its first and last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Lane:
    """One kind: for each span how many entries meet it, and how many of these have no exact day."""

    kind: str
    numbers: tuple[int, ...]
    inexact: tuple[int, ...]


@dataclass(frozen=True)
class Density:
    """The spans from the first entry that begins to the last, and a lane for each kind."""

    spans: tuple[Span, ...] = ()
    lanes: tuple[Lane, ...] = ()


async def density(selection: Selection, snapshot: Snapshot) -> Density:
    """How the entries of a selection lie in time."""
    first, last = await extent(selection, snapshot)
    if first is None or last is None:
        return Density()
    spans = tuple(spans_between(first, last))
    lanes = [await lane(part, spans, snapshot) for part in by_kind(selection)]
    return Density(spans, tuple(each for each in lanes if any(each.numbers)))


def by_kind(selection: Selection) -> Iterator[Selection]:
    """A selection for each kind."""
    for arm in selection.arms:
        yield selection._replace(arms=(arm,))


async def lane(selection: Selection, spans: tuple[Span, ...], snapshot: Snapshot) -> Lane:
    """The numbers of one kind."""
    kind = selection.arms[0].kind
    arm = with_group(selection.arms[0], (key_of(kind, *INEXACT),))
    vague = selection._replace(arms=(arm,))
    days = [(each.first, each.last) for each in spans]
    numbers = await numbers_in(days, selection, snapshot)
    some = await count(vague, snapshot) > 0
    inexact = await numbers_in(days, vague, snapshot) if some else [0] * len(days)
    return Lane(kind, tuple(numbers), tuple(inexact))


def spans_between(first: date, last: date) -> Iterator[Span]:
    """Months, or as many years together as keep the spans below `MOST_SPANS`."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MOST_SPANS:
        for start, end in months_between(first, last):
            yield Span(start.isoformat()[:7], start, end)
        return
    step = next((n for n in YEARS if (last.year - first.year) // n < MOST_SPANS), YEARS[-1])
    for year in range(first.year - first.year % step, last.year + 1, step):
        one, other = max(year, 1), min(year + step - 1, date.max.year)
        name = f"{one:04}" if step == 1 else f"{one:04}/{other:04}"
        yield Span(name, date(one, 1, 1), date(other, 12, 31))
