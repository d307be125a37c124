"""Counts of a whole answer by value: how many entries there are for each actor, topic, month, ….

A count is what the answer would be if it were narrowed by that value, and its link asks just that.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from pyroaring import BitMap
from sqlalchemy import bindparam, select

from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import reference
from app.entries.names import nearest
from app.entries.query_plan import Selection
from app.entries.questions import EntryQuestion, Match, filters_of
from app.entries.result_pages import count
from app.entries.scan import walk_of
from app.entries.sort_keys import LAST_SORT_KEY, day_of, first_sort_key, last_sort_key
from app.errors import InvalidQuery

VALUES = 100
MONTHS = 600
LABELLED = {"actor": "actor", "topic": "topic", "source": "source"}
# Facets that no filter field declares by itself, and the dimension each counts.
SHARED = {"actor": "actor", "actor_role": "role", "topic": "topic", "kind": "kind"}
# There may be as many of these as there are entries.
NOT_COUNTED = frozenset(("event",))
# Lists that are held against an answer before others are answered.
AT_ONCE = 32
# Spans of days that are counted before others are answered.
SPANS_AT_ONCE = 8
# An answer that has more than one entry of so many is held against lists by what it has not.
MIDDLING = 2000


@dataclass(frozen=True)
class FacetValue:
    """One value: its id, its label, how many entries have it, and the question narrowed by it."""

    id: str
    label: str
    count: int
    link: str | None


@dataclass(frozen=True)
class Facet:
    """The values of a facet, the commonest first (months in order); `complete` if these are all."""

    values: list[FacetValue]
    complete: bool


def facet_names(model: type[EntryQuestion]) -> list[str]:
    """The facets that a list can be asked for."""
    own = [name for name in filters_of(model) if name not in NOT_COUNTED]
    return [*(name for name in SHARED if name != "kind"), "kind", "month", *own]


def dimension_of(name: str, question: EntryQuestion) -> tuple[str, str | None]:
    """The posting dimension that a facet counts, and the type of name of its values."""
    if name == "actor" and question.include_affiliates:
        return "affiliate", "actor"
    if name in SHARED:
        return SHARED[name], LABELLED.get(name)
    return name, filters_of(type(question))[name].name_type


async def facets_of(
    question: EntryQuestion,
    selection: Selection,
    path: str,
    parameters: list[tuple[str, str]],
    snapshot: Snapshot,
) -> dict[str, Facet]:
    """Every facet that a question asks for."""
    known = facet_names(type(question))
    answered = {}
    for name in question.facets:
        if name not in known:
            offered = ", ".join(known)
            raise InvalidQuery.of(
                "facets", name, f"is no facet here; there are {offered}.", nearest(name, known)
            )
        link = Link(path, parameters, question, name)
        if name == "month":
            answered[name] = await months(selection, link, snapshot)
        else:
            answered[name] = await valued(name, question, selection, link, snapshot)
    return answered


async def valued(
    name: str, question: EntryQuestion, selection: Selection, link: Link, snapshot: Snapshot
) -> Facet:
    """A facet that posting lists count."""
    dimension, name_type = dimension_of(name, question)
    counts = await counted(dimension, selection, snapshot)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ranked[:VALUES]
    names = await labels(name_type, [value for value, _ in shown], snapshot)
    values = [FacetValue(each, names.get(each, each), n, link.to(each)) for each, n in shown]
    return Facet(values, complete=len(ranked) <= VALUES)


async def counted(dimension: str, selection: Selection, snapshot: Snapshot) -> Counter[str]:
    """How many entries of a selection have each value of a dimension."""
    counts: Counter[str] = Counter()
    kinds = dict.fromkeys(arm.kind for arm in selection.arms)
    if is_whole(selection):
        for kind in kinds:
            for _, value, number in await snapshot.postings.values(kind, dimension, snapshot):
                counts[value] += number
        return counts
    walk = await walk_of(selection, snapshot)
    for kind in kinds:
        tallies = await snapshot.postings.values(kind, dimension, snapshot)
        found = await walk.of_kind(kind).everything(snapshot)
        number_in = counting(found, len(snapshot.postings.sort_keys))
        for start in range(0, len(tallies) if found else 0, AT_ONCE):
            part = tallies[start : start + AT_ONCE]
            lists = await snapshot.postings.lists([key for key, _, _ in part], snapshot)
            for key, value, _ in part:
                if number := number_in(lists[key]):
                    counts[value] += number
            # There may be thousands; others are answered in between.
            await asyncio.sleep(0)
    return counts


def counting(found: BitMap, entries: int) -> Callable[[BitMap], int]:
    """Counts how many of some entries, of so many in all, stand in a list.

    Two lists of middling length are met by searching in one for each number of the other. Against
    all that is not found, which is dense, each number of a list is looked up in one step.
    """
    if len(found) * MIDDLING < entries:
        return found.intersection_cardinality
    others = BitMap(range(entries)) - found
    return lambda numbers: len(numbers) - others.intersection_cardinality(numbers)


def is_whole(selection: Selection) -> bool:
    """Whether a selection is all of its kinds, so that the counts are there already."""
    alone = all(arm.is_whole for arm in selection.arms)
    bounded = selection.low > 0 or selection.high < LAST_SORT_KEY
    return alone and not bounded and not selection.words and not selection.sort_keys


@lru_cache(maxsize=128)
def label_statement(values: int) -> Statement:
    """The names of some actors, topics or sources."""
    given: list[Any] = [bindparam(f"id_{number}") for number in range(values)]
    return Statement(
        select(reference.c.id, reference.c.name).where(
            reference.c.name_type == bindparam("name_type"), reference.c.id.in_(given)
        )
    )


async def labels(name_type: str | None, values: list[str], snapshot: Snapshot) -> dict[str, str]:
    """The names to show for values that have any."""
    if name_type not in LABELLED.values() or not values:
        return {}
    given = {f"id_{number}": value for number, value in enumerate(values)}
    return dict(await snapshot.rows(label_statement(len(values)), name_type=name_type, **given))


async def months(selection: Selection, link: Link, snapshot: Snapshot) -> Facet:
    """How many entries each month meets, from the first that begins to the last that does."""
    first, last = await extent(selection, snapshot)
    if first is None or last is None:
        return Facet([], complete=True)
    listed = list(months_between(first, last))
    if len(listed) > MONTHS:
        raise InvalidQuery.of(
            "facets", "month", f"would be {len(listed)} months; give dates for at most {MONTHS}."
        )
    values = []
    for (start, _), number in zip(
        listed, await numbers_in(listed, selection, snapshot), strict=True
    ):
        if number:
            name = f"{start:%Y-%m}"
            values.append(FacetValue(name, name, number, link.to(name)))
    return Facet(values, complete=True)


async def numbers_in(
    spans: Iterable[tuple[date, date]], selection: Selection, snapshot: Snapshot
) -> list[int]:
    """How many entries of a selection meet the days from the first to the last of each span."""
    numbers = []
    for first, last in spans:
        numbers.append(await count(between(selection, first, last), snapshot))
        # There may be hundreds; others are answered in between.
        if len(numbers) % SPANS_AT_ONCE == 0:
            await asyncio.sleep(0)
    return numbers


async def extent(selection: Selection, snapshot: Snapshot) -> tuple[date | None, date | None]:
    """The days on which the first and the last entry of a selection begin."""
    walk = await walk_of(selection, snapshot)
    days = []
    for descending in (False, True):
        ordered = walk._replace(descending=descending)
        for number in await ordered.first(1, 0, len(snapshot.postings.sort_keys), snapshot):
            days.append(date.fromordinal(day_of(snapshot.postings.sort_keys[number])))
    return (days[0], days[1]) if days else (None, None)


def months_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The first and last day of every month from one day to another."""
    start = first.replace(day=1)
    while start <= last:
        following = (start + timedelta(days=31)).replace(day=1)
        yield start, following - timedelta(days=1)
        start = following


