"""Writes the postings of a revision: each value's entries, as ordinals in the order of sort keys.

What is added to each list of postings and removed from it is collected while entries are written: a
bounded part in memory, the rest in the staging. In the end each list that changes is written once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap
from sqlalchemy import bindparam, delete, select

from app.db.postings import (
    SORT_KEYS,
    STORED,
    STORED_POSTINGS,
    key_of,
    packed,
    packed_sort_keys,
    packed_words,
    unpacked,
    unpacked_words,
    vocabulary_of,
)
from app.db.sql import Statement
from app.db.tables import posting, state, tally
from app.entries.stems import STEM_MARK
from app.entries.word_plan import WORD
from app.kinds import KINDS
from app.seeding.index_terms import UNCOUNTED, IndexTerms
from app.seeding.staging import Staging
from app.seeding.target import BATCH, Target, batched, deletion

# Ordinals that are held in memory; each takes four bytes.
HELD = 16_000_000
ORDINAL_BYTES = array("I").itemsize

LISTS = Statement(
    select(posting.c.key, posting.c.numbers)
    .where(posting.c.key > bindparam("after"))
    .order_by(posting.c.key)
    .limit(BATCH)
)
DELETE_LISTS = Statement(
    delete(posting).where(posting.c.key.between(bindparam("first"), bindparam("last")))
)

# Packed ordinals by kind and dimension, then by value.
Postings = Mapping[tuple[str, str], Mapping[str, bytes]]
# By kind, dimension and whether they are removed, then by value.
HeldPostings = defaultdict[tuple[str, str, bool], defaultdict[str, bytearray]]
# The key, kind, dimension and value of a list; the ordinals that are added to it and removed.
ListChange = tuple[int, str, str, str, BitMap, BitMap]


class PostingsWriter:
    """Collects the postings of one seeding; `write` writes them."""

    def __init__(self, staging: Staging, target: Target, old_sort_keys: array[int]):
        self.staging = staging
        self.target = target
        self.old_sort_keys = old_sort_keys
        self.sort_keys = array("q", (key for (key,) in staging.run("sort_keys")))
        self.held: HeldPostings = defaultdict(lambda: defaultdict(bytearray))
        self.held_ordinals = 0
        # By kind, each word whose list changed, and whether it has entries now.
        self.words: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        staging.run("fragments")

    def ordinal_of(self, sort_key: int) -> int | None:
        """The ordinal of an entry; None where no entry has this sort key."""
        ordinal = bisect_left(self.sort_keys, sort_key)
        is_there = ordinal < len(self.sort_keys) and self.sort_keys[ordinal] == sort_key
        return ordinal if is_there else None

    def add(self, postings: Postings, *, is_removed: bool = False) -> None:
        """Adds entries to lists, or removes them; writes what is held where it is too much."""
        for (kind, dimension), values in postings.items():
            held = self.held[kind, dimension, is_removed]
            for value, ordinals in values.items():
                held[value] += ordinals
                self.held_ordinals += len(ordinals) // ORDINAL_BYTES or 1
        if self.held_ordinals >= HELD:
            self.spill()

    def remove(self, kind: str, sort_key: int, terms: IndexTerms) -> None:
        """Removes an entry from the lists of its terms.

        Where it has no ordinal any more, renumbering leaves it out.
        """
        ordinal = self.ordinal_of(sort_key)
        ordinals = packed_ordinals([ordinal] if ordinal is not None else [])
        removed = {
            (kind, dimension): dict.fromkeys(values, ordinals)
            for dimension, values in terms.items()
        }
        self.add(removed, is_removed=True)

    def spill(self) -> None:
        """Writes what is held in memory to the staging."""
        self.staging.run_many(
            "add_fragments",
            (
                (key_of(kind, dimension, value), kind, dimension, value, is_removed, ordinals)
                for (kind, dimension, is_removed), values in self.held.items()
                for value, ordinals in values.items()
            ),
        )
        self.held.clear()
        self.held_ordinals = 0

    def write(self) -> None:
        """Writes every list that changes and its length, the sort keys, and the vocabularies."""
        self.spill()
        if self.old_sort_keys and self.old_sort_keys != self.sort_keys:
            self.renumber()
        for changes in batched(self.changes()):
            self.replace(changes)
        put_state(self.target, {SORT_KEYS: packed_sort_keys(self.sort_keys)})
        self.write_vocabularies()

    def renumber(self) -> None:
        """Gives the entries of every list their new ordinals, without those that are gone."""
        ordinals = [self.ordinal_of(sort_key) for sort_key in self.old_sort_keys]
        last = -1
        while rows := list(self.target.rows(LISTS, after=last)):
            first, last = rows[0][0], rows[-1][0]
            lists = [
                (key, packed(renumbered(unpacked(bytes(body)), ordinals))) for key, body in rows
            ]
            self.target.execute_many(DELETE_LISTS, [(first, last)])
            self.target.insert(posting, lists)

    def changes(self) -> Iterator[ListChange]:
        """The changes of all lists, by key."""
        rows = self.staging.run("fragments_by_key")
        for name, fragments in groupby(rows, key=itemgetter(0, 1, 2, 3)):
            added, removed = array("I"), array("I")
            for *_, is_removed, ordinals in fragments:
                (removed if is_removed else added).frombytes(ordinals)
            yield *name, BitMap(added), BitMap(removed)

    def replace(self, changes: list[ListChange]) -> None:
        """Writes some lists in place of what they were."""
        stored: dict[int, bytes] = {}
        if self.old_sort_keys:
            keys = [key for key, *_ in changes]
            statement, values = STORED_POSTINGS.of(keys)
            stored = dict(self.target.rows(statement, **values))
            for table in (posting, tally):
                self.target.execute_many(deletion(table, "key"), [(key,) for key in keys])
        lists: list[tuple[int, bytes]] = []
        tallies: list[tuple[int, str, str, str, int]] = []
        for key, kind, dimension, value, added, removed in changes:
            old = unpacked(bytes(stored[key])) if key in stored else BitMap()
            ordinals = added | (old - removed)
            if dimension == WORD and value[0] != STEM_MARK:
                self.words[kind][value] = bool(ordinals)
            if ordinals:
                lists.append((key, packed(ordinals)))
                if dimension not in UNCOUNTED:
                    tallies.append((key, kind, dimension, value, len(ordinals)))
        self.target.insert(posting, lists)
        self.target.insert(tally, tallies)

    def write_vocabularies(self) -> None:
        """Writes the words in the entries of each kind."""
        for kind in KINDS:
            name = vocabulary_of(kind)
            stored = stored_state(self.target, name) if self.old_sort_keys else None
            old = unpacked_words(stored or b"")
            changed = self.words[kind]
            new = (old - changed.keys()) | {word for word, is_used in changed.items() if is_used}
            if new != old or stored is None:
                put_state(self.target, {name: packed_words(new)})


def put_state(target: Target, values: Mapping[str, bytes]) -> None:
    """Writes values of the table `state` by their names."""
    target.execute_many(deletion(state, "name"), [(name,) for name in values])
    target.insert(state, list(values.items()))


def packed_ordinals(ordinals: list[int]) -> bytes:
    """Ordinals, four bytes each."""
    return array("I", ordinals).tobytes()


def renumbered(old: BitMap, ordinals: list[int | None]) -> BitMap:
    """The new ordinals of a list, given the new one of each old one, or None."""
    return BitMap(array("I", (new for each in old if (new := ordinals[each]) is not None)))


def stored_state(target: Target, name: str) -> bytes | None:
    """The value of a name in the table `state`."""
    return next((bytes(value) for (value,) in list(target.rows(STORED, name=name))), None)
