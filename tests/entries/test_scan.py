"""Scans over postings: what they find is what plain sets would, from either end."""

from __future__ import annotations

import random
from array import array

import pytest
from pyroaring import BitMap

from app.db.postings import SortKeys, packed_sort_keys
from app.db.snapshots import Memory, Revision, RevisionCache
from app.entries.query_plan import KindScan, Scan

COUNT = 300_000
DENSE, SOME, FEW = 3, 40, 20_000
DICE = random.Random(11)
# Every so many numbers one is in the list, on average; the last list has none.
LISTS = [
    BitMap(array("I", sorted(DICE.sample(range(COUNT), COUNT // each))))
    for each in (DENSE, DENSE, SOME, SOME, FEW)
]
SORT_KEYS = SortKeys(packed_sort_keys(array("q", range(COUNT))))
MEMORY = Memory(Revision(1, "", ""), RevisionCache())

# Filters of lists, lists that exclude, and the ordinals between which entries lie.
SCANS: list[tuple[list[list[int]], list[int], int, int]] = [
    ([[0]], [], 0, COUNT),
    ([[0]], [], 1000, 2000),
    ([[0], [1]], [], 0, COUNT),
    ([[2], [3]], [], 0, COUNT),
    ([[4], [0]], [], 0, COUNT),
    ([[4, 2], [0]], [1], 5, COUNT - 5),
    ([[2, 3]], [0, 1], 100_000, 200_000),
    ([[4], [2], [3]], [], 0, COUNT),
]


def expected(filters: list[list[int]], excluded: list[int], low: int, high: int) -> list[int]:
    """What plain sets find."""
    found = set(range(low, high))
    for each in filters:
        found &= set().union(*(set(LISTS[number]) for number in each))
    for number in excluded:
        found -= set(LISTS[number])
    return sorted(found)


def kind_scan(filters: list[list[int]], excluded: list[int], low: int, high: int) -> KindScan:
    """The scan that finds the same."""
    bitmaps = [[LISTS[number] for number in each] for each in filters]
    return KindScan("event", bitmaps, [LISTS[number] for number in excluded], low, high)


def scan_of(*kind_scans: KindScan, descending: bool) -> Scan:
    """The scan of some kinds; the full text is not asked."""
    low = min((each.low for each in kind_scans), default=COUNT)
    high = max((each.high for each in kind_scans), default=COUNT)
    return Scan(list(kind_scans), low, high, None, descending, SORT_KEYS)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("asked", SCANS, ids=str)
def test_a_scan_finds_what_sets_find(
    asked: tuple[list[list[int]], list[int], int, int], *, descending: bool
) -> None:
    """The first ones from either end, from anywhere on, their number, and all of them."""
    ordinals = expected(*asked)
    scan = scan_of(kind_scan(*asked), descending=descending)
    ordered = ordinals[::-1] if descending else ordinals
    for limit in (1, 21, 500):
        assert scan.first(MEMORY, limit, 0, COUNT) == ordered[:limit]
    middle = ordinals[len(ordinals) // 2] if ordinals else 7
    later = [each for each in ordered if (each < middle if descending else each >= middle)]
    bounds = (0, middle) if descending else (middle, COUNT)
    assert scan.first(MEMORY, 50, *bounds) == later[:50]
    assert scan.total(MEMORY) == len(ordinals)
    assert list(scan.everything(MEMORY)) == ordinals


def test_kinds_are_scanned_together() -> None:
    """Several kinds come in one order."""
    apart = [LISTS[0], LISTS[1] - LISTS[0], LISTS[2] - LISTS[1] - LISTS[0]]
    kind_scans = [KindScan("event", [[each]], [], 0, COUNT) for each in apart]
    ordinals = sorted(set().union(*map(set, apart)))
    for descending in (False, True):
        scan = scan_of(*kind_scans, descending=descending)
        ordered = ordinals[::-1] if descending else ordinals
        assert scan.first(MEMORY, 300, 0, COUNT) == ordered[:300]
        assert list(scan.everything(MEMORY)) == ordinals


def test_a_scan_of_nothing_finds_nothing() -> None:
    """Where no postings have anything there is no kind to scan."""
    scan = scan_of(descending=True)
    assert scan.first(MEMORY, 5, 0, COUNT) == []
    assert scan.total(MEMORY) == 0
    assert list(scan.everything(MEMORY)) == []
