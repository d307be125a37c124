"""Memory: values are loaded when a function misses them, and kept within bounds."""

from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.snapshots import BoundedValues, Loadable, Memory, Revision, RevisionCache, find
from app.entries.names import IDS
from app.errors import Unavailable


class Source:
    """Numbers that are loaded as their squares, and which loads there were; 13 is not there."""

    def __init__(self, limit: int = 100):
        self.squares = Loadable[int, int | None](self.load, limit)
        self.loads: list[list[int]] = []

    async def load(self, keys: list[int], snapshot: Any) -> dict[int, int | None]:
        """The squares."""
        del snapshot
        self.loads.append(keys)
        return {key: None if key == 13 else key * key for key in keys}


def snapshot_of(kept: RevisionCache, timeout: float = 60) -> Any:
    """A snapshot that has a memory and a deadline."""
    memory = Memory(Revision(1, "", ""), kept)
    return SimpleNamespace(memory=memory, began=time.monotonic(), timeout=timeout)


def total(memory: Memory, source: Source, *keys: int) -> int:
    """The sum of some squares and of the square of this sum."""
    first = sum(each or 0 for each in memory.get_all(source.squares, keys))
    return first + (memory.get(source.squares, first) or 0)


def test_what_is_missed_is_loaded_at_once_and_kept() -> None:
    """A function misses all of its keys at once; the next question finds them in memory."""
    source, kept = Source(), RevisionCache()
    for _ in range(2):
        assert asyncio.run(find(snapshot_of(kept), total, source, 1, 2, 1)) == 6 + 36
    assert source.loads == [[1, 2], [6]]


def test_what_is_not_there_is_asked_again() -> None:
    """That the database has no value is known for one question only."""
    source, kept = Source(), RevisionCache()
    for _ in range(2):
        snapshot = snapshot_of(kept)
        for _ in range(2):
            assert asyncio.run(find(snapshot, total, source, 2, 13)) == 4 + 16
    assert source.loads == [[2, 13], [4], [13]]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_a_question_keeps_what_was_loaded_for_it(limit: int) -> None:
    """However little room there is, and whatever gives way, a question finds its own values."""
    source, kept = Source(limit), RevisionCache()
    assert asyncio.run(find(snapshot_of(kept), total, source, 1, 2, 3)) == 14 + 196
    assert source.loads == [[1, 2, 3], [14]]
    assert len(kept[source.squares]) == limit


def test_a_function_that_takes_long_goes_on_in_a_thread() -> None:
    """It begins in the event loop; past its time there it is called again in a thread."""
    threads = []

    def slow(memory: Memory) -> str:
        threads.append(threading.get_ident())
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            memory.check_time()
        return "done"

    assert asyncio.run(find(snapshot_of(RevisionCache()), slow)) == "done"
    assert len(threads) == 2
    assert threads[0] == threading.get_ident() != threads[1]


def test_values_are_loaded_for_a_thread() -> None:
    """What a function misses in a thread is loaded, and the function is called there again."""
    source = Source()

    def slow(memory: Memory) -> int | None:
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            memory.check_time()
        return memory.get(source.squares, 7)

    assert asyncio.run(find(snapshot_of(RevisionCache()), slow)) == 49
    assert source.loads == [[7]]


def test_a_function_ends_at_the_deadline() -> None:
    """Past the time of its question a function is ended, and the question refused."""

    def endless(memory: Memory) -> None:
        while True:
            memory.check_time()

    with pytest.raises(Unavailable, match=r"longer than 0\.1 seconds"):
        asyncio.run(find(snapshot_of(RevisionCache(), timeout=0.1), endless))


def test_loading_ends_at_the_deadline() -> None:
    """A function that misses one value after another does not go on past the deadline either."""

    async def load(keys: list[int], snapshot: Any) -> dict[int, int]:
        del snapshot
        await asyncio.sleep(0.01)
        return dict.fromkeys(keys, 1)

    numbers = Loadable[int, int](load, 10)

    def endless(memory: Memory) -> None:
        number = 0
        while True:
            number += memory.get(numbers, number)

    with pytest.raises(Unavailable, match=r"longer than 0\.1 seconds"):
        asyncio.run(find(snapshot_of(RevisionCache(), timeout=0.1), endless))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 25)), max_size=60))
def test_a_cache_is_bounded(steps: list[tuple[int, int]]) -> None:
    """The sizes of what is kept never exceed the limit; the oldest values give way first."""
    cache = BoundedValues(Loadable[int, str](Source().load, 20, len))  # type: ignore[arg-type]
    kept: dict[int, str] = {}
    for key, size in steps:
        cache.keep({key: "x" * size})
        if size <= 20 and key not in kept:
            kept[key] = "x" * size
            while sum(map(len, kept.values())) > 20:
                del kept[next(iter(kept))]
        assert dict(cache) == kept
        assert cache.size == sum(map(len, kept.values()))


def test_names_are_kept_within_bounds_however_long() -> None:
    """A name counts with all of its characters, so that long spellings do not fill the memory."""
    names = BoundedValues(IDS)
    for number in range(100):
        names.keep({("actor", f"hamas{'!' * 100_000}{number}"): "hamas"})
    assert sum(len(name) for _, name in names) < IDS.limit
    assert len(names) == 41
