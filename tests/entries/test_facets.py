"""Counting: how many of some entries stand in a list, however many there are of either."""

from __future__ import annotations

import asyncio
import random

import pytest
from pyroaring import BitMap

from app.entries import facets
from app.entries.facets import counting
from tests.api.asking import Asker

ENTRIES = 200_000
DICE = random.Random(5)


@pytest.mark.parametrize("found", [0, 1, 99, 101, 5_000, 150_000, ENTRIES])
@pytest.mark.parametrize("listed", [0, 3, 2_000, 190_000])
def test_both_ways_of_counting_agree(found: int, listed: int) -> None:
    """Few entries are looked up in a list; of many, what is left out is taken away."""
    entries, numbers = (BitMap(DICE.sample(range(ENTRIES), each)) for each in (found, listed))
    assert counting(entries, ENTRIES)(numbers) == len(set(entries) & set(numbers))


@pytest.mark.parametrize("path", ["/v1/timeline?facets=month&limit=1", "/v1/timeline?format=svg"])
def test_others_are_answered_meanwhile(
    path: str, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting many spans of days gives way after each few, and finds the same."""
    pause, pauses = asyncio.sleep, list[float]()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await pause(seconds)

    def answer(accept: str) -> tuple[int, bytes]:
        """How often others had a turn until the answer came, and the answer."""
        pauses.clear()
        content = ask(path, headers={"Accept": accept}).raise_for_status().content
        return pauses.count(0), content

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(facets, "SPANS_AT_ONCE", 10_000)
    never, usual = answer("*/*;q=0.1")
    monkeypatch.setattr(facets, "SPANS_AT_ONCE", 1)
    # The same answer, but not from memory.
    often, same = answer("*/*;q=0.9")
    assert same == usual
    assert often > never + 10
