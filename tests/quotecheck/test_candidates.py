"""Which quotes are looked at: those with the highest sum of the rarities of shared words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from app.quotecheck.candidates import most_like

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
