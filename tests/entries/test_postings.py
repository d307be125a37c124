"""Postings as they are stored and loaded."""

from __future__ import annotations

import asyncio
from array import array
from typing import Any

import pytest
from pyroaring import BitMap

from app.db.postings import (
    load_postings,
    packed,
    packed_from,
    packed_sort_keys,
    packed_words,
    unpacked,
    unpacked_sort_keys,
    unpacked_words,
)
from app.db.sql import Row, Statement
from app.entries import word_plan
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
def test_prefixes_of_many_words(ask: Asker, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """The answer is the same whether postings or the full text are asked, or each for some."""
    paths = [
        f"/v1/{path}&limit=500&count=exact&sort={sort}"
        for path in ("quotes?q=hosta* negot*", "timeline?q=-hosta* pris*", 'events?q="the ho*"')
        for sort in ("-date", "date")
    ]
    usual = [(ask.page(path)["meta"], ask.ids(path)) for path in paths]
    assert all(ids for _, ids in usual)
    monkeypatch.setattr(word_plan, "MOST_PREFIXED", room)
    assert [(ask.page(f"{path}&")["meta"], ask.ids(f"{path}&")) for path in paths] == usual


def test_postings_are_loaded() -> None:
    """Those that are not there are empty; several keys together are their union, each read once."""
    stored: Any = Stored({1: packed(BitMap([3, 4])), 2: packed(BitMap([4, 9]))})
    found = asyncio.run(load_postings([1, 9, (1, 2, 5), (6,)], stored))
    assert {key: list(ordinals) for key, ordinals in found.items()} == {
        1: [3, 4],
        9: [],
        (1, 2, 5): [3, 4, 9],
        (6,): [],
    }
    assert sorted(stored.read) == [1, 2, 5, 6, 9]


def test_many_postings_are_loaded_in_batches() -> None:
    """However many are asked for, each is read."""
    stored: Any = Stored({key: packed(BitMap([key])) for key in range(600)})
    found = asyncio.run(load_postings(list(range(601)), stored))
    assert [list(found[key]) for key in range(601)] == [*([key] for key in range(600)), []]
