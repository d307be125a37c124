"""Walks over posting lists: what they find is what plain sets would, from either end."""

from __future__ import annotations

import asyncio
import random
from array import array
from types import SimpleNamespace
from typing import Any

import pytest
from pyroaring import BitMap

from app.entries.scan import Part, Proof, Walk

COUNT = 300_000
DENSE, SOME, FEW = 3, 40, 20_000
DICE = random.Random(11)
# Every so many numbers one is in the list, on average; the last list has none.
LISTS = [
    BitMap(array("I", sorted(DICE.sample(range(COUNT), COUNT // each))))
    for each in (DENSE, DENSE, SOME, SOME, FEW)
]
ASK: Any = SimpleNamespace(postings=SimpleNamespace(sort_keys=array("q", range(COUNT))))

# Groups of lists, lists that exclude, and the numbers between which entries lie.
PARTS: list[tuple[list[list[int]], list[int], int, int]] = [
    ([[0]], [], 0, COUNT),
    ([[0]], [], 1000, 2000),
    ([[0], [1]], [], 0, COUNT),
    ([[2], [3]], [], 0, COUNT),
    ([[4], [0]], [], 0, COUNT),
    ([[4, 2], [0]], [1], 5, COUNT - 5),
    ([[2, 3]], [0, 1], 100_000, 200_000),
    ([[4], [2], [3]], [], 0, COUNT),
]


def expected(groups: list[list[int]], without: list[int], first: int, last: int) -> list[int]:
    """What plain sets find."""
    found = set(range(first, last))
    for group in groups:
        found &= set().union(*(set(LISTS[each]) for each in group))
    for each in without:
        found -= set(LISTS[each])
    return sorted(found)


def part_of(groups: list[list[int]], without: list[int], first: int, last: int) -> Part:
    """The part that finds the same."""
    lists = tuple(tuple(LISTS[each] for each in group) for group in groups)
    return Part("event", lists, tuple(LISTS[each] for each in without), first, last)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("asked", PARTS, ids=str)
def test_a_walk_finds_what_sets_find(
    asked: tuple[list[list[int]], list[int], int, int], *, descending: bool
) -> None:
    """The first ones from either end, from anywhere on, their number, and all of them."""
    numbers = expected(*asked)
    walk = Walk((part_of(*asked),), Proof(), descending)
    ordered = numbers[::-1] if descending else numbers
    for limit in (1, 21, 500):
        assert asyncio.run(walk.first(limit, 0, COUNT, ASK)) == ordered[:limit]
    middle = numbers[len(numbers) // 2] if numbers else 7
    later = [each for each in ordered if (each < middle if descending else each >= middle)]
    bounds = (0, middle) if descending else (middle, COUNT)
    assert asyncio.run(walk.first(50, *bounds, ASK)) == later[:50]
    assert asyncio.run(walk.total(ASK)) == len(numbers)
    assert list(asyncio.run(walk.everything(ASK))) == numbers


def test_parts_are_walked_together() -> None:
    """Several kinds come in one order."""
    apart = [LISTS[0], LISTS[1] - LISTS[0], LISTS[2] - LISTS[1] - LISTS[0]]
    parts = tuple(Part("event", ((each,),), (), 0, COUNT) for each in apart)
    numbers = sorted(set().union(*map(set, apart)))
    for descending in (False, True):
        walk = Walk(parts, Proof(), descending)
        ordered = numbers[::-1] if descending else numbers
        assert asyncio.run(walk.first(300, 0, COUNT, ASK)) == ordered[:300]
    assert list(asyncio.run(walk.everything(ASK))) == numbers


def test_an_empty_walk_finds_nothing() -> None:
    """Where no list has anything there is no part."""
    walk = Walk((), Proof(), descending=True)
    assert asyncio.run(walk.first(5, 0, COUNT, ASK)) == []
    assert asyncio.run(walk.total(ASK)) == 0
    assert list(asyncio.run(walk.everything(ASK))) == []
