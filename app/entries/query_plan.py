"""From a validated question to a selection: which posting lists, between which sort keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from app.db.snapshots import Snapshot
from app.entries.names import BY_ID, ENTRY_NAME, UnknownName, id_of
from app.entries.questions import Clause, EntryQuestion, Sort, filters_of
from app.entries.sort_keys import (
    LAST_SORT_KEY,
    first_sort_key,
    key_of,
    last_sort_key,
)
from app.entries.words import Sought, read_query
from app.errors import InvalidQuery

Keys = tuple[int, ...]
# The dimension of the posting lists of words.
WORD = "word"
# Lists of words for which the beginnings in a question may stand; for more, the full text is asked.
MOST_BEGUN = 1000
# By kind, the lists of the words for which a beginning stands; None for too many.
Begun = dict[Sought, dict[str, Keys] | None]


class Arm(NamedTuple):
    """One kind's part of an answer: an entry stands in a list of every group, and in none of
    `without`.
    """

    kind: str
    groups: tuple[Keys, ...]
    without: Keys = ()

    @property
    def is_whole(self) -> bool:
        """Whether the arm has every entry of its kind."""
        return self.groups == whole(self.kind) and not self.without


class Selection(NamedTuple):
    """Which entries are asked for: the arms together, between two sort keys; at some of `sort keys`
    where there are any.

    What began before `low` and reaches to its day is asked for, too. Lists tell which words an
    entry has; of what is `untold`, phrases for the most part, the full text tells whether it stands
    as it is asked for.
    """

    arms: tuple[Arm, ...]
    low: int
    high: int
    descending: bool
    words: tuple[Sought, ...]
    untold: tuple[Sought, ...]
    sort_keys: tuple[int, ...]


@cache
def whole(kind: str) -> tuple[Keys, ...]:
    """The groups of an arm that has every entry of its kind."""
    return ((key_of(kind, "kind", kind),),)


async def select_entries(
    question: EntryQuestion, kinds: tuple[str, ...], snapshot: Snapshot
) -> Selection:
    """The selection of a question; raises `InvalidQuery` naming every value that names nothing."""
    named = await resolve_names(question, kinds, snapshot)
    words = read_query(question.q) if question.q is not None else ()
    begun = await lists_begun(words, kinds, snapshot) if words else {}
    clauses = question.clauses(named)
    arms = tuple([arm_of(kind, clauses, words, begun) for kind in kinds])
    first, last = question.days()
    return Selection(
        arms=arms,
        low=first_sort_key(first.toordinal()) if first is not None else 0,
        high=last_sort_key(last.toordinal()) if last is not None else LAST_SORT_KEY,
        descending=question.sort is not Sort.oldest,
        words=words,
        untold=tuple([part for part in words if not is_told(part, begun)]),
        sort_keys=await sort_keys_of(named["id"], kinds, snapshot) if named["id"] else (),
    )


async def lists_begun(words: Iterable[Sought], kinds: tuple[str, ...], snapshot: Snapshot) -> Begun:
    """The lists for which the beginnings of words stand, up to `MOST_BEGUN` in all."""
    begun: Begun = {}
    room = MOST_BEGUN
    for part in words:
        if part.prefix:
            begun[part] = lists = await begun_by(part.words[-1], kinds, room, snapshot)
            room -= sum(map(len, lists.values())) if lists is not None else 0
    return begun


async def begun_by(
    start: str, kinds: tuple[str, ...], room: int, snapshot: Snapshot
) -> dict[str, Keys] | None:
    """By kind, the lists of the words that begin so; None where there is no room for them."""
    lists = {}
    for kind in kinds:
        words = await snapshot.postings.words_from(kind, start, room, snapshot)
        if words is None:
            return None
        lists[kind] = tuple(key_of(kind, WORD, word) for word in words)
        room -= len(words)
    return lists


def is_told(part: Sought, begun: Begun) -> bool:
    """Whether lists tell of a part where it stands: of words and beginnings, but not of phrases."""
    return part.is_word or (len(part.words) == 1 and begun[part] is not None)


def arm_of(kind: str, clauses: list[Clause], words: tuple[Sought, ...], begun: Begun) -> Arm:
    """The lists of one kind that a question's filters and words name."""
    groups = [
        tuple(dict.fromkeys([key_of(kind, dimension, value) for dimension, value in clause]))
        for clause in clauses
    ]
    without: list[int] = []
    for part in words:
        keys: list[Keys] = [(key_of(kind, WORD, word),) for word in part.whole_words]
        lists = begun.get(part)
        if lists is not None:
            keys.append(lists[kind])
        if not part.excluded:
            groups += keys
        elif is_told(part, begun):
            without += keys[0]
    return Arm(kind, tuple(dict.fromkeys(groups)) or whole(kind), tuple(without))


def with_group(arm: Arm, keys: Keys) -> Arm:
    """The arm narrowed to what stands in one of some lists."""
    return arm._replace(groups=(keys, *arm.groups))


async def sort_keys_of(
    ids: list[str], kinds: tuple[str, ...], snapshot: Snapshot
) -> tuple[int, ...]:
    """Where the entries of some ids stand; refuses one of a kind that is not asked for."""
    sort_keys = []
    for entry in ids:
        kind, sort_key = (await snapshot.rows(BY_ID, id=entry))[0]
        if kind not in kinds:
            raise InvalidQuery.of("id", entry, f"is a {kind}; ask for `kind={kind}`, too.")
        sort_keys.append(sort_key)
    return tuple(sort_keys)


async def resolve_names(
    question: EntryQuestion, kinds: tuple[str, ...], snapshot: Snapshot
) -> dict[str, list[str]]:
    """The ids behind every field that names something; none for one that is not given."""
    named: dict[str, list[str]] = defaultdict(list)
    errors = []
    given = question.model_fields_set
    for field, name_type in name_types_of(type(question), kinds).items():
        if field not in given:
            continue
        ids: dict[str, None] = {}
        for value in getattr(question, field):
            try:
                ids[await id_of(value, name_type, snapshot)] = None
            except UnknownName as unknown:
                errors.append(unknown.error(field))
        named[field] = list(ids)
    if errors:
        raise InvalidQuery(errors)
    return named


@cache
def name_types_of(model: type[EntryQuestion], kinds: tuple[str, ...]) -> dict[str, str]:
    """The fields of a question that name something, and the type of name that each names from."""
    name_types = {
        "id": kinds[0] if len(kinds) == 1 else ENTRY_NAME,
        "actor": "actor",
        "topic": "topic",
    }
    for field, mark in filters_of(model).items():
        if mark.name_type is not None:
            name_types[field] = mark.name_type
    return name_types
