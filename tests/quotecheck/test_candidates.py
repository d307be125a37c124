"""Which quotes are looked at: those with the highest sum of the rarities of shared words."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from app.config import Settings
from app.db.engines import open_database
from app.entries.result_pages import DOCUMENTS
from app.quotecheck.candidates import QUOTES, Quotes, most_like
from tests.conftest import SHIPPED, Seeded
from tests.engines import url_of

ORDINALS = st.integers(0, 200)


@given(
    st.lists(st.frozensets(ORDINALS, min_size=1), min_size=1, max_size=12),
    st.integers(1, 30),
    st.none() | st.frozensets(ORDINALS),
)
def test_sums_over_bitmaps_are_the_sums_of_single_quotes(
    postings: list[frozenset[int]], count: int, within: frozenset[int] | None
) -> None:
    """The highest sums, of equals the newest."""
    sums: dict[int, int] = {}
    for each in postings:
        for ordinal in each if within is None else each & within:
            sums[ordinal] = sums.get(ordinal, 0) + max(1, (201 // len(each)).bit_length())
    best = sorted(sums, key=lambda ordinal: (sums[ordinal], ordinal))[-count:]
    bitmaps = map(BitMap, postings)
    found = most_like(bitmaps, 201, count, None if within is None else BitMap(within))
    assert set(found) == set(best)


def test_quotes_that_gave_way_to_others_are_loaded_again(cached_databases: Seeded) -> None:
    """Memory has room for few documents: what it lets go while others are loaded is not missed."""
    url = url_of(cached_databases(SHIPPED))

    async def loaded() -> int:
        async with open_database(Settings(database_url=url)).snapshot() as snapshot:
            quotes = Quotes(snapshot)
            await quotes.load_postings([])
            first, *others = quotes.postings[QUOTES]
            await quotes.load_candidates([first])
            kept = snapshot.memory.kept[DOCUMENTS]
            kept.keep({-1: b" " * (DOCUMENTS.limit - kept.size - 2000)})
            quotes.candidates.clear()
            await quotes.load_candidates([first, *others])
            return len(quotes.candidates)

    assert asyncio.run(loaded()) > 200
