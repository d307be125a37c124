"""What a selection finds: the numbers of its entries, from one end or all of them.

Lists are met window by window, from the end that is asked for, so that a page costs as much as it
shows, however long the lists are.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from pyroaring import BitMap

from app.db.snapshots import Snapshot, overdue
from app.entries.fulltext import FULL_TEXT, matching_statement
from app.entries.query_plan import Keys, Selection
from app.entries.sort_keys import day_of, enclosing_nodes, key_of
from app.entries.words import Sought

# Entries of the shortest list that the first window of a walk may have, roughly.
FIRST_ENTRIES = 256
FIRST_WINDOW = 256
WIDER = 8
# Numbers of which the full text is asked at once.
PROVED_AT_ONCE = 1 << 18

Lists = tuple[BitMap, ...]


class Part(NamedTuple):
    """Entries of a kind with numbers from `first` to before `last` that stand in a list of every
    group, the shortest first, and in none of `without`.
    """

    kind: str
    groups: tuple[Lists, ...]
    without: Lists
    first: int
    last: int

    def within(self, first: int, last: int) -> BitMap:
        """Those with numbers from one to before another."""
        found = BitMap(range(max(first, self.first), max(first, self.first, min(last, self.last))))
        for group in self.groups:
            if len(group) == 1:
                found &= group[0]
            else:
                found = BitMap.union(*[each & found for each in group])
        for each in self.without:
            found -= each
        return found

    def total(self) -> int:
        """How many there are."""
        if len(self.groups) == len(self.groups[0]) == 1 and not self.without:
            return self.groups[0][0].range_cardinality(self.first, self.last)
        return len(self.within(self.first, self.last))


def size_of(group: Lists) -> int:
    """How many entries the lists of a group have, at most."""
    return sum(map(len, group))


class Proof(NamedTuple):
    """What the full text has to tell: what must stand in a text as it is sought, and what must not.

    Lists of words hold for single words; for phrases they are not enough.
    """

    wanted: str | None = None
    unwanted: str | None = None

    async def of(self, found: BitMap, snapshot: Snapshot) -> BitMap:
        """Those of the found for which it holds."""
        if self.wanted is not None and found:
            found = found & await matching(self.wanted, found, snapshot)
        if self.unwanted is not None and found:
            found = found - await matching(self.unwanted, found, snapshot)
        return found


NO_PROOF = Proof()


def proof_of(untold: Collection[Sought], engine: str) -> Proof:
    """The proof for what lists do not tell of the words of a question."""
    if not untold:
        return NO_PROOF
    wanted = [part for part in untold if not part.excluded]
    unwanted = [part for part in untold if part.excluded]
    text = FULL_TEXT[engine]
    return Proof(
        text.all_of(wanted) if wanted else None, text.any_of(unwanted) if unwanted else None
    )


async def matching(sought: str, found: BitMap, snapshot: Snapshot) -> BitMap:
    """Which numbers between the first and the last found answer a full-text expression."""
    sort_keys = snapshot.postings.sort_keys
    low, high = sort_keys[found[0]], sort_keys[found[-1]]
    rows = await snapshot.rows(
        matching_statement(snapshot.engine), sought=sought, low=low, high=high
    )
    return snapshot.postings.numbers(row[0] for row in rows)


class Walk(NamedTuple):
    """The parts of an answer, which have no entry in common, and what the full text must prove."""

    parts: tuple[Part, ...]
    proof: Proof
    descending: bool

    async def first(self, limit: int, low: int, high: int, snapshot: Snapshot) -> list[int]:
        """The first numbers from `low` to before `high`, in the order of the walk."""
        numbers: list[int] = []
        for window in self.windows(low, high, snapshot):
            found = self.within(*window)
            if self.needs_proof:
                found = await self.proof.of(found, snapshot)
            wanted = limit - len(numbers)
            ordered = found.to_array()
            numbers.extend(ordered[: -wanted - 1 : -1] if self.descending else ordered[:wanted])
            if len(numbers) >= limit:
                break
        return numbers

    def within(self, first: int, last: int) -> BitMap:
        """What the lists find from one number to before another."""
        found = [part.within(first, last) for part in self.parts]
        return found[0] if len(found) == 1 else BitMap.union(BitMap(), *found)

    def windows(self, low: int, high: int, snapshot: Snapshot) -> Iterator[tuple[int, int]]:
        """The stretches in which numbers are looked for, each wider than the one before."""
        first, last, entries = high, low, 0
        for part in self.parts:
            first, last = min(first, part.first), max(last, part.last)
            entries += size_of(part.groups[0])
        first, last = max(low, first), min(high, last)
        width = max(
            FIRST_WINDOW, len(snapshot.postings.sort_keys) * FIRST_ENTRIES // max(entries, 1)
        )
        while first < last:
            if self.needs_proof:
                width = min(width, PROVED_AT_ONCE)
                if time.monotonic() - snapshot.began > snapshot.timeout:
                    raise overdue(snapshot.timeout)
            if self.descending:
                yield max(first, last - width), last
                last -= width
            else:
                yield first, min(last, first + width)
                first += width
            width *= WIDER

    @property
    def needs_proof(self) -> bool:
        """Whether the full text has to be asked."""
        return self.proof != NO_PROOF

    async def total(self, snapshot: Snapshot) -> int:
        """How many entries there are."""
        if self.needs_proof:
            return len(await self.everything(snapshot))
        return sum(part.total() for part in self.parts)

    async def everything(self, snapshot: Snapshot) -> BitMap:
        """All numbers."""
        if not self.needs_proof:
            return self.within(0, len(snapshot.postings.sort_keys))
        found = BitMap()
        for window in self.windows(0, len(snapshot.postings.sort_keys), snapshot):
            found |= await self.proof.of(self.within(*window), snapshot)
        return found

    def of_kind(self, kind: str) -> Walk:
        """The same of one kind."""
        return self._replace(parts=tuple(part for part in self.parts if part.kind == kind))


async def walk_of(selection: Selection, snapshot: Snapshot) -> Walk:
    """What a selection finds: what begins between its sort keys, and what reaches into them."""
    index = snapshot.postings
    await index.load(snapshot)
    low, high = index.number_from(selection.low), index.number_from(selection.high + 1)
    keys: set[int] = set()
    for arm in selection.arms:
        keys.update(*arm.groups, arm.without)
    lists = await index.lists(keys, snapshot)
    given = [(index.numbers(selection.sort_keys),)] if selection.sort_keys else []
    parts = []
    for arm in selection.arms:
        groups = [*given, *[lists_of(group, lists) for group in arm.groups]]
        without = lists_of(arm.without, lists)
        parts.append(part_of(arm.kind, groups, without, low, high))
        if low > 0:
            begun = (await reaching(arm.kind, day_of(selection.low), snapshot),)
            parts.append(part_of(arm.kind, [begun, *groups], without, 0, low))
    proof = proof_of(selection.untold, snapshot.engine)
    return Walk(tuple(filter(None, parts)), proof, selection.descending)


async def reaching(kind: str, day: int, snapshot: Snapshot) -> BitMap:
    """The entries of a kind that began before a day and reach into it."""
    return await snapshot.postings.together(
        key_of(kind, "reaching", str(day)), reach(kind, day), snapshot
    )


@lru_cache(maxsize=16384)
def reach(kind: str, day: int) -> Keys:
    """The lists of what began before a day and reaches into it."""
    return tuple(key_of(kind, "reach", node) for node in enclosing_nodes(day))


def part_of(kind: str, groups: list[Lists], without: Lists, first: int, last: int) -> Part | None:
    """A part of the answer; None where there is nothing in it."""
    if first >= last or not all(map(any, groups)):
        return None
    return Part(kind, tuple(sorted(groups, key=size_of)), without, first, last)


def lists_of(keys: Keys, lists: dict[int, BitMap]) -> Lists:
    """The lists of some keys that are not empty."""
    return tuple(filter(None, map(lists.__getitem__, keys)))
