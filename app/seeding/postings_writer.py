"""Posting lists on their way to the database: numbered anew, changed, and counted.

What comes to each list and what goes from it is gathered while entries are written, a bounded part
of it in memory, the rest on the stage; in the end each list that changes is written once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from pyroaring import BitMap
from sqlalchemy import bindparam, delete, select

from app.db.postings import (
    SORT_KEYS,
    STORED,
    packed,
    packed_sort_keys,
    packed_words,
    stored_lists,
    unpacked,
    unpacked_sort_keys,
    unpacked_words,
    vocabulary_of,
)
from app.db.sql import Statement
from app.db.tables import posting, state, tally
from app.entries.query_plan import WORD
from app.entries.sort_keys import key_of
from app.kinds import KINDS
from app.seeding.index_terms import UNCOUNTED, Posted
from app.seeding.staging import Stage
from app.seeding.target import Target, insertion

# Numbers that are held in memory; each costs four bytes.
HELD = 16_000_000
NUMBER_BYTES = array("I").itemsize
BATCH = 1000

LISTS = Statement(select(posting.c.key, posting.c.numbers).order_by(posting.c.key))
DELETE_LIST = Statement(delete(posting).where(posting.c.key == bindparam("k")))
DELETE_TALLY = Statement(delete(tally).where(tally.c.key == bindparam("k")))
DELETE_STATE = Statement(delete(state).where(state.c.name == bindparam("n")))
FRAGMENTS = """
CREATE TABLE fragment (
    key INTEGER, kind TEXT, dimension TEXT, value TEXT, goes INTEGER, numbers BLOB
)
"""

# The numbers of entries, packed, by kind and dimension, and by value.
Gathered = defaultdict[tuple[str, str], defaultdict[str, bytearray]]
Coming = Mapping[tuple[str, str], Mapping[str, bytes]]


class Change(NamedTuple):
    """What comes to a list and goes from it, by its key, and by kind, dimension and value."""

    key: int
    named: tuple[str, str, str]
    coming: BitMap
    going: BitMap


class Lists:
    """The posting lists of one seeding, by kind, dimension and value."""

    def __init__(self, stage: Stage, target: Target, before: array[int]):
        self.stage = stage
        self.target = target
        self.before = before
        self.sort_keys = stage.sort_keys()
        self.going = gathered()
        self.coming = gathered()
        self.held = 0
        # By kind, the words whose lists changed: those that have entries, and those that have none.
        self.words: defaultdict[str, set[str]] = defaultdict(set)
        self.unused: defaultdict[str, set[str]] = defaultdict(set)
        stage.connection.execute(FRAGMENTS)

    def put(self, coming: Coming) -> None:
        """Entries come to lists."""
        size = 0
        for dimension, lists in coming.items():
            held = self.coming[dimension]
            for value, numbers in lists.items():
                held[value] += numbers
                size += len(numbers)
        self.hold(size // NUMBER_BYTES)

    def take(self, kind: str, sort_key: int, posted: Posted) -> None:
        """An entry goes from lists; where its sort key goes too, numbering leaves it out."""
        number = self.number_of(sort_key)
        stays = number < len(self.sort_keys) and self.sort_keys[number] == sort_key
        going = packed_numbers([number] if stays else [])
        for dimension, values in posted.items():
            lists = self.going[kind, dimension]
            for value in values:
                lists[value] += going
            self.hold(len(values))

    def hold(self, count: int) -> None:
        """Counts what is held in memory, and bounds it."""
        self.held += count
        if self.held >= HELD:
            self.spill()

    def number_of(self, sort_key: int) -> int:
        """The number of a sort key."""
        return bisect_left(self.sort_keys, sort_key)

    def spill(self) -> None:
        """Writes what is held in memory to the stage."""
        self.stage.connection.executemany(
            "INSERT INTO fragment VALUES (?, ?, ?, ?, ?, ?)",
            (
                (*row, goes, numbers)
                for goes, held in ((1, self.going), (0, self.coming))
                for row, numbers in listed(held)
            ),
        )
        self.going, self.coming = gathered(), gathered()
        self.held = 0

    def write(self) -> None:
        """Writes every list that changes, and how long each is."""
        self.spill()
        if self.before and self.before != self.sort_keys:
            self.renumber()
        changes = self.changes()
        while batch := list(islice(changes, BATCH)):
            self.replace(batch)
        put_state(self.target, {SORT_KEYS: packed_sort_keys(self.sort_keys)})
        self.write_vocabularies()

    def write_vocabularies(self) -> None:
        """Writes the words in the entries of each kind."""
        for kind in KINDS:
            name = vocabulary_of(kind)
            stored = list(self.target.rows(STORED, name=name)) if self.before else []
            before = unpacked_words(bytes(stored[0][0])) if stored else set()
            now = (before | self.words[kind]) - self.unused[kind]
            if now != before or not stored:
                put_state(self.target, {name: packed_words(now)})

    def changes(self) -> Iterator[Change]:
        """What comes to each list and goes from it, by key."""
        rows = self.stage.connection.execute(
            "SELECT key, kind, dimension, value, goes, numbers FROM fragment ORDER BY key, rowid"
        )
        for (key, *named), fragments in groupby(rows, key=itemgetter(0, 1, 2, 3)):
            coming, going = array("I"), array("I")
            for *_, goes, numbers in fragments:
                (going if goes else coming).frombytes(numbers)
            yield Change(key, (named[0], named[1], named[2]), BitMap(coming), BitMap(going))

    def replace(self, changes: list[Change]) -> None:
        """Writes some lists instead of what they were."""
        stored: dict[int, bytes] = {}
        if self.before:
            keys = [change.key for change in changes]
            statement, values = stored_lists(keys)
            stored = dict(self.target.rows(statement, **values))
            for deletion in (DELETE_LIST, DELETE_TALLY):
                self.target.many(deletion, [(key,) for key in keys])
        lists: list[tuple[int, bytes]] = []
        tallies: list[tuple[int, str, str, str, int]] = []
        for key, named, coming, going in changes:
            before = unpacked(bytes(stored[key])) if key in stored else BitMap()
            numbers = coming | (before - going)
            kind, dimension, value = named
            if dimension == WORD:
                (self.words if numbers else self.unused)[kind].add(value)
            if numbers:
                lists.append((key, packed(numbers)))
                if dimension not in UNCOUNTED:
                    tallies.append((key, *named, len(numbers)))
        self.target.many(insertion(posting), lists)
        self.target.many(insertion(tally), tallies)

    def renumber(self) -> None:
        """Writes every list with the numbers of now; sort keys that are gone have none."""
        numbers = [
            number if number < len(self.sort_keys) and self.sort_keys[number] == sort_key else None
            for sort_key in self.before
            for number in (self.number_of(sort_key),)
        ]
        self.stage.connection.execute("CREATE TABLE renumbered (key INTEGER, numbers BLOB)")
        self.stage.connection.executemany(
            "INSERT INTO renumbered VALUES (?, ?)",
            (
                (key, packed(BitMap(array("I", stays(unpacked(bytes(body)), numbers)))))
                for key, body in self.target.rows(LISTS)
            ),
        )
        self.target.many(Statement(delete(posting)), [()])
        rows = self.stage.connection.execute("SELECT key, numbers FROM renumbered")
        while batch := rows.fetchmany(BATCH):
            self.target.many(insertion(posting), batch)
        self.stage.connection.execute("DROP TABLE renumbered")


def put_state(target: Target, values: Mapping[str, bytes]) -> None:
    """Writes what stands under some names."""
    target.many(DELETE_STATE, [(name,) for name in values])
    target.many(insertion(state), list(values.items()))


def gathered() -> Gathered:
    """Nothing gathered yet."""
    return defaultdict(lambda: defaultdict(bytearray))


def packed_numbers(numbers: list[int]) -> bytes:
    """Numbers as they are gathered."""
    return array("I", numbers).tobytes()


def listed(held: Gathered) -> Iterator[tuple[tuple[int, str, str, str], bytearray]]:
    """Key, kind, dimension and value of each list, with its numbers."""
    for (kind, dimension), lists in held.items():
        for value, numbers in lists.items():
            yield (key_of(kind, dimension, value), kind, dimension, value), numbers


def stays(before: BitMap, numbers: list[int | None]) -> Iterator[int]:
    """What numbers become, without those that are gone."""
    return (now for was in before if (now := numbers[was]) is not None)


def sort_keys_before(target: Target) -> array[int]:
    """The sort keys in the database; none where it has no record."""
    stored = list(target.rows(STORED, name=SORT_KEYS))
    return unpacked_sort_keys(bytes(stored[0][0])) if stored else array("q")
