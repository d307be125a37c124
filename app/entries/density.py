"""How many entries of each kind in an answer overlap each month or year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pyroaring import BitMap

from app.db.postings import POSTINGS, all_sort_keys, day_of, first_sort_key, key_of, last_sort_key
from app.db.snapshots import Memory
from app.entries.dates import INEXACT
from app.entries.query_plan import QueryPlan, found_by_kind, reaching_key

MOST_SPANS = 240
# Years that one span may have, where months would be too many.
YEARS = (1, 10, 100)


@dataclass(frozen=True)
class Span:
    """A month, a year or several years: its name, and its first and last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Lane:
    """One kind: how many entries overlap each span, and how many of these have no exact day."""

    kind: str
    numbers: tuple[int, ...]
    inexact: tuple[int, ...]


@dataclass(frozen=True)
class Density:
    """The spans from the first entry that begins to the last, and a lane for each kind."""

    spans: tuple[Span, ...] = ()
    lanes: tuple[Lane, ...] = ()


def density(memory: Memory, plan: QueryPlan) -> Density:
    """How the entries of a plan are distributed in time."""
    found = found_by_kind(memory, plan)
    days = days_begun(memory, found.values())
    if days is None:
        return Density()
    spans = tuple(spans_between(*days))
    lanes = [lane(memory, kind, each, spans) for kind, each in found.items() if each]
    return Density(spans, tuple(lanes))


def days_begun(memory: Memory, found: Iterable[BitMap]) -> tuple[date, date] | None:
    """The days on which the first and the last of some entries begin; None without entries."""
    sort_keys = all_sort_keys(memory)
    ends = [end for each in found if each for end in (each.min(), each.max())]
    if not ends:
        return None
    first, last = sort_keys.at((min(ends), max(ends)))
    return date.fromordinal(day_of(first)), date.fromordinal(day_of(last))


def lane(memory: Memory, kind: str, found: BitMap, spans: Sequence[Span]) -> Lane:
    """The numbers of one kind."""
    inexact = found & memory.get(POSTINGS, key_of(kind, *INEXACT))
    return Lane(
        kind,
        tuple(count_meeting(memory, kind, found, spans)),
        tuple(count_meeting(memory, kind, inexact, spans) if inexact else [0] * len(spans)),
    )


def count_meeting(memory: Memory, kind: str, found: BitMap, spans: Sequence[Span]) -> list[int]:
    """How many of the found entries of a kind begin in each span, or reach into it."""
    sort_keys = all_sort_keys(memory)
    reaching = memory.get_all(
        POSTINGS, [reaching_key(kind, each.first.toordinal()) for each in spans]
    )
    numbers = []
    for span, begun_before in zip(spans, reaching, strict=True):
        memory.check_time()
        low = sort_keys.ordinal_from(first_sort_key(span.first.toordinal()))
        high = sort_keys.ordinal_from(last_sort_key(span.last.toordinal()) + 1)
        begun = found.range_cardinality(low, high)
        numbers.append(begun + found.intersection_cardinality(begun_before))
    return numbers


def spans_between(first: date, last: date) -> Iterator[Span]:
    """Months, or spans of 1, 10 or 100 years, so that there are at most `MOST_SPANS`."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MOST_SPANS:
        yield from months_between(first, last)
        return
    step = next((n for n in YEARS if (last.year - first.year) // n < MOST_SPANS), YEARS[-1])
    for year in range(first.year - first.year % step, last.year + 1, step):
        one, other = max(year, 1), min(year + step - 1, date.max.year)
        name = f"{one:04}" if step == 1 else f"{one:04}/{other:04}"
        yield Span(name, date(one, 1, 1), date(other, 12, 31))


def months_between(first: date, last: date) -> Iterator[Span]:
    """Every month from one day to another."""
    start = first.replace(day=1)
    while start <= last:
        following = (start + timedelta(days=31)).replace(day=1)
        yield Span(start.isoformat()[:7], start, following - timedelta(days=1))
        start = following
