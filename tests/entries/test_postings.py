"""Posting lists as they are stored, read and kept."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Collection
from typing import Any

import pytest
from pyroaring import BitMap

import app.db.postings
from app.db.postings import (
    Postings,
    packed,
    packed_from,
    packed_sort_keys,
    packed_words,
    size_of_list,
    unpacked,
    unpacked_sort_keys,
    unpacked_words,
)
from app.db.sql import Row, Statement
from app.entries import query_plan as selection
from app.errors import Unavailable
from tests.api.asking import Asker


class Stored:
    """Stored lists, and how often they were asked for."""

    def __init__(self, lists: dict[int, bytes]):
        self.lists = lists
        self.read: list[int] = []

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """Those asked for."""
        del statement
        keys = set(values.values())
        self.read += sorted(keys)
        return [(key, self.lists[key]) for key in keys if key in self.lists]


def lists_of(index: Postings, keys: Collection[int], stored: Stored) -> dict[int, list[int]]:
    """The lists of some keys."""
    found = asyncio.run(index.lists(keys, stored))
    return {key: list(numbers) for key, numbers in found.items()}


@pytest.mark.parametrize(
    "numbers",
    [[], [0], [5, 70_000, 4_000_000_000], list(range(100_000)), list(range(0, 200_000, 3))],
)
def test_lists_are_stored_and_read(numbers: list[int]) -> None:
    """What was packed is unpacked."""
    assert list(unpacked(packed(BitMap(array("I", numbers))))) == numbers


def test_places_are_stored_and_read() -> None:
    """Places are 8 bytes each, the lowest first."""
    sort_keys = array("q", [1, 2**40, 2**62])
    assert packed_sort_keys(sort_keys)[:8] == b"\x01" + bytes(7)
    assert unpacked_sort_keys(packed_sort_keys(sort_keys)) == sort_keys


@pytest.mark.parametrize("sort_key", [0, 4, -1])
def test_a_damaged_list_is_refused(sort_key: int) -> None:
    """One wrong byte is a 503 that says so, never a wrong answer."""
    stored = bytearray(packed(BitMap(range(0, 1000, 7))))
    stored[sort_key] ^= 1
    with pytest.raises(Unavailable, match="damaged"):
        unpacked(bytes(stored))


def test_words_by_their_beginning() -> None:
    """All words that begin so, none where there are too many; what is packed is unpacked."""
    words = {"deal", "deals", "dealt", "de", "peace", "שלום", "שלומי", "a"}
    packed = packed_words(words)
    assert unpacked_words(packed) == words
    assert packed_from(packed, "deal", 3) == ["deal", "deals", "dealt"]
    assert packed_from(packed, "deal", 2) is None
    assert packed_from(packed, "של", 9) == ["שלום", "שלומי"]
    assert packed_from(packed, "peace", 1) == ["peace"]
    assert packed_from(packed, "eal", 9) == []
    assert packed_from(packed_words([]), "a", 9) == []
    assert unpacked_words(packed_words([])) == set()


@pytest.mark.parametrize("room", [0, 1, 3, 5, 40])
def test_beginnings_of_many_words(ask: Asker, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """The answer is the same whether lists or the full text tell of beginnings, or each of some."""
    paths = [
        f"/v1/{path}&limit=500&count=exact&sort={sort}"
        for path in ("quotes?q=hosta* negot*", "timeline?q=-hosta* pris*", 'events?q="the ho*"')
        for sort in ("-date", "date")
    ]
    usual = [(ask.page(path)["meta"], ask.ids(path)) for path in paths]
    assert all(ids for _, ids in usual)
    monkeypatch.setattr(selection, "MOST_BEGUN", room)
    assert [(ask.page(f"{path}&")["meta"], ask.ids(f"{path}&")) for path in paths] == usual


def test_lists_are_read_once() -> None:
    """A list that was read is kept; one that is not there is empty, and kept as that."""
    stored, index = Stored({1: packed(BitMap([3, 4])), 2: packed(BitMap([5]))}), Postings()
    assert lists_of(index, [1, 9], stored) == {1: [3, 4], 9: []}
    assert lists_of(index, [9, 2, 1], stored) == {1: [3, 4], 2: [5], 9: []}
    assert stored.read == [1, 9, 2]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists asked for longest ago give way; all that is asked for at once is answered."""
    monkeypatch.setattr(app.db.postings, "KEPT_BYTES", 4 * size_of_list(BitMap([0])))
    stored, index = Stored({key: packed(BitMap([key])) for key in range(10)}), Postings()
    assert lists_of(index, range(10), stored) == {key: [key] for key in range(10)}
    assert (set(index.kept.young), set(index.kept.old)) == ({8, 9}, {6, 7})
    stored.read.clear()
    assert lists_of(index, [9, 7, 1], stored) == {9: [9], 7: [7], 1: [1]}
    assert stored.read == [1]


def test_lists_are_put_together_once() -> None:
    """What stands in any of some lists is kept under its own key; the lists are not read again."""
    stored, index = Stored({1: packed(BitMap([3, 4])), 2: packed(BitMap([4, 9]))}), Postings()
    for _ in range(2):
        assert list(asyncio.run(index.together(77, [1, 2, 5], stored))) == [3, 4, 9]
    assert stored.read == [1, 2, 5]
    assert lists_of(index, [1], stored) == {1: [3, 4]}
    assert list(asyncio.run(index.together(78, [6], stored))) == []