def between(selection: Selection, start: date, end: date) -> Selection:
    """A selection narrowed to what meets the days from one to another."""
    low = max(selection.low, first_sort_key(start.toordinal()))
    high = min(selection.high, last_sort_key(end.toordinal()))
    return selection._replace(low=low, high=high)


@lru_cache(maxsize=256)
def encoded_without(dropped: frozenset[str], parameters: tuple[tuple[str, str], ...]) -> str:
    """Parameters as a query, without some; all values of a facet have them in common."""
    return urlencode([(name, each) for name, each in parameters if name not in dropped])


@dataclass(frozen=True)
class Link:
    """Writes the question that is narrowed by a value of a facet."""

    path: str
    parameters: list[tuple[str, str]]
    question: EntryQuestion
    name: str

    def to(self, value: str) -> str | None:
        """The path and query, or None where no question says just that."""
        dropped = {"cursor", "facets"}
        added = [(self.name, value)]
        if self.name == "month":
            if self.question.days() != (None, None):
                return None
            added = [("date", value)]
        elif (present := self.present()) and present != [value]:
            if self.allows_all(present):
                dropped.add(f"{self.name}_match")
                added.append((f"{self.name}_match", Match.all.value))
            elif value in present:
                dropped.add(self.name)
            else:
                return None
        elif present:
            added = []
        kept = encoded_without(frozenset(dropped), tuple(self.parameters))
        written = (f"{name}={quote_plus(each)}" for name, each in added)
        return f"{self.path}?" + "&".join(filter(None, (kept, *written)))

    def present(self) -> list[str]:
        """The values that the question has already for this name."""
        values = getattr(self.question, self.name, [])
        return [str(value) for value in values] if isinstance(values, list) else []

    def allows_all(self, present: list[str]) -> bool:
        """Whether another value of the same name can be asked for besides."""
        if self.name not in ("actor", "topic") or self.question.actor_role:
            return False
        match = getattr(self.question, f"{self.name}_match")
        return match is Match.all or len(present) == 1
