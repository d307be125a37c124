"""Whom the record listens to: how its entries divide among actors, outlets and kinds.

Counted from the tallies that filters use, so that each number is what the filter finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, column, exists, func, literal, or_, select, table

from app.db.postings import (
    POSTINGS,
    all_sort_keys,
    day_of,
    first_sort_key,
    key_of,
    last_sort_key,
)
from app.db.snapshots import Memory, Snapshot, find
from app.db.sql import Row, Statement
from app.db.tables import document, reference, tally
from app.entries.density import days_begun, months_between
from app.entries.documents import Document, Summary
from app.kinds import KINDS

TOP = 25
BY_KIND = [func.sum(case((tally.c.kind == kind, tally.c.n), else_=0)) for kind in KINDS]
ALL_KINDS = func.sum(tally.c.n)
# Relational tables by their columns alone, as importing their models would slow the start.
SOURCE = table("source", column("id"), column("publisher")).c


def most_frequent(*columns: Any, dimension: str) -> Any:
    """The first of a dimension's values by the number of entries, with the number of each kind."""
    counted = tally.c.kind.in_([literal(kind) for kind in KINDS]) & (tally.c.dimension == dimension)
    ordered = (ALL_KINDS.desc(), columns[0])
    return select(*columns, ALL_KINDS, *BY_KIND).where(counted).order_by(*ordered).limit(TOP)


def most_frequent_actors(dimension: str, *where: ColumnElement[bool]) -> Statement:
    """The most frequent actors of a dimension that meet some conditions."""
    columns = (reference.c.id, reference.c.name)
    named = (reference.c.name_type == "actor", reference.c.id == tally.c.value)
    found = most_frequent(*columns, dimension=dimension)
    return Statement(found.where(*named, *where).group_by(*columns))


ACTORS = most_frequent_actors("actor")
PUBLISHERS = Statement(
    most_frequent(SOURCE.publisher, func.count(SOURCE.id.distinct()), dimension="source")
    .where(SOURCE.id == tally.c.value)
    .group_by(SOURCE.publisher)
)
# Who belongs to nobody else in the record: a side, with all that belongs to it.
PART = table("actor_part", column("actor_id")).c
OFFICE = table("actor_position", column("actor_id"), column("of_id")).c
BELONGS = or_(
    exists().where(PART.actor_id == reference.c.id),
    exists().where(OFFICE.actor_id == reference.c.id, OFFICE.of_id.is_not(None)),
)
SIDES = most_frequent_actors("affiliate", ~BELONGS)
ROLES = Statement(most_frequent(tally.c.value, dimension="role").group_by(tally.c.value))
MOST_MONTHS = 600
SORT_KEYS = Statement(select(func.min(document.c.sort_key), func.max(document.c.sort_key)))

KindCounts = dict[str, int]


class Share(Document):
    """How many entries have something in common."""

    entries: int
    """In how many entries."""
    by_kind: KindCounts
    """The same for each kind of entry."""


class ActorShare(Share):
    """In how many entries an actor has a part, in whatever role."""

    actor: Summary
    """The actor."""


class PublisherShare(Document):
    """An outlet's share of the record."""

    publisher: str
    """Who published the texts."""
    sources: int
    """How many of its texts are cited."""
    citations: int
    """How often they are cited: once for each text and entry."""
    by_kind: KindCounts
    """The same for each kind of entry."""


class RoleShare(Share):
    """How many entries have anybody in a role."""

    role: str
    """The role."""


class MonthShare(Share):
    """How many entries begin in a month."""

    month: str
    """The month."""


class Balance(Document):
    """Whom the record listens to; the most frequent ones, at most 25 of each."""

    first_day: date | None
    """The first day of the earliest entry; null where there is none."""
    last_day: date | None
    """The first day of the latest entry; null where there is none."""
    actors: list[ActorShare]
    """Who has a part in the most entries."""
    publishers: list[PublisherShare]
    """Whose texts are cited most often."""
    sides: list[ActorShare]
    """Actors that belong to no other one, each with all who belonged to it at the date."""
    roles: list[RoleShare]
    """What actors are to the entries, the most frequent first."""
    months: list[MonthShare]
    """The months from the first entry to the last, of up to 600 the latest, in order."""


async def balance_of(snapshot: Snapshot) -> Balance:
    """The balance of the present revision."""
    first, last = (await snapshot.rows(SORT_KEYS))[0]
    return Balance(
        first_day=starting_day(first),
        last_day=starting_day(last),
        actors=[actor_share(row) for row in await snapshot.rows(ACTORS)],
        publishers=[
            PublisherShare(publisher=name, sources=texts, citations=n, by_kind=counts_by_kind(ns))
            for name, texts, n, *ns in await snapshot.rows(PUBLISHERS)
        ],
        sides=[actor_share(row) for row in await snapshot.rows(SIDES)],
        roles=[
            RoleShare(role=role, entries=n, by_kind=counts_by_kind(ns))
            for role, n, *ns in await snapshot.rows(ROLES)
        ],
        months=await find(snapshot, shares_of_months),
    )


def actor_share(row: Row) -> ActorShare:
    """The share of an actor, from its id, its name and its numbers."""
    actor_id, name, n, *ns = row
    actor = Summary(id=actor_id, name=name, url=f"/v1/actors/{actor_id}")
    return ActorShare(actor=actor, entries=n, by_kind=counts_by_kind(ns))


def shares_of_months(memory: Memory) -> list[MonthShare]:
    """How many entries of each kind begin in each month."""
    found = memory.get_all(POSTINGS, [key_of(kind, "kind", kind) for kind in KINDS])
    days, sort_keys = days_begun(memory, found), all_sort_keys(memory)
    shares = []
    for month in list(months_between(*days))[-MOST_MONTHS:] if days is not None else ():
        low = sort_keys.ordinal_from(first_sort_key(month.first.toordinal()))
        high = sort_keys.ordinal_from(last_sort_key(month.last.toordinal()) + 1)
        by_kind = counts_by_kind([each.range_cardinality(low, high) for each in found])
        total = sum(by_kind.values())
        shares.append(MonthShare(month=month.name, entries=total, by_kind=by_kind))
    return shares


def starting_day(sort_key: int | None) -> date | None:
    """The first day of the entry at a sort key."""
    return None if sort_key is None else date.fromordinal(day_of(sort_key))


def counts_by_kind(row: Iterable[int]) -> dict[str, int]:
    """The numbers of each kind that has any."""
    return {kind: int(number) for kind, number in zip(KINDS, row, strict=True) if number}
