"""Counts of a whole answer by value: how many entries there are for each actor, topic, month, ….

A count is what the answer would be if it were narrowed by that value, and its link asks just that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import compress
from operator import itemgetter, sub
from typing import Any
from urllib.parse import quote_plus, urlencode

from pyroaring import BitMap
from sqlalchemy import select

from app.db.postings import DIMENSIONS, Dimension, all_sort_keys
from app.db.snapshots import Loadable, Memory, Snapshot
from app.db.sql import KeyedStatement, given
from app.db.tables import reference
from app.entries.density import count_meeting, days_begun, months_between
from app.entries.names import TypedName, nearest
from app.entries.query_plan import QueryPlan, found_by_kind
from app.entries.questions import EntryQuestion, Match, filters_of
from app.errors import InvalidQuery

VALUES = 100
MONTHS = 600
LABELLED = {"actor": "actor", "topic": "topic", "source": "source"}
# Facets that no filter field declares by itself, and the dimension that each counts.
SHARED = {"actor": "actor", "actor_role": "role", "topic": "topic", "kind": "kind"}
# There may be as many of these as there are entries.
NOT_COUNTED = frozenset(("event",))
# Values that are counted between two looks at the time.
AT_ONCE = 32
# An answer that has more than one entry of so many is counted by what it does not have.
MIDDLING = 2000

NAMES_BY_ID = KeyedStatement(
    select(reference.c.id, reference.c.name).where(given(reference.c.name_type)),
    reference.c.id,
)


@dataclass(frozen=True)
class Facet:
    """The values of a facet, the most frequent first, months in order.

    `complete` says whether these are all.

    Each has its id, its label, how many entries have it, and the link to the question narrowed by
    it. The link is None where no question asks for exactly that.
    """

    values: list[dict[str, Any]]
    complete: bool


def facet_names(model: type[EntryQuestion]) -> list[str]:
    """The facets that a list can be asked for."""
    own = [name for name in filters_of(model) if name not in NOT_COUNTED]
    return [*(name for name in SHARED if name != "kind"), "kind", "month", *own]


def dimension_of(name: str, question: EntryQuestion) -> tuple[str, str | None]:
    """The dimension of postings that a facet counts, and the type of name of its values."""
    if name == "actor" and question.include_affiliates:
        return "affiliate", "actor"
    if name in SHARED:
        return SHARED[name], LABELLED.get(name)
    return name, filters_of(type(question))[name].name_type


def facets_of(
    memory: Memory,
    question: EntryQuestion,
    plan: QueryPlan,
    path: str,
    parameters: list[tuple[str, str]],
) -> dict[str, Facet]:
    """Every facet that a question asks for."""
    refuse_unknown(question)
    counted = [dimension_of(name, question)[0] for name in question.facets if name != "month"]
    counts = count_values(memory, plan, list(dict.fromkeys(counted)))
    facets = {}
    for name in question.facets:
        link = FacetLink(path, parameters, question, name)
        if name == "month":
            facets[name] = months(memory, plan, link)
        else:
            dimension, name_type = dimension_of(name, question)
            facets[name] = ranked_values(memory, counts[dimension], name_type, link)
    return facets


def refuse_unknown(question: EntryQuestion) -> None:
    """Raises `InvalidQuery` for an unknown facet."""
    known = facet_names(type(question))
    for name in question.facets:
        if name not in known:
            offered = ", ".join(known)
            raise InvalidQuery.of(
                "facets", name, f"is no facet here; there are {offered}.", nearest(name, known)
            )


def count_values(memory: Memory, plan: QueryPlan, dimensions: list[str]) -> dict[str, Counter[str]]:
    """How many entries of a plan have each value of some dimensions."""
    counts = {dimension: Counter[str]() for dimension in dimensions}
    keys = [(kind, dimension) for dimension in dimensions for kind in plan.kinds]
    dimensions_asked = memory.get_all(DIMENSIONS, keys)
    found = {} if plan.is_unfiltered else found_by_kind(memory, plan)
    entries = len(all_sort_keys(memory))
    for (kind, name), dimension in zip(keys, dimensions_asked, strict=True):
        numbers = dimension.numbers
        if found:
            numbers = count_in(memory, found[kind], dimension, entries)
        met = zip(compress(dimension.values, numbers), filter(None, numbers), strict=True)
        counts[name].update(dict(met))
    return counts


def count_in(memory: Memory, found: BitMap, dimension: Dimension, entries: int) -> list[int]:
    """How many of the found entries have each value of a dimension; `entries` is the number of all.

    Two bitmaps of middling length are intersected by a search in one for each ordinal of the other.
    The entries that are not found are a dense bitmap, in which each ordinal is looked up in one
    step.
    """
    is_few = len(found) * MIDDLING < entries
    met = found if is_few else BitMap(range(entries)) - found
    numbers: list[int] = []
    for start in range(0, len(dimension.postings), AT_ONCE):
        memory.check_time()
        numbers += map(met.intersection_cardinality, dimension.postings[start : start + AT_ONCE])
    return numbers if is_few else list(map(sub, dimension.numbers, numbers))


def ranked_values(
    memory: Memory, counts: Counter[str], name_type: str | None, link: FacetLink
) -> Facet:
    """The commonest values of a facet with their labels."""
    # The values are nearly in order; sorted by number, those of one number stay in order.
    ranked = sorted(sorted(counts.items()), key=itemgetter(1), reverse=True)
    shown = dict(ranked[:VALUES])
    labels: Iterable[str | None] = shown
    if name_type in LABELLED.values():
        labels = memory.get_all(LABELS, [(str(name_type), value) for value in shown])
    return Facet(facet_values(shown, labels, link), complete=len(ranked) <= VALUES)


def facet_values(
    counts: dict[str, int], labels: Iterable[str | None], link: FacetLink
) -> list[dict[str, Any]]:
    """Values with their labels and links."""
    return [
        {"id": value, "label": label or value, "count": number, "link": link.to(value)}
        for (value, number), label in zip(counts.items(), labels, strict=True)
    ]


async def load_labels(names: list[TypedName], snapshot: Snapshot) -> dict[TypedName, str | None]:
    """The names to show for actors, topics and sources; None for an id that is none."""
    labels: dict[TypedName, str | None] = dict.fromkeys(names)
    for name_type in {name_type for name_type, _ in names}:
        ids = [value for each, value in names if each == name_type]
        statement, values = NAMES_BY_ID.of(ids)
        for each, label in await snapshot.rows(statement, name_type=name_type, **values):
            labels[name_type, each] = label
    return labels


LABELS = Loadable(load_labels, 20_000)


def months(memory: Memory, plan: QueryPlan, link: FacetLink) -> Facet:
    """How many entries overlap each month, from the first that begins to the last that does."""
    found = found_by_kind(memory, plan)
    days = days_begun(memory, found.values())
    if days is None:
        return Facet([], complete=True)
    listed = list(months_between(*days))
    if len(listed) > MONTHS:
        raise InvalidQuery.of(
            "facets", "month", f"would be {len(listed)} months; give dates for at most {MONTHS}."
        )
    by_kind = [count_meeting(memory, kind, each, listed) for kind, each in found.items()]
    counts = {
        month.name: sum(numbers)
        for month, *numbers in zip(listed, *by_kind, strict=True)
        if any(numbers)
    }
    return Facet(facet_values(counts, counts, link), complete=True)


quoted = lru_cache(maxsize=20_000)(quote_plus)


@lru_cache(maxsize=256)
def encoded_without(dropped: frozenset[str], parameters: tuple[tuple[str, str], ...]) -> str:
    """Parameters as a query, without some; all values of a facet have them in common."""
    return urlencode([(name, each) for name, each in parameters if name not in dropped])


@dataclass(frozen=True)
class FacetLink:
    """Writes the question that is narrowed by a value of a facet."""

    path: str
    parameters: list[tuple[str, str]]
    question: EntryQuestion
    name: str

    def to(self, value: str) -> str | None:
        """The path and query of a value; None where no question asks for exactly that."""
        if [value] == self.present:
            return self.query("")
        if self.around is not None:
            before, after = self.around
            return f"{before}{quoted(value)}{after}"
        if value in self.present:
            return self.query(f"{self.name}={quoted(value)}", self.name)
        return None

    @cached_property
    def around(self) -> tuple[str, str] | None:
        """The text before and after a value in a link that asks for it besides those present.

        None where no other value can be asked for.
        """
        name, match = self.name, f"{self.name}_match"
        if name == "month":
            return (self.query("date="), "") if self.question.days == (None, None) else None
        if not self.present:
            return self.query(f"{name}="), ""
        if name not in ("actor", "topic") or self.question.actor_role:
            return None
        if len(self.present) > 1 and getattr(self.question, match) is not Match.all:
            return None
        return self.query(f"{name}=", match), f"&{match}=all"

    def query(self, added: str, *dropped: str) -> str:
        """The path and query without paging, facets and `dropped`, and with `added`."""
        without = frozenset(("cursor", "facets", *dropped))
        kept = encoded_without(without, tuple(self.parameters))
        return f"{self.path}?" + "&".join(filter(None, (kept, added)))

    @cached_property
    def present(self) -> list[str]:
        """The values that the question has already for this name."""
        values = getattr(self.question, self.name, [])
        return [str(value) for value in values] if isinstance(values, list) else []
