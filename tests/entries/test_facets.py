"""Counting: how many of some entries stand in a list, however many there are of either."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from pyroaring import BitMap

from app.db import snapshots
from app.db.postings import Dimension
from app.db.snapshots import Memory, Revision, RevisionCache
from app.entries.facets import count_in
from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded

ENTRIES = 200_000
DICE = random.Random(5)


@pytest.mark.parametrize("found", [0, 1, 99, 101, 5_000, 150_000, ENTRIES])
@pytest.mark.parametrize("listed", [0, 3, 2_000, 190_000])
def test_both_ways_of_counting_agree(found: int, listed: int) -> None:
    """Few entries are looked up in a list; of many, what is left out is taken away."""
    entries, posted = (BitMap(DICE.sample(range(ENTRIES), each)) for each in (found, listed))
    dimension = Dimension(["a", "b"] * 40, [listed, 0] * 40, [posted, BitMap()] * 40)
    memory = Memory(Revision(1, "", ""), RevisionCache())
    expected = len(set(entries) & set(posted))
    assert count_in(memory, entries, dimension, ENTRIES) == [expected, 0] * 40


LONG = [
    "/v1/timeline?actor=hamas&facets=actor,topic,source,month&limit=1",
    "/v1/timeline?q=israel hamas hostages&sort=relevance&limit=20",
]


@pytest.mark.parametrize("path", LONG)
def test_long_work_goes_on_in_a_thread(
    path: str, cached_databases: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting and ranking leave the event loop past their time there, and find the same."""
    to_thread, threads = asyncio.to_thread, list[Any]()

    async def noted(function: Any, *args: Any) -> Any:
        threads.append(function)
        return await to_thread(function, *args)

    with Asker(cached_databases(SHIPPED), cache_bytes=0) as ask:
        monkeypatch.setattr(snapshots, "LOOP_BUDGET", 60)
        usual = ask(path).raise_for_status().content
        monkeypatch.setattr("app.db.snapshots.asyncio.to_thread", noted)
        monkeypatch.setattr(snapshots, "LOOP_BUDGET", -60)
        assert ask(path).raise_for_status().content == usual
    assert {each.__name__ for each in threads} & {
        "facets_of",
        "density",
        "first_entries",
        "best_entries",
    }


def test_months_count_the_entries_that_meet_them(tiny_ask: Asker) -> None:
    """What reaches into the days asked for counts in each month since it began, in none before."""
    page = tiny_ask.page("/v1/timeline?kind=event&kind=term&date=2000-01&facets=month")
    assert {each["id"]: each["start_date"] for each in page["data"]} == {
        "institutions-begin": "1999-12-02",
        "agreement-prisoners": "1998-04-10",
    }
    counts = {each["id"]: each["count"] for each in page["meta"]["facets"]["month"]["values"]}
    assert (counts["1998-04"], counts["1999-11"], counts["1999-12"]) == (1, 1, 2)
