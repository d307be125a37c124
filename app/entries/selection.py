"""From a validated question to a selection: which posting lists, between which places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from app.database import Ask, Statement
from app.entries.names import BY_ID, ENTRY_REALM, UnknownName, id_of
from app.entries.places import (
    LAST_PLACE,
    enclosing_nodes,
    first_place,
    key_of,
    last_place,
)
from app.entries.questions import Clause, EntryQuestion, Sort, filters_of
from app.entries.words import Sought, read_query
from app.errors import InvalidQuery
from app.tables import tally

Keys = tuple[int, ...]


@dataclass(frozen=True)
class Arm:
    """One kind's part of an answer: an entry stands in at least one list of every group."""

    kind: str
    groups: tuple[Keys, ...]

    @property
    def whole(self) -> tuple[Keys, ...]:
        """The groups of an arm that has every entry of its kind."""
        return ((key_of(self.kind, "kind", self.kind),),)


@dataclass(frozen=True)
class Selection:
    """Which entries are asked for: the arms together, between two places, having the words;
    at some of `places` where there are any.

    `reach` has, for each arm, the lists of what began before `low` and reaches to its day; None
    where the question has no first day.
    """

    arms: tuple[Arm, ...]
    low: int
    high: int
    descending: bool
    words: tuple[Sought, ...]
    places: tuple[int, ...]
    reach: tuple[Keys, ...] | None

    def earlier(self) -> Selection | None:
        """The entries that began before the first day and reach into it."""
        if self.reach is None or self.low == 0:
            return None
        arms = tuple(
            Arm(arm.kind, (keys, *arm.groups))
            for arm, keys in zip(self.arms, self.reach, strict=True)
        )
        return Selection(arms, 0, self.low - 1, self.descending, self.words, self.places, None)


def tally_statement(count: int) -> Statement:
    """How long each of some posting lists is."""
    keys: list[Any] = [bindparam(f"key{number}") for number in range(count)]
    return Statement(select(tally.c.key, tally.c.n).where(tally.c.key.in_(keys)))


TALLIES: dict[int, Statement] = {}


async def lengths(keys: list[int], ask: Ask) -> dict[int, int]:
    """The length of each posting list; a list that is not there is empty."""
    statement = TALLIES.setdefault(len(keys), tally_statement(len(keys)))
    rows = await ask.rows(statement, **{f"key{n}": key for n, key in enumerate(keys)})
    return dict(rows)


async def select_entries(question: EntryQuestion, kinds: tuple[str, ...], ask: Ask) -> Selection:
    """The selection of a question; raises `InvalidQuery` naming every value that names nothing."""
    named = await resolve_names(question, kinds, ask)
    arms = await arms_of(question.clauses(named), kinds, ask)
    first, last = question.days()
    return Selection(
        arms=arms,
        low=first_place(first.toordinal()) if first is not None else 0,
        high=last_place(last.toordinal()) if last is not None else LAST_PLACE,
        descending=question.sort is not Sort.oldest,
        words=read_query(question.q) if question.q is not None else (),
        places=await places_of(named["id"], kinds, ask),
        reach=tuple(reaching_keys(arm.kind, first.toordinal()) for arm in arms)
        if first is not None
        else None,
    )


async def places_of(ids: list[str], kinds: tuple[str, ...], ask: Ask) -> tuple[int, ...]:
    """Where the entries of some ids stand; refuses one of a kind that is not asked for."""
    places = []
    for entry in ids:
        kind, place = (await ask.rows(BY_ID, id=entry))[0]
        if kind not in kinds:
            raise InvalidQuery.of("id", entry, f"is a {kind}; ask for `kind={kind}`, too.")
        places.append(place)
    return tuple(places)


def reaching_keys(kind: str, day: int) -> Keys:
    """The lists of entries of a kind that began before a day and reach to it."""
    return tuple(key_of(kind, "reach", node) for node in enclosing_nodes(day))


async def resolve_names(
    question: EntryQuestion, kinds: tuple[str, ...], ask: Ask
) -> dict[str, list[str]]:
    """The ids behind every field that names something."""
    realms = {
        "id": kinds[0] if len(kinds) == 1 else ENTRY_REALM,
        "actor": "actor",
        "topic": "topic",
    }
    for field, mark in filters_of(type(question)).items():
        if mark.realm is not None:
            realms[field] = mark.realm
    named: dict[str, list[str]] = {}
    errors = []
    for field, realm in realms.items():
        named[field] = []
        for value in getattr(question, field):
            try:
                named[field].append(await id_of(value, realm, ask))
            except UnknownName as unknown:
                errors.append(unknown.error(field))
    if errors:
        raise InvalidQuery(errors)
    return {field: list(dict.fromkeys(ids)) for field, ids in named.items()}


async def arms_of(clauses: list[Clause], kinds: tuple[str, ...], ask: Ask) -> tuple[Arm, ...]:
    """One arm for each kind that can have answers, its shortest group first."""
    arms = [
        Arm(
            kind,
            tuple(
                tuple(dict.fromkeys(key_of(kind, dimension, value) for dimension, value in clause))
                for clause in clauses
            )
            or ((key_of(kind, "kind", kind),),),
        )
        for kind in kinds
    ]
    if len(arms) == 1 and len(arms[0].groups) == 1 and len(arms[0].groups[0]) == 1:
        return tuple(arms)
    keys = sorted({key for arm in arms for group in arm.groups for key in group})
    counts = await lengths(keys, ask)
    return tuple(filter(None, (shortest_first(arm, counts) for arm in arms)))


def shortest_first(arm: Arm, counts: dict[int, int]) -> Arm | None:
    """The arm without empty lists, its shortest group first; None where nothing can match."""
    groups = [tuple(key for key in group if key in counts) for group in arm.groups]
    if not all(groups):
        return None
    groups.sort(key=lambda group: sum(counts[key] for key in group))
    return Arm(arm.kind, tuple(groups))
